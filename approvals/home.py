"""Which account we act in: asked of the cloud, and held against the policy before anything is done."""

from __future__ import annotations

import threading

from approvals.cloud import Cloud
from approvals.errors import WrongAccount
from approvals.policy import Policy


class HomeAccount:
    """Our root account. The cloud is asked once; an answer that isn't the policy's stops every action."""

    def __init__(self, cloud: Cloud, policy: Policy) -> None:
        self._cloud = cloud
        self._expected = policy.home.account
        self._known: str | None = None
        self._lock = threading.Lock()

    @property
    def known(self) -> str:
        """The id as far as it is known: by the cloud, else by the policy, else empty."""
        return self._known or self._expected or ""

    def id(self) -> str:
        """The id of the account.

        :raises WrongAccount: the credentials belong to another account than the policy's
        :raises CloudError: the cloud could not be asked
        """
        with self._lock:
            return self._known or self.ask()

    def ask(self) -> str:
        """Ask the cloud again, whatever is known; after an answer that isn't the policy's nothing is.

        :raises WrongAccount: as ``id``
        :raises CloudError: as ``id``
        """
        actual = self._cloud.account()
        if self._expected not in (None, actual):
            self._known = None
            raise WrongAccount(str(self._expected), actual)
        self._known = actual
        return actual
