"""The form as people meet it: opened, searched, checked, sent, whatever the cloud does meanwhile."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from approvals.model import State
from bot import ids
from bot.sandbox import company
from bot.sandbox.cloud import faults
from bot.sandbox.run import opened
from tests.bot.requests import IMAGE, NOON
from tests.e2e.conftest import Company, at
from tests.e2e.door import DoorKnocker, submission, suggestion
from tests.e2e.misbehaving import IMAGES, SHARES, until
from tests.e2e.person import PersonAt, Seen

CHANNEL = "C0IMAGES"
HANGS = 2.5  # seconds, longer than any test waits
AT_ONCE = 1.0  # seconds: far less than where the cloud is waited for, and kept by a busy machine
OPENS = 2.0  # seconds, with some to spare for Slack's three


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "office.db"


@pytest.fixture
def office(db: Path) -> Iterator[Company]:
    with opened(db=db) as sandbox:
        until(lambda: sandbox.bot.catalogue.known)
        yield at(sandbox)


def form_of(person: PersonAt) -> Seen:
    person.types("/image")
    return person.modal()


def shows(person: PersonAt, fragment: str, within: float = 5.0) -> Seen:
    """The form, as soon as these words stand in it."""
    until(lambda: fragment in person.text_of(person.modal()), within)
    return person.modal()


def quick(act: Callable[[], object], within: float = AT_ONCE) -> None:
    began = time.monotonic()
    act()
    assert time.monotonic() - began < within


def hang(office: Company) -> None:
    for action in (IMAGES, SHARES):
        office.sandbox.cloud.state.faults.plan(action, faults.delayed(HANGS), times=50)


def requests_of(office: Company) -> list[tuple[str, str, State]]:
    with office.sandbox.bot.store.read() as ledger:
        found = ledger.requests(before=0, limit=50)
    return [(one.image_ref, ",".join(target.account for target in one.targets), one.state) for one in found]


@pytest.mark.parametrize("typed", ["/image", "/image share"])
def test_the_command_alone_opens_the_form(office: Company, typed: str) -> None:
    office.mei.types(typed)

    assert office.mei.modal()["title"] == "Share an image"


def test_the_form_opens_and_offers_while_the_cloud_hangs(office: Company) -> None:
    hang(office)
    for _ in range(9):  # more than any of the pools has threads
        office.mei.types("/image show base-nightly")
    mei = office.mei
    for _ in range(9):
        quick(lambda: form_of(mei), within=OPENS)
        mei.chooses(mei.modal(), "With whom", {"Image": "gpu-trainer", "With whom": "data-team"})
        shows(mei, "Checking img-gpu7rn3k")
        mei.closes(mei.modal())

    quick(lambda: form_of(office.lin), within=OPENS)
    quick(lambda: office.lin.offered(office.lin.modal(), "Image", "base"))
    assert office.lin.takes_shortcut("Share an image") is None


def test_five_thousand_images_are_searched_at_once(office: Company) -> None:
    hang(office)
    bot = office.sandbox.bot
    many = [replace(IMAGE, image_id=f"img-{number:08}", name=f"build-{number}") for number in range(5000)]
    bot.catalogue.note_images("ap-guangzhou", many, began=NOON, ended=NOON)
    view = form_of(office.mei)
    for typed in ("", "b", "build-49", "00004999", "nothing of the kind"):
        quick(lambda typed=typed: office.mei.offered(view, "Image", typed))  # type: ignore[misc]

    [found] = office.mei.offered(view, "Image", "BUILD-4999")
    assert found["value"] == "img-00004999"
    assert len(office.mei.offered(view, "Image", "")) == 100
    assert office.mei.offered(view, "Image", "nothing of the kind") == []


def test_the_picker_shows_what_an_image_is_and_why_it_cannot_be_shared(office: Company) -> None:
    view = form_of(office.mei)
    shown = {
        one["text"]["text"]: one["description"]["text"]
        for typed in ("base-nightly", "build-agent", "golden")
        for one in office.mei.offered(view, "Image", typed)
    }

    assert shown["base-nightly · img-6pb6lrmy"] == "ap-guangzhou · NORMAL"
    assert shown["build-agent · img-bld4gnt5"] == "ap-guangzhou · can't be shared: state CREATING"
    assert any("100055500000 shared it with us" in one for one in shown.values())


def test_an_image_too_new_for_the_list_can_be_asked_for_by_its_id(office: Company) -> None:
    view = form_of(office.mei)

    [offered] = office.mei.offered(view, "Image", "img-brandnew")
    assert offered["value"] == "img-brandnew"
    assert office.mei.offered(view, "Image", "brand-new") == []


def test_without_a_list_any_image_can_be_asked_for_as_it_is_typed() -> None:
    with opened(
        policy=company.POLICY.replace('regions = ["ap-guangzhou"', 'regions = ["ap-nowhere", "ap-guangzhou"')
    ) as one:
        office = at(one)
        view = form_of(office.mei)
        assert office.mei.offered(view, "Image", "never-seen")[-1]["value"] == "never-seen"


def test_accounts_are_searched_by_name_and_id_and_trusted_ones_come_first(office: Company) -> None:
    view = form_of(office.mei)

    assert [one["text"]["text"] for one in office.mei.offered(view, "With whom", "")] == [
        "data-team",
        "partner-lab",
        "golden-images",
    ]
    assert [one["value"] for one in office.mei.offered(view, "With whom", "0555")] == ["100055500000"]
    assert [one["value"] for one in office.mei.offered(view, "With whom", "DATA")] == ["100012345678"]


@pytest.mark.parametrize("who", ["U0GUS", "U0NOBODY", "USLACKBOT"])
@pytest.mark.parametrize("menu", [ids.PICK_IMAGES, ids.PICK_ACCOUNTS])
def test_guests_and_strangers_are_offered_nothing(office: Company, who: str, menu: str) -> None:
    door = DoorKnocker(office.sandbox.door.url)
    for _ in range(2):  # unknown first, known afterwards
        assert json.loads(door.interact(suggestion(menu, "", person=who))[1]) == {"options": []}
    elsewhere = suggestion(menu, "") | {"user": {"id": "U0LIN", "team_id": "T0OTHER"}}
    assert json.loads(door.interact(elsewhere)[1]) == {"options": []}


def test_members_are_offered_names_at_the_door(office: Company) -> None:
    door = DoorKnocker(office.sandbox.door.url)

    def offered() -> list[str]:
        told = json.loads(door.interact(suggestion(ids.PICK_IMAGES, "base-nightly"))[1])
        return [one["value"] for one in told["options"]]

    until(lambda: "img-6pb6lrmy" in offered())


def test_what_the_checks_find_stands_in_the_form_before_it_is_sent(office: Company) -> None:
    mei, view = office.mei, form_of(office.mei)

    assert mei.chooses(view, "With whom", {"Image": "base-nightly", "With whom": "data-team", "Why": "half a"}) is None

    said = mei.text_of(shows(mei, "Deciding: @lin or @omar (1 of them)"))
    assert "0 of 500 shares used." in said
    assert "No reason was given" not in said
    assert requests_of(office) == []
    assert mei.modal()["state"][ids.REASON] == {"value": "half a"}


def test_what_blocks_and_what_needs_a_guardian_is_said(office: Company) -> None:
    mei, view = office.mei, form_of(office.mei)
    mei.chooses(view, "With whom", {"Image": ["build-agent", "base-nightly"], "With whom": "golden-images"})

    said = mei.text_of(shows(mei, "Needs a guardian: golden-images (100055500000) is not trusted as a target."))
    assert "✕ Can't be sent: build-agent is in state CREATING" in said
    assert "and a guardian: @security" in said


def test_the_button_checks_ids_that_were_typed(office: Company) -> None:
    mei, view = office.mei, form_of(office.mei)
    mei.chooses(view, "Image", {"Image": "base-nightly"})
    shows(mei, "Choose an image and an account")
    pressed = {"block_id": ids.CHECK, "action_id": ids.CHECK}
    for typed, said in (
        ("1000 9876 5432", "in one piece: “100098765432”"),
        ("100098765432", "is not a known account."),
    ):
        values = {ids.IMAGE: {ids.PICK_IMAGES: ["img-6pb6lrmy"]}, ids.OTHER_ACCOUNTS: {ids.INPUT: typed}}
        mei._post("/page/press", view_id=view["id"], values=values, **pressed)
        shows(mei, said)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (
            faults.error("InternalError"),
            "img-6pb6lrmy is not checked: the cloud can't be asked right now (InternalError).",
        ),
        (faults.delayed(HANGS), "Checking img-6pb6lrmy … You can send meanwhile"),
    ],
    ids=["down", "slow"],
)
def test_a_cloud_that_fails_or_hangs_is_said_and_keeps_nobody_from_sending(
    office: Company, fault: faults.Fault, said: str
) -> None:
    mei, view = office.mei, form_of(office.mei)
    chosen: dict[str, str | list[str]] = {"Image": "base-nightly", "With whom": "data-team", "Why": "x"}
    office.sandbox.cloud.state.faults.plan(IMAGES, fault, times=1)

    mei.chooses(view, "With whom", chosen)

    shows(mei, said)
    office.sandbox.cloud.state.faults.clear()
    assert mei.fills_and_submits(mei.modal(), chosen) == {}
    mei.sees("asked @lin and @omar", within=8)


def test_where_slack_cannot_tell_who_decides_the_form_says_so(office: Company) -> None:
    mei, view = office.mei, form_of(office.mei)
    office.sandbox.workspace.faults.fail("usergroups.users.list", "internal_error", status=500, times=5)

    mei.chooses(view, "With whom", {"Image": "base-nightly", "With whom": "data-team"})

    shows(mei, "Slack doesn't tell right now who would decide.")


def test_an_older_answer_never_takes_the_place_of_a_newer_one(office: Company) -> None:
    mei, view = office.mei, form_of(office.mei)
    cloud = office.sandbox.cloud.state
    cloud.faults.plan(SHARES, faults.delayed(0.6))
    mei.chooses(view, "With whom", {"Image": "base-nightly", "With whom": "data-team"})
    until(lambda: not cloud.faults._planned["", SHARES])  # the first check waits for the cloud

    mei.chooses(view, "With whom", {"Image": "gpu-trainer", "With whom": "data-team"})

    shows(mei, "gpu-trainer with data-team")
    office.sandbox.bot._previewing.close()  # when the older answer has come as well
    assert sum(call.action == SHARES for call in cloud.calls) == 2
    assert "gpu-trainer with data-team" in mei.text_of(mei.modal())


def test_a_form_that_another_process_changed_meanwhile_is_left_as_it_is(office: Company) -> None:
    mei, view = office.mei, form_of(office.mei)
    office.sandbox.workspace.faults.fail("views.update", "hash_conflict", times=1)

    mei.chooses(view, "With whom", {"Image": "base-nightly", "With whom": "data-team"})

    until(lambda: office.sandbox.workspace.api.called["views.update"] == 1)
    assert "Choose an image and an account" in mei.text_of(mei.modal())
    mei.chooses(mei.modal(), "With whom", {"Image": "base-nightly", "With whom": "data-team"})
    shows(mei, "Deciding: @lin or @omar")


def test_a_form_that_is_gone_is_no_fault(office: Company) -> None:
    mei, view = office.mei, form_of(office.mei)
    office.sandbox.cloud.state.faults.plan(SHARES, faults.delayed(0.3))
    mei.chooses(view, "With whom", {"Image": "base-nightly", "With whom": "data-team"})
    mei.closes(view)

    view = form_of(mei)
    mei.chooses(view, "With whom", {"Image": "gpu-trainer", "With whom": "data-team"})
    shows(mei, "Deciding: @omar")


def test_what_is_sent_becomes_one_request_an_image_with_the_same_answer_as_a_command(office: Company) -> None:
    mei, view = office.mei, form_of(office.mei)
    chosen: dict[str, str | list[str]] = {
        "Image": ["base-nightly", "gpu-trainer"],
        "With whom": "data-team",
        "Other accounts": "partner-lab",
        "Why": "two\nlines",
    }

    assert mei.fills_and_submits(view, chosen) == {}

    mei.sees("#1 and #2 recorded. Checking img-6pb6lrmy and img-gpu7rn3k …")
    mei.sees("#1: asked @lin and @omar")
    mei.sees("#2: asked @omar")
    assert {one[:2] for one in requests_of(office)} == {
        ("img-6pb6lrmy", "100012345678,100023456789"),
        ("img-gpu7rn3k", "100012345678,100023456789"),
    }
    mei.sees_no_modal()


def test_an_image_is_asked_for_in_other_regions_too_and_checked_there_before(office: Company) -> None:
    mei, view = office.mei, form_of(office.mei)
    chosen: dict[str, str | list[str]] = {"Image": "base-nightly", "With whom": "data-team"}
    chosen["In which regions"] = ["Guangzhou", "Singapore"]
    mei.chooses(view, "In which regions", chosen)
    view = shows(mei, "Needs a copy in ap-singapore first")

    assert mei.fills_and_submits(view, {**chosen, "Why": "x"}) == {}

    office.lin.sees("Share base-nightly with data-team in Guangzhou and Singapore", where=CHANNEL)


@pytest.mark.parametrize(
    ("label", "values"),
    [
        ("With whom", {"With whom": []}),
        ("Other accounts", {"Other accounts": "data-taem"}),
        ("Other accounts", {"Other accounts": "@omar"}),
        ("Image", {"Image": []}),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_asked(
    office: Company, label: str, values: dict[str, str | list[str]]
) -> None:
    usual: dict[str, str | list[str]] = {"Image": "base-nightly", "With whom": "data-team", "Why": "x"}

    assert list(office.mei.fills_and_submits(form_of(office.mei), {**usual, **values})) == [label]
    assert requests_of(office) == []


def test_a_form_that_cannot_be_recorded_stays_open_with_all_that_is_in_it(office: Company, db: Path) -> None:
    mei, view = office.mei, form_of(office.mei)
    chosen: dict[str, str | list[str]] = {"Image": "base-nightly", "With whom": "data-team", "Why": "long to write"}
    with closing(sqlite3.connect(db, isolation_level=None)) as other:
        other.execute("ALTER TABLE audit RENAME TO audit_away")

    errors = mei.fills_and_submits(view, chosen)

    assert errors == {"Image": "I can't record that right now, so nothing was asked. Try again in a minute."}
    assert mei.modal()["state"][ids.REASON] == {"value": "long to write"}


def test_sent_at_the_door_it_is_recorded_and_twice_it_is_one(office: Company) -> None:
    door = DoorKnocker(office.sandbox.door.url)
    filled: dict[str, Sequence[str]] = {
        ids.IMAGE: ["img-6pb6lrmy"],
        ids.ACCOUNTS: ["100012345678"],
        ids.OTHER_ACCOUNTS: "100098765432",
        ids.REASON: "x",
    }
    for trigger in ("1.1.a", "1.1.b"):
        assert door.interact({**submission(ids.FORM_VIEW, "", filled), "trigger_id": trigger}) == (200, "")

    assert [one[:2] for one in requests_of(office)] == [("img-6pb6lrmy", "100012345678,100098765432")]
    status, said = door.interact(submission(ids.FORM_VIEW, "", {**filled, ids.IMAGE: []}, view_id="V2"))
    assert (status, json.loads(said)) == (
        200,
        {"response_action": "errors", "errors": {ids.IMAGE: "Choose an image."}},
    )


def test_a_guest_gets_no_form(office: Company) -> None:
    office.gus.types("/image")

    office.gus.sees("You can't use Imagewarden: guests can neither ask nor decide.")
    assert office.gus.state()["views"] == []
