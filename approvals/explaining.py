"""Who must agree to a share and why, by the policy alone: rule by rule, in sentences, before anybody asks for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from approvals.cloud import IDS, LIGHTHOUSE, Image, ImageKind
from approvals.errors import DirectoryError, UnknownPerson
from approvals.model import LIGHTHOUSE_TARGET, Finding, Level, Target
from approvals.people import Directory, can_be_met, deciders_of
from approvals.policy import ImageRule, Policy
from approvals.policy_faults import nearest
from approvals.policy_lines import Place, line_at
from approvals.trust import weighed
from approvals.trust_image import provenance, shareable
from approvals.trust_lighthouse import switched_off
from approvals.trust_targets import receivers

_IMAGE_ID = re.compile(rf"(?:{'|'.join(IDS)})[0-9a-z]+")


@dataclass(frozen=True, slots=True)
class Question:
    """
    :ivar image: as the cloud describes it; None where it wasn't asked
    :ivar origin: the image that its lineage tag names, where it is there
    :ivar target: an account by its name in the policy, or its id; or "lighthouse"
    :ivar requester: the id of who would ask; empty where that is nobody in particular
    :ivar lines: of the policy file
    :ivar sources: the guardians' last word on accounts that share images with us
    """

    image_ref: str
    image: Image | None
    origin: Image | None
    target: str
    requester: str
    lines: Mapping[Place, int]
    sources: Mapping[str, bool] = field(default_factory=dict)


class UnknownTarget(Exception):
    """The target is neither a name of the policy nor an account id; the text says what is."""


def explain(question: Question, policy: Policy, directory: Directory | None) -> Iterator[str]:
    """The sentences.

    :param directory: who people are; None where nobody can be asked
    :raises UnknownTarget: see there
    """
    target = _target(question.target, policy)
    image = question.image or _imagined(question.image_ref)
    yield from _owners(question, image, policy, directory)
    yield _number(question, image, policy)
    if directory is not None:
        yield _able(question, image, policy, directory, guardian=False)
    yield _requester(question, policy)
    findings = [*_known(question, image, target, policy)]
    yield from (_because(question, one, target, policy) for one in findings)
    if not findings:
        yield _trusted(question, image, target, policy)
    yield _guardians(question, findings, policy, directory)
    if directory is not None and policy.home.guardians and _need_a_guardian(findings):
        yield _able(question, image, policy, directory, guardian=True)
    yield from _unknown(question, policy)


def _target(text: str, policy: Policy) -> Target:
    names = {name.lower(): account for name, account in policy.account_names.items()}
    if text.lower() == LIGHTHOUSE:
        return LIGHTHOUSE_TARGET
    account = names.get(text.lower(), text)
    if not re.fullmatch(r"[1-9][0-9]{4,13}", account):
        raise UnknownTarget(f"{text} is neither an account id nor a name in the policy{nearest(text, sorted(names))}")
    return policy.target(account)


def _imagined(ref: str) -> Image:
    """An image of which only the name, or the id, is known."""
    by_id = _IMAGE_ID.fullmatch(ref)
    return Image(ref if by_id else "", "" if by_id else ref, "", ImageKind.PRIVATE, "NORMAL")


def _owners(question: Question, image: Image, policy: Policy, directory: Directory | None) -> Iterator[str]:
    position, rule = _rule(question, image, policy)
    if rule is None:
        yield f"Owners: no rule of [[images]] matches {question.image_ref}, so nobody owns it."
    else:
        where = f'[[images]] match = "{rule.match}"{_line(question, ("images", position))}'
        owners = _words(rule.owners, directory) or "nobody"
        yield f"Owners: {owners}, by the first rule that matches: {where}."
    yield from _doubts(question, policy, position)
    tag = policy.rules.owner_tag
    if tag and question.image is not None:
        tagged = policy.owner_tagged(image)
        yield f"Owners: also {_words((tagged,), directory)}, by its tag {tag}." if tagged else f"It has no tag {tag}."


def _rule(question: Question, image: Image, policy: Policy) -> tuple[int, ImageRule | None]:
    """The rule, as far as it is known, and its position; without a rule, how many there are."""
    for position, rule in enumerate(policy.images):
        if rule.covers(image) if image.name else rule.match in (question.image_ref, "*"):
            return position, rule
    return len(policy.images), None


def _doubts(question: Question, policy: Policy, position: int) -> Iterator[str]:
    """The rules before it that could match as well, if more were known of the image."""
    if question.image is not None:
        return
    by_id = bool(_IMAGE_ID.fullmatch(question.image_ref))
    above = [
        number for number, rule in enumerate(policy.images[:position]) if by_id != bool(_IMAGE_ID.fullmatch(rule.match))
    ]
    if above:
        what = "name" if by_id else "id"
        lines = ", ".join(str(question.lines.get(("images", number), "?")) for number in above)
        yield f"Not known without the cloud: its {what}. The rules on these lines come first if they match it: {lines}."


def _number(question: Question, image: Image, policy: Policy) -> str:
    position, rule = _rule(question, image, policy)
    if rule is not None and rule.approvals:
        where = f"approvals = {rule.approvals} of that rule{_line(question, ('images', position, 'approvals'))}"
        return f"Approvals: {_many(rule.approvals)} must approve, by {where}."
    where = f"[rules] approvals = {policy.rules.approvals}{_set(question, 'approvals')}"
    return f"Approvals: {_many(policy.rules.approvals)} must approve, by {where}."


def _able(question: Question, image: Image, policy: Policy, directory: Directory, *, guardian: bool) -> str:
    """Who of the owners, or of the guardians where one must agree too, is left to decide, and whether they suffice."""
    who = "the guardians" if guardian else "them"
    try:
        deciders = deciders_of(
            image, requester_id=question.requester, guardian_needed=guardian, policy=policy, directory=directory
        )
    except DirectoryError as error:
        return f"Who of {who} may decide is not known now: {error}."
    able = _words(deciders.guardian_ids if guardian else deciders.owner_ids, directory) or "nobody"
    together = " with the owners" if guardian else ""
    few = "" if can_be_met(deciders) else f", which{together} is too few: such a request is refused"
    return f"Of {who} may decide now: {able}{few}."


def _requester(question: Question, policy: Policy) -> str:
    who = question.requester or "Whoever asks"
    where = f"[rules] self_approval = {str(policy.rules.self_approval).lower()}{_set(question, 'self_approval')}"
    if policy.rules.self_approval:
        return f"Own requests: {who} may approve it too if they are an owner, by {where}."
    return f"Own requests: {who} can't approve their own request, by {where}."


def _known(question: Question, image: Image, target: Target, policy: Policy) -> Iterator[Finding]:
    """What the checks find by what is known here."""
    home = policy.home.account or ""
    found = [*receivers([target], image, home, policy)]
    if (target == LIGHTHOUSE_TARGET or image.is_blueprint) and not policy.home.lighthouse:
        found.append(switched_off())
    if question.image is None:
        if not image.name:  # whether the account is trusted for this image depends on the name
            found = [one for one in found if one.code != "target_not_for_image"]
    else:
        found += shareable(image, [target])
        found += provenance(image, question.origin, home or image.creator, policy, question.sources)
    return iter(weighed(iter(found), policy))


def _trusted(question: Question, image: Image, target: Target, policy: Policy) -> str:
    if target == LIGHTHOUSE_TARGET:
        return "Target: Lighthouse is within our account, so nobody need trust it."
    where = _line(question, _place_of(target, policy))
    if image.name or policy.trusts_with(image, target.account):
        return f"Target: {_full(target)} is trusted as a target of this image{where}."
    return f"Target: {_full(target)} is trusted for some images{where}; for this one it isn't known without the cloud."


def _because(question: Question, finding: Finding, target: Target, policy: Policy) -> str:
    effect = {
        Level.BLOCK: "Refused",
        Level.WARN: "Needs a guardian",
        Level.NOTE: "Noted on the card",
    }[finding.level]
    return f"{effect}: {finding.text} ({finding.code}{_by(question, finding, target, policy)})"


def _by(question: Question, finding: Finding, target: Target, policy: Policy) -> str:
    """The setting that makes it what it is, where one does."""
    if finding.code == "target_unknown":
        return f', by [rules] unknown_target = "{policy.rules.unknown_target}"{_set(question, "unknown_target")}'
    if finding.code == "target_not_for_image":
        return f", by the account's images{_line(question, (*_place_of(target, policy), 'images'))}"
    if finding.code in policy.rules.findings:
        return f", by [rules.findings]{_line(question, ('rules', 'findings', finding.code))}"
    return ""


def _guardians(question: Question, findings: list[Finding], policy: Policy, directory: Directory | None) -> str:
    guardians = _words(policy.home.guardians, directory)
    where = f"[home] guardians{_line(question, ('home', 'guardians'))}"
    if any(one.level is Level.BLOCK for one in findings):
        return "Guardians: none are asked, since it is refused."
    if not _need_a_guardian(findings):
        return "Guardians: none must agree, by what is known here."
    if not guardians:
        return "Guardians: one must agree too, and the policy names none under [home] guardians, so it is refused."
    return f"Guardians: one must agree too, beside the owners: {guardians}, by {where}."


def _need_a_guardian(findings: list[Finding]) -> bool:
    levels = {one.level for one in findings}
    return Level.WARN in levels and Level.BLOCK not in levels


def _unknown(question: Question, policy: Policy) -> Iterator[str]:
    """What was not looked at, and could change the answer."""
    shares = "who has it already, and what was shared before"
    if question.image is not None:
        yield f"Not looked at: {shares}; docs/checks.md lists what is checked when somebody asks."
        return
    tags = [tag for tag in (policy.rules.owner_tag, policy.rules.lineage_tag) if tag]
    tagged = f"its tags ({', '.join(tags)}), " if tags else ""
    yield (
        f"Not known without the cloud: {tagged}its state, its licence, who made it and of what, {shares}. "
        "Each can refuse the request or need a guardian; docs/checks.md lists them."
    )


def _place_of(target: Target, policy: Policy) -> Place:
    return ("accounts", next(number for number, one in enumerate(policy.accounts) if one.id == target.account))


def _set(question: Question, setting: str) -> str:
    """Where a rule for all is set, or that nobody set it."""
    place: Place = ("rules", setting)
    return f" (line {question.lines[place]})" if place in question.lines else " (nobody set it: the default)"


def _line(question: Question, place: Place) -> str:
    line = line_at(question.lines, place)
    return f" (line {line})" if line else ""


def _many(number: int) -> str:
    return "one owner" if number == 1 else f"{number} owners"


def _full(target: Target) -> str:
    return f"{target.name} ({target.account})" if target.name else target.account


def _words(principals: Sequence[str], directory: Directory | None) -> str:
    return ", ".join(_word(one, directory) for one in principals)


def _word(principal: str, directory: Directory | None) -> str:
    """``lin (U0LIN)``, or ``S0PLATFORM: lin (U0LIN) and omar (U0OMAR)``; as it is written where nobody is asked."""
    if directory is None:
        return principal
    try:
        people = [directory.person(person_id) for person_id in directory.members(principal)]
    except UnknownPerson:
        return f"{principal} (whom Slack doesn't know)"
    except DirectoryError:
        return f"{principal} (Slack can't be asked now)"
    names = " and ".join(f"{one.name} ({one.id})" for one in people) or "nobody"
    return names if principal.startswith(("U", "W")) else f"{principal}: {names}"
