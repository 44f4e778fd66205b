"""Accounts that share images with us: the guardians' word on each, and when each image was first seen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from approvals import rows
from approvals.cloud import Image
from approvals.model import SourceWord
from approvals.rows import stamp
from approvals.tables import Tables


class Sources(Tables):
    """What can be read and written of sources within one transaction. See ``Ledger``.

    Where the guardians have given a word on an account, the last one counts, whatever the policy says of it.
    """

    def add(self, word: SourceWord) -> None:
        self._do(
            "add_source_word",
            account=word.account,
            trusted=word.trusted,
            request_id=word.request_id,
            now=stamp(word.at),
        )

    def words(self) -> dict[str, bool]:
        """The last word on each account on which there is one."""
        return {row["account"]: bool(row["trusted"]) for row in self._all("source_words")}

    def history(self, account: str) -> list[SourceWord]:
        """Every word on an account, the newest first."""
        return [
            SourceWord(row["account"], bool(row["trusted"]), row["request_id"], rows.sure_moment(row["at"]))
            for row in self._all("source_history", account=account)
        ]

    def note_seen(self, images: Iterable[Image], now: datetime) -> None:
        """Images that are shared with us; those that are known already keep their time."""
        for image in images:
            self._do("note_seen", image_id=image.image_id, region=image.region, now=stamp(now))

    def first_seen(self, images: Iterable[Image]) -> Mapping[tuple[str, str], datetime]:
        """Since when we know of them, by region and id."""
        wanted = json.dumps([image.image_id for image in images])
        found = self._all("first_seen", images=wanted)
        return {(row["region"], row["image_id"]): rows.sure_moment(row["first_seen"]) for row in found}
