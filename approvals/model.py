"""The words of Imagewarden as values, and the moves a request can make.

A request goes::

    checking ─→ refused
       └─────→ pending ─→ denied · cancelled · expired
                  └────→ approved ─→ executing ─→ done · partial · failed
                                        └─→ approved   (crash, throttle, outcome unknown)

What needs nothing of the cloud, a word on a source, passes the last three in one transaction.
``failed`` and ``partial`` go back to ``approved`` when an owner retries. ``MOVES`` holds that as data, and every
change of state in the database is guarded by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from approvals.cloud import LIGHTHOUSE, Image
from approvals.copy_model import Copy
from approvals.terms import NO_END, Term


class Action(StrEnum):
    SHARE = "share"
    UNSHARE = "unshare"
    DELETE = "delete"  # every share is taken back first
    TRUST = "trust"  # an account that shares images with us
    DISTRUST = "distrust"
    ADOPT = "adopt"  # a share that nobody approved, found in the cloud
    RESTORE = "restore"  # a share that was approved, and isn't in the cloud any more

    @property
    def is_drift(self) -> bool:
        """Did nobody ask for it, but the cloud differ from the record?"""
        return self in (Action.ADOPT, Action.RESTORE)

    @property
    def names_accounts(self) -> bool:
        """Is it about an image and accounts that are to have it, or not any more?"""
        return self in (Action.SHARE, Action.UNSHARE, Action.ADOPT, Action.RESTORE)

    @property
    def is_about_source(self) -> bool:
        """Is it about an account that shares images with us, rather than about an image of ours?"""
        return self in (Action.TRUST, Action.DISTRUST)


class State(StrEnum):
    CHECKING = "checking"
    REFUSED = "refused"
    PENDING = "pending"
    DENIED = "denied"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    APPROVED = "approved"
    EXECUTING = "executing"
    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"


MOVES: Mapping[State, frozenset[State]] = {
    State.CHECKING: frozenset({State.REFUSED, State.PENDING}),
    State.REFUSED: frozenset(),
    State.PENDING: frozenset({State.DENIED, State.CANCELLED, State.EXPIRED, State.APPROVED}),
    State.DENIED: frozenset(),
    State.CANCELLED: frozenset(),
    State.EXPIRED: frozenset(),
    State.APPROVED: frozenset({State.EXECUTING}),
    State.EXECUTING: frozenset({State.APPROVED, State.DONE, State.PARTIAL, State.FAILED}),
    State.DONE: frozenset(),
    State.PARTIAL: frozenset({State.APPROVED}),
    State.FAILED: frozenset({State.APPROVED}),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits of one kind, for operators.

    :ivar since: when the oldest of it came into the state that it is in; None where nothing waits
    :ivar attempts: as often the one that was tried most was tried
    """

    number: int
    since: datetime | None
    attempts: int = 0


class ItemState(StrEnum):
    """How it stands with one account of a request."""

    WAITING = "waiting"
    DONE = "done"
    ALREADY = "already"  # it was so before anybody did anything
    FAILED = "failed"


class Level(StrEnum):
    """What a finding does: ``block`` ends the request, ``warn`` needs a guardian too, ``note`` informs."""

    BLOCK = "block"
    WARN = "warn"
    NOTE = "note"


class Role(StrEnum):
    OWNER = "owner"
    GUARDIAN = "guardian"


class Verdict(StrEnum):
    APPROVE = "approve"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody resolved to exactly one identity.

    :ivar id: the chat's id of the person
    :ivar name: what people call them, at the time of asking
    :ivar may_act: not a guest, a bot, deactivated or of another company
    :ivar why_not: where ``may_act`` is false, the reason as a sentence
    :ivar time_zone: where they live, by its IANA name; empty where that isn't known
    """

    id: str
    name: str
    may_act: bool = True
    why_not: str = ""
    time_zone: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """A root account that an image is shared with, and the policy's name for it where there is one."""

    account: str
    name: str | None = None


