"""The checks: facts in, findings out. Pure, so that what was judged can be judged again from what was stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from approvals.cloud import BLUEPRINT, LIGHTHOUSE, MAX_SHARES, Image, ImageKind
from approvals.findings import CATALOGUE, found
from approvals.model import Action, Affected, Finding, Level
from approvals.policy import Policy
from approvals.sentences import dated, listed_as, say
from approvals.trust_deletion import deletable, final, losses
from approvals.trust_deletion import elsewhere as in_other_regions
from approvals.trust_facts import Facts
from approvals.trust_image import provenance, shareable
from approvals.trust_lighthouse import not_to_be_deleted, of_lighthouse, off, switched_off
from approvals.trust_regions import sharing, staying, unknown
from approvals.trust_targets import labels, receivers, together
from approvals.trust_term import extended, lasts_as_long, term

_WEIGHT = {Level.NOTE: 0, Level.WARN: 1, Level.BLOCK: 2}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the checks found.

    :ivar settled: accounts and regions for which nothing is to be done
    :ivar regions: those that it is about
    :ivar affected: what it is about there, where that isn't named
    """

    image: Image | None
    findings: tuple[Finding, ...]
    settled: frozenset[tuple[str, str]] = frozenset()
    regions: tuple[str, ...] = ()
    affected: tuple[Affected, ...] = ()

    @property
    def blocked(self) -> bool:
        return any(finding.level is Level.BLOCK for finding in self.findings)

    @property
    def needs_guardian(self) -> bool:
        return any(finding.level is Level.WARN for finding in self.findings)


def judge(facts: Facts, policy: Policy) -> Judgement:
    """Judge the facts by the vendor's limits and by the policy."""
    image = facts.image
    if image is None:
        return Judgement(None, (_no_image(facts),))
    settled = _settled(facts)
    findings = weighed(_CHECKS[facts.action](facts, image, settled, policy), policy)
    return Judgement(image, findings, settled, facts.regions, facts.affected)


def weighed(findings: Iterator[Finding], policy: Policy) -> tuple[Finding, ...]:
    """The findings at the levels of the policy, the weightiest first."""
    levels = policy.rules.findings
    levelled = [replace(one, level=levels[one.code]) if one.code in levels else one for one in findings]
    return tuple(sorted(levelled, key=lambda one: -_WEIGHT[one.level]))


_AS_WANTED = frozenset({"nothing_to_do", "shared_already", "not_shared"})


