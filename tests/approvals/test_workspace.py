"""A database is about one workspace of the chat, until the policy names another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from approvals.archive import workspace_of
from approvals.errors import DirectoryError, WrongWorkspace
from approvals.store import Store
from approvals.workspace import Bound, Workspace
from tests.approvals.house import Clock

OURS = Workspace("T0OURS", None, "Ours")
JOINED = Workspace("T0OURS", "E0ORG", "Ours")
SISTER = Workspace("T0SISTER", "E0ORG", "Sister")
OTHER = Workspace("T0OTHER", "E0OTHER", "Other")


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    made = Store(database)
    yield made
    made.close()


def bound(store: Store, named: str | None = None) -> Bound:
    return Bound(store, named, Clock())


def noted(store: Store) -> list[object]:
    with store.read() as ledger:
        lines = ledger._execute("SELECT detail FROM audit WHERE event = 'workspace_known' ORDER BY seq").fetchall()
    return [json.loads(line["detail"]) for line in lines]


def test_a_new_database_is_about_whichever_it_is_used_in_first(store: Store, database: Path) -> None:
    assert bound(store).expected is None
    assert workspace_of(database) is None
    bound(store).settle(OURS)
    bound(store).settle(OURS)
    assert bound(store).expected == workspace_of(database) == OURS
    assert noted(store) == [{"team": "T0OURS", "name": "Ours"}]


def test_another_one_is_refused_with_what_to_do_and_nothing_of_it_is_noted(store: Store) -> None:
    bound(store).settle(OURS)
    with pytest.raises(WrongWorkspace, match=r"of the workspace T0OTHER \(Other\), but .* of T0OURS \(Ours\)") as told:
        bound(store).settle(OTHER)
    assert isinstance(told.value, DirectoryError)  # so all that asks who somebody is waits
    assert 'set workspace = "T0OTHER" under [home]' in told.value.remedy
    assert len(noted(store)) == 1


def test_one_that_joins_an_organisation_is_the_same_and_so_are_its_sisters(store: Store) -> None:
    for here in (OURS, JOINED, SISTER, JOINED):
        bound(store).settle(here)
    assert [one["team"] for one in noted(store) if isinstance(one, dict)] == ["T0OURS", "T0OURS", "T0SISTER", "T0OURS"]
    with pytest.raises(WrongWorkspace):
        bound(store).settle(OTHER)


def test_the_policy_has_the_last_word(store: Store) -> None:
    bound(store).settle(OURS)
    expected = bound(store, "T0OTHER").expected
    assert expected is not None
    assert [expected.has(one.team_id, one.enterprise_id) for one in (OURS, OTHER)] == [False, True]
    with pytest.raises(WrongWorkspace, match=r"the policy's \[home\] workspace is T0OTHER"):
        bound(store, "T0OTHER").settle(OURS)
    bound(store, "T0OTHER").settle(OTHER)
    assert bound(store).expected == OTHER
    with pytest.raises(WrongWorkspace):
        bound(store).settle(OURS)


def test_the_policy_can_name_the_organisation(store: Store) -> None:
    expected = bound(store, "E0ORG").expected
    assert expected is not None
    assert [expected.has(one.team_id, one.enterprise_id) for one in (OURS, SISTER)] == [False, True]
    bound(store, "E0ORG").settle(JOINED)
    bound(store, "E0ORG").settle(SISTER)
    assert bound(store, "E0ORG").expected == SISTER
    with pytest.raises(WrongWorkspace):
        bound(store, "E0ORG").settle(OURS)


def test_of_two_processes_that_begin_in_different_ones_one_is_refused(store: Store) -> None:
    first, second = bound(store), bound(store)
    second.settle(OTHER)
    with pytest.raises(WrongWorkspace):
        first.settle(OURS)


@pytest.mark.parametrize(
    ("ours", "team_id", "enterprise_id", "is_ours"),
    [
        (OURS, "T0OURS", None, True),
        (OURS, "T0OTHER", None, False),
        (OURS, None, None, False),
        (JOINED, "T0SISTER", "E0ORG", True),
        (JOINED, None, "E0ORG", True),
        (JOINED, "T0OTHER", "E0OTHER", False),
        (JOINED, "T0OURS", None, True),
    ],
)
def test_whose_people_are_ours(ours: Workspace, team_id: str | None, enterprise_id: str | None, is_ours: bool) -> None:
    assert ours.has(team_id, enterprise_id) is is_ours
