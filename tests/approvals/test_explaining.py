"""Who must agree and why, told before anybody asks: rule by rule, and what isn't known is said."""

from __future__ import annotations

import pytest

from approvals.cloud import Image
from approvals.explaining import Question, UnknownTarget, explain
from approvals.people import Directory
from approvals.policy import parse
from approvals.policy_lines import lines_of
from bot.sandbox import company
from tests.approvals.fake_cloud import image
from tests.approvals.fake_people import FakeDirectory
from tests.approvals.house import DATA, GOLDEN, STRANGER

POLICY = company.POLICY
BEFORE_THE_LAST = ("base-nightly", "team-dashboard", "gpu-*", "orphan-*")  # of its rules for images, which is "*"


def told(
    ref: str = "base-nightly",
    target: str = "data-team",
    *,
    policy: str = POLICY,
    directory: Directory | None = None,
    requester: str = "",
    found: Image | None = None,
    origin: Image | None = None,
) -> list[str]:
    question = Question(ref, found, origin, target, requester, lines_of(policy))
    return [*explain(question, parse(policy), directory)]


def one(sentences: list[str], beginning: str) -> str:
    (sentence,) = [sentence for sentence in sentences if sentence.startswith(beginning)]
    return sentence


def line(part: str, policy: str = POLICY) -> int:
    return policy[: policy.index(part)].count("\n") + 1


def test_without_slack_and_the_cloud_the_rules_are_told_with_their_lines() -> None:
    rule = line('[[images]]\nmatch = "base-nightly"')
    assert told() == [
        f'Owners: S0PLATFORM, by the first rule that matches: [[images]] match = "base-nightly" (line {rule}).',
        f"Approvals: one owner must approve, by [rules] approvals = 1 (line {line('approvals =')}).",
        "Own requests: Whoever asks can't approve their own request, by [rules] self_approval = false "
        f"(line {line('self_approval')}).",
        f"Target: data-team ({DATA}) is trusted as a target of this image (line {line('[[accounts]]')}).",
        "Guardians: none must agree, by what is known here.",
        "Not known without the cloud: its state, its licence, who made it and of what, who has it already, and what "
        "was shared before. Each can refuse the request or need a guardian; docs/checks.md lists them.",
    ]


def test_with_slack_people_are_told_by_name_and_who_may_decide_now() -> None:
    sentences = told(directory=FakeDirectory(), requester="U0OMAR")
    assert "Owners: S0PLATFORM: lin (U0LIN) and omar (U0OMAR), by" in one(sentences, "Owners")
    assert one(sentences, "Of them") == "Of them may decide now: lin (U0LIN)."
    assert one(sentences, "Own requests").startswith("Own requests: U0OMAR can't approve their own request")


def test_too_few_owners_are_told_so() -> None:
    sentences = told("team-dashboard", directory=FakeDirectory(), requester="U0MEI")
    assert one(sentences, "Of them") == "Of them may decide now: nobody, which is too few: such a request is refused."
    both = told("team-dashboard", policy=POLICY.replace("self_approval = false", "self_approval = true"))
    assert one(both, "Own requests").startswith("Own requests: Whoever asks may approve it too if they are an owner")


def test_an_image_that_nobody_owns_is_told_so() -> None:
    assert one(told("orphan-x"), "Owners").startswith("Owners: nobody, by the first rule that matches")
    policy = POLICY.replace('match = "*"', 'match = "others"')
    assert one(told("x", policy=policy), "Owners") == "Owners: no rule of [[images]] matches x, so nobody owns it."


def test_how_many_must_approve_is_the_rules_own_number_where_it_has_one() -> None:
    policy = POLICY.replace('match = "gpu-*"\n', 'match = "gpu-*"\napprovals = 2\n')
    where = line("approvals = 2", policy)
    assert one(told("gpu-1", policy=policy), "Approvals") == (
        f"Approvals: 2 owners must approve, by approvals = 2 of that rule (line {where})."
    )
    unset = POLICY.replace("approvals = 1\n", "")
    assert one(told(policy=unset), "Approvals").endswith("approvals = 1 (nobody set it: the default).")


