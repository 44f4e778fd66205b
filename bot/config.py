"""Settings from the environment and from a ``.env`` file: all faults at once, secrets never printed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class ConfigError(Exception):
    """The environment lacks something or has it wrong; ``problems`` has one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def _named(name: str) -> AliasChoices:
    return AliasChoices(name)


class Settings(BaseSettings):
    """What is set outside, under the names of the README. An empty value is no value."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    bot_token: SecretStr = Field(validation_alias=_named("SLACK_BOT_TOKEN"))
    app_token: SecretStr | None = Field(None, validation_alias=_named("SLACK_APP_TOKEN"))
    signing_secret: SecretStr | None = Field(None, validation_alias=_named("SLACK_SIGNING_SECRET"))
    slack_api_url: str = Field("https://slack.com/api/", validation_alias=_named("SLACK_API_URL"))
    secret_id: SecretStr | None = Field(None, validation_alias=_named("TENCENTCLOUD_SECRET_ID"))
    secret_key: SecretStr | None = Field(None, validation_alias=_named("TENCENTCLOUD_SECRET_KEY"))
    token: SecretStr | None = Field(None, validation_alias=_named("TENCENTCLOUD_TOKEN"))
    cloud_endpoint: str | None = Field(None, validation_alias=_named("TENCENTCLOUD_ENDPOINT"))
    db: Path = Field(Path("imagewarden.db"), validation_alias=_named("IMAGEWARDEN_DB"))
    policy: Path = Field(Path("policy.toml"), validation_alias=_named("IMAGEWARDEN_POLICY"))

    @field_validator("bot_token", "app_token")
    @classmethod
    def _right_kind(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("xoxb-", "xapp-")):
            raise ValueError("this is not a token of a Slack app; it begins with xoxb- (bot) or xapp- (app level)")
        return value

    @field_validator("slack_api_url", "cloud_endpoint")
    @classmethod
    def _base_url(cls, value: str | None) -> str | None:
        if value is not None:
            parts = urlsplit(value)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ValueError("this is not a base URL such as http://127.0.0.1:9000")
        return value

    @model_validator(mode="after")
    def _both_halves(self) -> Settings:
        if (self.secret_id is None) is not (self.secret_key is None):
            raise ValueError("TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY go together: set both, or neither")
        return self


def of(values: Mapping[str, str | None]) -> Settings:
    """The settings of these values, under the names of the environment; nothing is read from outside.

    :raises ConfigError: something is missing or wrong
    """
    return _settings(_env_file=None, **values)


def load(*, http: bool) -> Settings:
    """The settings, from the environment.

    :param http: whether the bot will be run in HTTP mode, which needs the signing secret instead of the app token
    :raises ConfigError: something is missing or wrong; every fault is named
    """
    settings = _settings()
    if http and settings.signing_secret is None:
        raise ConfigError(["SLACK_SIGNING_SECRET is missing: copy it from the app's page, Basic Information"])
    if not http and settings.app_token is None:
        raise ConfigError(
            [
                "SLACK_APP_TOKEN is missing: on the app's page, Basic Information, App-Level Tokens, "
                "make one with the scope connections:write (or run with --http HOST:PORT)"
            ]
        )
    return settings


def _settings(**values: Any) -> Settings:
    try:
        return Settings(**values)
    except ValidationError as error:
        raise ConfigError([_sentence(dict(problem)) for problem in error.errors()]) from None


def _sentence(problem: dict[str, object]) -> str:
    location = problem["loc"]
    name = str(location[0]) if isinstance(location, tuple) and location else ""
    if problem["type"] == "missing":
        hint = ": copy it from the app's page, OAuth & Permissions" if name == "SLACK_BOT_TOKEN" else ""
        return f"{name} is missing{hint}"
    message = str(problem["msg"]).removeprefix("Value error, ")
    return f"{name}: {message}" if name else message
