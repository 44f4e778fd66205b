"""Reads the vendor's answers. A field that should be there and isn't is never taken for an empty one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from approvals.cloud import Image
from approvals.errors import OutcomeUnknown
from approvals.tencent_codes import error_for
from approvals.texts import one_line, storable

INCOMPLETE = "IncompleteAnswer"
"""Our code for an answer without a field that it should have."""

_T = TypeVar("_T", str, int, bool, list[Any])


class Answer:
    """The fields of an answer, or of a part of one.

    :param action: the API action, for errors
    """

    def __init__(self, action: str, fields: Mapping[str, Any]) -> None:
        self.action = action
        self._fields = fields

    def text(self, name: str) -> str:
        """:raises OutcomeUnknown: it is missing or no text"""
        return self._need(name, str)

    def number(self, name: str) -> int:
        """:raises OutcomeUnknown: it is missing or no whole number"""
        return self._need(name, int)

    def rows(self, name: str) -> list[Answer]:
        """:raises OutcomeUnknown: it is missing or no list of objects"""
        rows = self._need(name, list)
        if not all(isinstance(row, dict) for row in rows):
            raise OutcomeUnknown(self.action, INCOMPLETE, f"the answer has odd values in {name}")
        return [Answer(self.action, row) for row in rows]

    def page(self, name: str) -> tuple[list[Answer], int]:
        """The rows of a page, and how many there are in all: where that is none, null is as good as an empty list.

        :raises OutcomeUnknown: one of both is missing, or the rows are no list of objects
        """
        is_none = self._value("TotalCount", int) == 0 and self._fields.get(name, "") is None
        return [] if is_none else self.rows(name), self.number("TotalCount")

    def optional(self, name: str, kind: type[_T]) -> _T:
        """The value, or the empty one of its kind: much may be null, and nothing is decided by these."""
        value = self._value(name, kind)
        return kind() if value is None else value

    def optional_rows(self, name: str) -> list[Answer]:
        """:raises OutcomeUnknown: it is there, but no list of objects"""
        return [] if self._fields.get(name) is None else self.rows(name)

    def _need(self, name: str, kind: type[_T]) -> _T:
        value = self._value(name, kind)
        if value is None:
            raise OutcomeUnknown(self.action, INCOMPLETE, f"the answer lacks {name}")
        return value

    def _value(self, name: str, kind: type[_T]) -> _T | None:
        value = self._fields.get(name)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            return None
        return storable(value) if isinstance(value, str) else value


def opened(action: str, envelope: object) -> Answer:
    """The answer inside its envelope.

    :raises CloudError: the answer is an error, whatever its Content-Type made the SDK believe
    :raises OutcomeUnknown: it can't be read
    """
    response = envelope.get("Response") if isinstance(envelope, dict) else None
    if not isinstance(response, dict):
        raise OutcomeUnknown(action, INCOMPLETE, "the answer lacks Response")
    answer = Answer(action, response)
    if "Error" in response:
        error = Answer(action, response["Error"] if isinstance(response["Error"], dict) else {})
        code = error.optional("Code", str) or INCOMPLETE
        message = error.optional("Message", str) or "an error without a message"
        raise error_for(action, code, message, answer.optional("RequestId", str) or None)
    answer.text("RequestId")
    return answer


def image(row: Answer, region: str) -> Image:
    """:raises OutcomeUnknown: what tells which image it is, whose and in which state is missing"""
    return Image(
        image_id=row.text("ImageId"),
        name=named(row, "ImageName", row.text("ImageId")),
        region=region,
        kind=row.text("ImageType"),
        state=row.text("ImageState"),
        creator=row.optional("ImageCreator", str),
        source=row.optional("ImageSource", str),
        size_gib=row.optional("ImageSize", int),
        os_name=row.optional("OsName", str),
        platform=row.optional("Platform", str),
        architecture=row.optional("Architecture", str),
        created_at=moment(row.optional("CreatedTime", str)),
        licence=row.optional("LicenseType", str),
        whole_machine=any(disk.text("DiskUsage") == "DATA_DISK" for disk in row.optional_rows("SnapshotSet")),
        deprecated=row.optional("ImageDeprecated", bool),
        snapshots=tuple(disk.text("SnapshotId") for disk in row.optional_rows("SnapshotSet")),
        sync_percent=row.optional("SyncPercent", int),
        tags={tag.text("Key"): tag.optional("Value", str) for tag in row.optional_rows("Tags")},
    )


def named(row: Answer, field: str, image_id: str) -> str:
    """An image's name as people see it: nobody must own, or look like, what another one does by what is not seen.

    :raises OutcomeUnknown: it is missing or no text
    """
    return one_line(row.text(field)) or image_id


def moment(text: str) -> datetime | None:
    """A time as the vendor writes it (UTC, ``2026-11-24T08:00:00Z``); None where it is written otherwise."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return None
