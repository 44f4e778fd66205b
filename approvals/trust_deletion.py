"""What the checks say about deleting an image: whether it can be, who loses it, and what goes or stays with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from approvals.cloud import Image, ImageKind
from approvals.findings import found
from approvals.model import Finding, Target
from approvals.trust_regions import Place
from approvals.trust_targets import labels


def deletable(image: Image) -> Iterator[Finding]:
    """What keeps the image from being deleted by us: none where it is ours."""
    if image.kind == ImageKind.SHARED:
        yield found(
            "image_shared_with_us",
            f"{image.name} was shared with us by {image.creator or 'another account'}, "
            "and only its owner can delete it.",
            "Ask its owner to take it back.",
        )
    elif image.kind == ImageKind.PUBLIC:
        yield found("image_public", f"{image.name} is a public image of the vendor.", "It can't be deleted.")
    elif image.kind != ImageKind.PRIVATE:
        yield found("image_not_ours", f"{image.name} is not a custom image of ours.", "Delete one of our own.")


def elsewhere(image: Image, places: Sequence[Place]) -> Iterator[Finding]:
    """Are there the copies that are meant, and can they go?"""
    for place in places:
        if place.under_way:
            yield found(
                "copy_in_the_way",
                f"a copy of {image.name} is being made in {place.region}, and can't be deleted meanwhile.",
                "Ask again when it is ready.",
                about=place.region,
            )
        elif place.known and place.copy is None:
            yield found(
                "copy_missing",
                f"there is no copy of {image.name} in {place.region} that we made.",
                f"Leave {place.region} out. What is there of another name is deleted by its own id.",
                about=place.region,
            )


def losses(image: Image, losing: Sequence[Target]) -> Iterator[Finding]:
    """Who loses it."""
    if losing:
        yield found(
            "shares_cancelled",
            f"{labels(losing)} {'loses' if len(losing) == 1 else 'lose'} it: every share is taken back first.",
            "Share another image with them before.",
        )
    else:
        yield found("shares_cancelled", f"Nobody else has {image.name}.", "Look in the console, if in doubt.")


def final(image: Image, images: Collection[Image], *, snapshots: bool) -> Iterator[Finding]:
    """What can't be undone, and what stays.

    :param images: it and its copies, as far as they would be deleted
    """
    yield found(
        "deletion_is_final",
        f"{image.name} is gone for good then; machines made from it go on, but can't be reinstalled from it.",
        "Take it back with unshare, where that is enough.",
    )
    held = [one for each in images for one in each.snapshots]
    if not held:
        return
    named = ", ".join(held[:3]) + (f" and {len(held) - 3} more" if len(held) > 3 else "")
    snapshots_named = f"snapshot {named}" if len(held) == 1 else f"snapshots {named}"
    if snapshots:
        yield found(
            "snapshots_deleted",
            f"With it its {snapshots_named} would go: nothing is left to make it from again.",
            "Leave out with snapshots, to keep them.",
        )
    else:
        yield found(
            "snapshots_kept",
            f"Its {snapshots_named} would stay, and cost on.",
            "Say with snapshots behind the image, to delete them too.",
        )
