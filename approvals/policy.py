"""The policy file: who owns which images, which accounts are known, and the rules. Parsed, validated, asked."""

from __future__ import annotations

import fnmatch
import re
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from approvals import policy_faults
from approvals.cloud import LIGHTHOUSE, MAX_SHARES, Image
from approvals.errors import PolicyError
from approvals.findings import CATALOGUE
from approvals.model import LIGHTHOUSE_TARGET, Level, Target
from approvals.terms import LONGEST

T = TypeVar("T")

_TAKEN = {LIGHTHOUSE: "the vendor's Lighthouse"} | dict.fromkeys(
    ("all", "everyone", "everybody"), "everybody who has an image"
)
"""Words that people type in the place of an account, and what they mean."""

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

FIXED_WHILE_RUNNING = ("account", "site", "regions", "workspace", "channel", "lighthouse")
"""The settings under ``[home]`` on which connections and posted cards depend: another value needs a restart."""


def _duration(value: object) -> object:
    if isinstance(value, str) and (match := re.fullmatch(r"([1-9][0-9]{0,4})\s*([mhdw])", value.strip())):
        return timedelta(**{_UNITS[match[2]]: int(match[1])})
    raise ValueError('a duration is a number and a unit, such as "30m", "4h", "3d" or "2w"')


def _duration_or_off(value: object) -> object:
    return None if value == "off" else _duration(value)


Duration = Annotated[timedelta, BeforeValidator(_duration)]

_PRINCIPAL = r"[UWS][A-Z0-9]{1,20}|[^@\s<>|\"',;]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}"

# Root account ids are digits of no fixed length in the vendor's samples (8 to 12 seen); the cloud has the last word.
AccountId = Annotated[str, Field(pattern=r"^[1-9][0-9]{4,13}$")]
PersonId = Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{1,20}$")]
Principal = Annotated[str, Field(pattern=f"^(?:{_PRINCIPAL})$")]
Match = Annotated[str, Field(min_length=1)]
Region = Annotated[str, Field(pattern=r"^[a-z]{2,4}-[a-z0-9-]{3,40}$")]


def _distinct(accounts: tuple[Account, ...]) -> tuple[Account, ...]:
    faults: list[policy_faults.Fault] = []
    for field in ("id", "name"):
        seen: set[str] = set()
        for position, account in enumerate(accounts):
            value = getattr(account, field).lower()
            if value in seen:
                faults.append(((position, field), f"{value} is there twice"))
            elif value in _TAKEN:
                faults.append(((position, field), f"that word means {_TAKEN[value]}: choose another name"))
            seen.add(value)
    return _sound(accounts, faults)


def _changeable(levels: Mapping[str, Level]) -> Mapping[str, Level]:
    faults: list[policy_faults.Fault] = []
    for code in levels:
        if code not in CATALOGUE:
            known = policy_faults.nearest(code, sorted(one.code for one in CATALOGUE.values() if not one.fixed))
            faults.append(((code,), f"there is no finding of that code{known}"))
        elif fixed := CATALOGUE[code].fixed:
            faults.append(((code,), f"its level can't be chosen: {fixed}"))
    return _sound(levels, faults)


def _sound(value: T, faults: list[policy_faults.Fault]) -> T:
    if faults:
        raise PydanticCustomError(policy_faults.ELSEWHERE, "see the faults", {"faults": faults})
    return value


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Home(_Section):
    """``[home]``: our account, and where in the chat requests are told.

    :ivar workspace: in which the bot must be, or the organisation; None for the one of the database
    :ivar language: of the cards that everybody sees, and of whoever's own isn't known
    :ivar lighthouse: whether Lighthouse's images count too, and images may be offered to it
    :ivar creators: accounts beside our own whose images are ours too, such as sub-accounts that build
    """

    account: AccountId | None = None
    site: Literal["china", "international"] = "china"
    regions: Annotated[tuple[Region, ...], Field(min_length=1)]
    workspace: Annotated[str, Field(pattern=r"^[TE][A-Z0-9]{1,20}$")] | None = None
    channel: Annotated[str, Field(pattern=r"^[CG][A-Z0-9]{1,20}$")]
    guardians: tuple[Principal, ...] = ()
    admins: tuple[PersonId, ...] = ()
    creators: tuple[AccountId, ...] = ()
    lighthouse: bool = False
    language: Literal["en", "zh-CN"] = "en"


