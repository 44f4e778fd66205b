"""A database is about one account for good: with another one's credentials nothing is taken for gone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from approvals.cloud import Image
from approvals.copy_model import CopyState
from approvals.errors import WrongAccount
from approvals.model import State, Verb
from bot.sandbox import company
from tests.approvals.fake_cloud import GUANGZHOU, SINGAPORE, FakeCloud, image
from tests.approvals.house import DATA, LAB, LIN, Clock, House
from tests.approvals.test_copying import settle
from tests.approvals.test_drift import compare, newest, open_drift
from tests.approvals.test_incidents import incidents
from tests.approvals.test_switched_off import end, share, standing

OURS, OTHER = company.HOME_ACCOUNT, "100000000002"
NAMES_THE_OTHER = company.POLICY.replace(f'account = "{OURS}"', f'account = "{OTHER}"')
NAMES_NONE = company.POLICY.replace(f'account = "{OURS}"\n', "")
POLICIES = pytest.mark.parametrize(
    "policy", [company.POLICY, NAMES_THE_OTHER, NAMES_NONE], ids=["ours", "other", "none"]
)


class ChangingHands(FakeCloud):
    """Shows our images to our credentials alone."""

    def _listed(self, region: str) -> list[Image]:
        return super()._listed(region) if self.home == OURS else []

    def shared_with(self, region: str, image_id: str) -> dict[str, datetime | None] | None:
        shared = super().shared_with(region, image_id)
        return shared if self.home == OURS else {}


def of_the_other() -> FakeCloud:
    cloud = FakeCloud(image("img-other001", "other"))
    cloud.home = OTHER
    return cloud


@POLICIES
def test_nothing_is_recorded_as_taken_back_and_all_goes_on_with_the_right_credentials(
    database: Path, policy: str
) -> None:
    clock, ours, theirs = Clock(), FakeCloud(), of_the_other()
    with closing(House(database, cloud=ours, clock=clock)) as house:
        share(house, DATA)
        approved, asked = house.approved(LAB), house.ask(LAB)
        house.told()
    with closing(House(database, cloud=theirs, clock=clock, policy=policy)) as house:
        with pytest.raises(WrongAccount, match=OURS):
            house.home.id()
        compare(house)
        settle(house)
        assert house.request(asked).state is State.CHECKING
        end(house)
        assert open_drift(house) == []
        assert standing(house) == {DATA}
        assert house.request(approved).state is State.APPROVED
        assert incidents(house) == [("wrong_account", False)]
        (by_the_record,) = {"recorded" in one.facts for one in house.told() if one.kind == "alarm"}
        assert by_the_record is (policy != company.POLICY)
    assert ours.has() == {DATA}
    with closing(House(database, cloud=ours, clock=clock)) as house:
        house.home.id()
        house.clock.advance(minutes=10)
        settle(house)
        assert (standing(house), ours.has()) == ({LAB}, {LAB})


def test_what_was_compared_with_the_right_credentials_is_not_gone_with_others(database: Path) -> None:
    cloud = ChangingHands()
    with closing(House(database, cloud=cloud)) as house:
        share(house, DATA)
        compare(house)
        cloud.home = OTHER
        with pytest.raises(WrongAccount):
            house.home.ask()  # as the health check does
        compare(house)
        assert (open_drift(house), standing(house)) == ([], {DATA})


@POLICIES
@pytest.mark.parametrize("state", [CopyState.WANTED, CopyState.SYNCING])
def test_a_copy_is_not_given_up(database: Path, policy: str, state: CopyState) -> None:
    clock, ours, theirs = Clock(), FakeCloud(), of_the_other()
    with closing(House(database, cloud=ours, clock=clock)) as house:
        number = house.approved(DATA, regions=(SINGAPORE,))
        house.execute()
        if state is CopyState.SYNCING:
            house.copy()
        assert [row["state"] for row in house.rows("SELECT state FROM copies")] == [state]
    with closing(House(database, cloud=theirs, clock=clock, policy=policy)) as house:
        for _ in range(5):
            house.clock.advance(minutes=1)
            house.copy()
        assert [row["state"] for row in house.rows("SELECT state FROM copies")] == [state]
    with closing(House(database, cloud=ours, clock=clock)) as house:
        house.home.id()
        settle(house)
        assert house.request(number).state is State.DONE


def test_a_new_database_is_about_whoever_it_is_used_with_first(database: Path) -> None:
    clock, theirs = Clock(), of_the_other()
    with closing(House(database, cloud=theirs, clock=clock, policy=NAMES_NONE)) as house:
        assert house.home.id() == OTHER
        house.ask(DATA, image="other")
        house.check()
    with closing(House(database, clock=clock)) as house, pytest.raises(WrongAccount, match="what the database records"):
        house.home.id()


def test_shares_tell_more_of_whose_a_database_is_than_what_was_asked_since(house: House) -> None:
    share(house, DATA)
    mistaken = house.pending(LAB)
    with closing(sqlite3.connect(house.path)) as connection, connection:
        connection.execute("UPDATE requests SET home = ? WHERE id = ?", [OTHER, mistaken])
    assert house.home.ask() == OURS


@pytest.mark.parametrize(("verb", "table"), [(Verb.ADOPT, "grants"), (Verb.REVOKE, "requests")])
def test_what_drift_brings_about_names_the_account_too(database: Path, verb: Verb, table: str) -> None:
    with closing(House(database, policy=NAMES_NONE)) as house:
        compare(house)
        house.cloud.share(GUANGZHOU, "img-base0001", [LAB])
        compare(house)
        number = newest(house).id
        assert house.press(number, LIN, verb, reason="x") == verb
        assert {row["home"] for row in house.rows(f"SELECT home FROM {table}")} == {OURS}
