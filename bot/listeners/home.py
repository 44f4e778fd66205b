"""The Home tab: drawn when somebody opens it, turns a page of it, or has pressed on it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TypeVar, cast, get_args

import structlog
from slack_bolt import Ack, App, BoltContext

from approvals.cloud import Image
from approvals.errors import StoreError
from approvals.ledger import Ledger
from approvals.model import Press as Judged
from approvals.model import Request
from approvals.shares import Share
from bot import ids
from bot.cards import home
from bot.cards.home import FEW, ROWS, Operation, Page, Which
from bot.cards.text import Block
from bot.gate import told
from bot.homes import Place
from bot.languages import speaking
from bot.listeners.images import owned
from bot.listeners.members import why_not
from bot.listeners.unread import UNREAD
from bot.payloads import Event, Press
from bot.services import Services

T = TypeVar("T", Request, Image, Share)

_SOON = timedelta(days=7)
_PLACE = re.compile(rf"(overview|{'|'.join(get_args(Which))}):([0-9]{{1,18}})")

log = structlog.get_logger()


def register(app: App, services: Services) -> None:
    @app.event("app_home_opened")
    def opened(context: BoltContext) -> None:
        event = told(context, Event).event
        if event.tab == "home" and event.user is not None:
            show(services, event.user, Place())

    @app.action(re.compile(rf"\A{ids.HOME_TO}_[a-z]+\Z"))
    def turned(ack: Ack, context: BoltContext) -> None:
        pressed = told(context, Press)
        found = _PLACE.fullmatch(pressed.action.value or "")
        if found is None:
            log.warning("press_dropped", why="it names no page of the Home tab")
        else:
            show(services, pressed.person_id, Place(found[1], int(found[2])))
        ack()


def show(services: Services, person_id: str, place: Place) -> None:
    """Publish that page behind the ack."""
    services.homes.note(person_id, place)
    services.background.run("home", lambda: publish(services, person_id, place))


def judged(services: Services, press: Judged) -> None:
    """Somebody's press was judged: if they have their tab open, it shows what came of it."""
    place = services.homes.place_of(press.person_id)
    if place is not None:
        services.background.run("home", lambda: publish(services, press.person_id, place))


def publish(services: Services, person_id: str, place: Place) -> None:
    """Draw the tab, in the language of whoever opened it."""
    barred = why_not(services, person_id)
    with speaking(services.language_asked(person_id)):
        try:
            view = home.closed(barred) if barred else view_of(services, person_id, place)
        except StoreError:
            log.exception("not_read", work="home")
            view = home.closed(UNREAD)
    services.client.views_publish(user_id=person_id, view=view)


def view_of(services: Services, person_id: str, place: Place) -> Block:
    """The tab of somebody who may look."""
    images = owned(services, person_id)
    report = services.health() if person_id in services.policy.home.admins else None
    with services.store.read() as ledger:
        tab = _Tab(services, ledger, person_id, images)
        if place.which != "overview":
            return home.one_list(cast("Which", place.which), tab.page(place.which, place.start, ROWS))
        pages = {one: tab.page(one, 0, FEW) for one in get_args(Which)}
        return home.overview(pages, _operation(services, report, ledger) if report is not None else None)


class _Tab:
    """The lists of one person, as they are now."""

    def __init__(self, services: Services, ledger: Ledger, person_id: str, images: Sequence[Image] | None) -> None:
        self._services = services
        self._ledger = ledger
        self._person_id = person_id
        self._images = images

    def page(self, which: str, start: int, rows: int) -> Page:
        """A page of one list; the first, where what was on it is gone."""
        page = self._page(which, start, rows)
        return page if page.rows or not start else self._page(which, 0, rows)

    def _page(self, which: str, start: int, rows: int) -> Page:
        match which:
            case "waiting":
                found = self._ledger.waiting_for(self._person_id, start + rows + 1)[start:]
                return _cut(found, start, rows)
            case "asked":
                asked = self._ledger.requests(of=self._person_id, before=start, limit=rows + 1)
                return Page(asked[:rows], asked[rows - 1].id if len(asked) > rows else 0, first=not start)
            case "images":
                if self._images is None:
                    return Page([], told=False)
                return _cut(self._images[start : start + rows + 1], start, rows)
            case "ending":
                before = self._services.clock() + _SOON
                return _cut(self._ledger.shares.ending(before, start=start, limit=rows + 1), start, rows)
            case _:
                return _cut(self._ledger.shares.page(start=start, limit=rows + 1), start, rows)


def _cut(found: Sequence[T], start: int, rows: int) -> Page:
    """
    :param found: from that row on, one more than are shown where there are more
    """
    return Page(found[:rows], start + rows if len(found) > rows else 0, first=not start)


def _operation(services: Services, report: Mapping[str, Mapping[str, str]], ledger: Ledger) -> Operation:
    return Operation(
        report,
        ledger.waiting(),
        ledger.notices_waiting(),
        ledger.incidents(),
        ledger.drift.counts(),
        ledger.drift.latest_pass(),
        services.policy.rules.drift_every is not None,
    )
