"""Deletes images of which every share was taken back, and looks whether they are gone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from approvals.cloud import NO_IMAGE, STILL_SHARED, Cloud
from approvals.code_model import ACCEPTED
from approvals.copy_model import CopyState
from approvals.errors import CloudError, LeaseLost, OutcomeUnknown, Refused
from approvals.ledger import Ledger
from approvals.model import Action, Item, ItemState, Request
from approvals.outcomes import Done, failed, is_awaited, refused
from approvals.sentences import say

_NOT_GONE_AFTER = 10  # reads that show an image all the same for which the call was accepted
_SEND_AGAIN_AFTER = 5  # such reads: a call that had no effect by then is made again
_STILL_SHARED_FOR = 5  # calls refused for a share that no read shows: one that was just taken back, or just made
_KEPT = "not_tried"  # code of an image that was not deleted since something else could not be done

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Gone:
    """What came of deleting one image.

    :ivar there: whether it was still there afterwards; None where that can't be read
    :ivar called: whether a call was made that may have had an effect
    :ivar accepted: whether the cloud said that it will
    """

    there: bool | None
    called: bool = False
    accepted: bool = False
    cloud_request_id: str = ""
    refusal: Refused | None = None


def refused_beforehand(cloud: Cloud, requests: Sequence[Request]) -> dict[int, list[Item]]:
    """The requests to delete what the cloud would not, each with how it stands with its items for that reason.

    Asked before a share is taken from anybody.

    :raises CloudError: the cloud could not be asked
    """
    ended: dict[int, list[Item]] = {}
    for request in requests:
        for item in request.items if request.action is Action.DELETE else ():
            if item.is_image and item.state is ItemState.WAITING and not item.unseen:
                refusal = _refusal(cloud, item)
                if refusal is not None:
                    ended[request.id] = [_not_begun(one, item, refusal) for one in request.items]
                    break
    return ended


def _refusal(cloud: Cloud, image: Item) -> Refused | None:
    try:
        cloud.check_deletion(image.region, image.image_id)
    except Refused as refusal:
        if refusal.code not in (STILL_SHARED, NO_IMAGE):
            log.warning("deletion_refused", image=image.image_id, error=str(refusal), cloud=refusal.cloud_request_id)
            return refusal
    return None


def _not_begun(item: Item, image: Item, refusal: Refused) -> Item:
    if item.state is not ItemState.WAITING:
        return item
    if item.id == image.id:
        return refused(item, refusal)
    message = say("{image_id} can't be deleted, so this was not begun.", image_id=image.image_id)
    return failed(replace(item, code=_KEPT), message)


class Deleting:
    """Makes the calls for requests of one image.

    :param holds: whether the execution is still ours; one more call could come after somebody else's decision
    """

    def __init__(self, cloud: Cloud, holds: Callable[[], bool]) -> None:
        self._cloud = cloud
        self._holds = holds

    def __call__(self, sound: Sequence[Request], done: Mapping[str, Done]) -> dict[int, Gone]:
        """What came of it, by item; nothing where accounts are left that have the image.

        :raises LeaseLost: others may have gone on from here
        """
        results: dict[int, Gone] = {}
        for request in sound:
            if request.action is Action.DELETE and _all_taken_back(request, done):
                results |= self._delete_each(request)
        return results

    def _delete_each(self, request: Request) -> dict[int, Gone]:
        """The copies first, then the image itself, as long as each goes: by the image what is left can be found."""
        results: dict[int, Gone] = {}
        for item in request.items:
            if not item.is_image or item.state in (ItemState.DONE, ItemState.ALREADY):
                continue
            if item.state is ItemState.FAILED:
                break
            results[item.id] = self._delete(request, item)
            if results[item.id].there is not False:
                break
        return results

    def _delete(self, request: Request, item: Item) -> Gone:
        try:
            if not self._is_there(item):
                return Gone(there=False)
            if is_awaited(item) and item.unseen % _SEND_AGAIN_AFTER:
                return Gone(there=True, called=True, accepted=True)
            if not self._holds():
                raise LeaseLost
            cloud_request_id = self._cloud.delete_image(item.region, item.image_id, snapshots=request.snapshots)
        except Refused as refusal:
            there = self._look(request, item)
            if refusal.code == NO_IMAGE:  # it is gone, whatever reads may show for a while
                return Gone(there, accepted=True)
            return Gone(there, refusal=refusal)
        except OutcomeUnknown as error:
            log.warning("deletion_unknown", request=request.id, error=str(error), cloud=error.cloud_request_id)
            return Gone(self._look(request, item), called=True, cloud_request_id=error.cloud_request_id or "")
        except CloudError as error:
            log.warning("deletion_postponed", request=request.id, error=str(error), cloud=error.cloud_request_id)
            return Gone(there=None)
        return Gone(self._look(request, item), called=True, accepted=True, cloud_request_id=cloud_request_id)

    def _look(self, request: Request, item: Item) -> bool | None:
        """Is it still there after the call? None where that can't be read: a later attempt reads it."""
        try:
            return self._is_there(item)
        except CloudError as error:
            log.warning("not_read_back", requests=[request.id], error=str(error), cloud=error.cloud_request_id)
            return None

    def _is_there(self, item: Item) -> bool:
        return bool(self._cloud.images_by_id(item.region, [item.image_id]))


