"""Which account we act in: asked of the cloud, and held against the policy and the database before anything is done."""

from __future__ import annotations

import threading
from collections.abc import Callable

from approvals.account import against
from approvals.cloud import Cloud
from approvals.policy import Policy


class HomeAccount:
    """Our root account. The cloud is asked once; an answer that isn't the policy's and the database's stops everything.

    :param recorded: gives the account that the database is about; empty where it is about none
    """

    def __init__(self, cloud: Cloud, policy: Policy, recorded: Callable[[], str]) -> None:
        self._cloud = cloud
        self._policy = policy
        self._recorded = recorded
        self._known: str | None = None
        self._lock = threading.Lock()

    @property
    def known(self) -> str:
        """The id as far as it is known: by the cloud, else by the policy, else empty."""
        return self._known or self._policy.home.account or ""

    def id(self) -> str:
        """The id of the account.

        :raises WrongAccount: the credentials belong to another account than the policy's or the database's
        :raises CloudError: the cloud could not be asked
        """
        with self._lock:
            return self._known or self.ask()

    def ask(self) -> str:
        """Ask the cloud again, whatever is known; after a wrong answer nothing is.

        :raises WrongAccount: as ``id``
        :raises CloudError: as ``id``
        """
        actual = self._cloud.account()
        wrong = against(actual, self._policy, self._recorded())
        if wrong is not None:
            self._known = None
            raise wrong
        self._known = actual
        return actual
