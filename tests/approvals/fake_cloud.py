"""A cloud in memory: keeps the rules of sharing, counts what it is asked, and fails as it is told to."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from approvals.cloud import MAX_SHARES, NORMAL, Image, ImageKind
from approvals.errors import About, Refused
from bot.sandbox import company

GUANGZHOU, SINGAPORE = company.REGIONS
LONG_AGO = datetime(2025, 1, 31, 8, tzinfo=UTC)


class Crash(Exception):
    """The process dies here: nothing in the product expects it."""


def image(image_id: str = "img-base0001", name: str = "base-2026", **fields: object) -> Image:
    """A custom image of ours that can be shared; ``fields`` go before what is usual."""
    usual: dict[str, object] = {
        "region": GUANGZHOU,
        "kind": ImageKind.PRIVATE,
        "state": NORMAL,
        "creator": company.HOME_ACCOUNT,
        "source": "CREATE_IMAGE",
        "size_gib": 50,
        "licence": "TencentCloud",
        "created_at": LONG_AGO,
    }
    return Image(image_id=image_id, name=name, **{**usual, **fields})  # type: ignore[arg-type]  # fields as a test names them


@dataclass(frozen=True)
class Call:
    name: str
    region: str = ""
    subject: str = ""
    accounts: tuple[str, ...] = ()


class FakeCloud:
    """Implements ``approvals.cloud.Cloud``.

    :ivar stock: the images, by region and id
    :ivar bad: accounts that don't exist: a call that names one is refused
    :ivar partial: a refused call took effect for its good accounts all the same
    :ivar blind: calls are accepted and change nothing
    :ivar during: called within each sharing call, before its effect
    """

    def __init__(self, *images: Image, home: str = company.HOME_ACCOUNT) -> None:
        self.home = home
        self.stock = {(one.region, one.image_id): one for one in images or (image(),)}
        self.shares: dict[str, dict[str, datetime | None]] = defaultdict(dict)
        self.calls: list[Call] = []
        self.bad: set[str] = set()
        self.partial = False
        self.blind = False
        self.during: Callable[[Call], None] | None = None
        self._before: dict[str, deque[Exception]] = defaultdict(deque)
        self._after: dict[str, deque[Exception]] = defaultdict(deque)
        self._lock = threading.RLock()

    def fail(self, name: str, *errors: Exception, after_effect: bool = False) -> None:
        """Answer the next calls of that method with the errors, one each."""
        (self._after if after_effect else self._before)[name].extend(errors)

    def heal(self) -> None:
        """Forget every failure that was ordered and has not come yet."""
        self._before.clear()
        self._after.clear()

    def put(self, one: Image) -> None:
        self.stock[(one.region, one.image_id)] = one

    def has(self, image_id: str = "img-base0001") -> set[str]:
        return set(self.shares[image_id])

    def give(self, accounts: Iterable[str], image_id: str = "img-base0001") -> None:
        """Share as somebody in the console would: no call of ours."""
        self.shares[image_id].update(dict.fromkeys(accounts, LONG_AGO))

    @property
    def changes(self) -> list[Call]:
        return [call for call in self.calls if call.name in ("share", "unshare")]

    def account(self) -> str:
        self._called(Call("account"))
        return self.home

    def images_by_id(self, region: str, image_ids: Sequence[str]) -> list[Image]:
        self._called(Call("images_by_id", region, ",".join(image_ids)))
        return [one for (where, name), one in self.stock.items() if where == region and name in image_ids]

    def images_by_name(self, region: str, name: str) -> list[Image]:
        self._called(Call("images_by_name", region, name))
        return [one for (where, _), one in self.stock.items() if where == region and one.name == name]

    def shared_with(self, region: str, image_id: str) -> dict[str, datetime | None]:
        self._called(Call("shared_with", region, image_id))
        with self._lock:
            return dict(self.shares[image_id])

    def share(self, region: str, image_id: str, accounts: Sequence[str]) -> str:
        return self._change(Call("share", region, image_id, tuple(accounts)))

    def unshare(self, region: str, image_id: str, accounts: Sequence[str]) -> str:
        return self._change(Call("unshare", region, image_id, tuple(accounts)))

    def _change(self, call: Call) -> str:
        self._called(call)
        if self.during:
            self.during(call)
        with self._lock:
            number = f"req-{len(self.changes)}"
            good = [account for account in call.accounts if account not in self.bad]
            refused = len(good) < len(call.accounts)
            if call.name == "share" and len({*self.shares[call.subject], *good}) > MAX_SHARES:
                raise Refused(call.name, "LimitExceeded", "Too many shares.", number)
            if not self.blind and (not refused or self.partial):
                self._apply(call.name, call.subject, good)
        if refused:
            sentence = "An account does not exist."
            raise Refused(
                call.name, "InvalidAccountId.NotFound", sentence, number, about=About.ACCOUNT, advice="Check it."
            )
        if self._after[call.name]:
            raise self._after[call.name].popleft()
        return number

    def _apply(self, name: str, image_id: str, accounts: Iterable[str]) -> None:
        for account in accounts:
            if name == "share":
                self.shares[image_id].setdefault(account, LONG_AGO)
            else:
                self.shares[image_id].pop(account, None)

    def _called(self, call: Call) -> None:
        with self._lock:
            self.calls.append(call)
            if self._before[call.name]:
                raise self._before[call.name].popleft()
