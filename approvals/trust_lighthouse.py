"""What the checks say where Lighthouse is concerned: images offered to it, and images of its own."""

from __future__ import annotations

from collections.abc import Iterator

from approvals.cloud import LIGHTHOUSE, NORMAL, Image, LighthouseView
from approvals.findings import found
from approvals.model import Finding
from approvals.sentences import say
from approvals.trust_facts import Facts

LIGHTHOUSE_OFF = "lighthouse_off"

_SWITCH_ON = say("An admin sets lighthouse = true under [home], grants its actions in CAM, and restarts the bot.")


def of_lighthouse(facts: Facts, image: Image) -> Iterator[Finding]:
    """What keeps an image from being shared with Lighthouse, or an image of Lighthouse with accounts."""
    if any(target.account == LIGHTHOUSE for target in facts.targets):
        yield from _offering(facts, image)
    if image.is_blueprint:
        yield from _blueprint(facts, image)


def not_to_be_deleted(image: Image) -> Iterator[Finding]:
    if image.is_blueprint:
        yield found(
            "lighthouse_deletion",
            say("{name} is a Lighthouse image, and only images of CVM are deleted here.", name=image.name),
            say("Delete it in the Lighthouse console, after you took it back from everybody here."),
        )


def off(facts: Facts) -> Finding:
    return found(
        "lighthouse_off",
        say(
            "{image_ref} would be a Lighthouse image, and Lighthouse is not switched on in the policy.",
            image_ref=facts.image_ref,
        ),
        _SWITCH_ON,
    )


def switched_off() -> Finding:
    return found(
        "lighthouse_off",
        say("Lighthouse is not switched on in the policy."),
        _SWITCH_ON,
    )


def _offering(facts: Facts, image: Image) -> Iterator[Finding]:
    view = facts.lighthouse
    if image.is_blueprint:
        yield found(
            "lighthouse_itself",
            say("{name} is a Lighthouse image already.", name=image.name),
            say("Name the accounts that it is for."),
        )
    elif not facts.uses_lighthouse:
        yield switched_off()
    elif facts.refusal is None and LIGHTHOUSE not in facts.has.get(image.region, {}):
        yield from _conditions(image, view)


def _conditions(image: Image, view: LighthouseView | None) -> Iterator[Finding]:
    """The vendor's, each with its own way out; what it says besides is in its words."""
    if view is None:
        yield found(
            "lighthouse_unlisted",
            say("Lighthouse doesn't know {name}.", name=image.name),
            say("Choose an image of ours in a region in which Lighthouse is offered."),
        )
        return
    if view.takes:
        return
    said = say(" It says: {reason}", reason=view.reason) if view.reason else ""
    known = list(_known(image, view, said))
    if not known:
        text = say(
            "Lighthouse doesn't take {name} ({text}).{said}",
            name=image.name,
            text=view.os_name or image.os_name,
            said=said,
        )
        remedy = say("Make an image with an operating system that Lighthouse supports, and ask again.")
        known = [found("lighthouse_platform", text, remedy)]
    yield from known


def _known(image: Image, view: LighthouseView, said: str) -> Iterator[Finding]:
    if view.imported:
        yield found(
            "lighthouse_imported",
            say(
                "{name} was imported from outside, and Lighthouse takes no such image.{said}",
                name=image.name,
                said=said,
            ),
            say("Make an image of a machine that runs here."),
        )
    if view.whole_machine:
        yield found(
            "lighthouse_whole_machine",
            say(
                "{name} is a whole-machine image (it has data disks), and Lighthouse takes none.{said}",
                name=image.name,
                said=said,
            ),
            say("Make an image of the system disk alone."),
        )
    if not view.cloud_init:
        yield found(
            "lighthouse_no_cloud_init",
            say("{name} has no cloud-init, which Lighthouse needs.{said}", name=image.name, said=said),
            say("Install cloud-init in it, make the image anew, and ask again."),
        )
    if view.state not in ("", NORMAL):
        yield found(
            "lighthouse_state",
            say(
                "{name} is in state {state}, and Lighthouse takes an image in state NORMAL only.{said}",
                name=image.name,
                state=view.state,
                said=said,
            ),
            say("Ask again when it is ready."),
        )


def _blueprint(facts: Facts, image: Image) -> Iterator[Finding]:
    if set(facts.wanted_regions) - {image.region}:
        yield found(
            "lighthouse_elsewhere",
            say(
                "{name} is a Lighthouse image of {region}, and those aren't copied to other regions here.",
                name=image.name,
                region=image.region,
            ),
            say("Leave the region out, or copy it in the Lighthouse console and share the copy."),
        )
    if facts.shared_with is not None:
        return
    if facts.everyone:
        yield found(
            "lighthouse_untold",
            say("On the vendor's international site nobody can see who has {name}.", name=image.name),
            say("Name the accounts to take it back from."),
        )
    else:
        yield found(
            "lighthouse_unverified",
            say("On the vendor's international site nobody can see who has it: the call's answer is all there is."),
            say("Ask the receiver whether it arrived."),
        )
