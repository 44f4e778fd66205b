"""One call for many accounts; where the cloud refuses it, smaller ones, until those that it won't take stand alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from approvals.cloud import MAX_SHARES
from approvals.errors import About, CloudError, OutcomeUnknown, Refused

Act = Callable[[Sequence[str]], str]
"""Makes the call for the accounts; returns the vendor's request id."""


@dataclass
class Calls:
    """What the calls of one execution brought, by account.

    :ivar accepted: the vendor's request id of the call that took the account
    :ivar refused: why the cloud won't do it for the account
    :ivar unknown: accounts of a call of which nobody knows what it did
    :ivar traces: the vendor's request id of the last call for the account that may have had an effect
    :ivar stopped: what kept the rest from being called
    """

    accepted: dict[str, str] = field(default_factory=dict)
    refused: dict[str, Refused] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    traces: dict[str, str] = field(default_factory=dict)
    stopped: CloudError | None = None

    def add(self, other: Calls) -> None:
        """What other calls brought, for other accounts."""
        self.accepted |= other.accepted
        self.refused |= other.refused
        self.unknown |= other.unknown
        self.traces |= other.traces
        self.stopped = self.stopped or other.stopped

    @property
    def made(self) -> bool:
        """Was anything called that may have had an effect? A refusal may have had one too: nobody promises not."""
        return bool(self.accepted or self.refused or self.stopped)


class Halving:
    """Makes the calls. No account is told as refused that the cloud did not refuse alone, or for the whole image.

    How many accounts the vendor takes in a call is published nowhere, so it is learnt. It is kept in memory: after a
    start it costs a few refused calls once, and no number that was right once can hold for ever.

    :param most: accounts in a call to begin with
    """

    def __init__(self, most: int = MAX_SHARES) -> None:
        self._most = most

    def __call__(self, act: Act, accounts: Sequence[str]) -> Calls:
        calls = Calls()
        try:
            self._each(act, accounts, calls)
        except CloudError as error:
            calls.stopped = error
        return calls

    def _each(self, act: Act, accounts: Sequence[str], calls: Calls) -> None:
        """In calls of the size that the vendor takes, as far as that is known."""
        left = list(accounts)
        while left:
            part, left = left[: self._most], left[self._most :]
            if refusal := _called(act, part, calls):
                self._find(act, part, refusal, calls)

    def _find(self, act: Act, accounts: Sequence[str], refusal: Refused, calls: Calls) -> None:
        """A call for all of these was refused: look for one that is to blame first, the rest waiting meanwhile.

        Mostly there is just one. Then this makes one call for each halving, and one for all the rest.
        """
        rest: list[str] = []
        while refusal.about is About.ACCOUNT and len(accounts) > 1:
            first, second = _halves(accounts)
            if of_first := _called(act, first, calls):
                accounts, refusal, rest = first, of_first, [*second, *rest]
            elif len(second) > 1:
                accounts = second  # the first half holds none, so this one does
            else:
                self._each(act, second, calls)
                accounts = []
        if accounts:
            self._split(act, accounts, refusal, calls)
        if rest and (of_rest := _called(act, rest, calls)):
            self._split(act, rest, of_rest, calls)

    def _split(self, act: Act, accounts: Sequence[str], refusal: Refused, calls: Calls) -> None:
        """A call for all of these was refused, or would be for the reason of that refusal."""
        if len(accounts) == 1 or refusal.about is About.IMAGE:
            calls.refused.update(dict.fromkeys(accounts, refusal))
            return
        first, second = _halves(accounts)
        if refusal.about is About.SIZE:
            self._each(act, first, calls)
            self._each(act, second, calls)
            if calls.refused.keys().isdisjoint(accounts):  # otherwise it may have been too much in all
                self._most = min(self._most, len(second))
            return
        if of_first := _called(act, first, calls):
            self._split(act, first, of_first, calls)
        elif refusal.about is About.ACCOUNT and len(second) > 1:
            self._split(act, second, refusal, calls)  # the first half holds none that is to blame, so this one does
            return
        if of_second := _called(act, second, calls):
            self._split(act, second, of_second, calls)


def _called(act: Act, accounts: Sequence[str], calls: Calls) -> Refused | None:
    """Make one call, and note what it brought; gives the refusal where it was refused.

    :raises CloudError: no further call can be made now
    """
    try:
        cloud_request_id = act(accounts)
    except Refused as refusal:
        calls.traces.update(dict.fromkeys(accounts, refusal.cloud_request_id or ""))
        return refusal
    except OutcomeUnknown as error:
        calls.unknown.update(accounts)
        calls.traces.update(dict.fromkeys(accounts, error.cloud_request_id or ""))
        raise
    calls.accepted.update(dict.fromkeys(accounts, cloud_request_id))
    calls.traces.update(dict.fromkeys(accounts, cloud_request_id))
    return None


def _halves(accounts: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    middle = len(accounts) // 2
    return accounts[:middle], accounts[middle:]
