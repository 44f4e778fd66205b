"""What the checks find while the form is still open: nothing is recorded, and nobody is asked."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog
from slack_bolt import Ack, App, BoltContext
from slack_sdk.errors import SlackApiError

from approvals.errors import CloudError, DirectoryError, WrongAccount
from approvals.model import Action, Person, Request, State
from bot import answers, ids
from bot.cards import form
from bot.cards.text import Block, escape
from bot.gate import told
from bot.languages import _
from bot.listeners.form import Filled, drawn, held, read
from bot.listeners.members import why_not
from bot.payloads import Press, View
from bot.services import Services
from bot.slack import code_of, told_by

_KEPT = 1000  # views; nobody has as many open at once
_CONFLICT = "hash_conflict"
_NOT_YET = "reason_missing"  # a finding about what may still be written

log = structlog.get_logger()


def register(app: App, services: Services) -> None:
    order = Order()

    @app.action(re.compile(rf"\A({ids.PICK_IMAGES}|{ids.PICK_ACCOUNTS}|{ids.PICK_REGIONS}|{ids.CHECK})\Z"))
    def changed(ack: Ack, context: BoltContext) -> None:
        pressed = told(context, Press)
        if pressed.view is not None and pressed.view.callback_id == ids.FORM_VIEW:
            preview = Preview(services, order, pressed, pressed.view)
            services.opening.run("preview", preview.begin)
        ack()


@dataclass(slots=True)
class _Shown:
    """How it stands with one open form.

    :ivar moment: when the newest press in it was made, in Slack's seconds
    :ivar hash: what Slack answered to our last update; "" before the first
    """

    moment: float
    hash: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)


class Order:
    """Keeps an older answer from taking the place of a newer one: a form is updated for its newest press alone.

    Slack's hash does the same between processes, but can't say which of two presses came first.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._views: OrderedDict[str, _Shown] = OrderedDict()

    def note(self, view_id: str, moment: float) -> None:
        """There was a press in that form."""
        with self._lock:
            shown = self._views.setdefault(view_id, _Shown(moment))
            shown.moment = max(shown.moment, moment)
            self._views.move_to_end(view_id)
            if len(self._views) > _KEPT:
                self._views.popitem(last=False)

    @contextmanager
    def turn(self, view_id: str, moment: float) -> Iterator[_Shown | None]:
        """The form, for one update at a time; None where there was a newer press."""
        with self._lock:
            shown = self._views.get(view_id)
        if shown is None:
            yield None
            return
        with shown.lock:
            yield shown if shown.moment <= moment else None


class Preview:
    """One press in a form, answered in the form."""

    def __init__(self, services: Services, order: Order, pressed: Press, view: View) -> None:
        self._services = services
        self._order = order
        stranger = Person(pressed.person_id, pressed.person_name)
        self._person = services.people.known(pressed.person_id) or stranger
        self._view = view
        self._moment = _seconds(pressed.action.action_ts)
        order.note(view.id, self._moment)

    def begin(self) -> None:
        """Say that it is being checked, and have it checked where nobody waits for the cloud."""
        barred = why_not(self._services, self._person.id)
        if barred is not None:
            self._show(form.hint(escape(barred)))
            return
        filled = read(self._view, self._services.policy, self._services.clock())
        if not filled.images or not filled.targets or filled.errors:
            self._show(form.hint(_first(filled)))
        elif self._show(form.checking(filled.images)):
            self._services.previewing.run("preview", lambda: self._check(filled))

    def _check(self, filled: Filled) -> None:
        if self._is_newest():  # it may have waited
            self._show([block for image in filled.images for block in self._opinion(image, filled)])

    def _is_newest(self) -> bool:
        with self._order.turn(self._view.id, self._moment) as shown:
            return shown is not None

    def _opinion(self, image: str, filled: Filled) -> list[Block]:
        asked = _as_asked(image, filled, self._person, self._services.clock())
        try:
            judgement, deciders = self._services.checker.judge(asked)
        except (CloudError, WrongAccount) as error:
            log.warning("preview_failed", error=str(error))
            return form.unchecked(image, _why_not(error))
        except DirectoryError as error:
            log.warning("preview_failed", error=str(error))
            return form.unchecked(image, _("Slack doesn't tell right now who would decide."))
        except Exception:
            log.exception("preview_failed")
            return form.unchecked(image, _("something went wrong on my side."))
        findings = tuple(one for one in judgement.findings if one.code != _NOT_YET)
        return form.checked(replace(asked, image=judgement.image, findings=findings, deciders=deciders))

    def _show(self, below: list[Block]) -> bool:
        """Put it into the form; False where somebody newer did, or the form is gone."""
        view = drawn(self._services, held(self._view, self._services), below)
        with self._order.turn(self._view.id, self._moment) as shown:
            if shown is None:
                return False
            for known in dict.fromkeys((shown.hash, self._view.hash or "")):
                if not known:
                    continue
                try:
                    answer = self._services.client.views_update(view_id=self._view.id, hash=known, view=view)
                    shown.hash = answers.read(answers.ViewUpdated, answer).view.hash
                except SlackApiError as error:
                    if code_of(error) == _CONFLICT:
                        continue
                    log.info("preview_not_shown", error=told_by(error))
                    return False
                return True
        log.info("preview_not_shown", error=_CONFLICT)
        return False


def _why_not(error: CloudError | WrongAccount) -> str:
    if isinstance(error, WrongAccount):
        return _("the bot's credentials belong to another account than the policy's.")
    return _("the cloud can't be asked right now ({code}).", code=error.code)


def _first(filled: Filled) -> str:
    """What is missing or wrong, as far as it can be said before it is sent."""
    wrong = [text for field_id, text in filled.errors.items() if field_id == ids.OTHER_ACCOUNTS]
    return escape(wrong[0]) if wrong else form.CHOOSE_FIRST


def _as_asked(image: str, filled: Filled, person: Person, now: datetime) -> Request:
    """The request that would be recorded, as far as the checks and the card look at it."""
    return Request(
        id=0,
        action=Action.SHARE,
        image_ref=image,
        regions=filled.regions,
        targets=filled.targets,
        reason=filled.reason,
        requester=person,
        asked_at=now,
        state=State.CHECKING,
        changed_at=now,
        term=filled.term,
    )


def _seconds(action_ts: str | None) -> float:
    """The moment of a press; 0 where it is none of Slack's."""
    return float(action_ts) if action_ts and re.fullmatch(r"[0-9]{1,12}\.[0-9]{1,9}", action_ts) else 0.0
