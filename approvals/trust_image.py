"""What the checks say about the image itself: whether it can be shared at all, what is in it, and who made it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from approvals.cloud import NORMAL, Image, ImageKind
from approvals.findings import found
from approvals.model import Finding, Target
from approvals.policy import Policy
from approvals.sentences import say
from approvals.trust_source import is_trusted


def shareable(image: Image, targets: Sequence[Target] = ()) -> Iterator[Finding]:
    """What keeps the image from being shared with anybody: none where it can be."""
    if image.kind == ImageKind.SHARED:
        to = ", ".join(target.account for target in targets[:3]) or say("whoever needs it")
        yield found(
            "image_shared_with_us",
            say(
                "{name} was shared with us by {text}, and a shared image can't be shared on.",
                name=image.name,
                text=image.creator or say("another account"),
            ),
            say("Ask its owner to share it with {to}.", to=to),
        )
    elif image.kind == ImageKind.PUBLIC:
        yield found(
            "image_public",
            say("{name} is a public image.", name=image.name),
            say("Everybody has it already: nothing needs sharing."),
        )
    elif image.kind != ImageKind.PRIVATE:
        yield found(
            "image_not_ours",
            say("{name} is not a custom image of ours.", name=image.name),
            say("Share one of our own."),
        )
    elif image.state != NORMAL:
        yield found(
            "image_not_ready",
            say(
                "{name} is in state {state}, and only an image in state NORMAL can be shared.",
                name=image.name,
                state=image.state,
            ),
            say("Make it anew, then ask for that one.")
            if image.state.endswith("FAILED")
            else say("Ask again when it is ready."),
        )
    if image.licence == "BYOL":
        yield found(
            "image_byol",
            say("{name} has a licence brought by its owner (BYOL), and such images can't be shared.", name=image.name),
            say("Build one with a licence of the platform."),
        )
    if image.whole_machine:
        yield found(
            "image_whole_machine",
            say("{name} is a whole-machine image (it has data disks), and those can't be shared.", name=image.name),
            say("Make an image of the system disk alone."),
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
            say("{name} was imported from outside, so nobody here built what is in it.", name=image.name),
            say("Build it here, from an image whose source is trusted."),
        )
    if image.creator and image.creator != home and image.creator not in policy.home.creators:
        yield found(
            "image_creator_foreign",
            say("{name} was created by {creator}, which is not our account.", name=image.name, creator=image.creator),
            say("Build it with our own account; an admin can name a sub-account of ours under [home] creators."),
        )
    yield from _lineage(image, origin, home, policy, sources)
    if image.deprecated:
        yield found(
            "image_deprecated",
            say("{name} is marked as deprecated.", name=image.name),
            say("Share the image that took its place."),
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
        source, words = (named if named.isdigit() else ""), say("an image")
    if origin is not None and not source:
        yield found(
            "image_from_shared",
            say(
                "{name} was made from {words} that was shared with us, and the cloud doesn't tell by whom.",
                name=image.name,
                words=words,
            ),
            say("Build it from an image whose source is trusted."),
        )
    elif not source:
        yield found(
            "image_origin_unknown",
            say(
                "{name} was made from {named} by its tag {tag}, and there is no such image here.",
                name=image.name,
                named=named,
                tag=tag,
            ),
            say("Write the id of the source's account into the tag {tag}.", tag=tag),
        )
    elif source != home and not is_trusted(source, policy, sources):
        yield found(
            "image_from_shared",
            say(
                "{name} was made from {words} that {source} shared with us, which is no trusted source.",
                name=image.name,
                words=words,
                source=source,
            ),
            say("The guardians can trust it: ask them with /image inbound trust {source}.", source=source),
        )
