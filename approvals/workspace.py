"""Which workspace the bot must be in: the policy's, or that whose people and messages the database names.

An id of a person or a channel means nobody in another workspace: what waits for them would be given up there, and the
record would name in one breath people who are strangers to each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from approvals.audit import NOBODY, Entry
from approvals.errors import WrongWorkspace
from approvals.ledger import Ledger
from approvals.store import Store


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace of the chat.

    :ivar enterprise_id: of the organisation that it belongs to, within which a person has one id; None without
    :ivar name: as people see it, which they may change
    """

    team_id: str
    enterprise_id: str | None = None
    name: str = field(default="", compare=False)

    @classmethod
    def of_line(cls, detail: Mapping[str, object]) -> Workspace:
        """The one that a line of the record names."""
        enterprise_id = detail.get("enterprise")
        return cls(str(detail["team"]), str(enterprise_id) if enterprise_id else None, str(detail.get("name") or ""))

    def __str__(self) -> str:
        return f"{self.team_id} ({self.name})" if self.name else self.team_id

    def has(self, team_id: str | None, enterprise_id: str | None) -> bool:
        """Is it that workspace, or one of the same organisation?"""
        return team_id == self.team_id or (self.enterprise_id is not None and enterprise_id == self.enterprise_id)


def against(here: Workspace, named: str | None, recorded: Workspace | None) -> WrongWorkspace | None:
    """What speaks against a bot in that workspace.

    :param named: the workspace or the organisation that the policy names
    :param recorded: the workspace that the database is about; None where it is about none yet
    """
    if named is not None:
        wrong = named not in (here.team_id, here.enterprise_id)
        return WrongWorkspace(named, here.team_id, str(here)) if wrong else None
    if recorded is None or recorded.has(here.team_id, here.enterprise_id):
        return None
    return WrongWorkspace(str(recorded), here.team_id, str(here), recorded=True)


class Bound:
    """The workspace that a database is about: the first in which it is used, until the policy names another.

    :param named: the workspace or the organisation that the policy names
    :raises StoreError: the database can't be read
    """

    def __init__(self, store: Store, named: str | None, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._named = named
        self._clock = clock
        with store.read() as ledger:
            recorded = _recorded(ledger)
        self.expected = recorded
        if named is not None and (recorded is None or against(recorded, named, recorded)):
            self.expected = Workspace(named, named)  # whichever of the two it is

    def settle(self, here: Workspace) -> None:
        """Let the bot be in that workspace; what is new of it is in the record then.

        :raises WrongWorkspace: it must be in another one
        :raises StoreError: the database can't be read or written
        """
        with self._store.read() as ledger:
            known = self._is_known(ledger, here)
        if not known:
            self._store.write(lambda ledger: self._note(ledger, here))

    def _is_known(self, ledger: Ledger, here: Workspace) -> bool:
        """
        :raises WrongWorkspace: as ``settle``
        """
        recorded = _recorded(ledger)
        if wrong := against(here, self._named, recorded):
            raise wrong
        return recorded == here

    def _note(self, ledger: Ledger, here: Workspace) -> None:
        if not self._is_known(ledger, here):  # another process may have noted it meanwhile
            detail = {"team": here.team_id, "enterprise": here.enterprise_id, "name": here.name}
            filled = {name: value for name, value in detail.items() if value}
            ledger.add_audit(Entry(self._clock(), "workspace_known", NOBODY, None, filled))


def _recorded(ledger: Ledger) -> Workspace | None:
    detail = ledger.workspace()
    return Workspace.of_line(detail) if detail is not None else None
