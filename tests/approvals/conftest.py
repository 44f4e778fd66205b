"""What the tests of the desk stand on. The contract suite needs ``store`` alone: another one can stand there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from approvals.store import Store
from tests.approvals.house import House


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "imagewarden.db"


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    opened = Store(database)
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def house(database: Path) -> Iterator[House]:
    opened = House(database)
    try:
        yield opened
    finally:
        opened.close()
