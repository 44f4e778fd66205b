"""What the checks say about how long a share is to last."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta

from approvals.findings import found
from approvals.model import Finding, Target
from approvals.policy import Policy
from approvals.sentences import dated, say
from approvals.terms import LONGEST
from approvals.trust_facts import Facts
from approvals.trust_targets import labels

_AS_GOOD = timedelta(hours=1)  # who asks twice within minutes means the same end


def term(facts: Facts, policy: Policy) -> Iterator[Finding]:
    """Whether it ends, and whether the policy allows it to last so long."""
    longest = policy.longest
    if facts.lasts is not None and facts.lasts <= timedelta(0):
        yield found(
            "share_over",
            say("the share would end before it began: its last day is over."),
            say("Ask for a later one, such as: for 7d."),
        )
    elif longest is not None and (facts.lasts is None or facts.lasts > longest):
        yield found(
            "share_long",
            say("the policy lets a share last {days} days at most.", days=longest.days),
            say("Ask for less: for {days}d. It can be extended before it ends.", days=longest.days),
        )
    elif facts.lasts is not None and facts.lasts > LONGEST:
        yield found(
            "share_long",
            say("a share lasts {days} days at most.", days=LONGEST.days),
            say("Ask for less, or leave the end out: the share stays then until somebody takes it back."),
        )
    elif facts.lasts is None:
        yield found(
            "share_endless",
            say("The share has no end: it stays until somebody takes it back."),
            say("Say how long it is needed: add for 30d to the command."),
        )
    elif facts.limited and longest is not None:
        yield found(
            "share_limited",
            say("No end was asked for, so it ends after {days} days, the longest of the policy.", days=longest.days),
            say("Say how long it is needed: add for 7d to the command."),
        )


def extended(facts: Facts, wanted: Sequence[Target], settled: Collection[tuple[str, str]]) -> Iterator[Finding]:
    """Who has the image already, for less long.

    :param settled: accounts and regions for which nothing is to be done
    """
    ends = [
        (target, until)
        for target in wanted
        for region in facts.wanted_regions
        if target.account in facts.has.get(region, ())
        and (target.account, region) not in settled
        and (until := facts.lasting.get((target.account, region)))
    ]
    if ends:
        who = list(dict.fromkeys(target for target, _ in ends))
        days = {dated(until) for _, until in ends}
        first = dated(min(until for _, until in ends))
        yield found(
            "share_extended",
            say(
                "{labels} {verb} it already, until {day}: that is extended.",
                labels=labels(who),
                verb=say("has") if len(who) == 1 else say("have"),
                day=first if len(days) == 1 else say("{day} or longer", day=first),
            ),
            say("Leave out who needs it no longer."),
        )


def lasts_as_long(facts: Facts, account: str, region: str) -> bool:
    """Does the account, which has the image, keep it for as long as is asked? A share that we don't know has no end."""
    until = facts.lasting.get((account, region))
    if until is None:
        return True
    if facts.until is None or facts.lasts is None:
        return False
    return until >= facts.until - min(_AS_GOOD, facts.lasts / 10)
