"""What the checks say about deleting an image: whether it can be, who loses it, and what goes or stays with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from approvals.cloud import Image, ImageKind
from approvals.findings import found
from approvals.model import Finding, Target
from approvals.sentences import say
from approvals.trust_regions import Place
from approvals.trust_targets import labels


def deletable(image: Image) -> Iterator[Finding]:
    """What keeps the image from being deleted by us: none where it is ours."""
    if image.kind == ImageKind.SHARED:
        yield found(
            "image_shared_with_us",
            say(
                "{name} was shared with us by {text}, and only its owner can delete it.",
                name=image.name,
                text=image.creator or say("another account"),
            ),
            say("Ask its owner to take it back."),
        )
    elif image.kind == ImageKind.PUBLIC:
        yield found(
            "image_public", say("{name} is a public image of the vendor.", name=image.name), say("It can't be deleted.")
        )
    elif image.kind != ImageKind.PRIVATE:
        yield found(
            "image_not_ours",
            say("{name} is not a custom image of ours.", name=image.name),
            say("Delete one of our own."),
        )


def elsewhere(image: Image, places: Sequence[Place]) -> Iterator[Finding]:
    """Are there the copies that are meant, and can they go?"""
    for place in places:
        if place.under_way:
            yield found(
                "copy_in_the_way",
                say(
                    "a copy of {name} is being made in {region}, and can't be deleted meanwhile.",
                    name=image.name,
                    region=place.region,
                ),
                say("Ask again when it is ready."),
                about=place.region,
            )
        elif place.known and place.copy is None:
            yield found(
                "copy_missing",
                say("there is no copy of {name} in {region} that we made.", name=image.name, region=place.region),
                say("Leave {region} out. What is there of another name is deleted by its own id.", region=place.region),
                about=place.region,
            )


def unless_gone(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings but that a copy which is to be deleted isn't there: a step that is repeated finds it so."""
    return tuple(one for one in findings if one.code != "copy_missing")


def losses(image: Image, losing: Sequence[Target], where: str) -> Iterator[Finding]:
    """Who loses it.

    :param where: the regions that are meant, where they aren't just the image's own
    """
    if losing:
        yield found(
            "shares_cancelled",
            say(
                "{labels} {verb} it: every share is taken back first.",
                labels=labels(losing),
                verb=say("loses") if len(losing) == 1 else say("lose"),
            ),
            say("Share another image with them before."),
        )
    else:
        yield found(
            "shares_cancelled",
            say("Nobody else has {name}{where}.", name=image.name, where=where),
            say("Look in the console, if in doubt."),
        )


def final(image: Image, images: Collection[Image], where: str, *, snapshots: bool) -> Iterator[Finding]:
    """What can't be undone, and what stays.

    :param images: it and its copies, as far as they would be deleted
    :param where: the regions that are meant, where they aren't just the image's own
    """
    yield found(
        "deletion_is_final",
        say(
            "{name} is gone for good{where} then; machines made from it go on, but can't be reinstalled from it.",
            name=image.name,
            where=where,
        ),
        say("Take it back with unshare, where that is enough."),
    )
    held = [one for each in images for one in each.snapshots]
    if not held:
        return
    named = ", ".join(held[:3])
    if len(held) > 3:
        named = say("{names} and {number} more", names=named, number=len(held) - 3)
    snapshots_named = say("snapshot {named}", named=named) if len(held) == 1 else say("snapshots {named}", named=named)
    if snapshots:
        yield found(
            "snapshots_deleted",
            say(
                "With it its {snapshots_named} would go: nothing is left to make it from again.",
                snapshots_named=snapshots_named,
            )
            if image in images
            else say("With the copy its {snapshots_named} would go.", snapshots_named=snapshots_named),
            say("Leave out with snapshots, to keep them."),
        )
    else:
        yield found(
            "snapshots_kept",
            say("Its {snapshots_named} would stay, and cost on.", snapshots_named=snapshots_named),
            say("Say with snapshots behind the image, to delete them too."),
        )
