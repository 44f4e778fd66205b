"""The vendor's Lighthouse: images of ours that are offered to it, and its own images, which it calls blueprints.

It has actions of its own for what CVM does with one, answers a share that is there already with an error, and on the
international site tells nobody who has an image.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from approvals import tencent_answers
from approvals.cloud import Image, ImageKind, LighthouseView
from approvals.errors import Refused
from approvals.tencent_answers import Answer
from approvals.tencent_client import Client
from approvals.tencent_lighthouse_codes import NO_READ_BACK, NO_SUCH_BLUEPRINT

MODIFY = "lighthouse:ModifyImageSharePermission"
"""CVM has an action of the same name."""

_PAGE = 100  # rows in an answer, and ids in a question, at most (vendor: DescribeBlueprints)
_KINDS = {"PRIVATE": ImageKind.PRIVATE, "SHARED": ImageKind.SHARED}


class LighthouseCalls(Client):
    """What is asked of Lighthouse. All methods may raise ``CloudError``."""

    def lighthouse_view(self, region: str, image_id: str) -> LighthouseView | None:
        params = {"ImageIds": [image_id]}
        return self._call("DescribeImagesToShare", region, params, lambda answer: _view(answer, image_id))

    def lighthouse_image(self, region: str, image_id: str) -> str:
        found = (row for page in self._blueprint_pages(region, {}) for row in page)
        return next((row.text("BlueprintId") for row in found if row.optional("ImageId", str) == image_id), "")

    def offer(self, region: str, image_id: str) -> str:
        return self._modify_offer(region, image_id, "SHARE")

    def withdraw(self, region: str, image_id: str) -> str:
        return self._modify_offer(region, image_id, "CANCEL")

    def _modify_offer(self, region: str, image_id: str, permission: str) -> str:
        params = {"ImageId": image_id, "Permission": permission}
        return self._call(MODIFY, region, params, lambda answer: answer.text("RequestId"))

    def _blueprints(self, region: str, *, spare: int = 0) -> Iterator[list[Image]]:
        """Ours and those of others, but for what Lighthouse made of an image that CVM offered to it."""
        kinds = {"Filters": [{"Name": "blueprint-type", "Values": list(_KINDS)}]}
        for page in self._blueprint_pages(region, kinds, spare=spare):
            yield [_blueprint(row, region) for row in page if not row.optional("ImageId", str)]

    def _blueprints_by_id(self, region: str, blueprint_ids: Sequence[str]) -> list[Image]:
        try:
            pages = list(self._blueprint_pages(region, {"BlueprintIds": list(blueprint_ids)}))
        except Refused as refusal:
            if refusal.code not in NO_SUCH_BLUEPRINT:
                raise
            return []
        return [_blueprint(row, region) for page in pages for row in page]

    def _blueprints_by_name(self, region: str, name: str) -> list[Image]:
        named = {"Filters": [{"Name": "blueprint-name", "Values": [name]}]}
        found = [_blueprint(row, region) for page in self._blueprint_pages(region, named) for row in page]
        return [image for image in found if image.name == name and image.kind != ImageKind.PUBLIC]

    def _blueprint_shares(self, region: str, blueprint_id: str) -> dict[str, datetime | None] | None:
        """Who has it; None where this site doesn't tell that to anybody."""
        action, found, read = "DescribeBlueprintsShareAcrossAccountInfos", dict[str, datetime | None](), 0
        while True:
            params = {"BlueprintIds": [blueprint_id], "Offset": read, "Limit": _PAGE}
            try:
                rows, total = self._call(action, region, params, _shares)
            except Refused as refusal:
                if refusal.code in NO_READ_BACK:
                    return None
                raise
            found |= rows
            read += len(rows)
            if read >= total or not rows:
                return found

    def _share_blueprint(self, region: str, blueprint_id: str, accounts: Sequence[str], *, share: bool) -> str:
        action = "ShareBlueprintAcrossAccounts" if share else "CancelShareBlueprintAcrossAccounts"
        params = {"BlueprintId": blueprint_id, "AccountIds": list(accounts)}
        return self._call(action, region, params, lambda answer: answer.text("RequestId"))

    def _blueprint_pages(self, region: str, selection: Mapping[str, Any], *, spare: int = 0) -> Iterator[list[Answer]]:
        read = 0
        while True:
            params = {**selection, "Offset": read, "Limit": _PAGE}
            rows, total = self._call("DescribeBlueprints", region, params, _rows, spare=spare)
            yield rows
            read += len(rows)
            if read >= total or not rows:
                return


def _rows(answer: Answer) -> tuple[list[Answer], int]:
    return answer.page("BlueprintSet")


def _shares(answer: Answer) -> tuple[dict[str, datetime | None], int]:
    rows, total = answer.page("BlueprintShareAcrossAccountInfoSet")
    return {row.text("AccountId"): tencent_answers.moment(row.optional("CreatedTime", str)) for row in rows}, total


def _blueprint(row: Answer, region: str) -> Image:
    return Image(
        image_id=row.text("BlueprintId"),
        name=tencent_answers.named(row, "BlueprintName", row.text("BlueprintId")),
        region=region,
        kind=_KINDS.get(row.text("BlueprintType"), ImageKind.PUBLIC),
        state=row.text("BlueprintState"),
        size_gib=row.optional("RequiredSystemDiskSize", int),
        os_name=row.optional("OsName", str),
        platform=row.optional("Platform", str),
        created_at=tencent_answers.moment(row.optional("CreatedTime", str)),
        tags={tag.text("Key"): tag.optional("Value", str) for tag in row.optional_rows("Tags")},
    )


def _view(answer: Answer, image_id: str) -> LighthouseView | None:
    for row in answer.rows("ImageSet"):
        if row.text("ImageId") == image_id:
            return LighthouseView(
                takes=row.optional("IsShareable", bool),
                reason=row.optional("UnshareableReason", str),
                imported=row.optional("ImageSource", str) == "EXTERNAL_IMPORT",
                whole_machine=row.optional("ImageClass", str) == "InstanceImage",
                cloud_init=row.optional("IsSupportCloudinit", bool),
                state=row.optional("ImageState", str),
                os_name=row.optional("OsName", str),
            )
    return None
