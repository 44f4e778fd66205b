"""Settings from the environment: every fault at once, and no secret in anything that is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import config
from bot.config import ConfigError

SECRETS = {
    "SLACK_BOT_TOKEN": "xoxb-very-secret",
    "SLACK_APP_TOKEN": "xapp-very-secret",
    "SLACK_SIGNING_SECRET": "sign-very-secret",
    "TENCENTCLOUD_SECRET_ID": "AKID-very-secret",
    "TENCENTCLOUD_SECRET_KEY": "key-very-secret",
    "TENCENTCLOUD_TOKEN": "token-very-secret",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def problems(*, http: bool = False) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        config.load(http=http)
    assert str(caught.value) == "; ".join(caught.value.problems)
    return caught.value.problems


@pytest.mark.parametrize("http", [True, False])
def test_what_is_set_is_taken_and_the_rest_has_its_default(environment: pytest.MonkeyPatch, http: bool) -> None:
    environment.setenv("IMAGEWARDEN_DB", "/srv/requests.db")
    settings = config.load(http=http)

    assert settings.bot_token.get_secret_value() == SECRETS["SLACK_BOT_TOKEN"]
    assert settings.db == Path("/srv/requests.db")
    assert settings.policy == Path("policy.toml")
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.cloud_endpoint is None


def test_each_way_to_run_needs_only_its_own_secret(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("SLACK_SIGNING_SECRET")
    assert config.load(http=False).app_token is not None
    assert [one.partition(" ")[0] for one in problems(http=True)] == ["SLACK_SIGNING_SECRET"]

    environment.setenv("SLACK_SIGNING_SECRET", "x")
    environment.delenv("SLACK_APP_TOKEN")
    assert config.load(http=True).signing_secret is not None
    assert [one.partition(" ")[0] for one in problems(http=False)] == ["SLACK_APP_TOKEN"]


@pytest.mark.parametrize(("http", "other"), [(True, "SLACK_SIGNING_SECRET"), (False, "SLACK_APP_TOKEN")])
def test_every_fault_is_named_at_once(monkeypatch: pytest.MonkeyPatch, http: bool, other: str) -> None:
    monkeypatch.setenv("TENCENTCLOUD_SECRET_ID", "AKID-very-secret")
    monkeypatch.setenv("TENCENTCLOUD_ENDPOINT", "127.0.0.1:9000")
    monkeypatch.setenv("SLACK_API_URL", "ftp://slack.example")

    named = {one.partition(":")[0].removesuffix(" is missing") for one in problems(http=http)}

    assert named == {
        "SLACK_BOT_TOKEN",
        other,
        "TENCENTCLOUD_SECRET_KEY",
        "TENCENTCLOUD_ENDPOINT",
        "SLACK_API_URL",
    }


@pytest.mark.parametrize(
    ("given", "missing"),
    [("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"), ("TENCENTCLOUD_SECRET_KEY", "TENCENTCLOUD_SECRET_ID")],
)
def test_half_of_the_cloud_keys_is_a_fault_that_names_both_halves(
    environment: pytest.MonkeyPatch, given: str, missing: str
) -> None:
    environment.delenv(missing)

    [problem] = problems()
    assert given in problem
    assert missing in problem
    environment.delenv(given)
    assert config.load(http=False).secret_id is None


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("SLACK_BOT_TOKEN", "xapp-very-secret", "xoxb-"),
        ("SLACK_BOT_TOKEN", "xoxp-very-secret", "xoxb-"),
        ("SLACK_APP_TOKEN", "xoxb-very-secret", "xapp-"),
        ("SLACK_APP_TOKEN", "very-secret", "xapp-"),
    ],
)
def test_a_token_of_another_kind_is_refused_without_being_shown(
    environment: pytest.MonkeyPatch, name: str, value: str, kind: str
) -> None:
    environment.setenv(name, value)

    [problem] = problems()
    assert problem.startswith(f"{name}: ")
    assert kind in problem
    assert "secret" not in problem


def test_an_empty_value_is_no_value(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SLACK_BOT_TOKEN", "")
    environment.setenv("SLACK_API_URL", "")

    assert [one.partition(" ")[0] for one in problems()] == ["SLACK_BOT_TOKEN"]


@pytest.mark.parametrize("http", [True, False])
def test_no_secret_is_in_what_is_shown_of_the_settings(environment: pytest.MonkeyPatch, http: bool) -> None:
    environment.setenv("IMAGEWARDEN_DB", "seen.db")
    settings = config.load(http=http)

    for shown in (repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json()):
        assert "very-secret" not in shown
        assert "seen.db" in shown


def test_no_secret_is_in_the_error_nor_in_what_caused_it(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SLACK_BOT_TOKEN", "xoxp-very-secret")
    environment.delenv("TENCENTCLOUD_SECRET_KEY")

    with pytest.raises(ConfigError) as caught:
        config.load(http=False)

    assert "very-secret" not in repr(caught.value)
    assert caught.value.__suppress_context__


def test_a_file_of_the_folder_is_read_and_the_environment_goes_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text(
        "SLACK_BOT_TOKEN=xoxb-of-the-file\nSLACK_APP_TOKEN='xapp-of-the-file'\n# a remark\nEDITOR=vi\n"
    )
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-of-the-environment")
    settings = config.load(http=False)

    assert settings.bot_token.get_secret_value() == "xoxb-of-the-file"
    assert isinstance(settings.app_token, type(settings.bot_token))
    assert settings.app_token.get_secret_value() == "xapp-of-the-environment"


@pytest.mark.parametrize("written", [" {}\r\n", '"{}"', "'{}'\n", ' "{} " '])
def test_what_stands_around_a_value_is_none_of_it(environment: pytest.MonkeyPatch, written: str) -> None:
    for name, value in SECRETS.items():
        environment.setenv(name, written.format(value))
    environment.setenv("IMAGEWARDEN_DB", "my requests.db\n")
    settings = config.load(http=True)

    held = (settings.bot_token, settings.signing_secret, settings.secret_id, settings.secret_key, settings.token)
    assert [one.get_secret_value() if one else one for one in held] == [
        SECRETS[name] for name in SECRETS if name != "SLACK_APP_TOKEN"
    ]
    assert settings.db == Path("my requests.db")


@pytest.mark.parametrize("value", [" \n", '""', "' '"])
def test_a_value_with_nothing_in_it_is_told(environment: pytest.MonkeyPatch, value: str) -> None:
    environment.setenv("SLACK_SIGNING_SECRET", value)
    assert problems(http=True) == ["SLACK_SIGNING_SECRET: there is nothing in it: set it, or leave it out"]


@pytest.mark.parametrize("text", [b"# \xd6\xd0\xce\xc4\n", "SLACK_BOT_TOKEN=xoxb-very-secret\n".encode("utf-16")])
def test_a_file_in_another_encoding_is_told(text: bytes) -> None:
    Path(".env").write_bytes(text)
    assert problems() == ["the file .env is not in UTF-8: save it anew in that"]
    with pytest.raises(ConfigError, match="not in UTF-8"):
        config.places()


def test_given_settings_take_nothing_from_outside(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("IMAGEWARDEN_POLICY", "outside.toml")
    Path(".env").write_text("IMAGEWARDEN_DB=outside.db\n")

    settings = config.of({"SLACK_BOT_TOKEN": "xoxb-given", "SLACK_SIGNING_SECRET": None})

    assert settings.bot_token.get_secret_value() == "xoxb-given"
    assert (settings.app_token, settings.signing_secret, settings.secret_id) == (None, None, None)
    assert (settings.db, settings.policy) == (Path("imagewarden.db"), Path("policy.toml"))
