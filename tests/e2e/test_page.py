"""The main job on the page, in real Chromium, by what a person sees."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.browser import chromium, difference, faults, picture
from tests.e2e.conftest import Company

_PICTURES = Path(__file__).parent / "pictures.json"
_ALIKE = 6.0  # of 255: other fonts stay below it, a missing column or an unstyled page is far above


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture
def page(browser: Browser, company: Company, complaints: list[str]) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    opened = context.new_page()
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    opened.goto(company.sandbox.workspace.url)
    yield opened
    context.close()


def test_what_is_typed_before_the_conversation_is_there_is_sent_to_it(page: Page, complaints: list[str]) -> None:
    held: list[Route] = []
    page.route("**/page/state?*", lambda route: held.append(route), times=1)
    page.reload()
    page.locator("#box").focus()
    page.keyboard.type("/image help")
    page.keyboard.press("Enter")
    (state,) = held
    state.continue_()

    expect(page.get_by_role("main").get_by_role("listitem").filter(has_text="unshare").first).to_be_visible()
    assert complaints == []


def test_the_guide_leads_through_the_main_job(page: Page, company: Company, complaints: list[str]) -> None:
    expect(page.get_by_text("Nothing here is real.")).to_be_visible()
    page.get_by_role("button", name="Put the command into the box").click()
    page.keyboard.press("Enter")
    expect(page.get_by_text("You'll hear from me in a direct message.")).to_be_visible()
    assert faults(page) == []
    _looks_like("asked", page)

    page.get_by_role("button", name="Switch to Lin").first.click()
    card = page.get_by_role("main").get_by_role("listitem").filter(has_text="Share base-nightly with data-team")
    card.get_by_role("button", name="Approve").click()

    expect(page.get_by_role("heading", name="Shared base-nightly with data-team")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("button", name="Approve")).to_have_count(0)
    row = page.get_by_role("complementary").get_by_role("listitem").filter(has_text="img-6pb6lrmy").first
    expect(row).to_contain_text("data-team")
    expect(page.get_by_text("Done: the cloud now shares base-nightly with data-team.")).to_be_visible()
    assert company.shares("img-6pb6lrmy") == {"100012345678"}
    assert faults(page) == []
    _looks_like("shared", page)
    assert complaints == []


def test_a_denial_on_a_phone(page: Page, company: Company, complaints: list[str]) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    company.mei.types("/image share base-nightly with data-team because nightly build for the data team")
    company.lin.sees("Share base-nightly")
    page.get_by_role("button", name="Close the guide").first.click()
    page.get_by_role("button", name="You", exact=True).click()
    page.get_by_role("button", name="Omar Haddad").click()
    page.get_by_role("button", name="Conversation", exact=True).click()
    assert faults(page) == []
    _looks_like("phone", page)

    page.get_by_role("main").get_by_role("button", name="Deny").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Deny request #1")
    dialog.get_by_label("Why").fill("use base-22.04")
    dialog.get_by_role("button", name="Deny").click()

    expect(page.get_by_role("heading", name="Denied: share base-nightly with data-team")).to_be_visible()
    assert faults(page) == []
    assert company.changing_calls() == []
    assert complaints == []


def test_the_keyboard_is_enough(page: Page, company: Company) -> None:
    company.mei.types("/image share base-nightly with data-team because nightly build for the data team")
    company.lin.sees("Share base-nightly")
    page.get_by_role("button", name="Lin Zhao").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main").get_by_role("button", name="Approve")).to_be_visible()

    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "Approve":
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Shared base-nightly with data-team")).to_be_visible()


def _looks_like(name: str, page: Page) -> None:
    """As it did when somebody looked at it and found it good; a new look is a new line in the file."""
    known = json.loads(_PICTURES.read_text())
    seen = picture(page)
    assert name in known, f"look at the page, and if it is good add to {_PICTURES.name}: {json.dumps({name: seen})}"
    apart = difference(seen, known[name])
    assert apart < _ALIKE, (
        f"the page no longer looks as it did ({apart:.1f} of 255 apart). Now: {json.dumps({name: seen})}"
    )
