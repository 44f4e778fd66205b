"""Shares end, and what waits is not forgotten: a clock that a test moves, and everything else as it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from approvals.model import State
from bot.sandbox import company as people
from bot.sandbox.cloud import faults
from bot.sandbox.run import opened
from tests.e2e.conftest import Company, at
from tests.e2e.misbehaving import CHANNEL, DATA_TEAM, NIGHTLY, until
from tests.e2e.person import PersonAt, Seen

QUIET = people.POLICY.replace("[rules]\n", '[rules]\ndrift_every = "off"\n')
RULES = '[rules]\nremind_after = "4h"\nescalate_after = "1d"\n'


class Clock:
    """The real time, and what a test adds to it."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Days:
    """The company, on days that pass when a test lets them."""

    def __init__(self, company: Company, clock: Clock) -> None:
        self.company = company
        self._clock = clock

    def wait(self, **by: float) -> None:
        self._clock.ahead += timedelta(**by)
        self.company.sandbox.bot.look()

    def nobody_looks(self) -> bool:
        """Is no look under way at how Slack and the cloud are? One that is would count from when it ends."""
        bot = self.company.sandbox.bot
        with bot.store.read() as ledger:
            looks = [look.next_due(ledger) for look in bot.health.sweeps()]
        return all(due is not None and due > self._clock() for due in looks)


@contextmanager
def days(policy: str = QUIET, *, db: Path | None = None) -> Iterator[Days]:
    clock = Clock()
    with opened(policy=policy, clock=clock, db=db) as sandbox:
        yield Days(at(sandbox), clock)


def shares(company: Company, command: str) -> Seen:
    """A share that mei asks for and lin approves; gives its card in the channel."""
    company.mei.types(command)
    card = company.lin.sees("Share base-nightly with", where=CHANNEL)
    company.lin.presses("Approve", on=card)
    until(lambda: "Shared base-nightly" in company.lin.text_of(now(company.lin, card)))
    return card


def now(person: PersonAt, card: Seen) -> Seen:
    return next(one for one in person.messages(CHANNEL) if one["ts"] == card["ts"])


def test_a_share_ends_by_itself_and_who_asked_and_who_owns_hear_it_a_day_before() -> None:
    with days() as time:
        company = time.company
        card = shares(company, "/image share base-nightly with data-team for 7d because a trial")
        assert "7 days, until" in company.lin.text_of(now(company.lin, card))
        company.mei.sees("is shared with data-team (100012345678) until")

        time.wait(days=6, minutes=1)
        for person in (company.mei, company.lin, company.omar):
            told = person.sees("Nobody need do anything: it is taken back then.", where=company.direct(person))
            assert person.buttons(told) == ["Extend", "End now"]
        assert company.shares(NIGHTLY) == {DATA_TEAM}

        time.wait(days=1)
        until(lambda: company.shares(NIGHTLY) == set())
        company.mei.sees("has ended, as was agreed", where=company.direct(company.mei))
        until(lambda: "Share ended: base-nightly with data-team" in company.lin.text_of(now(company.lin, card)))
        assert company.lin.buttons(now(company.lin, card)) == []


def test_an_extension_goes_to_the_owners_and_the_first_end_takes_nothing_away() -> None:
    with days() as time:
        company = time.company
        shares(company, "/image share base-nightly with data-team for 7d because a trial")
        time.wait(days=6, minutes=1)
        told = company.mei.sees("Nobody need do anything", where=company.direct(company.mei))
        company.mei.presses("Extend", on=told)
        form = company.mei.modal()
        assert company.mei.fills_and_submits(form, {}) == {"For how long": "Choose for how long, or until when."}
        assert company.mei.fills_and_submits(form, {"For how long": "30 days", "Why": "the trial goes on"}) == {}

        card = company.omar.sees("#2", where=CHANNEL)
        assert "data-team has it already, until" in company.omar.text_of(card)
        company.omar.presses("Approve", on=card)
        until(lambda: "30 days, until" in company.lin.text_of(now(company.lin, card)))
        until(lambda: "Shared base-nightly" in company.lin.text_of(now(company.lin, card)))

        time.wait(days=1)
        told = company.mei.sees("#1: the share of base-nightly with data-team (100012345678) has ended")
        assert "as was agreed. It stays shared with data-team (100012345678) by #2." in company.mei.text_of(told)
        company.lin.sees("The share has ended. It stays shared with data-team (100012345678) by #2.", where=CHANNEL)
        assert company.shares(NIGHTLY) == {DATA_TEAM}
        time.wait(days=30)
        until(lambda: company.shares(NIGHTLY) == set())