def after_deletion(
    request: Request, accounts: Sequence[Item], results: Mapping[int, Gone], by_others: Collection[str]
) -> list[Item]:
    """How it stands with the images that are to be deleted.

    :param accounts: how it stands with those that had them
    :param by_others: see ``gone_by_others``
    """
    failures = [one for one in accounts if one.state is ItemState.FAILED]
    kept = ""
    if failures and all(one.state is not ItemState.WAITING for one in accounts):
        many = say("1 share") if len(failures) == 1 else say("{number} shares", number=len(failures))
        kept = say("{many} could not be taken back, so it was not deleted.", many=many)
    images = []
    for item in request.items:
        if not item.is_image:
            continue
        if item.state is ItemState.WAITING:
            tried = request.attempts > 0 and item.image_id not in by_others
            item = failed(replace(item, code=_KEPT), kept) if kept else _after(item, results.get(item.id), tried=tried)
        if item.state is ItemState.FAILED:
            kept = say("{image_id} could not be deleted, so this one was not either.", image_id=item.image_id)
        images.append(item)
    return images


def record_gone(ledger: Ledger, request: Request, item: Item, now: datetime) -> list[int]:
    """The image is gone: with it every share of it, and the copy that it was; returns whose shares ended."""
    ended = ledger.grants.end_all(request.id, item.image_id, item.region, now=now)
    assert request.image is not None  # noqa: S101  approved requests were checked
    for copy in ledger.copies.of(request.image):
        if copy.image_id == item.image_id and copy.is_ready:
            ledger.copies.set(copy, replace(copy, state=CopyState.GONE, changed_at=now), lease=None)
    return ended


def gone_by_others(ledger: Ledger, request: Request) -> set[str]:
    """The images that are known to be gone, and by no call of this request."""
    assert request.image is not None  # noqa: S101  approved requests were checked
    gone = {copy.image_id for copy in ledger.copies.of(request.image) if copy.state is CopyState.GONE}
    by = ledger.deletion(request.image.image_id)
    return gone | {by.image_id} if by else gone


def _after(item: Item, gone: Gone | None, *, tried: bool) -> Item:
    """
    :param tried: an earlier attempt may have made a call and died right after it
    """
    if gone is None or (gone.there is None and not gone.called):
        return item
    traced = replace(item, cloud_request_id=gone.cloud_request_id or item.cloud_request_id)
    if gone.there is False:
        ours = gone.called or gone.refusal or item.unseen or tried
        return replace(traced, state=ItemState.DONE if ours else ItemState.ALREADY, code="")
    if gone.refusal is not None and gone.refusal.code == STILL_SHARED and item.unseen < _STILL_SHARED_FOR:
        return replace(traced, unseen=item.unseen + 1)
    if gone.refusal is not None:
        return refused(replace(item, unseen=0), gone.refusal)  # no call before did it: it is there
    unseen = replace(traced, unseen=item.unseen + 1, code=ACCEPTED if gone.accepted else item.code)
    if is_awaited(unseen) and unseen.unseen >= _NOT_GONE_AFTER:
        message = say("The cloud was asked to delete it, and shows it all the same. Look in the console, then retry.")
        return replace(unseen, state=ItemState.FAILED, code="not_gone", message=message)
    return unseen


def _all_taken_back(request: Request, done: Mapping[str, Done]) -> bool:
    """Has nobody the image any more, wherever it is?"""
    regions = {item.region for item in request.items if item.is_image}
    return all(region not in done or (done[region].has is not None and not done[region].has) for region in regions)
