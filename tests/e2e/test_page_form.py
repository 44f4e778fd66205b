"""The form in real Chromium, by keyboard alone: opened, searched, checked, corrected and sent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.sandbox.cloud import faults
from tests.e2e.browser import chromium
from tests.e2e.browser import faults as faults_of
from tests.e2e.conftest import Company
from tests.e2e.misbehaving import SHARES, until

_FOCUSED = "document.activeElement.getAttribute('aria-label') || document.activeElement.labels?.[0]?.textContent"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture(params=[(1280, 800), (390, 844)], ids=["laptop", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser, company: Company, complaints: list[str]) -> Iterator[Page]:
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    opened = context.new_page()
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    opened.goto(company.sandbox.workspace.url)
    yield opened
    context.close()


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Press Tab until that field or button has the focus."""
    for _ in range(30):
        focused = page.evaluate(f"{_FOCUSED} || document.activeElement.textContent") or ""
        if focused.removesuffix(" (optional)").strip() == name:
            return
        page.keyboard.press(key)
    raise AssertionError(f"Tab never comes to {name}")


def choose(page: Page, typed: str, offered: str) -> None:
    page.keyboard.type(typed)
    expect(page.get_by_role("option").filter(has_text=offered).first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def test_the_keyboard_is_enough_for_the_form(page: Page, company: Company, complaints: list[str]) -> None:
    until(lambda: company.sandbox.bot.catalogue.known)
    page.locator("#box").focus()
    page.keyboard.type("/image")
    page.keyboard.press("Escape")  # the list of commands
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("combobox", name="Image")).to_be_focused()

    page.keyboard.type("nothing of the kind")
    expect(dialog.get_by_text("No results").first).to_be_visible()
    page.keyboard.press("Escape")  # the list, not the form
    page.keyboard.press("ControlOrMeta+a")
    choose(page, "base-nightly", "img-6pb6lrmy")
    expect(dialog.get_by_role("button", name="Remove base-nightly · img-6pb6lrmy")).to_be_visible()
    page.keyboard.press("Backspace")
    expect(dialog.get_by_role("button", name="Remove base-nightly · img-6pb6lrmy")).to_be_hidden()
    page.keyboard.type("b")
    expect(page.get_by_role("option").filter(has_text="build-agent")).to_be_visible()
    page.keyboard.type("ase-nightly")  # faster than the app answers: the list is still that of "b"
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Remove base-nightly · img-6pb6lrmy")).to_be_visible()

    company.sandbox.cloud.state.faults.plan(SHARES, faults.delayed(0.5))
    tab_to(page, "With whom")
    choose(page, "data", "data-team")
    tab_to(page, "Why")
    page.keyboard.type("typed while ")
    expect(dialog.get_by_text("0 of 500 shares used.")).to_be_visible()
    page.keyboard.type("it was checked")
    expect(dialog.get_by_label("Why")).to_have_value("typed while it was checked")
    assert faults_of(page) == []

    page.keyboard.press("Shift+Tab")
    expect(dialog.get_by_role("button", name="Check")).to_be_focused()
    tab_to(page, "For how long", "Shift+Tab")
    page.keyboard.press("Shift+Tab")
    expect(dialog.get_by_role("checkbox", name="Singapore")).to_be_focused()
    page.keyboard.press("Space")
    expect(dialog.get_by_text("Needs a copy in ap-singapore first")).to_be_visible()
    expect(dialog.get_by_role("checkbox", name="Singapore")).to_be_focused()
    tab_to(page, "Other accounts", "Shift+Tab")
    page.keyboard.type("data-taem")
    tab_to(page, "Check")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    expect(dialog.locator(".context").get_by_text("Did you mean")).to_be_visible()
    expect(dialog.get_by_role("button", name="Check")).to_be_focused()

    tab_to(page, "Send")
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("Other accounts")).to_be_focused()
    expect(dialog.locator(".error").filter(has_text="Did you mean “data-team”?")).to_be_visible()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("partner-lab")
    tab_to(page, "Send")
    page.keyboard.press("Enter")

    expect(dialog).to_be_hidden()
    company.mei.sees("#1: asked @lin and @omar")
    asked = company.lin.sees("typed while it was checked", where="C0IMAGES")
    assert "in Singapore" in company.lin.text_of(asked)
    assert complaints == []
