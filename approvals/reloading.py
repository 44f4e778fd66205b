"""The sweep that reads the policy file again: when it changed, and when somebody asks for it by a signal.

A file that is no sound policy leaves the old one in force, all of it. What changes is in the record, with the hash of
the file: who may approve is worth proof. Several processes on one database each reload; one of them tells.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from approvals import outbox, policy
from approvals.audit import NOBODY, Entry
from approvals.errors import PolicyError
from approvals.ledger import Ledger
from approvals.policies import Policies, changes
from approvals.store import Store

EVERY = timedelta(seconds=2)
_SETTLES = timedelta(seconds=1)  # a file that was just changed may be half written yet

REFUSED, MENDED = "policy_refused", "policy_mended"
"""What the admins are told: that the file can't be used, and that it can again."""

_LOADED = "policy_loaded"

log = structlog.get_logger()


class Reloading:
    """Looks at the file every ``EVERY``, and tells of its faults until they are mended."""

    def __init__(self, path: Path, policies: Policies, store: Store) -> None:
        self._path = path
        self._policies = policies
        self._store = store
        self._seen: object = None  # nothing yet: the first sweep records what the bot started with
        self._noticed: object = None  # how it looked when a change was noticed
        self._asked = False
        self._due: datetime | None = None
        self._problems: list[str] = []

    def ask(self) -> None:
        """Let the next sweep read the file, whether it looks changed or not. Takes no lock, so a signal may call it."""
        self._asked = True

    def problem(self) -> str | None:
        """Why the file as it is now is not in force; None where it is."""
        problems = self._problems
        return f"{'; '.join(problems)}; the policy that was read before holds" if problems else None

    def sweep(self, now: datetime) -> int:
        """Read the file if it changed, and looks the same for a while; never asks for another round at once."""
        self._due = now + EVERY
        asked, self._asked = self._asked, False
        looks = _looks(self._path)
        if not asked and self._seen is not None and looks not in (self._seen, self._noticed):
            self._noticed, self._due = looks, now + _SETTLES
        elif asked or looks != self._seen:
            self._seen = None  # where the record can't be written, the next sweep tries again
            self._read(now)
            self._seen = looks  # as before reading: what changed meanwhile is read once more
        return 0

    def next_due(self, _ledger: Ledger) -> datetime | None:
        return self._due

    def _read(self, now: datetime) -> None:
        try:
            text = policy.read(self._path)
            after = policy.parse(text, str(self._path))
        except PolicyError as error:
            self._refuse(error.told, now)
            return
        if problems := self._policies.needs_restart(after):
            self._refuse([f"{self._path}: {problem}" for problem in problems], now)
            return
        changed = changes(self._policies.current, after)
        digest = hashlib.sha256(text.encode()).hexdigest()
        self._store.write(lambda ledger: self._record(ledger, digest, changed, after.home.admins, now))
        self._policies.put(after)
        self._problems = []
        if changed:
            log.info("policy_loaded", path=str(self._path), changed=changed)

    def _record(self, ledger: Ledger, digest: str, changed: list[str], admins: Sequence[str], now: datetime) -> None:
        last = ledger.audit_of_policy()
        event, detail = last or ("", {})
        if event == _LOADED and detail.get("sha256") == digest:
            return
        ledger.add_audit(Entry(now, _LOADED, NOBODY, None, {"sha256": digest, "changed": changed}))
        if event == REFUSED:
            facts = {"path": str(self._path), "changed": ", ".join(changed)}
            outbox.alarm(ledger, admins, MENDED, facts, now=now)

    def _refuse(self, problems: list[str], now: datetime) -> None:
        if problems != self._problems:
            log.error("policy_refused", problems=problems)
        self._problems = problems
        self._store.write(lambda ledger: self._tell(ledger, problems, now))

    def _tell(self, ledger: Ledger, problems: list[str], now: datetime) -> None:
        event, detail = ledger.audit_of_policy() or ("", {})
        if event == REFUSED and detail.get("problems") == problems:
            return
        ledger.add_audit(Entry(now, REFUSED, NOBODY, None, {"problems": problems}))
        facts = {"problems": "\n".join(problems)}
        outbox.alarm(ledger, self._policies.current.home.admins, REFUSED, facts, now=now)


def _looks(path: Path) -> object:
    """What tells one state of the file from another without reading it."""
    try:
        found = path.stat()
    except OSError as error:
        return error.errno
    return found.st_mtime_ns, found.st_size, found.st_ino
