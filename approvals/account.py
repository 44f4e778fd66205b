"""Which account the credentials must belong to: the policy's, and that whose images the database is about.

A database is about one account for good. With another one's credentials all that it records would look as if it were
gone from the cloud, and would be recorded as taken back.
"""

from __future__ import annotations

from approvals.errors import WrongAccount
from approvals.policy import Policy
from approvals.store import Store


class Recorded:
    """The account that a database is about; it is asked until it is about one."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known = ""

    def __call__(self) -> str:
        """The id; empty where it is about none yet.

        :raises StoreError: it can't be read
        """
        if not self._known:
            with self._store.read() as ledger:
                self._known = ledger.home()
        return self._known


def against(actual: str, policy: Policy, recorded: str) -> WrongAccount | None:
    """What speaks against credentials of that account.

    :param recorded: the account that the database is about; empty where it is about none
    """
    expected = policy.home.account
    if expected not in (None, actual):
        return WrongAccount(str(expected), actual)
    return WrongAccount(recorded, actual, recorded=True) if recorded not in ("", actual) else None
