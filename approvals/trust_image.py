"""What the checks say about the image itself: whether it can be shared at all, what is in it, and who made it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from approvals.cloud import NORMAL, Image, ImageKind
from approvals.findings import found
from approvals.model import Finding, Target
from approvals.policy import Policy
from approvals.trust_source import is_trusted


def shareable(image: Image, targets: Sequence[Target] = ()) -> Iterator[Finding]:
    """What keeps the image from being shared with anybody: none where it can be."""
    if image.kind == ImageKind.SHARED:
        to = ", ".join(target.account for target in targets[:3]) or "whoever needs it"
        yield found(
            "image_shared_with_us",
            f"{image.name} was shared with us by {image.creator or 'another account'}, "
            "and a shared image can't be shared on.",
            f"Ask its owner to share it with {to}.",
        )
    elif image.kind == ImageKind.PUBLIC:
        yield found(
            "image_public",
            f"{image.name} is a public image.",
            "Everybody has it already: nothing needs sharing.",
        )
    elif image.kind != ImageKind.PRIVATE:
        yield found("image_not_ours", f"{image.name} is not a custom image of ours.", "Share one of our own.")
    elif image.state != NORMAL:
        yield found(
            "image_not_ready",
            f"{image.name} is in state {image.state}, and only an image in state NORMAL can be shared.",
            "Ask again when it is ready.",
        )
    if image.licence == "BYOL":
        yield found(
            "image_byol",
            f"{image.name} has a licence brought by its owner (BYOL), and such images can't be shared.",
            "Build one with a licence of the platform.",
        )
    if image.whole_machine:
        yield found(
            "image_whole_machine",
            f"{image.name} is a whole-machine image (it has data disks), and those can't be shared.",
            "Make an image of the system disk alone.",
        )


def provenance(
    image: Image, origin: Image | None, home: str, policy: Policy, sources: Mapping[str, bool]
) -> Iterator[Finding]:
    """Who made the image, of what, and whether they still stand by it.

    :param origin: the image that the lineage tag names, where it is there
    :param sources: the guardians' last word on accounts that share images with us
    """
    if image.source == "EXTERNAL_IMPORT":
        yield found(
            "image_imported",
            f"{image.name} was imported from outside, so nobody here built what is in it.",
            "Build it here, from an image whose source is trusted.",
        )
    if image.creator and image.creator != home and image.creator not in policy.home.creators:
        yield found(
            "image_creator_foreign",
            f"{image.name} was created by {image.creator}, which is not our account.",
            "Build it with our own account; an admin can name a sub-account of ours under [home] creators.",
        )
    yield from _lineage(image, origin, home, policy, sources)
    if image.deprecated:
        yield found(
            "image_deprecated",
            f"{image.name} is marked as deprecated.",
            "Share the image that took its place.",
        )


def _lineage(
    image: Image, origin: Image | None, home: str, policy: Policy, sources: Mapping[str, bool]
) -> Iterator[Finding]:
    """The cloud doesn't tell what an image was made from; a tag does, where builders write it."""
    named = policy.lineage_of(image)
    if not named:
        return
    tag = policy.rules.lineage_tag
    if origin is not None:
        source = origin.creator if origin.kind == ImageKind.SHARED else home
        words = f"{origin.name} ({origin.image_id})"
    else:
        source, words = (named if named.isdigit() else ""), "an image"
    if not source:
        yield found(
            "image_origin_unknown",
            f"{image.name} was made from {named} by its tag {tag}, and there is no such image here.",
            f"Write the id of the source's account into the tag {tag}.",
        )
    elif source != home and not is_trusted(source, policy, sources):
        yield found(
            "image_from_shared",
            f"{image.name} was made from {words} that {source} shared with us, which is no trusted source.",
            f"The guardians can trust it: ask them with /image inbound trust {source}.",
        )
