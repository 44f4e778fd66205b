"""The policy file: whatever is in it, it is read, or each fault is told in a sentence that says where."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from approvals.cloud import NORMAL, Image, ImageKind
from approvals.errors import PolicyError
from approvals.policy import Policy, load, parse
from tests.fuzz.mutation import Words, decoded, encoded
from tests.fuzz.target import Check, within

LONGEST = 8192  # beyond 4300 digits, at which int() raises
_USUAL_LENGTH = 400
_SECONDS = 1.0
_LONGEST_SENTENCE = 1000  # a person reads it in a terminal

_SECTIONS = ("[home]\n", "[rules]\n", "[[accounts]]\n", "[[images]]\n", "[home.rules]\n", "[[home]]\n", "[accounts]\n")
_SETTINGS = (
    *('account = "100000000001"\n', 'site = "china"\n', 'regions = ["ap-guangzhou"]\n', 'channel = "C0IMAGES"\n'),
    *('guardians = ["S0SECURITY"]\n', 'admins = ["U0ADMIN"]\n', 'unknown_target = "guardian"\n'),
    *("self_approval = false\n", "approvals = 1\n", "max_days = 90\n", 'decide_within = "3d"\n'),
    *('remind_after = "4h"\n', 'owner_tag = "slack-owner"\n', 'id = "100012345678"\n', 'name = "data-team"\n'),
    *('trusted_as = ["target", "source"]\n', 'match = "base-*"\n', 'owners = ["U0OWNER"]\n', "many_targets = 10\n"),
    *('creators = ["100012345678"]\n', 'lineage_tag = "made-from"\n', 'images = ["base-*"]\n', "[rules.findings]\n"),
    *('reason_missing = "note"\n', 'owners = ["a.b@example.com"]\n', "findings = {}\n"),
)
_VALUES = (
    *("true", "0", "-1", "1e400", "nan", "inf", "0x10", "9" * 30, "1.5", "1979-05-27T07:32:00Z", "07:32:00", '""'),
    *("[]", "{}", "[[]]", "{ a = 1 }", "'''x'''", '"""\n"""', '"\\u0000"', '"\\U0010FFFF"', '"\\ud800"', "'*?[!'"),
    *('"99999w"', '"1m"', '"0d"', '"U0"', '"S0SECURITY"', '"ａ"', '"ap-x"', '"international"', "[1, 'a', {}]", "''"),
)
_SIGNS = (
    *("=", ".", ",", "[", "]", "[[", "]]", "{", "}", '"', "'", '"""', "'''", "\\", "#", "\r", "\x00", "\ufeff", "\n"),
)
_WORDS = ("home", "rules", "accounts", "images", "account", "owner", "regions", "approvals", "match", "a.b", '"a b"')

_words = Words(r"\n|\"[^\"\n]*\"|'[^'\n]*'|[\w-]+", (*_SECTIONS, *_SETTINGS, *_VALUES, *_SIGNS, *_WORDS))

_IMAGE = Image(
    image_id="img-6pb6lrmy",
    name="base-nightly",
    region="ap-guangzhou",
    kind=ImageKind.PRIVATE,
    state=NORMAL,
    creator="100000000001",
    source="CREATE_IMAGE",
    size_gib=50,
    created_at=datetime(2025, 1, 31, tzinfo=UTC),
    licence="TencentCloud",
    tags={"slack-owner": "U0OWNER", "": "S0X"},
)


@contextmanager
def opened(folder: Path) -> Iterator[Check]:
    path = folder / "policy.toml"

    def read(data: bytes) -> Policy:
        try:
            text = data.decode()
        except UnicodeDecodeError:  # only then is a file needed, which takes longer than all the rest
            path.write_bytes(data)
            return load(path)
        return parse(text, str(path))

    def check(data: bytes) -> None:
        try:
            with within(_SECONDS):
                policy = read(data)
        except PolicyError as error:
            _told(error, path)
        else:
            _answers(policy)

    yield check


def mutated(data: bytes, dice: Random) -> bytes:
    longest = LONGEST if dice.random() < 0.02 else _USUAL_LENGTH
    return encoded(_words.mutated(decoded(data), dice, longest))


def _told(error: PolicyError, path: Path) -> None:
    assert error.path == str(path)
    assert error.problems
    for problem in error.problems:
        assert problem.strip() == problem != ""
        assert problem.isprintable(), f"a terminal can't show {problem!r} as it is"
        assert len(problem) <= _LONGEST_SENTENCE, problem
        problem.encode()


def _answers(policy: Policy) -> None:
    """A policy that was read can be asked."""
    owners = policy.owners_of(_IMAGE)
    assert len(set(owners)) == len(owners)
    assert policy.approvals_for(_IMAGE) >= 1
    assert policy.home.regions
    for name, account in policy.account_names.items():
        assert policy.target(account).name == policy.name_of(account) == name
        assert policy.trusts_as("target", account) or not policy.trusts_with(_IMAGE, account)
    assert datetime(2026, 1, 1, tzinfo=UTC) + policy.rules.decide_within
    assert datetime(2026, 1, 1, tzinfo=UTC) + (policy.rules.remind_after or policy.rules.decide_within)