@pytest.mark.parametrize(
    ("rule", "effect", "guardians"),
    [
        ("guardian", "Needs a guardian", "Guardians: one must agree too, beside the owners: S0SECURITY, by [home]"),
        ("refuse", "Refused", "Guardians: none are asked, since it is refused."),
        ("allow", "Noted on the card", "Guardians: none must agree"),
    ],
)
def test_an_unknown_target_is_told_with_what_the_policy_does(rule: str, effect: str, guardians: str) -> None:
    policy = POLICY.replace('unknown_target = "guardian"', f'unknown_target = "{rule}"')
    for target in (STRANGER, GOLDEN, "golden-images"):
        sentences = told(target=target, policy=policy)
        where = f'(target_unknown, by [rules] unknown_target = "{rule}" (line {line("unknown_target")}))'
        assert one(sentences, effect).endswith(where)
        assert one(sentences, "Guardians").startswith(guardians)
        assert not any(sentence.startswith("Target") for sentence in sentences)


def test_an_account_that_is_trusted_for_other_images_only() -> None:
    policy = POLICY.replace('name = "data-team"', 'name = "data-team"\nimages = ["gpu-*"]')
    where = f"by the account's images (line {line('images = [', policy)})"
    assert where in one(told(policy=policy), "Needs a guardian")
    assert one(told("gpu-1", policy=policy), "Target")
    unsure = told("img-base0001", policy=policy)
    assert one(unsure, "Guardians") == "Guardians: none must agree, by what is known here."
    assert one(unsure, "Target").endswith("; for this one it isn't known without the cloud.")
    assert one(told("img-base0001"), "Target").startswith(f"Target: data-team ({DATA}) is trusted as a target of this")


def test_where_a_guardian_is_needed_and_none_is_named_it_says_so() -> None:
    policy = POLICY.replace('guardians = ["S0SECURITY"]\n', "")
    assert "names none under [home] guardians, so it is refused" in one(told(target=STRANGER, policy=policy), "Guard")


def test_which_guardians_may_decide_now_is_told_and_whether_that_is_enough() -> None:
    sentences = told(target=STRANGER, directory=FakeDirectory(), requester="U0OMAR")
    assert one(sentences, "Of the guardians") == "Of the guardians may decide now: sara (U0SARA)."
    own = told(target=STRANGER, directory=FakeDirectory(), requester="U0SARA")
    assert one(own, "Of the guardians") == (
        "Of the guardians may decide now: nobody, which with the owners is too few: such a request is refused."
    )
    both = POLICY.replace('guardians = ["S0SECURITY"]', 'guardians = ["U0MEI"]')  # she alone owns it, too
    alone = told("team-dashboard", STRANGER, policy=both, directory=FakeDirectory(), requester="U0OMAR")
    assert one(alone, "Of them") == "Of them may decide now: mei (U0MEI)."
    assert "mei (U0MEI), which with the owners is too few" in one(alone, "Of the guardians")
    assert not any(sentence.startswith("Of the guardians") for sentence in told(directory=FakeDirectory()))
    refusing = POLICY.replace('unknown_target = "guardian"', 'unknown_target = "refuse"')
    refused = told(target=STRANGER, policy=refusing, directory=FakeDirectory())
    assert not any(sentence.startswith("Of the guardians") for sentence in refused)


OFF = POLICY.replace("lighthouse = true", "lighthouse = false")
NOT_ON = "Refused: Lighthouse is not switched on in the policy. (lighthouse_off)"


def test_lighthouse_is_within_our_account_so_nobody_need_trust_it() -> None:
    for typed in ("lighthouse", "Lighthouse"):
        assert "Target: Lighthouse is within our account, so nobody need trust it." in told(target=typed)
    assert NOT_ON in told(target="lighthouse", policy=OFF)
    assert "Guardians: none are asked, since it is refused." in told(target="lighthouse", policy=OFF)