def worse(before: tuple[Finding, ...], now: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings of now that block or warn and that nobody saw before, or saw as less.

    Two are the same if they have one code and are about the same account: the sentence may change, since an image can
    be renamed and an account named. That something is as wanted already is no reason to stop: a step that was
    repeated finds just that.
    """
    seen: dict[tuple[str, str], int] = {}
    for one in before:
        seen[one.code, one.about] = max(seen.get((one.code, one.about), 0), _WEIGHT[one.level])
    return tuple(
        one
        for one in now
        if one.code not in _AS_WANTED and _WEIGHT[one.level] > seen.get((one.code, one.about), _WEIGHT[Level.NOTE])
    )


def only_fixed(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those of which the policy can't choose the weight: what comes about by itself isn't stopped by its choice."""
    return tuple(one for one in findings if CATALOGUE[one.code].fixed)


def _settled(facts: Facts) -> frozenset[tuple[str, str]]:
    if facts.image is not None and facts.shared_with is None:
        return frozenset()  # nobody knows
    has = facts.has
    wanted = facts.action is Action.SHARE
    return frozenset(
        (target.account, region)
        for region in facts.wanted_regions
        for target in facts.targets
        if (target.account in has.get(region, ())) is wanted
        and (target.account != LIGHTHOUSE or facts.uses_lighthouse)  # it isn't asked otherwise
        and (not wanted or lasts_as_long(facts, target.account, region))
    )


def _everywhere(facts: Facts, settled: frozenset[tuple[str, str]]) -> frozenset[str]:
    """The accounts for which nothing is to be done in any of the regions."""
    return frozenset(
        target.account
        for target in facts.targets
        if all((target.account, region) in settled for region in facts.wanted_regions)
    )


def _no_image(facts: Facts) -> Finding:
    if facts.deletion is not None:
        gone = facts.deletion
        return found(
            "image_not_found",
            say(
                "{image_ref} was deleted on {day} by request #{request_id}.",
                image_ref=facts.image_ref,
                day=dated(gone.at),
                request_id=gone.request_id,
            ),
            say("/image requests {request_id} shows who asked for that and who agreed.", request_id=gone.request_id),
        )
    if facts.image_ref.startswith(BLUEPRINT) and not facts.uses_lighthouse:
        return off(facts)
    if not facts.found:
        return found(
            "image_not_found",
            say("there is no image {image_ref} in any of our regions.", image_ref=facts.image_ref),
            say("Check the name in the console, or use its id (img-…)."),
        )
    listed = ", ".join(f"{image.image_id} ({image.region})" for image in facts.candidates)
    return found(
        "image_ambiguous",
        say("{image_ref} can mean {listed}.", image_ref=facts.image_ref, listed=listed),
        say("Use the id of the one you mean."),
    )


def _sharing(facts: Facts, image: Image, settled: frozenset[tuple[str, str]], policy: Policy) -> Iterator[Finding]:
    yield from shareable(image, facts.targets)
    if facts.refusal is not None:
        yield facts.refusal
    yield from of_lighthouse(facts, image)
    yield from unknown(facts.elsewhere, policy.home.regions)
    yield from receivers(facts.targets, image, facts.home, policy)
    wanted = [target for target in facts.targets if target.account not in _everywhere(facts, settled)]
    if facts.shared_with is not None and not wanted:
        yield found("nothing_to_do", _has_already(facts, image), say("Nothing was asked."))
    else:
        yield from _room(facts, image, settled)
        yield from sharing(facts.elsewhere, facts.targets)
        yield from extended(facts, wanted, settled)
    yield from provenance(image, facts.origin, facts.home, policy, facts.sources)
    yield from together(wanted, facts.shared_before, policy)
    if not facts.reason:
        yield _no_reason()
    yield from term(facts, policy)
    yield found(
        "share_is_not_recall",
        say("They can start machines from it and copy it; taking it back doesn't recall copies."),
        say("Ask whether the receiver needs the whole image."),
    )


def _room(facts: Facts, image: Image, settled: frozenset[tuple[str, str]]) -> Iterator[Finding]:
    """Whether the image can be shared with so many in its own region, where that is asked."""
    if facts.shared_with is None or image.region not in facts.wanted_regions:
        return
    used = len(facts.shared_with.keys() - {LIGHTHOUSE})
    wanted = [target for target in facts.targets if target.account not in (*facts.shared_with, LIGHTHOUSE)]
    having = frozenset(account for account, region in settled if region == image.region)
    if not wanted or image.is_blueprint:
        yield from _shared_already(facts, having)
    elif used + len(wanted) > MAX_SHARES:
        yield found(
            "shares_used_up",
            say(
                "{name} is shared with {used} accounts, and {number} more would pass the limit of {max_shares}.",
                name=image.name,
                used=used,
                number=len(wanted),
                max_shares=MAX_SHARES,
            ),
            say("Take it back from accounts that no longer need it, then ask again."),
        )
    else:
        yield found(
            "shares_used",
            say("{used} of {max_shares} shares used.", used=used, max_shares=MAX_SHARES),
            say("Take it back from accounts that no longer need it."),
        )
        yield from _shared_already(facts, having)


def _shared_already(facts: Facts, having: frozenset[str]) -> Iterator[Finding]:
    if having:
        yield found(
            "shared_already",
            say("{labels} {verb} it already.", labels=_labels(facts, having), verb=_verb(having)),
            say("Leave out who has it."),
        )


def _unsharing(facts: Facts, image: Image, settled: frozenset[tuple[str, str]], policy: Policy) -> Iterator[Finding]:
    if image.kind != ImageKind.PRIVATE:
        yield found(
            "image_not_ours",
            say("{name} is not a custom image of ours, so there is no share of ours to take back.", name=image.name),
            say("Name one of our own images."),
        )
        return
    yield from unknown(facts.elsewhere, policy.home.regions)
    if image.is_blueprint:
        yield from of_lighthouse(facts, image)
    if facts.everyone:
        yield from _from_everyone(facts, image, policy)
        return
    if not facts.uses_lighthouse and any(target.account == LIGHTHOUSE for target in facts.targets):
        yield switched_off()
    lacking = _everywhere(facts, settled)
    lack = _lack(_labels(facts, lacking), len(lacking))
    if facts.shared_with is not None and len(lacking) == len(facts.targets):
        whole = say("{lack} {name}{where}.", lack=lack, name=image.name, where=_where(facts, image))
        yield found("nothing_to_do", whole, say("Nothing was asked."))
    elif lacking:
        yield found("not_shared", say("{lack} it.", lack=lack), say("Leave out who doesn't have it."))
    yield from staying(facts.staying, facts.targets)
    yield _no_recall()


def _from_everyone(facts: Facts, image: Image, policy: Policy) -> Iterator[Finding]:
    if facts.shared_with is not None and not facts.affected:
        yield found(
            "nothing_to_do",
            say("Nobody has {name}{where}.", name=image.name, where=_where(facts, image)),
            say("Nothing was asked."),
        )
    keeping = sorted(account for accounts in facts.staying.values() for account in accounts)
    yield from staying(facts.staying, [policy.target(account) for account in dict.fromkeys(keeping)])
    yield _no_recall()


def _no_recall() -> Finding:
    return found(
        "unshare_is_not_recall",
        say("It goes from their list; machines they started go on, and copies they made stay theirs."),
        say("Ask the receiver to delete what was made from it."),
    )


def _deleting(facts: Facts, image: Image, _settled: frozenset[tuple[str, str]], policy: Policy) -> Iterator[Finding]:
    yield from deletable(image)
    if image.kind != ImageKind.PRIVATE:
        return
    yield from unknown(facts.elsewhere, policy.home.regions)
    yield from not_to_be_deleted(image)
    yield from in_other_regions(image, facts.elsewhere)
    copies = [place.copy for place in facts.elsewhere if place.copy]
    own = [image] if image.region in facts.wanted_regions else []
    where = _where(facts, image)
    yield from final(image, [*own, *copies], where, snapshots=facts.snapshots)
    yield from losses(image, facts.targets, where)
    if facts.targets:
        yield _no_recall()
    if not facts.reason:
        yield _no_reason()


_CHECKS = {Action.SHARE: _sharing, Action.UNSHARE: _unsharing, Action.DELETE: _deleting}


def _no_reason() -> Finding:
    return found("reason_missing", say("No reason was given."), say("Say why: add because … to the command."))


def _has_already(facts: Facts, image: Image) -> str:
    has = (facts.shared_with or {}) if image.region in facts.wanted_regions else {}
    since = [has[target.account] for target in facts.targets if has.get(target.account)]
    first = min((when for when in since if when), default=None)
    day = say(" (since {day})", day=dated(first)) if first else ""
    having = frozenset(target.account for target in facts.targets)
    return say(
        "{labels} {verb} {name} already{where}{day}.",
        labels=labels(facts.targets),
        verb=_verb(having),
        name=image.name,
        where=_where(facts, image),
        day=day,
    )


def _where(facts: Facts, image: Image) -> str:
    """The regions, where they aren't just the image's own, or somebody has it in another."""
    regions = facts.wanted_regions
    return say(" in {regions}", regions=listed_as(regions)) if set(regions) - {image.region} or facts.staying else ""


def _labels(facts: Facts, accounts: frozenset[str]) -> str:
    return labels([target for target in facts.targets if target.account in accounts])


def _verb(accounts: frozenset[str]) -> str:
    return say("has") if len(accounts) == 1 else say("have")


def _lack(labels: str, number: int) -> str:
    return say("{labels} does not have", labels=labels) if number == 1 else say("{labels} do not have", labels=labels)
