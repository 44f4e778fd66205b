"""The checks: facts in, findings out. Pure, so that what was judged can be judged again from what was stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from approvals.cloud import MAX_SHARES, Image, ImageKind
from approvals.findings import found
from approvals.model import Action, Finding, Level, Target
from approvals.policy import Policy
from approvals.trust_image import provenance, shareable
from approvals.trust_regions import Place, sharing, unknown
from approvals.trust_targets import labels, receivers, together

_WEIGHT = {Level.NOTE: 0, Level.WARN: 1, Level.BLOCK: 2}


@dataclass(frozen=True, slots=True)
class Facts:
    """What was asked, and what the cloud and the ledger said about it.

    :ivar regions: those asked for; none: the image's own
    :ivar home: our root account
    :ivar found: every image that the words could mean, in any region of the policy
    :ivar shared_with: who has the image; None where it isn't ours or isn't known
    :ivar origin: the image that the lineage tag of the image names; None where there is none
    :ivar shared_before: those of the targets with which we ever shared any image, by the ledger
    :ivar places: how it stands in other regions than the image's
    """

    action: Action
    image_ref: str
    regions: tuple[str, ...]
    targets: tuple[Target, ...]
    reason: str
    home: str
    found: tuple[Image, ...]
    shared_with: Mapping[str, datetime | None] | None = None
    origin: Image | None = None
    shared_before: frozenset[str] = frozenset()
    places: tuple[Place, ...] = ()

    @property
    def candidates(self) -> tuple[Image, ...]:
        """Those that can be meant. Our own come before others of the same name, which anybody could choose.

        One that is in a region asked for comes before those that would have to be copied there.
        """
        ours = tuple(image for image in self.found if image.kind == ImageKind.PRIVATE)
        return self._asked_for(ours) or ours or self._asked_for(self.found) or self.found

    def _asked_for(self, images: tuple[Image, ...]) -> tuple[Image, ...]:
        return tuple(image for image in images if not self.regions or image.region in self.regions)

    @property
    def image(self) -> Image | None:
        """The one image that is meant, where there is just one."""
        return self.candidates[0] if len(self.candidates) == 1 else None

    @property
    def wanted_regions(self) -> tuple[str, ...]:
        """The regions in which it is to be shared; none where it isn't known which image is meant."""
        return self.regions or ((self.image.region,) if self.image else ())

    @property
    def image_ids(self) -> dict[str, str]:
        """The image that can be shared in each region, where there is one."""
        own = {self.image.region: self.image.image_id} if self.image else {}
        return own | {place.region: place.copy.image_id for place in self.places if place.copy}

    @property
    def elsewhere(self) -> tuple[Place, ...]:
        """How it stands in those of them that aren't the image's own."""
        return tuple(place for place in self.places if place.region in self.wanted_regions)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the checks found.

    :ivar settled: accounts and regions for which nothing is to be done
    """

    image: Image | None
    findings: tuple[Finding, ...]
    settled: frozenset[tuple[str, str]] = frozenset()

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
    settled = _settled(facts, image)
    checks = _sharing if facts.action is Action.SHARE else _unsharing
    return Judgement(image, weighed(checks(facts, image, settled, policy), policy), settled)


def weighed(findings: Iterator[Finding], policy: Policy) -> tuple[Finding, ...]:
    """The findings at the levels of the policy, the weightiest first."""
    levels = policy.rules.findings
    levelled = [replace(one, level=levels.get(one.code, one.level)) for one in findings]
    return tuple(sorted(levelled, key=lambda one: -_WEIGHT[one.level]))


def worse(before: tuple[Finding, ...], now: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings of now that block or warn and that nobody saw before, or saw as less.

    Two are the same if they have one code and are about the same account: the sentence may change, since an image can
    be renamed and an account named. That everything is as wanted already is no reason to stop: a step that was
    repeated finds just that.
    """
    seen: dict[tuple[str, str], int] = {}
    for one in before:
        seen[one.code, one.about] = max(seen.get((one.code, one.about), 0), _WEIGHT[one.level])
    return tuple(
        one
        for one in now
        if one.code != "nothing_to_do" and _WEIGHT[one.level] > seen.get((one.code, one.about), _WEIGHT[Level.NOTE])
    )


def _settled(facts: Facts, image: Image) -> frozenset[tuple[str, str]]:
    has = {image.region: facts.shared_with or {}, **{place.region: place.shared_with for place in facts.elsewhere}}
    wanted = facts.action is Action.SHARE
    return frozenset(
        (target.account, region)
        for region in facts.wanted_regions
        for target in facts.targets
        if (target.account in has.get(region, ())) is wanted
    )


def _everywhere(facts: Facts, settled: frozenset[tuple[str, str]]) -> frozenset[str]:
    """The accounts for which nothing is to be done in any of the regions."""
    return frozenset(
        target.account
        for target in facts.targets
        if all((target.account, region) in settled for region in facts.wanted_regions)
    )


