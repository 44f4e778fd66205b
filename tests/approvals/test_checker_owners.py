"""An owner whom nobody knows is told on the card; the others decide, and the policy may make it weigh more."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from approvals.model import Level, State
from bot.sandbox import company
from tests.approvals.fake_cloud import image
from tests.approvals.house import LIN, OMAR, SARA, House

TAGGED = company.POLICY.replace("[rules]", '[rules]\nowner_tag = "owner"')


@pytest.mark.parametrize(
    ("tag", "told"), [("lin@nimbus.example", ()), ("gone@nimbus.example", ("gone",)), ("?", ("?",))]
)
def test_an_owner_tag_that_names_nobody_is_told_and_not_swallowed(
    tmp_path: Path, tag: str, told: tuple[str, ...]
) -> None:
    with closing(House(tmp_path / "desk.db", policy=TAGGED)) as house:
        house.cloud.put(image(tags={"owner": tag}))
        request = house.request(house.pending())
    assert request.state is State.PENDING
    assert request.deciders is not None
    assert request.deciders.owner_ids == (LIN, OMAR)
    found = [one for one in request.findings if one.code == "owner_unknown"]
    assert len(found) == len(told)
    assert all(name in one.text and one.level is Level.NOTE for one, name in zip(found, told, strict=True))


@pytest.mark.parametrize(
    ("level", "state", "guarded"), [("warn", State.PENDING, True), ("block", State.REFUSED, False)]
)
def test_the_policy_decides_what_an_unknown_owner_does(tmp_path: Path, level: str, state: State, guarded: bool) -> None:
    policy = TAGGED.replace("[rules]", f'[rules]\nfindings = {{ owner_unknown = "{level}" }}')
    with closing(House(tmp_path / "desk.db", policy=policy)) as house:
        house.cloud.put(image(tags={"owner": "gone@nimbus.example"}))
        request = house.request(house.pending())
    assert request.state is state
    assert bool(request.deciders and request.deciders.guardian_ids == (SARA,)) is guarded
