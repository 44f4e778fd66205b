"""Anything that people do, gone through twice: undisturbed, and with something that happens at any step.

A process is killed there, or loses its power, or stands still, or meets another one. What comes of it is the same.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approvals import drifting, objections
from approvals.archive import opened
from approvals.cloud import LIGHTHOUSE, NORMAL
from approvals.errors import OutcomeUnknown, Unavailable
from approvals.message_model import Notice
from approvals.model import Action, Press, Request, State, Verb
from approvals.terms import NO_END, Term
from approvals.verifying import Verified, verify
from tests.approvals.crashing import CHANGES, DEAD_FOR, Blackout, EarlyDeath, Fate, Killed, Nap, Point, house_with
from tests.approvals.fake_cloud import GUANGZHOU, SINGAPORE, FakeCloud, image
from tests.approvals.house import DATA, LAB, LIN, OMAR, SARA, STRANGER, Clock, House, gist

IMAGES = {"base-2026": "img-base0001", "web-2026": "img-web00001"}
NOBODY = "100099999999"  # no such account
LOST = OutcomeUnknown("action", "ClientNetworkError", "no answer")
AWAY = Unavailable("action", "InternalError", "not now")
READS = ("images_by_name", "images_by_id", "shared_with", "lighthouse_view", "lighthouse_image", "room")
SOON = timedelta(minutes=10)
# Lines of the record that tell of attempts, and a message that tells of one: of these a kill makes more or fewer.
ATTEMPTS = re.compile(r"executing|requeued|postponed|waits_for_copy|copy_wanted|copy_calling|\w+_(waiting|accepted)")
DELAYED = "delayed"
ANSWERED = ("commit of Desk.submit", "commit of Desk.press")  # somebody waits, and does nothing else meanwhile
_TOKEN = re.compile(r"(-r\d+)-[0-9a-f]{6}\Z")


@dataclass
class Company:
    """What is there whether the bot lives or not.

    :ivar presses: what was pressed in each step, once it was begun; ``compared``: when it was compared in each
    :ivar fate: of whoever lives now
    """

    path: Path
    cloud: FakeCloud = field(default_factory=lambda: FakeCloud(*(image(one, name) for name, one in IMAGES.items())))
    clock: Clock = field(default_factory=Clock)
    presses: dict[int, list[Press]] = field(default_factory=dict)
    compared: dict[int, datetime] = field(default_factory=dict)
    fate: Fate = field(default_factory=Fate)

    def __post_init__(self) -> None:
        self.cloud.bad = {NOBODY}

    def life(self, fate: Fate) -> House:
        self.fate = fate
        return house_with(fate, self.path, self.cloud, self.clock)


Step = Callable[[Company, House, int], None]
"""The last is the number of the step: what is repeated with it is the same."""


def ask(
    name: str,
    action: Action,
    accounts: Sequence[str],
    everyone: bool,
    regions: tuple[str, ...],
    term: Term,
    _company: Company,
    house: House,
    number: int,
) -> None:
    share, everyone = action is Action.SHARE, action is Action.DELETE or (everyone and action is Action.UNSHARE)
    house.ask(
        *(() if everyone else accounts),
        image=name,
        action=action,
        everyone=everyone,
        regions=regions if share else (),
        term=term if share else NO_END,
        key=f"step {number}",
    )


def agree(company: Company, house: House, number: int) -> None:
    """Everybody agrees to what was asked last."""
    press(company, house, number, lambda one: [Verb.APPROVE] if one.action not in drifting.VERBS else [], newest=True)


def decide_about_differences(company: Company, house: House, number: int) -> None:
    press(company, house, number, lambda one: drifting.VERBS.get(one.action, ())[:1])


def retry(company: Company, house: House, number: int) -> None:
    press(company, house, number, lambda one: [Verb.RETRY] if one.state in (State.FAILED, State.PARTIAL) else [])


def ask_again(company: Company, house: House, number: int) -> None:
    press(company, house, number, lambda one: [Verb.ASK_AGAIN] if objections.to_ask_again(one) else [])


def end_now(company: Company, house: House, number: int) -> None:
    press(company, house, number, lambda one: [Verb.END_NOW] if one.standing else [])


def deny(company: Company, house: House, number: int) -> None:
    press(company, house, number, lambda _: [Verb.DENY], newest=True)


def press(
    company: Company,
    house: House,
    number: int,
    verbs: Callable[[Request], Sequence[Verb]],
    *,
    newest: bool = False,
) -> None:
    if number not in company.presses:
        requests = [house.request(row["id"]) for row in house.rows("SELECT id FROM requests ORDER BY id")]
        company.presses[number] = [
            Press(f"step {number}: {person} on {one.id}", one.id, person, verb, house.tick(), "because", reply_to="")
            for one in (requests[-1:] if newest else requests)
            for verb in verbs(one)
            for person in (OMAR, LIN, SARA)
        ]
    for one in company.presses[number]:
        house.desk.press(one)


def by_hand(name: str, account: str, company: Company, _house: House, _number: int) -> None:
    """Somebody shares it in the console, or takes it back."""
    if (GUANGZHOU, IMAGES[name]) in company.cloud.stock:
        has = company.cloud.shares[IMAGES[name]]
        if account in has:
            del has[account]
        else:
            company.cloud.give([account], IMAGES[name])


def gone(name: str, region: str, company: Company, _house: House, _number: int) -> None:
    """Somebody deletes an image or its copy in the console."""
    for place, one in sorted(company.cloud.stock.items()):
        if one.region == region and one.name.startswith(name) and one.state == NORMAL:
            company.cloud.shares[one.image_id].clear()
            company.cloud.offered.discard(one.image_id)
            del company.cloud.stock[place]
            return


def trouble(method: str, error: Exception, company: Company, _house: House, _number: int) -> None:
    company.cloud.fail(method, error, after_effect=error is LOST)


def reach_the_disk(company: Company) -> None:
    """No system keeps what was written from the disk for as long as minutes."""
    company.fate.waited_for(company.path)


def wait(days: int, company: Company, _house: House, _number: int) -> None:
    company.clock.advance(days=days)
    reach_the_disk(company)


def compare(company: Company, house: House, number: int) -> None:
    at = company.compared.setdefault(number, company.clock() + timedelta(minutes=31))
    company.clock.now = max(company.clock(), at)
    reach_the_disk(company)
    house.survey.sweep(company.clock())
    while house.drift.sweep(house.tick()):
        pass


def do_what_is_due(house: House) -> None:
    while sum(sweep() for sweep in (house.check, house.judge, house.time_out, house.end, house.execute, house.copy)):
        pass


def settle(company: Company, house: House, _number: int) -> None:
    """Run the sweeps until nothing is left that time alone would bring about within minutes."""
    due: datetime | None = company.clock()
    while due is not None and due <= company.clock() + SOON:
        company.clock.now = max(company.clock(), due)
        do_what_is_due(house)
        house.leases.sweep(house.tick())
        with house.store.read() as ledger:
            found = (
                ledger.next_check(),
                ledger.next_execution(),
                ledger.grants.next_due(),
                ledger.copies.next_due(),
                ledger.next_deadline(),
            )
        due = min((one for one in found if one is not None), default=None)


def live(company: Company, steps: Sequence[Step], fate: Fate, later: Iterable[Fate] = ()) -> None:
    """Go through the steps; whoever is killed is started anew, and does once more what was not acked.

    :param later: what becomes of those that are started anew; nothing happens to whoever comes behind these
    """
    fates = chain([fate], later, (Fate() for _ in count()))
    fate = next(fates)
    house = company.life(fate)
    for number, step in enumerate(steps):
        left = [step]
        while left:
            try:
                left[0](company, house, number)
                left = left[1:]
            except Killed:
                house.close()
                fate.befall(company.path)
                company.clock.advance(seconds=DEAD_FOR)
                fate = next(fates)
                house = company.life(fate)
                left = [settle, step]
        house.tick()
    house.close()


def told(one: Notice) -> tuple[object, ...]:
    """Of two shares that end at once, the card of either tells that the other took it back."""
    kind, recipient, what = gist(one)
    return (kind, recipient, what) if "over" in (kind, what) or what == "taken_back" else (one.request_id, *gist(one))


def outcome(company: Company) -> dict[str, object]:
    house, cloud = House(company.path, clock=company.clock), company.cloud
    with opened(company.path) as archive:
        assert list(verify(archive, Verified())) == []
    called = {one.image_id: _TOKEN.sub(r"\1", one.name) + " in " + one.region for one in cloud.stock.values()}

    def name(image_id: str) -> str:
        return called.get(image_id, "a copy" if image_id.startswith("img-copy") else image_id)

    try:
        requests = [house.request(row["id"]) for row in house.rows("SELECT id FROM requests ORDER BY id")]
        grants = house.rows("SELECT image_id, account FROM grants WHERE ended_at IS NULL")
        lines = house.rows("SELECT request_id, event FROM audit")
        return {
            "requests": [(one.id, one.action, one.state) for one in requests],
            "items": [(one.id, sorted((i.target.account, i.region, i.state) for i in one.items)) for one in requests],
            "images": Counter((called[one.image_id], one.state) for one in cloud.stock.values()),
            "has": {name(image_id): set(has) for image_id, has in cloud.shares.items() if has},
            "offered": {name(image_id) for image_id in cloud.offered},
            "grants": Counter((name(one["image_id"]), one["account"]) for one in grants),
            "copies": Counter(row["state"] for row in house.rows("SELECT state FROM copies")),
            "effects": Counter((effect, name(image_id), account) for effect, image_id, account in cloud.effects),
            "record": Counter(
                (one["request_id"], one["event"]) for one in lines if not ATTEMPTS.fullmatch(one["event"])
            ),
            "told": Counter(told(one) for one in house.told() if one.facts.get("code") != DELAYED),
            "unjudged": house.rows("SELECT id FROM presses WHERE judged_at IS NULL"),
        }
    finally:
        house.close()


# What a comparison meets is told once the next one meets it, too; so one that a kill repeats may tell it earlier.
COMPARED: list[Step] = [compare, compare, settle]


def steps(step: Callable[..., None], *given: st.SearchStrategy[object]) -> st.SearchStrategy[Step]:
    return st.builds(partial, st.just(step), *given)


names = st.sampled_from(["base-2026", "base-2026", "web-2026"])
questions = steps(
    ask,
    names,
    st.sampled_from([*[Action.SHARE] * 5, *[Action.UNSHARE] * 3, *[Action.DELETE] * 2]),
    st.lists(st.sampled_from([DATA, LAB, STRANGER, NOBODY, LIGHTHOUSE]), min_size=1, max_size=2, unique=True),
    st.booleans(),
    st.sampled_from([(), (SINGAPORE,), (GUANGZHOU, SINGAPORE)]),
    st.sampled_from([NO_END, Term(lasts=timedelta(days=7))]),
)
meanwhile = st.lists(
    st.one_of(
        steps(trouble, st.sampled_from(CHANGES), st.sampled_from([LOST, AWAY])),
        steps(trouble, st.sampled_from(READS), st.just(AWAY)),
        steps(by_hand, names, st.sampled_from([DATA, LAB, STRANGER])),
    ),
    max_size=1,
)
asked_and_done = st.tuples(questions, meanwhile).map(lambda of: [of[0], settle, *of[1], agree, settle])
others = st.sampled_from([agree, retry, retry, ask_again, end_now, deny, decide_about_differences])
flows = st.lists(
    st.one_of(
        asked_and_done,
        asked_and_done,
        questions.map(lambda one: [one, settle]),
        (others | steps(wait, st.sampled_from([4, 7, 8]))).map(lambda one: [one, settle]),
        st.just(COMPARED),
        steps(gone, names, st.sampled_from([GUANGZHOU, SINGAPORE])).map(lambda one: [one]),
    ),
    min_size=1,
    max_size=5,
)


def killed(_company: Company, at: Point) -> Fate:
    return Fate(at)


def dark(_company: Company, at: Point) -> Fate:
    return Blackout(at)


def asleep(company: Company, at: Point) -> Fate:
    """Stopped for longer than its lease lasts, while another one goes on; then it goes on itself."""
    return Nap(at, partial(another_goes_on, company))


def accompanied(company: Company, at: Point) -> Fate:
    """Another one does whatever is due at the same time."""
    return Nap(at, partial(another_does_too, company))


@pytest.mark.parametrize(
    ("fated", "side"), [(killed, "after"), (dark, "after"), (asleep, "before"), (accompanied, "before")]
)
@settings(derandomize=True, max_examples=settings().max_examples // 2)  # each lives several lives
@given(
    asked_and_done,
    flows,
    st.integers(0, 10_000),
    st.lists(st.integers(0, 10_000), min_size=2, max_size=2),
    st.lists(st.integers(1, 60), max_size=2),
)
def test_a_kill_a_blackout_a_sleep_or_company_anywhere_changes_nothing(
    fated: Callable[[Company, Point], Fate],
    side: str,
    first: list[Step],
    flow: list[list[Step]],
    anywhere: int,
    at_changes: list[int],
    again: list[int],
) -> None:
    """
    :param side: of the calls that change something, where it matters most
    :param again: after how many points those die that are started anew
    """
    steps = [*first, *(step for some in flow for step in some), settle, *COMPARED]
    with TemporaryDirectory() as folder:
        fate, undisturbed = Fate(), Company(Path(folder) / "undisturbed.db")
        live(undisturbed, steps, fate)
        expected = outcome(undisturbed)
        points = [one for one in fate.passed if fated in (killed, dark) or one[1] not in ANSWERED]
        changes = [one for one in points if one[0] == side and one[1].removeprefix("cloud.") in CHANGES]
        for at in {nth(points, anywhere), *(nth(changes or points, number) for number in at_changes)}:
            company = Company(Path(folder) / f"{'-'.join(map(str, at))}.db")
            live(company, steps, fated(company, at), map(EarlyDeath, again))
            assert outcome(company) == expected, (at, again)


def another_goes_on(company: Company) -> None:
    company.clock.advance(seconds=DEAD_FOR)
    other = company.life(Fate())
    settle(company, other, 0)
    other.close()


def another_does_too(company: Company) -> None:
    other = company.life(Fate())
    do_what_is_due(other)
    other.close()


def nth(points: Sequence[Point], number: int) -> Point:
    return points[number % len(points)]
