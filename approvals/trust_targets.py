"""What the checks say about the accounts that are to get an image."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from approvals.cloud import LIGHTHOUSE, Image
from approvals.findings import found
from approvals.model import Finding, Level, Target
from approvals.policy import Policy
from approvals.sentences import listed_as, say

_LEVELS = {"refuse": Level.BLOCK, "guardian": Level.WARN, "allow": Level.NOTE}
_TRUST_IT = say('An admin can add it to the policy with trusted_as = ["target"].')


def receivers(targets: Sequence[Target], image: Image, home: str, policy: Policy) -> Iterator[Finding]:
    """Each account by itself: is it another than ours, known, and trusted for this image?"""
    for target in targets:
        if target.account == LIGHTHOUSE:
            continue  # it is within our account
        if target.account == home:
            yield found(
                "target_is_home",
                say("{account} is our own account.", account=target.account),
                say("It has the image already: leave it out."),
                about=target.account,
            )
        elif not policy.trusts_as("target", target.account):
            yield _unknown(target, policy)
        elif not policy.trusts_with(image, target.account):
            yield found(
                "target_not_for_image",
                say("{full} is trusted as a target, but not for {name}.", full=_full(target), name=image.name),
                say("An admin can add the image to that account's images in the policy."),
                about=target.account,
            )


def together(wanted: Sequence[Target], shared_before: Collection[str], policy: Policy) -> Iterator[Finding]:
    """What is to be said of all that would get the image newly.

    :param shared_before: those of them with which we ever shared any image
    """
    most = policy.rules.many_targets
    if len(wanted) > most:
        yield found(
            "many_targets",
            say(
                "{number} accounts would get it at once, more than the {most} of the policy.",
                number=len(wanted),
                most=most,
            ),
            say("Ask for fewer at a time."),
        )
    first = [target for target in wanted if target.account not in (*shared_before, LIGHTHOUSE)]
    if first:
        yield found(
            "first_share",
            say("By the record it would be the first image that we share with {labels}.", labels=labels(first)),
            say("Make sure that the account id is the right one."),
        )


def labels(targets: Sequence[Target]) -> str:
    """``data-team, partner-lab, 100012345678 and 4 more``."""
    names = [target.name or target.account for target in targets]
    if len(names) > 3:
        return say("{names} and {number} more", names=", ".join(names[:3]), number=len(names) - 3)
    return listed_as(names)


def _unknown(target: Target, policy: Policy) -> Finding:
    level = _LEVELS[policy.rules.unknown_target]
    text = (
        say("{full} is not trusted as a target", full=_full(target))
        if target.name
        else say("{account} is not a known account", account=target.account)
    )
    refused = say(", and the policy refuses those") if level is Level.BLOCK else ""
    whole = say("{text}{refused}.", text=text, refused=refused)
    return replace(found("target_unknown", whole, _TRUST_IT, about=target.account), level=level)


def _full(target: Target) -> str:
    return f"{target.name} ({target.account})" if target.name else target.account