LIGHTHOUSE_TARGET = Target(LIGHTHOUSE, "Lighthouse")
"""The vendor's Lighthouse, among the accounts of a request."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of a check: a stable code, a sentence, and the way out.

    :ivar about: the account that it is about, where it isn't about the image or the request as a whole
    """

    code: str
    level: Level
    text: str
    remedy: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One account in one region within a request, with its own outcome; or an image that is to be deleted.

    :ivar code: the vendor's error code where it failed; ``ACCEPTED`` where it waits for an accepted call to show,
        ``COPYING`` where it waits for a copy
    :ivar message: the vendor's sentence, and what to do
    :ivar cloud_request_id: the vendor's id of the call that did it, or is thought to
    :ivar unseen: how many reads did not show what a call, accepted or without an answer, may have done
    :ivar image_id: the image that is shared in the region: in another one than the image's own it is a copy
    """

    id: int
    target: Target
    region: str
    state: ItemState
    code: str = ""
    message: str = ""
    cloud_request_id: str = ""
    unseen: int = 0
    image_id: str = ""
    changed_at: datetime | None = None

    @property
    def is_image(self) -> bool:
        """Is it the image itself, or a copy of it, that is to be deleted?"""
        return not self.target.account


@dataclass(frozen=True, slots=True)
class Affected:
    """An account that would lose the image in a region; without an account the image that would be deleted there."""

    target: Target
    region: str
    image_id: str


@dataclass(frozen=True, slots=True)
class SourceWord:
    """The guardians' word on an account that shares images with us."""

    account: str
    trusted: bool
    request_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Deletion:
    """By which request an image was deleted, and when."""

    request_id: int
    image_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """One person's word on a request, and in which roles they gave it."""

    person: Person
    roles: frozenset[Role]
    verdict: Verdict
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Deciders:
    """Who may decide, as people, and how many must.

    :ivar owner_ids: people who own the image, the requester left out where they may not approve
    :ivar guardian_ids: people who may agree as a guardian; empty where none is needed
    :ivar guardian_names: what to call the guardians in a sentence: groups and people as the policy lists them
    :ivar backup_ids: guardians who may decide like owners as soon as those have let it lie for too long
    :ivar escalated: they have, and the guardians are among the owners
    """

    owner_ids: tuple[str, ...]
    guardian_ids: tuple[str, ...] = ()
    guardian_names: tuple[str, ...] = ()
    guardian_needed: bool = False
    approvals: int = 1
    backup_ids: tuple[str, ...] = ()
    escalated: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asked for, and how it stands.

    :ivar image_ref: the image as it was typed: an id or a name
    :ivar regions: those asked for; none: the image's own
    :ivar everyone: every account that has the image is meant, whichever those are when it is done
    :ivar snapshots: with the image its snapshots are deleted
    :ivar image: the image as the cloud described it at the last check
    :ivar decide_by: when a pending request expires
    :ivar not_before: the time of the next attempt at checking or executing; None while it waits for a copy
    :ivar lease: the name of the attempt that is executing it
    :ivar copies: of its image, in its other regions, oldest first
    :ivar reply_to: where a private answer to the requester can go, in the words of the chat
    :ivar term: how long the share is to last, as it was asked or as the policy limits it
    :ivar until: when the share ends; known from the approval on, where it was asked as a day from the checks on
    :ivar standing: how many of the shares that it brought about stand
    :ivar ended_at: when the last of them ended that did
    :ivar ended: account and region of those that ended
    :ivar ends: the request whose shares are over; this one takes them back, and nobody asked for it
    :ivar reminds: how often the deciders were reminded of it
    """

    id: int
    action: Action
    image_ref: str
    regions: tuple[str, ...]
    targets: tuple[Target, ...]
    reason: str
    requester: Person
    asked_at: datetime
    state: State
    changed_at: datetime
    image: Image | None = None
    decide_by: datetime | None = None
    not_before: datetime | None = None
    attempts: int = 0
    lease: str | None = None
    deciders: Deciders | None = None
    findings: tuple[Finding, ...] = ()
    items: tuple[Item, ...] = ()
    decisions: tuple[Decision, ...] = ()
    copies: tuple[Copy, ...] = ()
    reply_to: str = ""
    everyone: bool = False
    snapshots: bool = False
    term: Term = NO_END
    until: datetime | None = None
    standing: int = 0
    ended_at: datetime | None = None
    ended: frozenset[tuple[str, str]] = frozenset()
    ends: int | None = None
    reminds: int = 0

    @property
    def may_have_shared(self) -> bool:
        """Can there be shares that it brought about, as far as it is finished?"""
        return self.action is Action.SHARE and self.state in (State.DONE, State.PARTIAL, State.FAILED)

    @property
    def is_over(self) -> bool:
        """Did it bring about shares of which none stands any more?"""
        return self.ended_at is not None and not self.standing

    @property
    def image_name(self) -> str:
        return self.image.name if self.image else self.image_ref


@dataclass(frozen=True, slots=True)
class Grant:
    """An active share that the ledger knows."""

    id: int
    image_id: str
    region: str
    target: Target
    since: datetime
    request_id: int
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for, before it has a number.

    :ivar key: what makes this delivery unique, so that the same one told twice is one request
    :ivar reply_to: where a private answer can go, in the words of the chat; opaque here
    :ivar everyone: no target is named, since every account is meant that has the image
    :ivar term: how long a share is to last
    """

    key: str
    action: Action
    image_ref: str
    regions: tuple[str, ...]
    targets: tuple[Target, ...]
    reason: str
    requester: Person
    reply_to: str = ""
    everyone: bool = False
    snapshots: bool = False
    term: Term = NO_END


class Verb(StrEnum):
    """What a button on a card does."""

    APPROVE = "approve"
    DENY = "deny"
    CANCEL = "cancel"
    RETRY = "retry"
    ASK_AGAIN = "ask_again"
    REMOVE_COPY = "remove_copy"
    END_NOW = "end_now"
    ADOPT = "adopt"
    REVOKE = "revoke"
    SHARE_AGAIN = "share_again"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Press:
    """A button pressed, as it came in; nobody has judged yet whether it may have an effect.

    :ivar key: what makes this press unique, so that the same one told twice is one press
    :ivar reply_to: where a private answer can go, in the words of the chat
    """

    key: str
    request_id: int
    person_id: str
    verb: Verb
    at: datetime
    reason: str = ""
    reply_to: str = ""
    id: int = 0
