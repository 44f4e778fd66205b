"""Gathers what the checks judge by: asks the cloud and the ledger, and judges nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypedDict

from approvals.cloud import IDS, LIGHTHOUSE, NO_IMAGE, NORMAL, Cloud, Image, ImageKind
from approvals.copies import newest, ready
from approvals.copy_model import Copy, CopyState
from approvals.errors import About, Refused, Unavailable
from approvals.findings import found
from approvals.ledger import Ledger
from approvals.model import Action, Request
from approvals.policy import Policy
from approvals.sentences import say
from approvals.trust_facts import Facts
from approvals.trust_regions import Place

_CONTRADICTED = 4  # attempts; after as many a cloud that contradicts itself is taken at its word


class _Term(TypedDict, total=False):
    until: datetime | None
    lasts: timedelta | None
    limited: bool


def wants_lighthouse(requests: Iterable[Request], policy: Policy) -> bool:
    """Must Lighthouse be looked at for one of them?"""
    return policy.home.lighthouse and any(
        one.everyone or any(target.account == LIGHTHOUSE for target in one.targets) for one in requests
    )


def shares(cloud: Cloud, image: Image, *, lighthouse: bool) -> dict[str, datetime | None] | None:
    """Who has an image, Lighthouse among them where that is wanted; None where this site never tells.

    :raises CloudError: the cloud could not be asked
    """
    has = cloud.shared_with(image.region, image.image_id)
    if has is None or image.is_blueprint or not lighthouse:
        return has
    return has | ({LIGHTHOUSE: None} if cloud.lighthouse_image(image.region, image.image_id) else {})


class _Gone(Exception):
    """The cloud lists the image still, and says of it that there is none."""


def _shares_of_listed(
    cloud: Cloud, image: Image, action: Action, attempts: int, *, lighthouse: bool
) -> dict[str, datetime | None] | None:
    """Who has an image that the cloud has just listed.

    :raises _Gone: there is none, which is all that has to be known where it is not to be shared
    :raises CloudError: the cloud could not be asked, or contradicts itself, as it does for a moment about what is new
    """
    try:
        return shares(cloud, image, lighthouse=lighthouse)
    except Refused as refusal:
        if refusal.code != NO_IMAGE:
            raise
        if action is not Action.SHARE:
            raise _Gone from refusal
        if attempts < _CONTRADICTED:
            raise Unavailable(refusal.action, refusal.code, refusal.message, refusal.cloud_request_id) from refusal
        raise


def gather(cloud: Cloud, policy: Policy, request: Request, *, home: str, lighthouse: bool, now: datetime) -> Facts:
    """Ask the cloud for everything that ``trust.judge`` needs about a request; the ledger is asked by ``remembered``.

    :param home: our root account
    :param lighthouse: whether Lighthouse is asked whether it has the image
    :raises CloudError: the cloud could not be asked
    """
    regions = policy.home.regions
    if request.image is not None:  # known since the first check: judge that very image again
        there = cloud.images_by_id(request.image.region, [request.image.image_id])
    else:
        there = find(cloud, regions, request.image_ref)
    facts = Facts(
        action=request.action,
        image_ref=request.image_ref,
        regions=request.regions,
        targets=request.targets,
        reason=request.reason,
        home=home,
        found=tuple(there),
        everyone=request.everyone,
        snapshots=request.snapshots,
        uses_lighthouse=policy.home.lighthouse,
        **_term(request, policy, now),
    )
    image = facts.image
    if image is None or image.kind != ImageKind.PRIVATE:
        return facts
    try:
        has = _shares_of_listed(cloud, image, request.action, request.attempts, lighthouse=lighthouse)
    except _Gone:
        return replace(facts, found=())
    return replace(facts, shared_with=has, origin=origin_of(cloud, policy, image))


def _term(request: Request, policy: Policy, now: datetime) -> _Term:
    """How long the share would last: once it is approved that is settled."""
    if request.action is not Action.SHARE:
        return {}
    until = request.until
    if request.image is None:
        until = request.term.within(policy.longest).until(now, request.requester.time_zone)
    limited = request.image is None and request.term.is_endless and until is not None
    return {"until": until, "lasts": until - now if until else None, "limited": limited}


def of_request(facts: Facts, request: Request, now: datetime) -> Facts:
    """The facts about the image as one of several approved requests is judged by them."""
    return replace(
        facts,
        regions=request.regions,
        targets=request.targets,
        reason=request.reason,
        until=request.until,
        lasts=request.until - now if request.until else None,
    )


def lasting(facts: Facts, ledger: Ledger) -> Facts:
    """The facts together with until when who has the image keeps it, as far as the ledger knows."""
    ends: dict[tuple[str, str], datetime | None] = {}
    for region, image_id in facts.image_ids.items():
        lasting = ledger.grants.lasting(image_id, region)
        ends |= {(account, region): until for account, until in lasting.items()}
    return replace(facts, lasting=ends)


def staying(facts: Facts, copies: Sequence[Copy], ledger: Ledger) -> Facts:
    """The facts together with who has the image in regions that aren't meant, as far as the ledger knows.

    :param copies: our copies of the image
    """
    image = facts.image
    if image is None or facts.action is not Action.UNSHARE:
        return facts
    there = {image.region: image.image_id} | {region: copy.image_id for region, copy in ready(copies).items()}
    has = {
        region: frozenset(ledger.grants.lasting(image_id, region))
        for region, image_id in there.items()
        if region not in facts.wanted_regions
    }
    return replace(facts, staying={region: accounts for region, accounts in has.items() if accounts})


def viewed_by_lighthouse(facts: Facts, cloud: Cloud, *, lighthouse: bool) -> Facts:
    """The facts together with what Lighthouse says of the image, where it is to be offered.

    :param lighthouse: whether somebody wants it to be
    :raises CloudError: the cloud could not be asked
    """
    image = facts.image
    wanted = lighthouse and facts.action is Action.SHARE
    if not wanted or image is None or image.kind != ImageKind.PRIVATE or image.is_blueprint:
        return facts
    try:
        return replace(facts, lighthouse=cloud.lighthouse_view(image.region, image.image_id))
    except Refused as refusal:
        if refusal.about is not About.ROLE:
            raise
        text = say(
            "Lighthouse can't look at our images: {message} ({code}).", message=refusal.message, code=refusal.code
        )
        return replace(facts, refusal=found("lighthouse_role_missing", text, refusal.advice))


def remembered(facts: Facts, ledger: Ledger) -> Facts:
    """The facts together with what the ledger knows about their targets."""
    accounts = [target.account for target in facts.targets]
    deletion = None if facts.found else ledger.deletion(facts.image_ref)
    before, sources = ledger.grants.shared_before(accounts), ledger.sources.words()
    return replace(facts, shared_before=before, deletion=deletion, sources=sources)


def placed(
    facts: Facts,
    cloud: Cloud,
    policy: Policy,
    copies: Sequence[Copy],
    regions: Sequence[str],
    *,
    room: bool,
    lighthouse: bool,
    attempts: int,
) -> Facts:
    """The facts together with how it stands in other regions than the image's; of one that is gone, whoever has a copy
    of it can still lose that.

    :param copies: our copies of the image, as the ledger knows them
    :param regions: those asked for; the image's own may be among them
    :param room: whether to ask how many images can be there, which no copy needs that is there or under way
    :param attempts: how many there were before
    :raises CloudError: the cloud could not be asked
    """
    image = facts.image
    if image is None and (facts.action is Action.SHARE or not copies):
        return facts
    if image is not None and (facts.shared_with is None or image.is_blueprint):
        return facts
    own = image.region if image else copies[0].source_region
    known, latest, to_share = policy.home.regions, newest(copies), facts.action is Action.SHARE
    places = [
        _place(cloud, region, latest.get(region), facts.action, attempts, room=room, lighthouse=lighthouse)
        if region in known or (region in latest and not to_share)  # what we copied there once can be taken back
        else Place(region, known=False)
        for region in dict.fromkeys(regions)
        if region != own
    ]
    return replace(facts, places=tuple(places))


def of_everyone(facts: Facts, policy: Policy) -> Facts:
    """The facts with whoever has the image, in the regions that are meant, in the place of named targets."""
    regions = facts.wanted_regions
    accounts = dict.fromkeys(account for region in regions for account in facts.has.get(region, ()))
    return replace(facts, regions=regions, targets=tuple(policy.target(account) for account in accounts))


def _place(
    cloud: Cloud, region: str, copy: Copy | None, action: Action, attempts: int, *, room: bool, lighthouse: bool
) -> Place:
    lost = None
    if copy is not None and copy.is_open:
        return Place(region, under_way=True)
    if copy is not None and copy.state is CopyState.READY:
        listed = cloud.images_by_id(region, [copy.image_id])
        there = [one for one in listed if one.state == NORMAL or action is not Action.SHARE]
        if there:
            with suppress(_Gone):
                has = _shares_of_listed(cloud, there[0], action, attempts, lighthouse=lighthouse)
                return Place(region, copy=there[0], shared_with=has or {})
        lost = copy.id
    return Place(region, lost=lost, room=cloud.room(region) if room else None)


def find(cloud: Cloud, regions: Iterable[str], image_ref: str) -> list[Image]:
    """Every image of that id or exact name, in all the regions.

    :raises CloudError: the cloud could not be asked
    """
    if image_ref.startswith(IDS):
        with_id = [image for region in regions for image in cloud.images_by_id(region, [image_ref])]
        if with_id:
            return with_id
    return [image for region in regions for image in cloud.images_by_name(region, image_ref)]


def origin_of(cloud: Cloud, policy: Policy, image: Image) -> Image | None:
    """The image that the lineage tag names: what it was made from may stand in another region, and be gone.

    :raises CloudError: the cloud could not be asked
    """
    named = policy.lineage_of(image)
    if not named.startswith("img-"):
        return None
    regions = dict.fromkeys((image.region, *policy.home.regions))
    return next((one for region in regions for one in cloud.images_by_id(region, [named])), None)
