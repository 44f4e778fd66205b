"""Chromium, and the plain questions that a picture must pass."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = [
    "--no-sandbox",  # tests run as root in containers
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

_GRID = (32, 20)
"""Width and height of the picture that is compared, in cells: layout shows in it, letters and times don't."""

_CELLS = """
async ([shot, width, height]) => {
  const image = new Image();
  image.src = "data:image/png;base64," + shot;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = width; canvas.height = height;
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, width, height);
  const data = context.getImageData(0, 0, width, height).data;
  return Array.from({length: width * height}, (_, i) =>
    Math.round(0.3 * data[4 * i] + 0.59 * data[4 * i + 1] + 0.11 * data[4 * i + 2]));
}
"""

_FAULTS = """
() => {
  const faults = [];
  const root = document.documentElement;
  const over = root.scrollWidth - root.clientWidth;
  if (over > 0) faults.push(`the page is ${over} px too wide`);
  const shown = (one) => one.checkVisibility() && one.getBoundingClientRect().width > 0;
  for (const one of document.querySelectorAll("main button, main h3, main p, main li")) {
    if (!shown(one)) continue;
    const box = one.getBoundingClientRect();
    const cut = box.right > root.clientWidth + 1 || box.left < -1;
    if (cut) faults.push(`cut off at the side: ${one.textContent.trim()}`);
  }
  for (const one of document.querySelectorAll("button")) {
    const name = one.textContent.trim() || one.getAttribute("aria-label");
    if (shown(one) && !name) faults.push("a button without a name");
  }
  return faults;
}
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    path = next((found for name in _NAMES if (found := shutil.which(name))), None)
    assert path, "there is no Chromium: run tests/run, which installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield browser
        browser.close()


def faults(page: Page) -> list[str]:
    """What is visibly broken: too wide, cut off, nameless."""
    found: list[str] = page.evaluate(_FAULTS)
    return found


def picture(page: Page) -> list[int]:
    """The page as a coarse picture: the brightness of each cell, 0 to 255, row by row."""
    shot = base64.b64encode(page.screenshot()).decode()
    cells: list[int] = page.evaluate(_CELLS, [shot, *_GRID])
    return cells


def difference(one: list[int], other: list[int]) -> float:
    """How far two pictures are apart: mean difference of brightness a cell, 0 to 255."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)
