"""The sweep that compares what is shared with what was approved, image by image, behind all that people wait for.

A pass goes through all images of the catalogue, with one read each; where it is stands in the database. A difference is
told once, by a request by which its owners and guardians decide; more than a handful at a time are told in one message.
A region that can't be read for long is left out, so that the others are still compared; no such pass is a whole one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from approvals.catalogue import Catalogue
from approvals.cloud import BLUEPRINT, LIGHTHOUSE, Cloud, Image, ImageKind
from approvals.differences import accounts_of
from approvals.drift_model import Drift, DriftKind, DriftPass
from approvals.drift_telling import Telling
from approvals.drifting import passed
from approvals.errors import AuthFailed, CloudError, Refused, Throttled, WrongAccount
from approvals.home import HomeAccount
from approvals.ledger import Ledger
from approvals.model import Grant
from approvals.pace import is_due
from approvals.people import Directory
from approvals.policies import Policies
from approvals.store import Store
from approvals.unread import Regions, Unread

MOST_CARDS = 5
"""Requests that one pass makes; what is more is told in one message."""

_AT_ONCE = 8  # images a turn: whoever waits for the bot to stop waits no longer
_SOON = timedelta(seconds=1)
_AFTER_A_FAULT = timedelta(seconds=30)
_SETTLES = timedelta(minutes=2)  # what we changed so short a time ago may not show in every read yet

log = structlog.get_logger()


class DriftWatch:
    """
    :param clock: gives the time, in UTC
    """

    def __init__(
        self,
        store: Store,
        cloud: Cloud,
        catalogue: Catalogue,
        policies: Policies,
        directory: Directory,
        home: HomeAccount,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._cloud = cloud
        self._catalogue = catalogue
        self._policies = policies
        self._home = home
        self._telling = Telling(store, catalogue, policies, directory, home)
        self._begun = clock()
        self._not_before = self._begun
        self._regions = Regions()
        self._is_whole = True  # so far: no image was passed over

    def next_due(self, ledger: Ledger) -> datetime | None:
        every = self._policies.current.rules.drift_every
        if every is None:
            return None
        at = ledger.drift.latest_pass()
        if at.started_at is not None:
            return self._not_before
        since = at.finished_at or min(ledger.began() or self._begun, self._begun)
        return max(since + every, self._not_before)

    def sweep(self, now: datetime) -> int:
        """Compare some images, where it is time to and nobody waits for anything; returns how many."""
        with self._store.read() as ledger:
            due, at = self._is_due(ledger, now), ledger.drift.latest_pass()
            busy = _is_somebody_waiting(ledger, now)
        if not due:
            return 0
        if busy or not self._catalogue.known:
            self._not_before = now + _SOON
            return 0
        try:
            return self._turn(at, now)
        except Throttled as error:  # it is only too fast just now
            log.info("drift_postponed", error=str(error))
            self._not_before = now + _SOON
            return 0
        except Unread as error:
            log.warning("drift_postponed", error=str(error.__cause__), left_out=sorted(self._regions.left_out))
            self._not_before = now + _AFTER_A_FAULT
            return 0
        except (CloudError, WrongAccount) as error:
            log.warning("drift_postponed", error=str(error))
            self._not_before = now + _AFTER_A_FAULT
            return 0

    def _is_due(self, ledger: Ledger, now: datetime) -> bool:
        due, every = self.next_due(ledger), self._policies.current.rules.drift_every
        return due is not None and every is not None and is_due(due, now, longest=max(every, _AFTER_A_FAULT))

    def _turn(self, at: DriftPass, now: datetime) -> int:
        self._home.id()  # to another account's credentials everything would look as if it were gone
        images = [image for image in self._images() if image.region not in self._regions.left_out]
        if at.started_at is None:
            at = DriftPass(now, at.finished_at, ("", ""), 0, len(images))
        left = [image for image in images if (image.region, image.image_id) > at.position]
        for image in left[:_AT_ONCE]:
            try:
                made = self._look(image, at, now)
            except Unread as unread:
                if isinstance(unread.__cause__, AuthFailed):  # whether it is about this image alone, the next one shows
                    at, self._is_whole = _behind(at, image), False
                self._remember(at)
                raise
            except (CloudError, WrongAccount):
                raise
            except Exception:  # nothing else may wait for one image that can't be made out
                log.exception("drift_not_compared", image=image.image_id)
                made = 0
            at = replace(_behind(at, image), cards=at.cards + made)
        if len(left) <= _AT_ONCE:
            at = self._look_for_lost(images, at, now)
            at = self._end(at, now)
        self._remember(at)
        return min(len(left), _AT_ONCE) if at.started_at else 0

    def _remember(self, at: DriftPass) -> None:
        self._store.write(lambda ledger: ledger.drift.set_pass(at), durable=False)

    def _end(self, at: DriftPass, now: datetime) -> DriftPass:
        self._telling.finish(self._images(), MOST_CARDS - at.cards, now)
        done = DriftPass(None, now, ("", ""), at.looked, at.total, 0)
        if self._regions.left_out or not self._is_whole:
            done = replace(done, finished_at=at.finished_at)
            self._not_before = now + (self._policies.current.rules.drift_every or _AFTER_A_FAULT)
        self._regions.forgive()
        self._is_whole = True
        return done

    def _images(self) -> list[Image]:
        """Ours, in an order that stays while others come and go."""
        regions = {region for region, reading in self._catalogue.readings.items() if reading.as_of}
        ours = (one for one in self._catalogue.images() if one.kind == ImageKind.PRIVATE and one.region in regions)
        return sorted(ours, key=lambda image: (image.region, image.image_id))

    def _look(self, image: Image, at: DriftPass, now: datetime) -> int:
        """Compare one image; returns how many requests that made."""
        with self._store.read() as ledger:
            if ledger.drift.is_busy(image.image_id, image.region):
                return 0  # its shares are being changed: the next pass sees them
            before = ledger.grants.of(image.image_id, image.region)
            known = ledger.drift.of(image.image_id, image.region)
        try:
            shared = self._regions.read(image.region, lambda: self._cloud.shared_with(image.region, image.image_id))
        except Refused as error:
            log.info("drift_not_read", image=image.image_id, error=str(error), cloud=error.cloud_request_id)
            return 0
        if shared is None:
            return 0
        # What is offered to Lighthouse stays in the account, and asking for it is many calls: it is taken as it stands
        # in the record for as long as the image is there.
        offered = {LIGHTHOUSE} & _accounts(before)
        return self._compare(image, set(shared) | offered, before, known, at, now)

    def _compare(
        self,
        image: Image,
        shared: set[str],
        before: Sequence[Grant],
        known: Sequence[Drift],
        at: DriftPass,
        now: datetime,
    ) -> int:
        granted = _accounts(before)
        unapproved, gone = shared - granted, granted - shared
        as_known = (set(accounts_of(known, DriftKind.UNAPPROVED)), set(accounts_of(known, DriftKind.GONE)))
        if (unapproved, gone) == as_known:
            return 0
        may_ask = at.finished_at is not None and at.cards < MOST_CARDS
        deciders = self._telling.deciders(image) if may_ask else None

        def work(ledger: Ledger) -> int:
            same = ledger.grants.of(image.image_id, image.region) == list(before)
            if not same or ledger.drift.is_busy(image.image_id, image.region):
                return 0  # somebody changed it meanwhile
            new = (unapproved - as_known[0]) | (gone - as_known[1])
            # Much later than now is what was changed while the clock was ahead.
            settling = ledger.drift.changed(image, new, after=now - _SETTLES, before=now + _SETTLES)
            self._note(ledger, image, unapproved - settling, gone - settling, now)
            return self._telling.tell(ledger, image, deciders, now) if deciders else 0

        return self._store.write(work)

    def _note(self, ledger: Ledger, image: Image, unapproved: set[str], gone: set[str], now: datetime) -> None:
        policy = self._policies.current
        found = {DriftKind.UNAPPROVED: unapproved, DriftKind.GONE: gone}
        known = ledger.drift.of(image.image_id, image.region)
        agree = [one for one in known if one.target.account not in found[one.kind]]
        passed(ledger, agree, policy.home.channel, now=now)
        for kind, accounts in found.items():
            for account in sorted(accounts):
                ledger.drift.add(kind, image, policy.target(account), now=now)

    def _look_for_lost(self, images: Sequence[Image], at: DriftPass, now: datetime) -> DriftPass:
        """Images that were approved to be shared, or of which a difference stands, and that aren't there any more."""
        there = {(image.region, image.image_id) for image in images}
        read = {region for region, reading in self._catalogue.readings.items() if reading.as_of and not reading.fault}
        with self._store.read() as ledger:
            known_of = ledger.grants.images() | ledger.drift.images()
        lost = sorted(key for key in known_of - there if key[0] in read - self._regions.left_out)
        if not self._policies.current.home.lighthouse:  # nothing is asked of it, so nothing of it is known to be gone
            lost = [key for key in lost if not key[1].startswith(BLUEPRINT)]
        for region, image_id in lost:
            if self._regions.read(region, partial(self._cloud.images_by_id, region, [image_id])):
                continue  # it is new, and was not there when the list was read
            with self._store.read() as ledger:
                before, known = ledger.grants.of(image_id, region), ledger.drift.of(image_id, region)
                image = _remembered(ledger, before, image_id, region)
            at = replace(at, cards=at.cards + self._compare(image, set(), before, known, at, now))
        return at


def _behind(at: DriftPass, image: Image) -> DriftPass:
    return replace(at, position=(image.region, image.image_id), looked=at.looked + 1)


def _accounts(grants: Sequence[Grant]) -> set[str]:
    return {one.target.account for one in grants}


def _is_somebody_waiting(ledger: Ledger, now: datetime) -> bool:
    checking = ledger.next_check()
    return (checking is not None and checking <= now) or ledger.is_ready(now)


def _remembered(ledger: Ledger, grants: Sequence[Grant], image_id: str, region: str) -> Image:
    """An image that is gone, as it was when it was shared."""
    request = ledger.request(grants[0].request_id) if grants else None
    image = request.image if request else None
    if image is not None and image.image_id == image_id:
        return image
    name = image.name if image else image_id
    return Image(image_id=image_id, name=name, region=region, kind=ImageKind.PRIVATE, state="")
