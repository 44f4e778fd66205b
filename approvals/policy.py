"""The policy file: who owns which images, which accounts are known, and the rules. Parsed, validated, asked."""

from __future__ import annotations

import difflib
import fnmatch
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from approvals.cloud import Image
from approvals.errors import PolicyError
from approvals.model import Target

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def _duration(value: object) -> object:
    if isinstance(value, str) and (match := re.fullmatch(r"([1-9][0-9]{0,4})\s*([mhdw])", value.strip())):
        return timedelta(**{_UNITS[match[2]]: int(match[1])})
    raise ValueError('a duration is a number and a unit, such as "30m", "4h", "3d" or "2w"')


Duration = Annotated[timedelta, BeforeValidator(_duration)]

# Root account ids are digits of no fixed length in the vendor's samples (8 to 12 seen); the cloud has the last word.
AccountId = Annotated[str, Field(pattern=r"^[1-9][0-9]{4,13}$")]
PersonId = Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{2,20}$")]
Principal = Annotated[str, Field(pattern=r"^[UWS][A-Z0-9]{2,20}$")]
Region = Annotated[str, Field(pattern=r"^[a-z]{2,4}-[a-z0-9-]{3,40}$")]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Home(_Section):
    """``[home]``: our account, and where in the chat requests are told."""

    account: AccountId | None = None
    site: Literal["china", "international"] = "china"
    regions: Annotated[tuple[Region, ...], Field(min_length=1)]
    channel: Annotated[str, Field(pattern=r"^[CG][A-Z0-9]{2,20}$")]
    guardians: tuple[Principal, ...] = ()
    admins: tuple[PersonId, ...] = ()


class Rules(_Section):
    """``[rules]``: what holds for every image unless the image's own entry says otherwise."""

    unknown_target: Literal["guardian", "refuse", "allow"] = "guardian"
    self_approval: bool = False
    approvals: Annotated[int, Field(ge=1, le=20)] = 1
    max_days: Annotated[int, Field(ge=1)] | None = None
    decide_within: Duration = timedelta(days=3)
    remind_after: Duration | None = None
    owner_tag: Annotated[str, Field(min_length=1)] | None = None


class Account(_Section):
    """``[[accounts]]``: an account that is known by name."""

    id: AccountId
    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9._-]{0,59}$")]
    trusted_as: tuple[Literal["target", "source"], ...] = ()


class ImageRule(_Section):
    """``[[images]]``: who owns the images that match; ``match`` is an id, a name, or a name with ``*`` and ``?``."""

    match: Annotated[str, Field(min_length=1)]
    owners: tuple[Principal, ...]
    approvals: Annotated[int, Field(ge=1, le=20)] | None = None

    def covers(self, image: Image) -> bool:
        return self.match == image.image_id or fnmatch.fnmatchcase(image.name, self.match)


class Policy(_Section):
    """The whole file."""

    home: Home
    rules: Rules = Rules()
    accounts: tuple[Account, ...] = ()
    images: tuple[ImageRule, ...] = ()

    @model_validator(mode="after")
    def _unambiguous(self) -> Policy:
        for field in ("id", "name"):
            seen: set[str] = set()
            for account in self.accounts:
                value = getattr(account, field).lower()
                if value in seen:
                    raise ValueError(f"accounts: the {field} {value} is there twice")
                seen.add(value)
        return self

    @property
    def account_names(self) -> Mapping[str, str]:
        """Name → account id, for every account of the policy."""
        return {account.name: account.id for account in self.accounts}

    def name_of(self, account_id: str) -> str | None:
        return next((account.name for account in self.accounts if account.id == account_id), None)

    def trusts_as(self, role: Literal["target", "source"], account_id: str) -> bool:
        return any(account.id == account_id and role in account.trusted_as for account in self.accounts)

    def owners_of(self, image: Image) -> tuple[str, ...]:
        """People and groups who own the image: by the first rule that matches, and by the image's owner tag."""
        rule = self._rule_for(image)
        owners = list(rule.owners) if rule else []
        tag = image.tags.get(self.rules.owner_tag, "") if self.rules.owner_tag else ""
        if re.fullmatch(r"[UWS][A-Z0-9]{2,20}", tag):
            owners.append(tag)
        return tuple(dict.fromkeys(owners))

    def approvals_for(self, image: Image) -> int:
        rule = self._rule_for(image)
        return rule.approvals if rule and rule.approvals else self.rules.approvals

    def target(self, account_id: str) -> Target:
        return Target(account_id, self.name_of(account_id))

    def _rule_for(self, image: Image) -> ImageRule | None:
        return next((rule for rule in self.images if rule.covers(image)), None)