def test_an_image_of_lighthouse_is_known_by_its_id() -> None:
    lines = ", ".join(str(line(f'[[images]]\nmatch = "{match}"')) for match in BEFORE_THE_LAST)
    unsure = f"Not known without the cloud: its name. The rules on these lines come first if they match it: {lines}."
    assert unsure in told("lhbp-w1k1k1t7")
    assert NOT_ON in told("lhbp-w1k1k1t7", policy=OFF)
    assert NOT_ON not in told("base-nightly", policy=OFF)


def test_rules_that_would_come_first_if_more_were_known_are_named() -> None:
    by_id = line('[[images]]\nmatch = "base-nightly"')
    policy = POLICY.replace('match = "base-nightly"', 'match = "img-6pb6lrmy"')
    assert one(told("gpu-1", policy=policy), "Not known without the cloud: its id.").endswith(f": {by_id}.")
    assert one(told("img-6pb6lrmy", policy=policy), "Owners").count("img-6pb6lrmy") == 1
    named = one(told("img-other001", policy=policy), "Not known without the cloud: its name.")
    assert f" {by_id}," not in named
    others = [str(line(f'[[images]]\nmatch = "{begins}')) for begins in ("team-dashboard", "gpu-", "orphan-")]
    assert named.endswith(f": {', '.join(others)}.")


def test_an_image_that_the_cloud_described_is_judged_by_what_it_is() -> None:
    policy = POLICY.replace(
        "[rules]", '[rules]\nlineage_tag = "from"\nowner_tag = "owner"\nfindings = { image_imported = "block" }'
    )
    odd = image(name="gpu-1", source="EXTERNAL_IMPORT", tags={"from": STRANGER, "owner": "U0LIN"})
    sentences = told("img-base0001", policy=policy, found=odd)
    assert one(sentences, "Refused").endswith(
        f"(image_imported, by [rules.findings] (line {line('findings', policy)}))"
    )
    assert one(sentences, "Needs a guardian").endswith("(image_from_shared)")
    assert one(sentences, "Owners: also") == "Owners: also U0LIN, by its tag owner."
    assert one(sentences, "Not looked at")
    trusted = image("img-gold0001", kind="SHARED_IMAGE", creator=GOLDEN)
    good = told("img-base0001", policy=policy, found=image(tags={"from": "img-gold0001"}), origin=trusted)
    assert one(good, "Target")
    assert one(good, "It has no tag owner")
    blocked = told("img-base0001", found=image(licence="BYOL"))
    assert one(blocked, "Refused").endswith("(image_byol)")


def test_tags_that_could_say_more_are_named() -> None:
    policy = POLICY.replace("[rules]", '[rules]\nowner_tag = "owner"\nlineage_tag = "from"')
    assert "its tags (owner, from), " in one(told(policy=policy), "Not known")


def test_people_whom_slack_does_not_know_or_tell_are_told_so() -> None:
    directory = FakeDirectory()
    policy = POLICY.replace('match = "base-nightly"\nowners = [', 'match = "base-nightly"\nowners = ["U0GONE", ')
    assert "U0GONE (whom Slack doesn't know)" in one(told(policy=policy, directory=directory), "Owners")
    directory.down = True
    sentences = told(directory=directory)
    assert "S0PLATFORM (Slack can't be asked now)" in one(sentences, "Owners")
    assert one(sentences, "Who of them") == "Who of them may decide is not known now: the chat doesn't answer."
    assert one(told(target=STRANGER, directory=directory), "Who of the guardians may decide is not known now")


def test_a_target_that_is_none_gets_the_nearest_name() -> None:
    with pytest.raises(UnknownTarget, match=r"data-taem is neither an account id .* did you mean data-team"):
        told(target="data-taem")
    assert told(target="Data-Team") == told()
