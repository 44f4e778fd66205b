"""The checks: facts in, findings out. Pure, so that what was judged can be judged again from what was stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from approvals.cloud import MAX_SHARES, NORMAL, Image, ImageKind
from approvals.model import Action, Finding, Level, Target
from approvals.policy import Policy


@dataclass(frozen=True, slots=True)
class Facts:
    """What was asked, and what the cloud said about it.

    :ivar home: our root account
    :ivar found: every image that the words could mean, in any region of the policy
    :ivar shared_with: who has the image; None where it isn't ours or isn't known
    """

    action: Action
    image_ref: str
    region: str
    targets: tuple[Target, ...]
    reason: str
    home: str
    found: tuple[Image, ...]
    shared_with: Mapping[str, datetime | None] | None = None

    @property
    def candidates(self) -> tuple[Image, ...]:
        """Those that can be meant. Our own come before others of the same name, which anybody could choose."""
        here = tuple(image for image in self.found if self.region in ("", image.region))
        return tuple(image for image in here if image.kind == ImageKind.PRIVATE) or here

    @property
    def image(self) -> Image | None:
        """The one image that is meant, where there is just one."""
        return self.candidates[0] if len(self.candidates) == 1 else None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the checks found.

    :ivar settled: targets for which nothing is to be done
    """

    image: Image | None
    findings: tuple[Finding, ...]
    settled: frozenset[str] = frozenset()

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
    checks = _sharing if facts.action is Action.SHARE else _unsharing
    findings = [*checks(facts, image, settled, policy)]
    order = [Level.BLOCK, Level.WARN, Level.NOTE]
    findings.sort(key=lambda finding: order.index(finding.level))
    return Judgement(image, tuple(findings), settled)


