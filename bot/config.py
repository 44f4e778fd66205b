"""Settings from the environment and from a ``.env`` file: all faults at once, secrets never printed."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict


class ConfigError(Exception):
    """The environment lacks something or has it wrong; ``problems`` has one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def _named(name: str) -> AliasChoices:
    return AliasChoices(name)


class Places(BaseSettings):
    """Where the files are: known even where nothing else is set right."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    db: Path = Field(Path("imagewarden.db"), validation_alias=_named("IMAGEWARDEN_DB"))
    policy: Path = Field(Path("policy.toml"), validation_alias=_named("IMAGEWARDEN_POLICY"))

    @field_validator("*", mode="before")
    @classmethod
    def _stripped(cls, value: object) -> object:
        """Secrets from files often end in a new line; Docker leaves quotation marks where a shell takes them off."""
        if not isinstance(value, str):
            return value
        bare = value.strip()
        for mark in ("'", '"'):
            if len(bare) > 1 and bare.startswith(mark) and bare.endswith(mark):
                bare = bare[1:-1].strip()
        if not bare:
            raise ValueError("there is nothing in it: set it, or leave it out")
        return bare


class Settings(Places):
    """What is set outside, under the names of the README. An empty value is no value."""

    bot_token: SecretStr = Field(validation_alias=_named("SLACK_BOT_TOKEN"))
    app_token: SecretStr | None = Field(None, validation_alias=_named("SLACK_APP_TOKEN"))
    signing_secret: SecretStr | None = Field(None, validation_alias=_named("SLACK_SIGNING_SECRET"))
    slack_api_url: str = Field("https://slack.com/api/", validation_alias=_named("SLACK_API_URL"))
    secret_id: SecretStr | None = Field(None, validation_alias=_named("TENCENTCLOUD_SECRET_ID"))
    secret_key: SecretStr | None = Field(
        None, validation_alias=_named("TENCENTCLOUD_SECRET_KEY"), validate_default=True
    )
    token: SecretStr | None = Field(None, validation_alias=_named("TENCENTCLOUD_TOKEN"))
    cloud_endpoint: str | None = Field(None, validation_alias=_named("TENCENTCLOUD_ENDPOINT"))
    authorities: Path | None = Field(None, validation_alias=_named("SSL_CERT_FILE"))

    @field_validator("bot_token", "app_token")
    @classmethod
    def _right_kind(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        prefix, kind = ("xoxb-", "a bot token") if info.field_name == "bot_token" else ("xapp-", "an app-level token")
        if value is not None and not value.get_secret_value().startswith(prefix):
            raise ValueError(f"this is not {kind}, which begins with {prefix}")
        return value

    @field_validator("slack_api_url", "cloud_endpoint")
    @classmethod
    def _base_url(cls, value: str | None) -> str | None:
        if value is not None:
            parts = urlsplit(value)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ValueError("this is not a base URL such as http://127.0.0.1:9000")
        return value

    @field_validator("authorities")
    @classmethod
    def _certificates(cls, value: Path | None) -> Path | None:
        try:
            ssl.create_default_context(cafile=value)
        except OSError as error:
            why = error.strerror or error
            raise ValueError(
                f"{value} holds no certificates in PEM form ({why}): name a file that does, or leave it out"
            ) from None
        return value

    @field_validator("secret_key")
    @classmethod
    def _both_halves(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        # On a field, since pydantic asks the model as a whole only when every field is right.
        if "secret_id" in info.data and (info.data["secret_id"] is None) is not (value is None):
            raise ValueError("it goes together with TENCENTCLOUD_SECRET_ID: set both, or neither")
        return value


class _SocketMode(Settings):
    app_token: SecretStr = Field(validation_alias=_named("SLACK_APP_TOKEN"))


class _HttpMode(Settings):
    signing_secret: SecretStr = Field(validation_alias=_named("SLACK_SIGNING_SECRET"))


class _Given(Settings):
    """Only what it is told; not the environment."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  the names are pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


S = TypeVar("S", bound=Places)

_WHERE = {
    "SLACK_BOT_TOKEN": "copy it from the app's page, OAuth & Permissions",
    "SLACK_SIGNING_SECRET": "copy it from the app's page, Basic Information",
    "SLACK_APP_TOKEN": "on the app's page, Basic Information, App-Level Tokens, make one with the scope "
    "connections:write (or run with --http HOST:PORT)",
}


def places() -> Places:
    """Where the files are, from the environment.

    :raises ConfigError: the ``.env`` file can't be read
    """
    return _settings(Places)


def of(values: Mapping[str, str | None]) -> Settings:
    """The settings of these values, under the names of the environment; nothing is read from outside.

    :raises ConfigError: something is missing or wrong
    """
    return _settings(_Given, **values)


def known() -> Settings | None:
    """What is set for asking Slack and the cloud, whatever the way in; None where it doesn't suffice for that."""
    try:
        return _settings(Settings)
    except ConfigError:
        return None


def loaded() -> Settings:
    """The settings, from the environment, whatever the way in.

    :raises ConfigError: something is missing or wrong; every fault is named
    """
    return _settings(Settings)


def load(*, http: bool) -> Settings:
    """The settings, from the environment.

    :param http: whether the bot will be run in HTTP mode, which needs the signing secret instead of the app token
    :raises ConfigError: something is missing or wrong; every fault is named
    """
    return _settings(_HttpMode) if http else _settings(_SocketMode)


def _settings(kind: type[S], **values: Any) -> S:
    try:
        return kind(**values)
    except ValidationError as error:
        raise ConfigError([_sentence(dict(problem)) for problem in error.errors()]) from None
    except UnicodeDecodeError:
        raise ConfigError(["the file .env is not in UTF-8: save it anew in that"]) from None
    except OSError as error:
        raise ConfigError([f"the file .env can't be read: {error.strerror}"]) from None


def _sentence(problem: dict[str, object]) -> str:
    location = problem["loc"]
    name = str(location[0]) if isinstance(location, tuple) and location else ""
    name = "TENCENTCLOUD_SECRET_KEY" if name == "secret_key" else name  # a default is found under the field's own name
    if problem["type"] == "missing":
        return f"{name} is missing: {_WHERE[name]}"
    return f"{name}: {str(problem['msg']).removeprefix('Value error, ')}"
