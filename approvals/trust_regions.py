"""What the checks say about the regions that are asked for beside the image's own, where a copy of it is shared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from approvals.cloud import LIGHTHOUSE, MAX_SHARES, Image, Room
from approvals.findings import found
from approvals.model import Finding, Target
from approvals.sentences import listed_as, say
from approvals.trust_targets import labels

ELSEWHERE = "shared_elsewhere"


@dataclass(frozen=True, slots=True)
class Place:
    """How it stands in one region that isn't the image's own.

    :ivar known: whether it is a region of the policy
    :ivar copy: our copy there: to share it, one that can be shared; else in whatever state the cloud shows it
    :ivar shared_with: who has that copy
    :ivar under_way: whether a copy is being made
    :ivar lost: the number of a copy that we take for ready, and that can't be shared
    :ivar room: how many images are and may be there; None where that wasn't asked
    """

    region: str
    known: bool = True
    copy: Image | None = None
    shared_with: Mapping[str, datetime | None] = field(default_factory=dict)
    under_way: bool = False
    lost: int | None = None
    room: Room | None = None


def unknown(places: Sequence[Place], regions: Sequence[str]) -> Iterator[Finding]:
    """The regions that the policy does not have."""
    for place in places:
        if not place.known:
            yield found(
                "region_unknown",
                say("{region} is not one of our regions.", region=place.region),
                say(
                    "Name one of {join}; an admin can add regions under [home] in the policy.", join=", ".join(regions)
                ),
                about=place.region,
            )


def staying(staying: Mapping[str, frozenset[str]], losing: Sequence[Target]) -> Iterator[Finding]:
    """Who keeps the image in another region.

    :param staying: who has it, by region, where nothing is to be taken back
    """
    accounts = {target.account for target in losing}
    regions = [region for region, having in staying.items() if having & accounts]
    if not regions:
        return
    who = [target for target in losing if any(target.account in staying[region] for region in regions)]
    listed = listed_as(regions)
    yield found(
        "shared_elsewhere",
        say(
            "{labels} {verb} it in {regions}, and would keep it there.",
            labels=labels(who),
            verb=say("has") if len(who) == 1 else say("have"),
            regions=listed,
        ),
        say("To take it back there, say: in {regions}.", regions=listed),
    )


def sharing(places: Sequence[Place], targets: Sequence[Target]) -> Iterator[Finding]:
    """Is there a copy, is there room for one, and can it be shared with so many?"""
    for place in places:
        if place.copy is not None:
            yield _shares(place, targets)
        elif place.under_way:
            yield found(
                "copy_under_way",
                say("A copy in {region} is being made already (takes minutes to hours).", region=place.region),
                say("Wait for it, or leave the region out."),
                about=place.region,
            )
        elif place.room is not None:
            yield _room(place, place.room)


def _shares(place: Place, targets: Sequence[Target]) -> Finding:
    used = len(place.shared_with.keys() - {LIGHTHOUSE})
    new = sum(target.account not in (*place.shared_with, LIGHTHOUSE) for target in targets)
    name = place.copy.name if place.copy else ""
    if used + new > MAX_SHARES:
        return found(
            "shares_used_up",
            say(
                (
                    "{name}, the copy in {region}, is shared with {used} accounts, and {new} more would "
                    "pass the limit of {max_shares}."
                ),
                name=name,
                region=place.region,
                used=used,
                new=new,
                max_shares=MAX_SHARES,
            ),
            say("Take it back from accounts that no longer need it, then ask again."),
            about=place.region,
        )
    having = [target for target in targets if target.account in place.shared_with]
    already = (
        say(" {labels} {verb} it already.", labels=labels(having), verb=say("has") if len(having) == 1 else say("have"))
        if having
        else ""
    )
    return found(
        "copy_used",
        say(
            "In {region} our copy {name} is shared: {used} of {max_shares} shares used.{already}",
            region=place.region,
            name=name,
            used=used,
            max_shares=MAX_SHARES,
            already=already,
        ),
        say("Leave the region out, if its own image is meant."),
        about=place.region,
    )


def _room(place: Place, room: Room) -> Finding:
    if room.used >= room.most:
        return found(
            "region_quota_used_up",
            say(
                "a copy in {region} is needed first, and all {most} images that can be there are.",
                region=place.region,
                most=room.most,
            ),
            say("Delete images there that nobody needs, or have the quota raised, then ask again."),
            about=place.region,
        )
    return found(
        "copy_needed",
        say(
            "Needs a copy in {region} first (takes minutes to hours); {used} of {most} images used there.",
            region=place.region,
            used=room.used,
            most=room.most,
        ),
        say("Leave the region out, if the image's own will do."),
        about=place.region,
    )
