"""A cloud in memory: keeps the rules of sharing, counts what it is asked, and fails as it is told to."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from approvals.cloud import MAX_SHARES, NORMAL, SYNCING, Copied, Image, ImageKind, LighthouseView, Room
from approvals.errors import About, Refused
from bot.sandbox import company

GUANGZHOU, SINGAPORE = company.REGIONS
PAGE = 100  # images an answer
LONG_AGO = datetime(2025, 1, 31, 8, tzinfo=UTC)


TAKES = LighthouseView(
    takes=True, reason="", imported=False, whole_machine=False, cloud_init=True, state=NORMAL, os_name="Ubuntu"
)
"""What Lighthouse says of an image that it would take."""


class Crash(BaseException):
    """The process dies here: nothing in the product catches it."""


class Unforeseen(Exception):
    """Nothing in the product expects it, and the process lives on."""


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
    :ivar effects: what the calls changed, in order: (method, image, account)
    :ivar bad: accounts that don't exist: a call that names one is refused
    :ivar partial: a refused call took effect for its good accounts all the same
    :ivar blind: calls are accepted and change nothing
    :ivar during: called within each sharing call, before its effect
    :ivar quota: images of ours that a region may have
    :ivar looks: looks at a copy until it is ready: each moves it
    :ivar ends: how the next copies end, one each: another state, or None for gone; by default they are ready
    :ivar hidden: ids that no list shows
    :ivar untold: images of which nobody can see who has them, as on the international site of Lighthouse
    :ivar unreadable: what is answered where somebody asks who has these images
    :ivar names_are_unique: a copy can't have the name of an image that is there
    """

    def __init__(self, *images: Image, home: str = company.HOME_ACCOUNT) -> None:
        self.home = home
        self.stock = {(one.region, one.image_id): one for one in images or (image(),)}
        self.shares: dict[str, dict[str, datetime | None]] = defaultdict(dict)
        self.calls: list[Call] = []
        self.effects: list[tuple[str, str, str]] = []
        self.bad: set[str] = set()
        self.partial = False
        self.blind = False
        self.during: Callable[[Call], None] | None = None
        self.quota = 500
        self.looks = 2
        self.ends: deque[str | None] = deque()
        self.hidden: set[str] = set()
        self.offered: set[str] = set()
        self.usage: dict[str, int] = {}
        self.views: dict[str, LighthouseView | None] = {}
        self.untold: set[str] = set()
        self.unreadable: dict[str, BaseException] = {}
        self.names_are_unique = True
        self._ways: dict[str, str | None] = {}
        self._before: dict[str, deque[BaseException]] = defaultdict(deque)
        self._after: dict[str, deque[BaseException]] = defaultdict(deque)
        self._lock = threading.RLock()

    def fail(self, name: str, *errors: BaseException, after_effect: bool = False) -> None:
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

    def images(self, region: str) -> Iterator[list[Image]]:
        there = [one for (where, _), one in self.stock.items() if where == region]
        for start in range(0, max(len(there), 1), PAGE):
            self._called(Call("images", region, str(start)))
            yield [one for one in there[start : start + PAGE] if one.kind != ImageKind.PUBLIC]

    def images_by_id(self, region: str, image_ids: Sequence[str]) -> list[Image]:
        self._called(Call("images_by_id", region, ",".join(image_ids)))
        found = [one for one in self._listed(region) if one.image_id in image_ids]
        for one in found:
            if one.state == SYNCING and one.image_id in self._ways:
                self._move(one)
        return found

    def images_by_name(self, region: str, name: str) -> list[Image]:
        self._called(Call("images_by_name", region, name))
        return [one for one in self._listed(region) if one.name == name]

    def _listed(self, region: str) -> list[Image]:
        return [one for (where, name), one in self.stock.items() if where == region and name not in self.hidden]

    def shared_with(self, region: str, image_id: str) -> dict[str, datetime | None] | None:
        self._called(Call("shared_with", region, image_id))
        if image_id in self.unreadable:
            raise self.unreadable[image_id]
        with self._lock:
            return None if image_id in self.untold else dict(self.shares[image_id])

    def share(self, region: str, image_id: str, accounts: Sequence[str]) -> str:
        return self._change(Call("share", region, image_id, tuple(accounts)))

    def unshare(self, region: str, image_id: str, accounts: Sequence[str]) -> str:
        return self._change(Call("unshare", region, image_id, tuple(accounts)))

    def lighthouse_view(self, region: str, image_id: str) -> LighthouseView | None:
        self._called(Call("lighthouse_view", region, image_id))
        return self.views.get(image_id, TAKES)

    def lighthouse_image(self, region: str, image_id: str) -> str:
        self._called(Call("lighthouse_image", region, image_id))
        return f"lhbp-of-{image_id}" if image_id in self.offered else ""

    def offer(self, region: str, image_id: str) -> str:
        return self._offer(Call("offer", region, image_id), offered=True)

    def withdraw(self, region: str, image_id: str) -> str:
        return self._offer(Call("withdraw", region, image_id), offered=False)

    def _offer(self, call: Call, *, offered: bool) -> str:
        self._called(call)
        with self._lock:
            if (call.subject in self.offered) is not offered:
                self.effects.append((call.name, call.subject, ""))
            (self.offered.add if offered else self.offered.discard)(call.subject)
        if self._after[call.name]:
            raise self._after[call.name].popleft()
        return f"req-{call.name}-{call.subject}"

    def image_usage(self, region: str) -> dict[str, int]:
        self._called(Call("image_usage", region))
        return dict(self.usage)

    def room(self, region: str) -> Room:
        self._called(Call("room", region))
        return Room(
            sum(one.kind == ImageKind.PRIVATE for (where, _), one in self.stock.items() if where == region), self.quota
        )

    def check_copy(self, region: str, image_id: str, destination: str, name: str) -> None:
        self._called(Call("check_copy", region, image_id, (destination, name)))
        self._check_copy(region, image_id, destination, name)

    def copy(self, region: str, image_id: str, destination: str, name: str) -> Copied:
        self._called(Call("copy", region, image_id, (destination, name)))
        with self._lock:
            self._check_copy(region, image_id, destination, name)
            made = replace(
                self.stock[region, image_id],
                image_id=f"img-copy{len(self._ways) + 1:04}",
                name=name,
                region=destination,
                state=SYNCING,
            )
            self._ways[made.image_id] = self.ends.popleft() if self.ends else NORMAL
            self.put(made)
            self.effects.append(("copy", image_id, ""))
        if self._after["copy"]:
            raise self._after["copy"].popleft()
        return Copied(made.image_id, f"req-{made.image_id}")

    def check_deletion(self, region: str, image_id: str) -> None:
        self._called(Call("check_deletion", region, image_id))
        with self._lock:
            self._check_deletion(region, image_id)

    def delete_image(self, region: str, image_id: str, *, snapshots: bool) -> str:
        self._called(Call("delete_image", region, image_id, ("with snapshots",) if snapshots else ()))
        with self._lock:
            self._check_deletion(region, image_id)
            del self.stock[region, image_id]
            self.effects.append(("delete_image", image_id, ""))
        if self._after["delete_image"]:
            raise self._after["delete_image"].popleft()
        return f"req-delete-{image_id}"

    def _check_deletion(self, region: str, image_id: str) -> None:
        if (region, image_id) not in self.stock:
            raise Refused("delete", "InvalidImageId.NotFound", "There is no such image.", about=About.IMAGE)
        if self.stock[region, image_id].state == SYNCING:
            raise Refused("delete", "InvalidImageId.IncorrectState", "It is on its way.", about=About.IMAGE)
        if self.shares[image_id] or image_id in self.offered:
            raise Refused("delete", "InvalidImageId.InShared", "It is shared.", about=About.IMAGE)

    def _check_copy(self, region: str, image_id: str, destination: str, name: str) -> None:
        if (region, image_id) not in self.stock:
            raise Refused("copy", "InvalidImageId.NotFound", "There is no such image.", about=About.IMAGE)
        if self.names_are_unique and any(
            one.name == name for (where, _), one in self.stock.items() if where == destination
        ):
            raise Refused("copy", "InvalidImageName.Duplicate", "The name is taken.", about=About.NAME)

    def _move(self, copy: Image) -> None:
        """What was shown is how it was; now it is a bit further."""
        percent = copy.sync_percent + 100 // self.looks
        end = self._ways[copy.image_id]
        if percent < 100:
            self.put(replace(copy, sync_percent=percent))
        elif end is None:
            del self.stock[copy.region, copy.image_id]
        else:
            self.put(replace(copy, state=end, sync_percent=100 if end == NORMAL else copy.sync_percent))

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
            if call.subject in self.untold:
                self._check_change(call)
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

    def _check_change(self, call: Call) -> None:
        code = f"UnsupportedOperation.Blueprint{'AlreadyShared' if call.name == 'share' else 'HasNotShared'}"
        if any((one in self.shares[call.subject]) is (call.name == "share") for one in call.accounts):
            raise Refused(call.name, code, "It is so already.", f"req-{len(self.changes)}", about=About.ACCOUNT)

    def _apply(self, name: str, image_id: str, accounts: Iterable[str]) -> None:
        for account in accounts:
            if (account in self.shares[image_id]) is not (name == "share"):
                self.effects.append((name, image_id, account))
            if name == "share":
                self.shares[image_id].setdefault(account, LONG_AGO)
            else:
                self.shares[image_id].pop(account, None)

    def _called(self, call: Call) -> None:
        with self._lock:
            self.calls.append(call)
            if self._before[call.name]:
                raise self._before[call.name].popleft()
