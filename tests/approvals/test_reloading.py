"""The policy file is read again when it changes, atomically; a bad one leaves the old in force and is told once."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from approvals.message_model import Notice
from approvals.model import Level, Verb
from approvals.policies import Policies, changes
from approvals.policy import parse
from approvals.reloading import EVERY, Reloading
from bot.sandbox import company
from tests.approvals.house import DATA, LIN, MEI, OMAR, House

TWO = company.POLICY.replace("approvals = 1", "approvals = 2")
BAD = company.POLICY.replace("approvals = 1", "aprovals = 1")


class Office:
    """A house whose policy stands in a file, as in the real bot."""

    def __init__(self, folder: Path) -> None:
        self.house = House(folder / "desk.db")
        self.file = folder / "policy.toml"
        self.file.write_text(company.POLICY)
        self.reloading = Reloading(self.file, self.house.policies, self.house.store)
        self.look()

    def look(self) -> None:
        """Until what changed counts: it must look the same twice."""
        self.look_once()
        self.look_once()

    def look_once(self) -> None:
        now = self.house.clock.advance(seconds=EVERY.total_seconds())
        self.reloading.sweep(now)

    def writes(self, text: str) -> None:
        self.file.write_text(text)
        self.look()

    @property
    def approvals(self) -> int:
        return self.house.policies.current.rules.approvals

    def told(self) -> list[Notice]:
        return [one for one in self.house.told() if one.kind == "alarm"]

    def recorded(self) -> list[tuple[str, dict[str, Any]]]:
        rows = self.house.rows("SELECT event, detail FROM audit WHERE event LIKE 'policy%' ORDER BY seq")
        return [(row["event"], json.loads(row["detail"])) for row in rows]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    with closing(made.house):
        yield made


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_what_the_bot_starts_with_is_recorded_once(office: Office) -> None:
    assert office.recorded() == [("policy_loaded", {"sha256": digest(company.POLICY), "changed": []})]
    again = Reloading(office.file, office.house.policies, office.house.store)
    again.sweep(office.house.clock())
    assert len(office.recorded()) == 1
    assert office.told() == []


def test_a_change_of_the_file_is_in_force_at_the_next_look_and_recorded(office: Office) -> None:
    office.writes(TWO)
    assert office.approvals == 2
    assert office.recorded()[1:] == [("policy_loaded", {"sha256": digest(TWO), "changed": ["rules.approvals"]})]
    assert office.told() == []
    assert office.reloading.problem() is None


def test_a_file_that_looks_as_before_is_not_read_unless_somebody_asks(office: Office) -> None:
    looked = office.file.stat()
    office.file.write_text(TWO.replace("# The policy of", "# The Policy of"))
    os.utime(office.file, ns=(looked.st_atime_ns, looked.st_mtime_ns))
    office.look()
    assert office.approvals == 1
    office.reloading.ask()
    office.look()
    assert office.approvals == 2


@pytest.mark.parametrize("so_far", ["", "[home", TWO[: TWO.index("[[images]]")]])
def test_a_file_that_is_just_being_written_is_left_until_it_is_whole(office: Office, so_far: str) -> None:
    before = office.house.policies.current
    office.file.write_text(so_far)
    office.look_once()
    office.file.write_text(TWO)
    office.look_once()
    assert (office.house.policies.current, office.reloading.problem()) == (before, None)
    office.look_once()
    assert office.approvals == 2
    assert office.told() == []


def test_nor_is_one_missed_that_is_just_being_replaced(office: Office) -> None:
    office.file.unlink()
    office.look_once()
    office.file.write_text(TWO)
    office.look()
    assert (office.approvals, office.told()) == (2, [])


def test_who_asks_for_it_need_not_wait(office: Office) -> None:
    office.file.write_text(TWO)
    office.reloading.ask()
    office.look_once()
    assert office.approvals == 2


def test_it_is_looked_at_again_soon_where_it_changed(office: Office) -> None:
    office.file.write_text(TWO)
    office.look_once()
    with office.house.store.read() as ledger:
        assert office.reloading.next_due(ledger) == office.house.clock.now + timedelta(seconds=1)


def test_a_file_of_the_same_time_and_size_in_its_place_is_seen(office: Office) -> None:
    looked = office.file.stat()
    other = office.file.with_name("other.toml")
    other.write_text(TWO)
    os.utime(other, ns=(looked.st_atime_ns, looked.st_mtime_ns))
    other.rename(office.file)
    office.look()
    assert office.approvals == 2


def test_a_bad_file_leaves_the_old_policy_in_force_and_is_told_once(office: Office) -> None:
    office.writes(BAD)
    for _ in range(3):
        office.reloading.ask()
        office.look()
    assert office.approvals == 1
    line = BAD[: BAD.index("aprovals")].count("\n") + 1
    problem = f"{office.file}, line {line}: [rules] aprovals is not a setting; did you mean approvals?"
    assert office.reloading.problem() == f"{problem}; the policy that was read before holds"
    assert office.recorded()[1:] == [("policy_refused", {"problems": [problem]})]
    assert [(one.recipient, dict(one.facts)) for one in office.told()] == [
        (OMAR, {"event": "policy_refused", "problems": problem})
    ]


def test_each_distinct_fault_is_told_and_that_it_is_mended(office: Office) -> None:
    office.writes(BAD)
    office.writes("[home\n")
    office.file.unlink()
    office.look()
    office.writes(TWO)
    assert [one.facts["event"] for one in office.told()] == ["policy_refused"] * 3 + ["policy_mended"]
    assert office.reloading.problem() is None
    assert office.approvals == 2
    office.writes(BAD)
    assert [one.facts["event"] for one in office.told()] == ["policy_refused"]


def test_a_fault_that_was_taken_back_is_told_as_mended(office: Office) -> None:
    office.writes(BAD)
    office.writes(company.POLICY)
    assert [(one.facts["event"], one.facts.get("changed")) for one in office.told()][1:] == [("policy_mended", "")]
    assert [event for event, _ in office.recorded()] == ["policy_loaded", "policy_refused", "policy_loaded"]


def test_of_two_processes_on_one_database_one_tells(office: Office) -> None:
    twin = office.house.twin()
    with closing(twin):
        other = Reloading(office.file, twin.policies, twin.store)
        other.sweep(twin.clock())
        for text in (BAD, TWO):
            office.writes(text)
            other.sweep(twin.clock())
            other.sweep(twin.clock())
        assert twin.policies.current.rules.approvals == office.approvals == 2
        assert [one.facts["event"] for one in office.told()] == ["policy_refused", "policy_mended"]
        assert [event for event, _ in office.recorded()] == ["policy_loaded", "policy_refused", "policy_loaded"]


@pytest.mark.parametrize(
    ("before", "after", "setting"),
    [
        ('account = "100000000001"', 'account = "100000000002"', "account"),
        ('site = "china"', 'site = "international"', "site"),
        ('"ap-singapore"]', '"ap-shanghai"]', "regions"),
        ('"C0IMAGES"', '"C0OTHERS"', "channel"),
    ],
)
def test_what_cannot_change_while_running_keeps_all_of_the_old_policy(
    office: Office, before: str, after: str, setting: str
) -> None:
    office.writes(TWO.replace(before, after))
    assert (office.approvals, office.house.policies.current.home) == (1, office.house.policy.home)
    problem = office.reloading.problem()
    assert problem is not None
    assert f"[home] {setting} can't change while Imagewarden runs: it needs a restart" in problem
    assert [one.facts["event"] for one in office.told()] == ["policy_refused"]
    with pytest.raises(ValueError, match=setting):
        office.house.policies.put(parse(TWO.replace(before, after)))


def test_the_admins_of_the_policy_in_force_are_told(office: Office) -> None:
    office.writes(company.POLICY.replace('admins = ["U0OMAR"]', 'admins = ["U0LIN", "U0SARA"]'))
    office.writes(BAD)
    assert {one.recipient for one in office.told()} == {LIN, "U0SARA"}


def test_who_may_decide_is_who_the_new_policy_says(office: Office) -> None:
    house = office.house
    number = house.pending()
    mei = company.POLICY.replace('match = "*"\nowners = ["S0PLATFORM"]', 'match = "*"\nowners = ["U0OMAR"]')
    office.writes(mei)
    assert house.desk.objection(LIN, number, Verb.APPROVE) == "not_a_decider"
    assert house.press(number, LIN, Verb.APPROVE) == "not_a_decider"
    assert house.press(number, OMAR, Verb.APPROVE) == "approve"


def test_what_the_new_policy_weighs_more_stops_what_was_approved_before(office: Office) -> None:
    house = office.house
    number = house.approved(DATA, by=MEI)
    office.writes(company.POLICY.replace("[rules]", '[rules]\nfindings = { share_endless = "warn" }'))
    house.execute()
    request = house.request(number)
    assert (request.state, request.items[0].code) == ("failed", "share_endless")
    assert "share_endless" not in {one.code for one in request.findings if one.level is Level.WARN}


def test_changes_are_named_by_their_place() -> None:
    base = parse(company.POLICY)

    def changed(before: str, after: str) -> list[str]:
        assert before in company.POLICY
        return changes(base, parse(company.POLICY.replace(before, after)))

    assert changed("# The policy", "# A policy") == []
    assert changed("self_approval = false", "self_approval = true") == ["rules.self_approval"]
    assert changed('["S0SECURITY"]', "[]") == ["home.guardians"]
    assert changed('name = "partner-lab"', 'name = "lab"') == ["accounts.lab", "accounts.partner-lab"]
    assert changed('owners = ["U0MEI"]', 'owners = ["U0LIN"]') == ["images.team-dashboard"]
    assert changed('match = "gpu-*"', 'match = "gpus-*"') == ["images.gpus-*", "images.gpu-*"]
    gpu = '[[images]]\nmatch = "gpu-*"\nowners = ["U0OMAR"]\n\n'
    assert changed(gpu, "") == ["images.gpu-*"]
    moved = company.POLICY.replace(gpu, "").replace("[[images]]", f"{gpu}[[images]]", 1)
    assert changes(base, parse(moved)) == ["images"]


def test_what_is_fixed_is_the_same_in_all_that_is_ever_held() -> None:
    policies = Policies(parse(company.POLICY))
    policies.put(parse(TWO))
    assert policies.current == parse(TWO)
    assert policies.needs_restart(parse(company.POLICY)) == []
