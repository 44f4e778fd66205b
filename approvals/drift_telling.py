"""Who is told of the differences that a comparison found: their owners one by one, or an admin of many at once.

While the chat doesn't say who that is, they wait for a later pass: the comparison itself needs nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby

import structlog

from approvals.catalogue import Catalogue
from approvals.cloud import Image, ImageKind
from approvals.drift_model import Drift, DriftKind
from approvals.drifting import ask
from approvals.errors import DirectoryError
from approvals.home import HomeAccount
from approvals.ledger import Ledger
from approvals.model import Deciders
from approvals.outbox import Outbox, alarm
from approvals.people import Directory, deciders_of_drift, guardians_of
from approvals.policies import Policies
from approvals.policy import Policy
from approvals.store import Store
from approvals.trust_source import is_trusted

_NAMED = 5  # images of strangers that one message names

log = structlog.get_logger()


class Telling:
    def __init__(
        self, store: Store, catalogue: Catalogue, policies: Policies, directory: Directory, home: HomeAccount
    ) -> None:
        self._store = store
        self._catalogue = catalogue
        self._policies = policies
        self._directory = directory
        self._home = home

    def deciders(self, image: Image) -> Deciders | None:
        """Who would decide about a difference of an image; None where that can't be told now, and it is told later."""
        try:
            return deciders_of_drift(image, self._policies.current, self._directory)
        except DirectoryError as error:
            log.warning("drift_not_asked", image=image.image_id, error=str(error))
            return None

    def tell(self, ledger: Ledger, image: Image, deciders: Deciders, now: datetime) -> int:
        """Ask about what is new of an image; returns how many requests that made."""
        untold = [one for one in ledger.drift.untold() if (one.image_id, one.region) == (image.image_id, image.region)]
        made = 0
        for _, found in groupby(untold, key=lambda one: one.kind):
            self._ask(ledger, image, list(found), deciders, now)
            made += 1
        return made

    def _ask(self, ledger: Ledger, image: Image, found: Sequence[Drift], deciders: Deciders, now: datetime) -> None:
        request = ask(ledger, image, found, deciders, home=self._home.known, now=now)
        outbox = Outbox(ledger, request, channel=self._policies.current.home.channel, now=now)
        outbox.card()
        outbox.thread("asked")

    def finish(self, images: Sequence[Image], most: int, now: datetime) -> None:
        """Tell what was not told on the way, and look at what others share with us.

        :param images: ours
        :param most: requests that may be made
        """
        policy = self._policies.current
        with self._store.read() as ledger:
            untold = [one for one in ledger.drift.untold() if one.kind is not DriftKind.INBOUND]
        groups = [list(group) for _, group in groupby(untold, key=lambda one: (one.kind, one.image_id, one.region))]
        ours = {(image.region, image.image_id): image for image in images}
        asking: list[tuple[Image, Sequence[Drift], Deciders]] = []
        unanswered: set[int] = set()  # differences of which it can't be told now who would decide: they wait
        for found in groups if len(groups) <= most else ():
            image = ours.get((found[0].region, found[0].image_id))
            deciders = self.deciders(image) if image else None
            if image and deciders:
                asking.append((image, found, deciders))
            elif image:
                unanswered |= {one.id for one in found}
        guardians = self._guardians(policy)

        def work(ledger: Ledger) -> None:
            for image, found, who in asking:
                self._ask(ledger, image, found, who, now)
            told = policy.home.admins or guardians
            if told is not None:
                self._tell_many(ledger, told, unanswered, now)
            self._note_inbound(ledger, policy, guardians, now)

        self._store.write(work)

    def _guardians(self, policy: Policy) -> tuple[str, ...] | None:
        """None where that can't be told now; likewise."""
        try:
            return guardians_of(requester_id="", policy=policy, directory=self._directory).guardian_ids
        except DirectoryError as error:
            log.warning("drift_not_told", error=str(error))
            return None

    def _tell_many(self, ledger: Ledger, people: Sequence[str], unanswered: set[int], now: datetime) -> None:
        untold = [one for one in ledger.drift.untold() if one.kind is not DriftKind.INBOUND]
        left = [one for one in untold if one.id not in unanswered]
        if left:
            facts = {"number": str(len(left)), "images": str(len({(one.region, one.image_id) for one in left}))}
            _alarm(ledger, people, "drift_many", facts, now)
        for one in left:
            ledger.drift.told(one)

    def _note_inbound(self, ledger: Ledger, policy: Policy, guardians: Sequence[str] | None, now: datetime) -> None:
        words = ledger.sources.words()
        foreign = {
            (one.image_id, one.region): one
            for one in self._catalogue.images()
            if one.kind == ImageKind.SHARED and not is_trusted(one.creator, policy, words)
        }
        unread = {region for region, reading in self._catalogue.readings.items() if reading.as_of is None}
        for known in ledger.drift.open(limit=10_000):
            is_gone = (known.image_id, known.region) not in foreign and known.region not in unread
            if known.kind is DriftKind.INBOUND and is_gone:
                ledger.drift.settle(known, "passed", now=now)
        for image in foreign.values():
            ledger.drift.add(DriftKind.INBOUND, image, policy.target(image.creator), now=now)
        new = [one for one in ledger.drift.untold() if one.kind is DriftKind.INBOUND]
        if guardians is None:
            return
        if new:
            named = ", ".join(
                f"{one.image_name} ({one.target.account})" if one.target.account else one.image_name
                for one in new[:_NAMED]
            )
            facts = {"number": str(len(new)), "named": named}
            _alarm(ledger, guardians, "inbound_new", facts, now)
        for one in new:
            ledger.drift.told(one)


def _alarm(ledger: Ledger, people: Sequence[str], event: str, facts: Mapping[str, str], now: datetime) -> None:
    alarm(ledger, people, event, facts, now=now)
    if not people:
        log.warning("nobody_to_tell", of=event, **facts, remedy="name admins and guardians under [home] in the policy")