class Rules(_Section):
    """``[rules]``: what holds for every image unless the image's own entry says otherwise.

    :ivar many_targets: more accounts than that at once are a finding
    :ivar max_days: a share lasts no longer, counted from its approval; None for no limit
    :ivar remind_after: the deciders are reminded that long after they were asked, then after twice that, and so on
    :ivar escalate_after: whoever is silent that long shares the decision with the guardians
    :ivar drift_every: how long after one comparison of the cloud with the record the next begins; None for never
    :ivar owner_tag: the key of the image tag that names an owner
    :ivar lineage_tag: the key of the image tag that names the image, or the account, that an image was made from
    :ivar findings: the level of a finding, by its code, where it isn't that of the catalogue
    """

    unknown_target: Literal["guardian", "refuse", "allow"] = "guardian"
    self_approval: bool = False
    approvals: Annotated[int, Field(ge=1, le=20)] = 1
    many_targets: Annotated[int, Field(ge=1, le=MAX_SHARES)] = 10
    max_days: Annotated[int, Field(ge=1, le=LONGEST.days)] | None = None
    decide_within: Duration = timedelta(days=3)
    remind_after: Duration | None = None
    escalate_after: Duration | None = None
    drift_every: Annotated[timedelta | None, BeforeValidator(_duration_or_off)] = timedelta(minutes=30)
    owner_tag: Annotated[str, Field(min_length=1)] | None = None
    lineage_tag: Annotated[str, Field(min_length=1)] | None = None
    findings: Annotated[Mapping[str, Level], AfterValidator(_changeable)] = {}


class Account(_Section):
    """``[[accounts]]``: an account that is known by name.

    :ivar images: ids, names or patterns of the images for which it is trusted as a target; None for all
    """

    id: AccountId
    name: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9._-]{0,59}$")]
    trusted_as: tuple[Literal["target", "source"], ...] = ()
    images: tuple[Match, ...] | None = None


class ImageRule(_Section):
    """``[[images]]``: who owns the images that match; ``match`` is an id, a name, or a name with ``*`` and ``?``."""

    match: Match
    owners: tuple[Principal, ...]
    approvals: Annotated[int, Field(ge=1, le=20)] | None = None

    def covers(self, image: Image) -> bool:
        return _covers(self.match, image)


def _covers(match: str, image: Image) -> bool:
    return match == image.image_id or fnmatch.fnmatchcase(image.name, match)


class Policy(_Section):
    """The whole file."""

    home: Home
    rules: Rules = Rules()
    accounts: Annotated[tuple[Account, ...], AfterValidator(_distinct)] = ()
    images: tuple[ImageRule, ...] = ()

    @property
    def account_names(self) -> Mapping[str, str]:
        """Name → account id, for every account of the policy."""
        return {account.name: account.id for account in self.accounts}

    @property
    def longest(self) -> timedelta | None:
        """How long a share may last; None for no limit."""
        return timedelta(days=self.rules.max_days) if self.rules.max_days else None

    def name_of(self, account_id: str) -> str | None:
        return next((account.name for account in self.accounts if account.id == account_id), None)

    def trusts_as(self, role: Literal["target", "source"], account_id: str) -> bool:
        return any(account.id == account_id and role in account.trusted_as for account in self.accounts)

    def trusts_with(self, image: Image, account_id: str) -> bool:
        """Is the account trusted as a target of this very image?"""
        return any(
            account.id == account_id
            and "target" in account.trusted_as
            and (account.images is None or any(_covers(match, image) for match in account.images))
            for account in self.accounts
        )

    def owners_of(self, image: Image) -> tuple[str, ...]:
        """People and groups who own the image: by the first rule that matches, and by the image's owner tag."""
        rule = self.rule_for(image)
        owners = list(rule.owners) if rule else []
        tag = self.owner_tagged(image)
        if re.fullmatch(_PRINCIPAL, tag):
            owners.append(tag)
        return tuple(dict.fromkeys(owners))

    def owner_tagged(self, image: Image) -> str:
        """What the owner tag of the image says, whoever that may be; empty where the policy knows no such tag."""
        return image.tags.get(self.rules.owner_tag, "").strip() if self.rules.owner_tag else ""

    def lineage_of(self, image: Image) -> str:
        """What the image was made from by its lineage tag; empty where the policy knows no such tag."""
        return image.tags.get(self.rules.lineage_tag, "").strip() if self.rules.lineage_tag else ""

    def approvals_for(self, image: Image) -> int:
        rule = self.rule_for(image)
        return rule.approvals if rule and rule.approvals else self.rules.approvals

    def target(self, account_id: str) -> Target:
        return LIGHTHOUSE_TARGET if account_id == LIGHTHOUSE else Target(account_id, self.name_of(account_id))

    def rule_for(self, image: Image) -> ImageRule | None:
        """The first rule that matches."""
        return next((rule for rule in self.images if rule.covers(image)), None)


def load(path: Path) -> Policy:
    """Read the policy file.

    :raises PolicyError: it can't be read, isn't TOML, or breaks a rule; every fault is named at once
    """
    return parse(read(path), str(path))


def read(path: Path) -> str:
    """The text of the policy file.

    :raises PolicyError: it can't be read
    """
    try:
        return path.read_text(encoding="utf-8-sig")  # some editors begin a file with a mark
    except FileNotFoundError:
        raise PolicyError(str(path), ["there is no such file; set IMAGEWARDEN_POLICY or create it"]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(str(path), [f"it can't be read: {error}"]) from None


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
        raise PolicyError(path, [policy_faults.syntax(error, text)]) from None
    try:
        return Policy.model_validate(data)
    except ValidationError as error:
        raise PolicyError(path, policy_faults.sentences(error, text, Policy)) from None