def worse(before: tuple[Finding, ...], now: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings of now that block or warn and that nobody saw before, or saw as less.

    That everything is as wanted already is no reason to stop: a step that was repeated finds just that.
    """
    seen = {(finding.code, finding.level, finding.text) for finding in before}
    return tuple(
        finding
        for finding in now
        if finding.level is not Level.NOTE
        and finding.code != "nothing_to_do"
        and (finding.code, finding.level, finding.text) not in seen
    )


def _settled(facts: Facts) -> frozenset[str]:
    has = facts.shared_with or {}
    wanted = facts.action is Action.SHARE
    return frozenset(target.account for target in facts.targets if (target.account in has) is wanted)


def _no_image(facts: Facts) -> Finding:
    if not facts.found:
        return _block(
            "image_not_found",
            f"there is no image {facts.image_ref} in {facts.region or 'any of our regions'}.",
            "Check the name in the console, or use its id (img-…).",
        )
    if not facts.candidates:
        where = ", ".join(sorted({image.region for image in facts.found}))
        return _block(
            "image_elsewhere",
            f"{facts.image_ref} is in {where}, not in {facts.region}, and a share stays in its region.",
            f"Copy it to {facts.region} first (console: Images → Copy), then ask to share the copy.",
        )
    listed = ", ".join(f"{image.image_id} ({image.region})" for image in facts.candidates)
    return _block("image_ambiguous", f"{facts.image_ref} can mean {listed}.", "Use the id of the one you mean.")


def _sharing(facts: Facts, image: Image, settled: frozenset[str], policy: Policy) -> Iterator[Finding]:
    yield from shareable(image, facts.targets)
    yield from _receivers(facts, policy)
    yield from _room(facts, image, settled)
    if image.source == "EXTERNAL_IMPORT":
        yield Finding(
            "image_imported",
            Level.WARN,
            f"{image.name} was imported from outside, so nobody here built what is in it.",
        )
    if not facts.reason:
        yield Finding("reason_missing", Level.NOTE, "No reason was given.")
    yield Finding(
        "share_is_not_recall",
        Level.NOTE,
        "They can start machines from it and copy it; taking it back doesn't recall copies.",
    )


def shareable(image: Image, targets: Sequence[Target] = ()) -> Iterator[Finding]:
    """What keeps the image from being shared with anybody: none where it can be."""
    if image.kind == ImageKind.SHARED:
        to = ", ".join(target.account for target in targets[:3]) or "whoever needs it"
        yield _block(
            "image_shared_with_us",
            f"{image.name} was shared with us by {image.creator or 'another account'}, "
            "and a shared image can't be shared on.",
            f"Ask its owner to share it with {to}.",
        )
    elif image.kind == ImageKind.PUBLIC:
        yield _block(
            "image_public",
            f"{image.name} is a public image.",
            "Everybody has it already: nothing needs sharing.",
        )
    elif image.kind != ImageKind.PRIVATE:
        yield _block("image_not_ours", f"{image.name} is not a custom image of ours.", "Share one of our own.")
    elif image.state != NORMAL:
        yield _block(
            "image_not_ready",
            f"{image.name} is in state {image.state}, and only an image in state NORMAL can be shared.",
            "Ask again when it is ready.",
        )
    if image.licence == "BYOL":
        yield _block(
            "image_byol",
            f"{image.name} has a licence brought by its owner (BYOL), and such images can't be shared.",
            "Build one with a licence of the platform.",
        )
    if image.whole_machine:
        yield _block(
            "image_whole_machine",
            f"{image.name} is a whole-machine image (it has data disks), and those can't be shared.",
            "Make an image of the system disk alone.",
        )


def _receivers(facts: Facts, policy: Policy) -> Iterator[Finding]:
    for target in facts.targets:
        if target.account == facts.home:
            yield _block(
                "target_is_home",
                f"{target.account} is our own account.",
                "It has the image already: leave it out.",
            )
        elif not policy.trusts_as("target", target.account):
            yield from _unknown(target, policy)


def _unknown(target: Target, policy: Policy) -> Iterator[Finding]:
    if target.name:
        text = f"{target.name} ({target.account}) is not trusted as a target"
    else:
        text = f"{target.account} is not a known account"
    match policy.rules.unknown_target:
        case "refuse":
            remedy = 'An admin can add it to the policy with trusted_as = ["target"].'
            yield _block("target_unknown", f"{text}, and the policy refuses those.", remedy)
        case "guardian":
            yield Finding("target_unknown", Level.WARN, f"{text}.")
        case "allow":
            yield Finding("target_unknown", Level.NOTE, f"{text}.")


def _room(facts: Facts, image: Image, settled: frozenset[str]) -> Iterator[Finding]:
    if facts.shared_with is None:
        return
    used = len(facts.shared_with)
    wanted = [target for target in facts.targets if target.account not in settled]
    if not wanted:
        yield _block(
            "nothing_to_do",
            _has_already(facts, image),
            "Nothing was asked.",
        )
    elif used + len(wanted) > MAX_SHARES:
        yield _block(
            "shares_used_up",
            f"{image.name} is shared with {used} accounts, and {len(wanted)} more would pass "
            f"the limit of {MAX_SHARES}.",
            "Take it back from accounts that no longer need it, then ask again.",
        )
    else:
        yield Finding("shares_used", Level.NOTE, f"{used} of {MAX_SHARES} shares used.")
        if settled:
            yield Finding("shared_already", Level.NOTE, f"{_labels(facts, settled)} {_verb(settled)} it already.")


def _unsharing(facts: Facts, image: Image, settled: frozenset[str], _policy: Policy) -> Iterator[Finding]:
    if image.kind != ImageKind.PRIVATE:
        yield _block(
            "image_not_ours",
            f"{image.name} is not a custom image of ours, so there is no share of ours to take back.",
            "Name one of our own images.",
        )
        return
    if facts.shared_with is not None and len(settled) == len(facts.targets):
        yield _block(
            "nothing_to_do",
            f"{_labels(facts, settled)} {'does' if len(settled) == 1 else 'do'} not have {image.name}.",
            "Nothing was asked.",
        )
    elif settled:
        yield Finding(
            "not_shared",
            Level.NOTE,
            f"{_labels(facts, settled)} {'does' if len(settled) == 1 else 'do'} not have it.",
        )
    yield Finding(
        "unshare_is_not_recall",
        Level.NOTE,
        "It goes from their list; machines they started go on, and copies they made stay theirs.",
    )


def _has_already(facts: Facts, image: Image) -> str:
    has = facts.shared_with or {}
    since = [has[target.account] for target in facts.targets if has.get(target.account)]
    first = min((when for when in since if when), default=None)
    names = _labels(facts, frozenset(target.account for target in facts.targets))
    day = f" (since {first.day} {first:%b %Y})" if first else ""
    return f"{names} {_verb(frozenset(has) & {t.account for t in facts.targets})} {image.name} already{day}."


def _labels(facts: Facts, accounts: frozenset[str]) -> str:
    names = [target.name or target.account for target in facts.targets if target.account in accounts]
    if len(names) > 3:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return " and ".join(names)


def _verb(accounts: frozenset[str]) -> str:
    return "has" if len(accounts) == 1 else "have"


def _block(code: str, text: str, remedy: str) -> Finding:
    return Finding(code, Level.BLOCK, text, remedy)
