"""What is there, what isn't, and what nobody can tell."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from approvals.files import is_mounted_alone, is_there


def test_what_is_there_and_what_is_not(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    (tmp_path / "dangling").symlink_to(tmp_path / "absent")
    assert is_there(file)
    assert is_there(tmp_path)
    assert not is_there(tmp_path / "absent")
    assert not is_there(tmp_path / "absent" / "file")
    assert not is_there(file / "below a file")
    assert not is_there(tmp_path / "dangling")


def test_what_cannot_be_told_is_not_taken_for_absent(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=os.strerror(errno.ENAMETOOLONG)):
        is_there(tmp_path / ("x" * 300))
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(OSError, match=os.strerror(errno.ELOOP)):
        is_there(tmp_path / "loop")


def test_a_file_that_is_mounted_alone(tmp_path: Path) -> None:
    file, link, mounts = tmp_path / "a b.db", tmp_path / "link.db", tmp_path / "mountinfo"
    link.symlink_to(file)
    mounts.write_text(
        "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n"
        f"42 27 254:0 /real.db {str(file).replace(' ', chr(92) + '040')} rw,relatime - ext4 /dev/vda rw\n"
    )
    assert is_mounted_alone(file, mounts)
    assert is_mounted_alone(link, mounts)
    assert not is_mounted_alone(tmp_path / "other.db", mounts)
    assert not is_mounted_alone(file, tmp_path / "no such system")
    assert not is_mounted_alone(file)