def test_who_keeps_the_image_by_another_share_is_told_apart() -> None:
    with days() as time:
        company = time.company
        shares(company, "/image share base-nightly with data-team partner-lab for 7d because a trial")
        company.mei.types("/image share base-nightly with data-team for 30d because the trial goes on")
        card = company.omar.sees("#2 · asked by @mei", where=CHANNEL)
        company.omar.presses("Approve", on=card)
        until(lambda: "Shared base-nightly" in company.omar.text_of(now(company.omar, card)))

        time.wait(days=6, minutes=1)
        told = company.mei.text_of(company.mei.sees("Nobody need do anything", where=company.direct(company.mei)))
        assert told.startswith("The share of base-nightly with partner-lab (100023456789) ends ")
        assert "It stays shared with data-team (100012345678) by #2." in told

        time.wait(days=1)
        told = company.mei.text_of(company.mei.sees("has ended, as was agreed", where=company.direct(company.mei)))
        assert "copies they made stay theirs. It stays shared with data-team (100012345678) by #2." in told
        assert company.shares(NIGHTLY) == {DATA_TEAM}


def test_whoever_asked_hears_when_somebody_else_has_it_taken_back_and_its_end_is_that_of_the_others() -> None:
    with days() as time:
        company = time.company
        card = shares(company, "/image share base-nightly with data-team partner-lab for 7d because a trial")
        company.omar.types("/image unshare base-nightly from partner-lab because it was for a trial")
        company.lin.presses("Approve", on=company.lin.sees("#2 · asked by @omar", where=CHANNEL))
        told = company.mei.sees("#1: base-nightly is no longer shared with partner-lab (100023456789).")
        assert "#2, which @omar asked for, took it back. Machines they started go on" in company.mei.text_of(told)
        assert company.shares(NIGHTLY) == {DATA_TEAM}
        company.omar.sees("is no longer shared with partner-lab", where=company.direct(company.omar))
        company.lin.sees("It was taken back from partner-lab (100023456789) by #2.", where=CHANNEL)
        until(lambda: "partner-lab 100023456789 · ended" in company.lin.text_of(now(company.lin, card)))
        assert "data-team 100012345678 · done" in company.lin.text_of(now(company.lin, card))

        time.wait(days=6, minutes=1)
        told = company.mei.sees("Nobody need do anything", where=company.direct(company.mei))
        ends = "The share of base-nightly with data-team (100012345678) ends "
        assert company.mei.text_of(told).startswith(ends)
        assert "stays shared" not in company.mei.text_of(told)
        company.mei.presses("Extend", on=told)
        assert ends in company.mei.text_of(company.mei.modal())


def test_who_has_it_without_anybodys_word_is_not_told_to_have_lost_it() -> None:
    with days() as time:
        company = time.company
        company.sandbox.cloud.state.share(NIGHTLY, [DATA_TEAM])
        card = shares(company, "/image share base-nightly with data-team partner-lab for 7d because a trial")
        time.wait(days=7, minutes=1)
        told = company.mei.sees("has ended, as was agreed", where=company.direct(company.mei))
        assert "the share of base-nightly with partner-lab (100023456789) has ended" in company.mei.text_of(told)
        until(lambda: "Share ended: base-nightly with partner-lab\n" in company.lin.text_of(now(company.lin, card)))
        assert "partner-lab 100023456789 · ended" in company.lin.text_of(now(company.lin, card))
        assert company.shares(NIGHTLY) == {DATA_TEAM}


def test_whoever_asked_can_end_it_early_with_one_press() -> None:
    with days() as time:
        company = time.company
        card = shares(company, "/image share base-nightly with data-team for 30d because a trial")
        assert company.lin.buttons(now(company.lin, card)) == ["Extend", "End now"]
        company.sara.presses("End now", on=now(company.sara, card))
        company.sara.sees("Only @lin or @omar can decide about base-nightly.", where=CHANNEL)
        company.mei.presses("End now", on=now(company.mei, card))
        until(lambda: company.shares(NIGHTLY) == set())
        company.lin.sees("@mei ended it early.", where=CHANNEL)
        told = company.mei.sees("#1: the share of base-nightly with data-team (100012345678) has ended early")
        assert "has ended early: @mei ended it. Machines they started go on" in company.mei.text_of(told)


