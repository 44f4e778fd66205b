"""``/image requests``: a page of requests, or the one of a number."""

from __future__ import annotations

from approvals.ledger import Ledger
from approvals.model import Request, State
from approvals.sentences import say
from approvals.store import Store
from bot.cards import lists
from bot.cards.request import card
from bot.languages import _
from bot.listeners.members import Answer
from bot.listeners.pages import RequestsAt, WhichRequests

_TITLES = {
    "all": (say("Requests"), say("Nobody has asked for anything yet. `/image help` shows how to begin.")),
    "mine": (say("Your requests"), say("You have not asked for anything yet. `/image help` shows how to begin.")),
    "pending": (
        say("Requests that wait for a decision"),
        say("Nothing waits for a decision. `/image requests` lists all."),
    ),
}


def show_request(store: Store, number: int) -> Answer:
    with store.read() as ledger:
        request, held = ledger.request(number), bool(ledger.incidents())
    if request is None:
        return _("There is no request #{number}. `/image requests` lists the newest.", number=number), None
    return card(request, buttons=False, held=held)


def list_requests(store: Store, at: RequestsAt, person_id: str) -> Answer:
    """A page of requests; on the first one, what waits for this person goes before the others."""
    with store.read() as ledger:
        return _Requests(ledger, at.which, person_id).page(at)


class _Requests:
    """One of the lists, as it is now."""

    def __init__(self, ledger: Ledger, which: WhichRequests, person_id: str) -> None:
        self._ledger = ledger
        self._which = which
        self._of = person_id if which == "mine" else None
        self._waiting = [] if which == "mine" else ledger.waiting_for(person_id, lists.ROWS)
        self._top = tuple(request.id for request in self._waiting)

    def page(self, at: RequestsAt) -> Answer:
        if not at.number:
            return self._first()
        return self._up(at) if at.newer else self._down(at)

    def _down(self, at: RequestsAt) -> Answer:
        rows = self._older(at)
        if not rows:
            return self._first()
        shown = rows[: lists.ROWS]
        older = shown[-1].id if len(rows) > lists.ROWS else None
        return self._drawn(shown, at.top, newer=shown[0].id, older=older)

    def _up(self, at: RequestsAt) -> Answer:
        rows, pushed = self._newer(at), self._pushed(at)
        if not pushed and len(rows) <= lists.ROWS - len(self._top):
            return self._first()
        shown = rows[max(0, len(rows) - lists.ROWS + len(pushed)) :]
        newer, older = (shown[0].id, shown[-1].id) if shown else (at.number, at.number + 1)
        return self._drawn([*shown, *pushed], self._top, newer=newer, older=older)

    def _first(self) -> Answer:
        room = lists.ROWS - len(self._top)
        rows = self._older(RequestsAt(self._which, 0, top=self._top))
        older = None
        if len(rows) > room:
            older = rows[room - 1].id if room else rows[0].id + 1
        return self._drawn(rows[:room], self._top, older=older, waiting=self._waiting)

    def _older(self, at: RequestsAt) -> list[Request]:
        """Those on a page and all after it, one more at least where there are more."""
        limit = lists.ROWS + 1 + len(at.top)
        found = self._ledger.requests(of=self._of, pending=self._which == "pending", before=at.number, limit=limit)
        return [request for request in found if request.id not in at.top]

    def _newer(self, at: RequestsAt) -> list[Request]:
        """Those on a page and before it, one more at least where there are more."""
        limit = lists.ROWS + 1 + len(self._top)
        found = self._ledger.requests_after(at.number, of=self._of, pending=self._which == "pending", limit=limit)
        return [request for request in found if request.id not in self._top]

    def _pushed(self, at: RequestsAt) -> list[Request]:
        """What stood before all others when the reader went down, and no more does, since newer ones wait for them.

        Its own place lies behind them: it was left out there.
        """
        behind = sorted((one for one in at.top if one < at.number and one not in self._top), reverse=True)
        found = self._ledger.numbered(behind[: lists.ROWS])
        ordered = [found[number] for number in behind if number in found]
        return [one for one in ordered if self._which == "all" or one.state is State.PENDING]

    def _drawn(
        self,
        shown: list[Request],
        top: tuple[int, ...],
        *,
        older: int | None,
        newer: int | None = None,
        waiting: list[Request] | None = None,
    ) -> Answer:
        title, empty = _TITLES[self._which]
        return lists.requests_list(title, empty, shown, self._value(older, top), self._value(newer, top), waiting or ())

    def _value(self, number: int | None, top: tuple[int, ...]) -> str:
        """What the button carries that leads past that row; "" where it leads nowhere."""
        return "" if number is None else RequestsAt(self._which, number, top=top).value()
