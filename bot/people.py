"""A Slack id → a person, or the reason why they may do nothing here. Asks Slack; answers are kept for seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from typing import Any, TypeVar

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from approvals.errors import DirectoryError, UnknownPerson
from approvals.model import Person
from approvals.sentences import say
from approvals.workspace import Workspace
from bot import languages
from bot.answers import Answer, GroupMembers, Groups, User, UserByEmail, UsersInfo, read
from bot.languages import Language
from bot.slack import UNREACHED, code_of, told_by

T = TypeVar("T")
A = TypeVar("A", bound=Answer)

_FRESH_FOR = 15.0  # seconds
_LATELY = 600.0  # seconds: of a large group not all can be asked for each time, Slack tells of a hundred a minute
_KNOWN_FOR = 3600.0  # seconds
_ONE_BY_ONE = 10  # groups: Slack tells of some twenty a minute, or else of all that there are at once, with everybody
_NOBODY = {"user_not_found", "user_not_visible", "users_not_found", "no_such_subteam", "subteam_not_found"}


class People:
    """The desk's directory, from Slack.

    :param workspace: gives our workspace; raises DirectoryError while it isn't known
    :param clock: monotonic seconds
    """

    def __init__(
        self, client: WebClient, workspace: Callable[[], Workspace], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._workspace = workspace
        self._clock = clock
        self._kept: dict[str, tuple[float, Any]] = {}
        self._languages: dict[str, Language] = {}
        self._addresses: dict[str, str] = {}
        self._lock = threading.Lock()

    def person(self, person_id: str) -> Person:
        """Who that is.

        :raises UnknownPerson: nobody
        :raises DirectoryError: Slack can't be asked now
        """
        return self._fresh(_key(person_id), lambda: self._ask_person(person_id))

    def lately(self, person_id: str) -> Person:
        """Who that is, or was ten minutes ago at most.

        :raises UnknownPerson: nobody
        :raises DirectoryError: Slack can't be asked now
        """
        return self._fresh(_key(person_id), lambda: self._ask_person(person_id), within=_LATELY)

    def known(self, person_id: str) -> Person | None:
        """Who that was an hour ago at most, without asking; None where it isn't known. To look, not to decide."""
        with self._lock:
            kept = self._kept.get(_key(person_id))
        person: Person | None = kept[1] if kept is not None and self._clock() - kept[0] < _KNOWN_FOR else None
        return person

    def language(self, person_id: str) -> Language | None:
        """In which language they use Slack, as far as that is known without asking."""
        return self._languages.get(person_id)

    def address(self, person_id: str) -> str:
        """Their e-mail address as Slack tells it; "" where it doesn't. To look, not to decide: some may change it.

        :raises UnknownPerson: nobody
        :raises DirectoryError: Slack can't be asked now
        """
        self.lately(person_id)
        return self._addresses[person_id]

    def groups_of(self, person_id: str, among: Collection[str]) -> set[str]:
        """Those of the groups to which they belong, by their ids. To look, not to decide.

        :raises DirectoryError: Slack can't be asked now
        """
        if len(among) <= _ONE_BY_ONE:
            return {group for group in among if person_id in self._members_now(group)}
        groups = self._fresh("groups", self._ask_groups).usergroups
        return {group.id for group in groups if group.id in among and person_id in (group.users or ())}

    def members(self, principal: str) -> tuple[str, ...]:
        """The people behind an id or an e-mail address of the policy.

        :raises UnknownPerson: no such group, or nobody has that address
        :raises DirectoryError: Slack can't be asked now
        """
        if "@" in principal:
            return self._fresh(f"address {principal}", lambda: self._ask_address(principal))
        if not principal.startswith("S"):
            return (principal,)
        return self._fresh(f"group {principal}", lambda: self._ask_group(principal))

    def _members_now(self, group: str) -> tuple[str, ...]:
        try:
            return self.members(group)
        except UnknownPerson:
            return ()  # a group that was deleted has nobody in it

    def _ask_person(self, person_id: str) -> Person:
        user = self._ask(
            person_id, UsersInfo, lambda: self._client.users_info(user=person_id, include_locale=True)
        ).user
        self._languages[person_id] = languages.of_locale(user.locale or "")
        self._addresses[person_id] = (user.profile.email if user.profile else None) or ""
        why_not = _why_not(user, person_id, self._workspace())
        return Person(
            person_id,
            _name(user, person_id),
            may_act=why_not is None,
            why_not=why_not or "",
            time_zone=user.tz or "",
        )

    def _ask_address(self, address: str) -> tuple[str, ...]:
        found = self._ask(address, UserByEmail, lambda: self._client.users_lookupByEmail(email=address)).user
        if not found.id:
            raise UnknownPerson(address)
        return (found.id,)

    def _ask_group(self, group_id: str) -> tuple[str, ...]:
        group = self._ask(group_id, GroupMembers, lambda: self._client.usergroups_users_list(usergroup=group_id))
        return tuple(group.users)

    def _ask_groups(self) -> Groups:
        return self._ask("", Groups, lambda: self._client.usergroups_list(include_users=True), "who is in which group")

    def _ask(self, principal: str, kind: type[A], call: Callable[[], SlackResponse], about: str = "") -> A:
        """
        :param principal: who or which group is asked for; "" for nobody in particular, of whom none can be unknown
        :param about: what is asked, where it isn't who they are
        """
        about = about or f"who {principal} is"
        self._workspace()  # nobody of another one is asked for
        try:
            return read(kind, call())
        except SlackApiError as error:
            if principal and code_of(error) in _NOBODY:
                raise UnknownPerson(principal) from error
            raise DirectoryError(f"Slack does not tell {about}: {told_by(error)}") from error
        except UNREACHED as error:
            raise DirectoryError(f"Slack can't be asked {about}: {error}") from error

    def _fresh(self, key: str, ask: Callable[[], T], *, within: float = _FRESH_FOR) -> T:
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and self._clock() - kept[0] < within:
            value: T = kept[1]
            return value
        asked_at = self._clock()
        value = ask()
        with self._lock:
            self._kept[key] = (asked_at, value)
        return value


def _key(person_id: str) -> str:
    return f"person {person_id}"


def _name(user: User, person_id: str) -> str:
    shown = user.profile.display_name if user.profile else None
    return shown or user.name or user.real_name or person_id


def _why_not(user: User, person_id: str, workspace: Workspace) -> str | None:
    """A sentence on why they may neither ask nor decide, or None."""
    if user.deleted:
        return say("this account is deactivated.")
    if person_id == "USLACKBOT" or any((user.is_bot, user.is_workflow_bot, user.is_connector_bot)):
        return say("bots can neither ask nor decide.")
    if user.is_restricted or user.is_ultra_restricted:
        return say("guests can neither ask nor decide.")
    if user.is_invited_user:
        return say("the invitation to this workspace isn't accepted yet.")
    if user.is_stranger or not _same_company(user, workspace):
        return say("people of other workspaces can neither ask nor decide.")
    return None


def _same_company(user: User, workspace: Workspace) -> bool:
    enterprise_id = user.enterprise_user.enterprise_id if user.enterprise_user else None
    if workspace.enterprise_id and enterprise_id:
        return enterprise_id == workspace.enterprise_id
    return user.team_id in ("", workspace.team_id)