def load(path: Path) -> Policy:
    """Read the policy file.

    :raises PolicyError: it can't be read, isn't TOML, or breaks a rule; every fault is named at once
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise PolicyError(str(path), ["there is no such file; set IMAGEWARDEN_POLICY or create it"]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(str(path), [f"it can't be read: {error}"]) from None
    return parse(text, str(path))


def parse(text: str, path: str = "policy.toml") -> Policy:
    """The policy that a text in TOML describes.

    :param path: named in the error
    :raises PolicyError: as ``load``
    """
    try:
        data = tomllib.loads(text)
    except RecursionError:
        raise PolicyError(path, ["it is not a policy: lists or tables in it are nested too deeply"]) from None
    except ValueError as error:  # TOMLDecodeError is one, and so is what int() raises on thousands of digits
        raise PolicyError(path, [f"it is not valid TOML: {error}"]) from None
    try:
        return Policy.model_validate(data)
    except ValidationError as error:
        raise PolicyError(path, [_sentence(dict(problem)) for problem in error.errors()]) from None


def _sentence(problem: dict[str, Any]) -> str:
    where = _place(problem["loc"])
    if problem["type"] == "extra_forbidden":
        return f"{where} is not a setting{_nearest(problem['loc'])}"
    if problem["type"] == "missing":
        return f"{where} is missing"
    if problem["type"] == "string_pattern_mismatch":
        return f"{where}: {_shown(problem['input'])} doesn't look like {_LOOKS_LIKE.get(_field(problem['loc']), 'one')}"
    message = problem["msg"].removeprefix("Value error, ")
    return f"{where}: {message}" if where else message


_BARE_KEY = re.compile(r"[A-Za-z0-9_-]{1,60}")
_LONGEST_SHOWN = 60  # characters

_LOOKS_LIKE = {
    "account": 'a root account id (digits, such as "100012345678")',
    "id": 'a root account id (digits, such as "100012345678")',
    "name": "an account name (a letter, then letters, digits, dots, dashes)",
    "channel": 'a channel id (such as "C0IMAGES": in Slack, open the channel\'s details to copy it)',
    "owners": 'a person\'s id ("U…") or a user group\'s ("S…")',
    "guardians": 'a person\'s id ("U…") or a user group\'s ("S…")',
    "admins": 'a person\'s id ("U…")',
    "regions": 'a region (such as "ap-guangzhou")',
}

_SETTINGS: Mapping[str, type[BaseModel]] = {
    "home": Home,
    "rules": Rules,
    "accounts": Account,
    "images": ImageRule,
}


def _field(location: tuple[str | int, ...]) -> str:
    return next((part for part in reversed(location) if isinstance(part, str)), "")


def _place(location: tuple[str | int, ...]) -> str:
    return "".join(_steps(location)).lstrip(".")


def _steps(location: tuple[str | int, ...]) -> Iterator[str]:
    for part in location:
        if isinstance(part, int):
            yield f" number {part + 1}"
        else:
            yield f".{part}" if _BARE_KEY.fullmatch(part) else f".{_shown(part)}"


def _shown(text: str) -> str:
    """A text from the file within a sentence: on one line, with nothing in it that a terminal obeys."""
    return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…")


def _nearest(location: tuple[str | int, ...]) -> str:
    section = _SETTINGS.get(str(location[0])) if len(location) > 1 else Policy
    known = list(section.model_fields) if section else []
    near = difflib.get_close_matches(str(location[-1]), known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; known here: {', '.join(known)}"
