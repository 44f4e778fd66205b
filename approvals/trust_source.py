"""What the checks say about trusting an account that shares images with us, and about ending that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from approvals.cloud import LIGHTHOUSE, Image
from approvals.findings import found
from approvals.model import Action, Finding, Request, Target
from approvals.policy import Policy
from approvals.sentences import say

KIND = "SOURCE"
"""The kind of what stands in the place of an image in a request about a source."""


def stands_for(source: Target) -> Image:
    """The source as a request shows it, where others have an image."""
    return Image(source.account, source.name or source.account, "", KIND, "")


def is_trusted(account: str, policy: Policy, words: Mapping[str, bool]) -> bool:
    """May images that the account shares with us be built on?

    :param words: the guardians' last word on each account; it goes before the policy's
    """
    return words.get(account, policy.trusts_as("source", account))


def about_source(request: Request, home: str, policy: Policy, words: Mapping[str, bool]) -> Iterator[Finding]:
    (source,) = request.targets
    name = source.name or source.account
    wanted = request.action is Action.TRUST
    if source.account in (home, LIGHTHOUSE):
        yield found(
            "source_is_home",
            say("{name} is our own account.", name=name),
            say("Name an account that shares images with us."),
        )
    elif is_trusted(source.account, policy, words) is wanted:
        how = say("is trusted as a source already") if wanted else say("is not trusted as a source anyway")
        yield found("nothing_to_do", say("{name} {how}.", name=name, how=how), say("Nothing was asked."))
    elif wanted:
        yield found(
            "source_unchecked",
            say("Images that {name} shares with us could be built on then; nobody checks what is in them.", name=name),
            say("Look at its images with /image inbound before."),
        )
    else:
        yield found(
            "source_dropped",
            say(
                "What is made from images of {name} needs a guardian again; machines that run from them go on.",
                name=name,
            ),
            say("Replace those machines."),
        )
    if not request.reason:
        yield found("reason_missing", say("No reason was given."), say("Say why: add because … to the command."))
