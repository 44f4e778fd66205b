"""Who somebody is, in the desk's words. ``bot.people`` asks Slack; another chat would stand there instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from approvals.cloud import Image
from approvals.errors import UnknownPerson
from approvals.model import Deciders, Decision, Person, Request, Role, Verdict
from approvals.policy import Policy


class Directory(Protocol):
    """Resolves ids to people. An answer may be some seconds old, and older only where that is said."""

    def person(self, person_id: str) -> Person:
        """Who that is.

        :raises UnknownPerson: nobody
        :raises DirectoryError: can't be told now
        """
        ...

    def lately(self, person_id: str) -> Person:
        """Who that is, or was some minutes ago: good enough to list somebody, not for what they do or have done.

        :raises UnknownPerson: nobody
        :raises DirectoryError: can't be told now
        """
        ...

    def members(self, principal: str) -> tuple[str, ...]:
        """The people behind an id or an e-mail address of the policy: those of a group, or the one person.

        :raises UnknownPerson: no such group, or nobody has that address
        :raises DirectoryError: can't be told now
        """
        ...


class _Exactly:
    """The directory, for which those whose word must count now are no mere list."""

    def __init__(self, directory: Directory, whom: frozenset[str]) -> None:
        self._whom = whom
        self._directory = directory
        self.person = directory.person
        self.members = directory.members

    def lately(self, person_id: str) -> Person:
        return self._directory.person(person_id) if person_id in self._whom else self._directory.lately(person_id)


def deciders_now(request: Request, policy: Policy, directory: Directory) -> Deciders:
    """Who may decide about a request whose image is known, as of now.

    :raises DirectoryError: can't be told now
    """
    image = request.image
    assert image is not None  # noqa: S101  nobody is asked to decide before
    exactly = _Exactly(directory, frozenset(one.person.id for one in request.decisions))
    if request.action.is_drift:
        return deciders_of_drift(image, policy, exactly)
    if request.action.is_about_source:
        return guardians_of(requester_id=request.requester.id, policy=policy, directory=exactly)
    deciders = deciders_of(
        image,
        requester_id=request.requester.id,
        guardian_needed=request.deciders is not None and request.deciders.guardian_needed,
        policy=policy,
        directory=exactly,
    )
    return escalated(deciders) if request.deciders and request.deciders.escalated else deciders


def deciders_of(
    image: Image, *, requester_id: str, guardian_needed: bool, policy: Policy, directory: Directory
) -> Deciders:
    """Who may decide about a request, as of now.

    :raises DirectoryError: can't be told now
    """
    barred = frozenset() if policy.rules.self_approval else frozenset({requester_id})
    guardians = policy.home.guardians if guardian_needed else ()
    return Deciders(
        owner_ids=_able(policy.owners_of(image), directory, barred),
        guardian_ids=_able(guardians, directory, barred),
        guardian_names=_by_id(guardians, directory),
        guardian_needed=guardian_needed,
        approvals=policy.approvals_for(image),
        backup_ids=_able(policy.home.guardians, directory, barred) if policy.rules.escalate_after else (),
    )


def escalated(deciders: Deciders) -> Deciders:
    """The deciders with the guardians among the owners, since those have let it lie for too long."""
    owners = tuple(dict.fromkeys((*deciders.owner_ids, *deciders.backup_ids)))
    return replace(deciders, owner_ids=owners, backup_ids=(), escalated=True)


def deciders_of_drift(image: Image, policy: Policy, directory: Directory) -> Deciders:
    """Who may decide about a difference that was found: any owner, and any guardian.

    :raises DirectoryError: can't be told now
    """
    people = _able((*policy.owners_of(image), *policy.home.guardians), directory, frozenset())
    return Deciders(owner_ids=people)


def guardians_of(*, requester_id: str, policy: Policy, directory: Directory) -> Deciders:
    """Who may decide about what concerns no image of ours: the guardians alone.

    :raises DirectoryError: can't be told now
    """
    barred = frozenset() if policy.rules.self_approval else frozenset({requester_id})
    return Deciders(
        owner_ids=(),
        guardian_ids=_able(policy.home.guardians, directory, barred),
        guardian_names=_by_id(policy.home.guardians, directory),
        guardian_needed=True,
        approvals=0,
    )


def unknown_owners(image: Image, policy: Policy, directory: Directory) -> tuple[str, ...]:
    """Whom the policy or the image's owner tag names as an owner although there is nobody of that id or address.

    :raises DirectoryError: can't be told now
    """
    named = dict.fromkeys((*policy.owners_of(image), policy.owner_tagged(image)))
    return tuple(one for one in named if one and not _is_known(one, policy.owners_of(image), directory))


def can_be_met(deciders: Deciders) -> bool:
    """Are there people enough? Each has one vote, so an owner who is the only guardian can't be both."""
    return is_met(deciders, frozenset(deciders.owner_ids), frozenset(deciders.guardian_ids))


def is_met(deciders: Deciders, owners: frozenset[str], guardians: frozenset[str]) -> bool:
    """Do these who approved, in the roles in which they did, suffice?"""
    if len(owners) < deciders.approvals:
        return False
    if not deciders.guardian_needed:
        return True
    return bool(guardians) and len(owners | guardians) > deciders.approvals


def suffices(decisions: Iterable[Decision], deciders: Deciders) -> bool:
    """Do those who approved suffice, as far as their word counts?"""
    given = counted(decisions, deciders)
    owners, guardians = (
        frozenset(one.person.id for one in given if role in one.roles) for role in (Role.OWNER, Role.GUARDIAN)
    )
    return is_met(deciders, owners, guardians)


def counted(decisions: Iterable[Decision], deciders: Deciders) -> list[Decision]:
    """The approvals that count, each in the roles in which it was given and could still be given.

    :param deciders: those who may decide now: whoever is none of them any more has no word
    """
    given = [
        replace(one, roles=one.roles & roles_of(one.person.id, deciders))
        for one in decisions
        if one.verdict is Verdict.APPROVE
    ]
    return [one for one in given if one.roles]


def roles_of(person_id: str, deciders: Deciders) -> frozenset[Role]:
    """In which they may decide."""
    roles = {Role.OWNER} if person_id in deciders.owner_ids else set()
    if person_id in deciders.guardian_ids:
        roles.add(Role.GUARDIAN)
    return frozenset(roles)


def _able(principals: tuple[str, ...], directory: Directory, barred: frozenset[str]) -> tuple[str, ...]:
    people: dict[str, None] = {}
    for principal in principals:
        for person_id in _members(principal, directory):
            if person_id not in barred and person_id not in people and _may_act(person_id, directory):
                people[person_id] = None
    return tuple(people)


def _members(principal: str, directory: Directory) -> tuple[str, ...]:
    try:
        return directory.members(principal)
    except UnknownPerson:
        return ()  # a group that was deleted has nobody in it; ``imagewarden check`` names it


def _by_id(principals: tuple[str, ...], directory: Directory) -> tuple[str, ...]:
    """An address is no name that the chat shows: the id of the person stands for it."""
    found = [one if "@" not in one else next(iter(_members(one, directory)), "") for one in principals]
    return tuple(one for one in found if one)


def _is_known(named: str, principals: tuple[str, ...], directory: Directory) -> bool:
    """
    :param principals: those that have the form of an id or an address
    """
    if named not in principals:
        return False
    try:
        for person_id in directory.members(named):
            directory.lately(person_id)
    except UnknownPerson:
        return False
    return True


def _may_act(person_id: str, directory: Directory) -> bool:
    try:
        return directory.lately(person_id).may_act
    except UnknownPerson:
        return False