def _no_image(facts: Facts) -> Finding:
    if not facts.found:
        return found(
            "image_not_found",
            f"there is no image {facts.image_ref} in any of our regions.",
            "Check the name in the console, or use its id (img-…).",
        )
    listed = ", ".join(f"{image.image_id} ({image.region})" for image in facts.candidates)
    return found("image_ambiguous", f"{facts.image_ref} can mean {listed}.", "Use the id of the one you mean.")


def _sharing(facts: Facts, image: Image, settled: frozenset[tuple[str, str]], policy: Policy) -> Iterator[Finding]:
    yield from shareable(image, facts.targets)
    yield from unknown(facts.elsewhere, policy.home.regions)
    yield from receivers(facts.targets, image, facts.home, policy)
    wanted = [target for target in facts.targets if target.account not in _everywhere(facts, settled)]
    if facts.shared_with is not None and not wanted:
        yield found("nothing_to_do", _has_already(facts, image), "Nothing was asked.")
    else:
        yield from _room(facts, image)
        yield from sharing(facts.elsewhere, facts.targets)
    yield from provenance(image, facts.origin, facts.home, policy)
    yield from together(wanted, facts.shared_before, policy)
    if not facts.reason:
        yield found("reason_missing", "No reason was given.", "Say why: add because … to the command.")
    yield found(
        "share_endless",
        "The share has no end: it stays until somebody takes it back.",
        "Shares can't end by themselves yet: an admin can lower the level of share_endless.",
    )
    yield found(
        "share_is_not_recall",
        "They can start machines from it and copy it; taking it back doesn't recall copies.",
        "Ask whether the receiver needs the whole image.",
    )


def _room(facts: Facts, image: Image) -> Iterator[Finding]:
    """Whether the image can be shared with so many in its own region, where that is asked."""
    if facts.shared_with is None or image.region not in facts.wanted_regions:
        return
    used = len(facts.shared_with)
    wanted = [target for target in facts.targets if target.account not in facts.shared_with]
    settled = frozenset(target.account for target in facts.targets if target.account in facts.shared_with)
    if not wanted:
        yield from _shared_already(facts, settled)
    elif used + len(wanted) > MAX_SHARES:
        yield found(
            "shares_used_up",
            f"{image.name} is shared with {used} accounts, and {len(wanted)} more would pass "
            f"the limit of {MAX_SHARES}.",
            "Take it back from accounts that no longer need it, then ask again.",
        )
    else:
        yield found(
            "shares_used",
            f"{used} of {MAX_SHARES} shares used.",
            "Take it back from accounts that no longer need it.",
        )
        yield from _shared_already(facts, settled)


def _shared_already(facts: Facts, having: frozenset[str]) -> Iterator[Finding]:
    if having:
        yield found("shared_already", f"{_labels(facts, having)} {_verb(having)} it already.", "Leave out who has it.")


def _unsharing(facts: Facts, image: Image, settled: frozenset[tuple[str, str]], policy: Policy) -> Iterator[Finding]:
    if image.kind != ImageKind.PRIVATE:
        yield found(
            "image_not_ours",
            f"{image.name} is not a custom image of ours, so there is no share of ours to take back.",
            "Name one of our own images.",
        )
        return
    yield from unknown(facts.elsewhere, policy.home.regions)
    lacking = _everywhere(facts, settled)
    lack = f"{_labels(facts, lacking)} {'does' if len(lacking) == 1 else 'do'} not have"
    if facts.shared_with is not None and len(lacking) == len(facts.targets):
        yield found("nothing_to_do", f"{lack} {image.name}{_where(facts, image)}.", "Nothing was asked.")
    elif lacking:
        yield found("not_shared", f"{lack} it.", "Leave out who doesn't have it.")
    yield found(
        "unshare_is_not_recall",
        "It goes from their list; machines they started go on, and copies they made stay theirs.",
        "Ask the receiver to delete what was made from it.",
    )


def _has_already(facts: Facts, image: Image) -> str:
    has = (facts.shared_with or {}) if image.region in facts.wanted_regions else {}
    since = [has[target.account] for target in facts.targets if has.get(target.account)]
    first = min((when for when in since if when), default=None)
    day = f" (since {first.day} {first:%b %Y})" if first else ""
    having = frozenset(target.account for target in facts.targets)
    return f"{labels(facts.targets)} {_verb(having)} {image.name} already{_where(facts, image)}{day}."


def _where(facts: Facts, image: Image) -> str:
    """The regions, where they aren't just the image's own."""
    regions = facts.wanted_regions
    return f" in {' and '.join(regions)}" if set(regions) - {image.region} else ""


def _labels(facts: Facts, accounts: frozenset[str]) -> str:
    return labels([target for target in facts.targets if target.account in accounts])


def _verb(accounts: frozenset[str]) -> str:
    return "has" if len(accounts) == 1 else "have"
