"""A list and one image in real Chromium, on a laptop and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from bot.app import utc_now
from bot.sandbox.cloud.state import Image
from tests.e2e.browser import chromium, faults
from tests.e2e.conftest import Company


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_a_list_is_read_and_turned_and_an_image_is_looked_at(
    browser: Browser, company: Company, width: int, height: int
) -> None:
    cloud = company.sandbox.cloud.state
    for number in range(25):
        name = f"perception-training-with-cuda-12-and-all-drivers-build-{number:03d}"
        cloud.add_image(Image(f"img-built{number:03d}", name, "ap-guangzhou", cloud.clock() - number, size_gib=100))
    company.sandbox.bot.survey.sweep(utc_now() + timedelta(minutes=6))
    company.lin.types("/image list")
    company.lin.sees("1–20 of 50")
    context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(company.sandbox.workspace.url)
    page.get_by_role("button", name="Close the guide").first.click()
    if width < 600:
        page.get_by_role("button", name="You", exact=True).click()
    page.get_by_role("button", name="Lin Zhao").first.click()
    if width < 600:
        page.get_by_role("button", name="Conversation", exact=True).click()
    main = page.get_by_role("main")
    expect(main.get_by_text("1–20 of 50")).to_be_visible()
    assert faults(page) == []

    main.get_by_role("button", name="Older").click()
    expect(main.get_by_text("21–40 of 50")).to_be_visible()
    expect(main.get_by_role("button", name="Newer")).to_be_visible()
    expect(main.get_by_text("1–20 of 50", exact=False)).to_have_count(0)
    assert faults(page) == []

    company.lin.types("/image show base-22.04")
    expect(main.get_by_role("heading", name="base-22.04")).to_be_visible()
    main.get_by_role("button", name="Share", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("base-22.04")
    assert faults(page) == []
    context.close()
