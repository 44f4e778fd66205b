"""What holds for every test: nothing of the outer environment reaches it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# How long one example takes says how busy the machine is.
settings.register_profile("usual", deadline=None)
settings.register_profile("long", deadline=None, max_examples=2000)
settings.load_profile("usual")

_OURS = ("SLACK_", "TENCENTCLOUD_", "IMAGEWARDEN_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


def pytest_xdist_auto_num_workers() -> int:
    """Most tests wait for a server more than they compute."""
    return 2 * (os.cpu_count() or 1) + 1


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No token, proxy or ``.env`` of the machine."""
    for name in list(os.environ):
        if name.upper().startswith(_OURS):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