def test_who_is_silent_is_reminded_then_the_guardians_decide() -> None:
    with days(QUIET.replace("[rules]\n", RULES)) as time:
        company = time.company
        company.mei.types("/image share base-nightly with data-team for 7d because a trial")
        company.lin.sees("Share base-nightly with data-team", where=company.direct(company.lin))
        time.wait(hours=4, minutes=1)
        reminder = company.lin.sees("Still waiting: mei asks to share base-nightly with data-team (#1).")
        assert "It needs @lin or @omar (1 of them)." in company.lin.text_of(reminder)

        time.wait(hours=20)
        card = company.sara.sees("Share base-nightly with data-team", where=company.direct(company.sara))
        company.lin.sees("Nobody has decided yet: @sara can decide now, too.", where=CHANNEL)
        company.sara.presses("Approve", on=card)
        until(lambda: company.shares(NIGHTLY) == {DATA_TEAM})


def test_what_nobody_decided_is_asked_again_with_one_press() -> None:
    with days() as time:
        company = time.company
        company.mei.types("/image share base-nightly with data-team for 7d because a trial")
        company.lin.sees("Share base-nightly with data-team", where=CHANNEL)
        time.wait(days=3, minutes=1)
        told = company.mei.sees("nobody decided in time", where=company.direct(company.mei))
        company.mei.presses("Ask again", on=told)
        card = company.lin.sees("#2 · asked by @mei", where=CHANNEL)
        company.lin.presses("Approve", on=card)
        until(lambda: company.shares(NIGHTLY) == {DATA_TEAM})
        until(lambda: "7 days, until" in company.lin.text_of(now(company.lin, card)))


def test_a_bot_that_slept_for_a_week_catches_up_once() -> None:
    with days(QUIET.replace("[rules]\n", RULES)) as time:
        company = time.company
        shares(company, "/image share base-nightly with data-team for 2d because a trial")
        company.mei.types("/image share base-22.04 with data-team for 2d because a trial")
        company.lin.sees("Share base-22.04 with data-team", where=company.direct(company.lin))
        time.wait(days=7)
        until(lambda: company.shares(NIGHTLY) == set())
        company.mei.sees("has ended, as was agreed")
        company.mei.sees("nobody decided in time")
        for person in (company.mei, company.lin, company.sara):
            texts = [person.text_of(one) for one in person.messages()]
            assert not [text for text in texts if "Still waiting" in text or "it is taken back then" in text]
        assert (
            len([one for one in company.mei.messages() if "has ended, as was agreed" in company.mei.text_of(one)]) == 1
        )


def test_after_an_outage_of_hours_the_bot_goes_on_as_soon_as_the_cloud_answers() -> None:
    with days() as time:
        company, away = time.company, faults.error("ServiceUnavailable")
        for action in ("GetCallerIdentity", "DescribeImages"):
            company.sandbox.cloud.state.faults.plan(action, away, times=10_000)
        company.mei.types("/image share base-nightly with data-team because x")
        fails_for_an_hour(time)
        until(lambda: "cloud" in company.sandbox.bot.health.report()["problems"])

        company.sandbox.cloud.state.faults.clear()
        time.wait(seconds=3)
        company.lin.sees("Share base-nightly with data-team", where=CHANNEL)


def test_after_scopes_were_missing_for_an_hour_the_bot_goes_on_as_soon_as_slack_grants_them() -> None:
    with days() as time:
        company, api = time.company, time.company.sandbox.workspace.api
        granted = api.scopes
        api.scopes = tuple(scope for scope in granted if scope != "usergroups:read")
        company.mei.types("/image share base-nightly with data-team because x")
        fails_for_an_hour(time)
        warnings = company.sandbox.bot.health.report()["warnings"]
        assert warnings["scopes"].startswith("missing: usergroups:read. ")

        api.scopes = granted
        time.wait(seconds=30)
        company.lin.sees("Share base-nightly with data-team", where=CHANNEL)
        assert company.sandbox.bot.health.report()["warnings"] == {}


def fails_for_an_hour(time: Days) -> None:
    until(partial(was_tried, time.company, 1))
    for attempts in range(2, 13):
        time.wait(minutes=5)
        until(partial(was_tried, time.company, attempts))
    until(time.nobody_looks)


def was_tried(company: Company, times: int) -> bool:
    with company.sandbox.bot.store.read() as ledger:
        return ledger.waiting()[State.CHECKING].attempts >= times
