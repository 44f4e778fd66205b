"""The shortcut on a message: the form with the images that the message names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import ids
from bot.sandbox.run import opened
from tests.bot.test_form import CHANNEL, requests_of, shows
from tests.e2e.conftest import Company, at
from tests.e2e.misbehaving import until
from tests.e2e.person import Seen


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Company]:
    with opened(db=tmp_path / "office.db") as sandbox:
        until(lambda: sandbox.bot.catalogue.known)
        yield at(sandbox)


def chosen_in(view: Seen) -> list[str]:
    [block] = [one for one in view["blocks"] if one.get("block_id") == ids.IMAGE]
    return [one["value"] for one in block["element"].get("initial_options", [])]


def test_the_shortcut_on_a_message_takes_the_images_that_it_names(office: Company) -> None:
    posted = office.sandbox.workspace.state.post(CHANNEL, "U0LIN", "`base-22.04` and img-6pb6lrmy are built")

    assert office.mei.takes_shortcut("Share this image", on={"channel": CHANNEL, "ts": posted.ts}) is None

    view = office.mei.modal()
    assert chosen_in(view) == ["img-2qk8xv4d", "img-6pb6lrmy"]
    assert office.mei.fills_and_submits(view, {"With whom": "data-team"}) == {}
    assert [one[0] for one in requests_of(office)] == ["img-6pb6lrmy", "img-2qk8xv4d"]


def test_images_of_lighthouse_are_taken_too(office: Company) -> None:
    posted = office.sandbox.workspace.state.post(CHANNEL, "U0LIN", "lhbp-w1k1k1t7 and img-6pb6lrmy are built")
    office.mei.takes_shortcut("Share this image", on={"channel": CHANNEL, "ts": posted.ts})
    assert chosen_in(office.mei.modal()) == ["lhbp-w1k1k1t7", "img-6pb6lrmy"]


def test_below_an_image_the_button_takes_that_image(office: Company) -> None:
    for name, image_id in (("base-nightly", "img-6pb6lrmy"), ("wiki-kit", "lhbp-w1k1k1t7")):
        office.mei.types(f"/image show {name}")
        office.mei.presses("Share", on=office.mei.sees(image_id))
        assert chosen_in(office.mei.modal()) == [image_id]
        office.mei.closes(office.mei.modal())


def test_what_a_program_posted_in_blocks_is_read_too(office: Company) -> None:
    blocks = [{"type": "section", "fields": [{"type": "mrkdwn", "text": "*Image*\n`img-6pb6lrmy`"}]}]
    posted = office.sandbox.workspace.state.post(CHANNEL, "U0LIN", "")
    posted.blocks = blocks

    office.mei.takes_shortcut("Share this image", on={"channel": CHANNEL, "ts": posted.ts})

    assert chosen_in(office.mei.modal()) == ["img-6pb6lrmy"]


def test_of_many_images_the_first_few_are_chosen(office: Company) -> None:
    named = " ".join(f"img-aaaaaa{number}" for number in range(7))
    posted = office.sandbox.workspace.state.post(CHANNEL, "U0LIN", named)

    office.mei.takes_shortcut("Share this image", on={"channel": CHANNEL, "ts": posted.ts})

    view = shows(office.mei, "The message names 7 images; the first 5 are chosen.")
    assert chosen_in(view) == [f"img-aaaaaa{number}" for number in range(5)]


def test_a_message_without_an_image_opens_an_empty_form_that_says_so(office: Company) -> None:
    posted = office.sandbox.workspace.state.post(CHANNEL, "U0LIN", "good morning, img- everybody")

    office.mei.takes_shortcut("Share this image", on={"channel": CHANNEL, "ts": posted.ts})

    view = shows(office.mei, "I found no image in that message.")
    assert chosen_in(view) == []
