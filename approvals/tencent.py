"""The cloud, through the Tencent Cloud SDK: what is asked of it and how its answers are read. One for the process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from approvals import tencent_answers
from approvals.cloud import BLUEPRINT, Copied, Image, ImageKind, Room
from approvals.errors import OutcomeUnknown, Refused, Unavailable
from approvals.tencent_answers import INCOMPLETE, Answer
from approvals.tencent_codes import NO_SUCH_IMAGE, WOULD_SUCCEED
from approvals.tencent_lighthouse import LighthouseCalls

_PAGE = 100  # images in an answer, and ids in a question, at most (vendor: DescribeImages)
_SPARE = 5  # calls a second that reading everything leaves to those that somebody waits for


class TencentCloud(LighthouseCalls):
    """Implements ``approvals.cloud.Cloud``. Of Lighthouse nothing is asked unless it is wanted."""

    def account(self) -> str:
        return self._call("GetCallerIdentity", self._default_region, {}, lambda answer: answer.text("AccountId"))

    def images(self, region: str) -> Iterator[list[Image]]:
        kinds = [ImageKind.PRIVATE.value, ImageKind.SHARED.value]
        yield from self._pages(region, {"Filters": [{"Name": "image-type", "Values": kinds}]}, spare=_SPARE)
        if self._lighthouse:
            yield from self._blueprints(region, spare=_SPARE)

    def images_by_id(self, region: str, image_ids: Sequence[str]) -> list[Image]:
        ids = [one for one in dict.fromkeys(image_ids) if not one.startswith(BLUEPRINT)]
        parts = (ids[start : start + _PAGE] for start in range(0, len(ids), _PAGE))
        found = [image for part in parts for image in self._existing(region, part)]
        blueprints = [one for one in dict.fromkeys(image_ids) if one.startswith(BLUEPRINT)]
        return found + (self._blueprints_by_id(region, blueprints) if blueprints and self._lighthouse else [])

    def images_by_name(self, region: str, name: str) -> list[Image]:
        # The filter matches any part of a name.
        found = self._describe(region, {"Filters": [{"Name": "image-name", "Values": [name]}]})
        named = [image for image in found if image.name == name]
        return named + (self._blueprints_by_name(region, name) if self._lighthouse else [])

    def shared_with(self, region: str, image_id: str) -> dict[str, datetime | None] | None:
        if image_id.startswith(BLUEPRINT):
            return self._blueprint_shares(region, image_id)
        return self._call("DescribeImageSharePermission", region, {"ImageId": image_id}, _shares)

    def share(self, region: str, image_id: str, accounts: Sequence[str]) -> str:
        if image_id.startswith(BLUEPRINT):
            return self._share_blueprint(region, image_id, accounts, share=True)
        return self._modify(region, image_id, accounts, "SHARE")

    def unshare(self, region: str, image_id: str, accounts: Sequence[str]) -> str:
        if image_id.startswith(BLUEPRINT):
            return self._share_blueprint(region, image_id, accounts, share=False)
        return self._modify(region, image_id, accounts, "CANCEL")

    def image_usage(self, region: str) -> dict[str, int]:
        """There is no filter by image: every instance is read, page by page."""
        used: Counter[str] = Counter()
        read, total = 0, 1
        while read < total:
            params = {"Offset": read, "Limit": _PAGE}
            page, total = self._call("DescribeInstances", region, params, _instances)
            used.update(page)
            read += len(page)
            if not page:
                break
        return dict(used)

    def room(self, region: str) -> Room:
        only_ours = [{"Name": "image-type", "Values": [ImageKind.PRIVATE.value]}]
        counted = {"Filters": only_ours, "Offset": 0, "Limit": 1}
        used = self._call("DescribeImages", region, counted, lambda answer: answer.number("TotalCount"))
        most = self._call("DescribeImageQuota", region, {}, lambda answer: answer.number("ImageNumQuota"))
        return Room(used, most)

    def check_copy(self, region: str, image_id: str, destination: str, name: str) -> None:
        params = {**_sync(image_id, destination, name), "DryRun": True}
        try:
            self._call("SyncImages", region, params, lambda answer: answer.text("RequestId"))
        except Refused as refusal:
            if refusal.code != WOULD_SUCCEED:
                raise

    def copy(self, region: str, image_id: str, destination: str, name: str) -> Copied:
        params = {**_sync(image_id, destination, name), "ImageSetRequired": True}
        return self._call("SyncImages", region, params, lambda answer: _copied(answer, destination))

    def check_deletion(self, region: str, image_id: str) -> None:
        try:
            self._delete(region, image_id, DryRun=True)
        except Refused as refusal:
            if refusal.code != WOULD_SUCCEED:
                raise

    def delete_image(self, region: str, image_id: str, *, snapshots: bool) -> str:
        return self._delete(region, image_id, DeleteBindedSnap=snapshots)

    def _delete(self, region: str, image_id: str, **how: bool) -> str:
        params = {"ImageIds": [image_id], **how}
        return self._call("DeleteImages", region, params, lambda answer: answer.text("RequestId"))

    def _modify(self, region: str, image_id: str, accounts: Sequence[str], permission: str) -> str:
        params = {"ImageId": image_id, "AccountIds": list(accounts), "Permission": permission}
        return self._call("ModifyImageSharePermission", region, params, lambda answer: answer.text("RequestId"))

    def _existing(self, region: str, image_ids: list[str]) -> list[Image]:
        try:
            return self._describe(region, {"ImageIds": image_ids})
        except Refused as refusal:
            if refusal.code not in NO_SUCH_IMAGE:
                raise
        if len(image_ids) == 1:
            return []
        # One id that nobody has fails the call for all of them.
        middle = len(image_ids) // 2
        return self._existing(region, image_ids[:middle]) + self._existing(region, image_ids[middle:])

    def _describe(self, region: str, selection: Mapping[str, Any]) -> list[Image]:
        return [image for page in self._pages(region, selection) for image in page]

    def _pages(self, region: str, selection: Mapping[str, Any], *, spare: int = 0) -> Iterator[list[Image]]:
        """Every image of the selection, page by page.

        :raises Unavailable: the list changed meanwhile, so that an image may have slipped between two pages
        """
        action = "DescribeImages"
        found: set[str] = set()
        read, totals = 0, set[int]()
        while True:
            params = {**selection, "Offset": read, "Limit": _PAGE}
            page, total = self._call(action, region, params, lambda answer: _images(answer, region), spare=spare)
            found.update(image.image_id for image in page)
            read += len(page)
            totals.add(total)
            if len(totals) > 1 or len(found) < read or (read < total and not page):
                raise Unavailable(action, "ListChanged", "the list of images changed while it was read")
            yield page
            if read >= total:
                return


def _images(answer: Answer, region: str) -> tuple[list[Image], int]:
    rows, total = answer.page("ImageSet")
    return [tencent_answers.image(row, region) for row in rows], total


def _instances(answer: Answer) -> tuple[list[str], int]:
    rows, total = answer.page("InstanceSet")
    return [row.text("ImageId") for row in rows], total


def _shares(answer: Answer) -> dict[str, datetime | None]:
    rows = answer.rows("SharePermissionSet")
    return {row.text("AccountId"): tencent_answers.moment(row.optional("CreatedTime", str)) for row in rows}


def _sync(image_id: str, destination: str, name: str) -> dict[str, Any]:
    return {"ImageIds": [image_id], "DestinationRegions": [destination], "ImageName": name}


def _copied(answer: Answer, destination: str) -> Copied:
    """:raises OutcomeUnknown: it doesn't tell of the copy: the call was taken, and what came of it must be looked up"""
    for row in answer.rows("ImageSet"):
        if row.text("Region") == destination:
            return Copied(row.text("ImageId"), answer.text("RequestId"))
    raise OutcomeUnknown(answer.action, INCOMPLETE, f"the answer lacks the copy in {destination}")
