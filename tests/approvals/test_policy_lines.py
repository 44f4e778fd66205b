"""The line of each place in a TOML text, whatever way it is written."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.policy_lines import Place, line_at, lines_of
from bot.sandbox import company

WRITTEN_ODDLY = '''
# [not.a.table]
top = 1
[home]
account = "1" # a comment with = and [ ]
regions = [ "a", # the first
  "b",

  """c

]""" ,
]
"odd.key".'x' = { a = 1, b = [1,
2] }
[rules.findings]
image_imported = """warn"""""
since = 1979-05-27 07:32:00
[[accounts]]
id = 'x"[=]'
[[accounts]]
id = 1.5e+3
trusted_as = [
 "t",
 [ 1, { z = 1 } ] ]
[ accounts . more ]
z=1
[[accounts.list]]
[[accounts.list]]
k."l" = ""
'''

WHERE: list[tuple[Place, str]] = [
    (("top",), "top = 1"),
    (("home",), "[home]"),
    (("home", "account"), 'account = "1" # a comment with = and [ ]'),
    (("home", "regions", 0), 'regions = [ "a", # the first'),
    (("home", "regions", 1), '  "b",'),
    (("home", "regions", 2), '  """c'),
    (("home", "odd.key", "x", "a"), "\"odd.key\".'x' = { a = 1, b = [1,"),
    (("home", "odd.key", "x", "b", 1), "2] }"),
    (("rules", "findings", "image_imported"), 'image_imported = """warn"""""'),
    (("rules", "findings", "since"), "since = 1979-05-27 07:32:00"),
    (("accounts", 0, "id"), "id = 'x\"[=]'"),
    (("accounts", 1, "id"), "id = 1.5e+3"),
    (("accounts", 1, "trusted_as", 1, 1, "z"), " [ 1, { z = 1 } ] ]"),
    (("accounts", 1, "more", "z"), "z=1"),
    (("accounts", 1, "list", 1, "k", "l"), 'k."l" = ""'),
]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(("place", "line"), WHERE)
def test_each_place_has_its_line(place: Place, line: str, newline: str) -> None:
    text = WRITTEN_ODDLY.replace("\n", newline)
    assert tomllib.loads(text)
    assert WRITTEN_ODDLY.splitlines()[lines_of(text)[place] - 1] == line


def test_what_is_not_there_has_the_line_of_what_is_around_it() -> None:
    lines = lines_of(WRITTEN_ODDLY)
    assert line_at(lines, ("accounts", 1, "name")) == lines["accounts", 1]
    assert line_at(lines, ("home", "regions", 7)) == lines["home", "regions"]
    assert line_at(lines, ("nowhere", "at", "all")) is None
    assert line_at(lines, ()) is None


def places(value: object, place: Place = ()) -> list[Place]:
    """Every place of what a text says."""
    found = [place] if place else []
    if isinstance(value, dict):
        found += [one for key, part in value.items() for one in places(part, (*place, key))]
    elif isinstance(value, list):
        found += [one for position, part in enumerate(value) for one in places(part, (*place, position))]
    return found


@pytest.mark.parametrize("text", [WRITTEN_ODDLY, company.POLICY])
def test_every_place_of_the_text_and_no_other_has_a_line(text: str) -> None:
    assert set(lines_of(text)) == set(places(tomllib.loads(text)))


texts = st.sampled_from(['"a"', "'b]'", '"""\nc"""', "1", "true", "2026-01-02 03:04:05", '"\\"#"'])
values = st.recursive(
    texts,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: "[ # a comment ]\n" + ",\n".join(parts) + "]")
        | st.lists(inner, max_size=2).map(lambda parts: "{" + ", ".join(_pairs(parts)) + "}")
    ),
    max_leaves=6,
)


def _pairs(parts: list[str]) -> list[str]:
    return [f"k{number} = {part}" for number, part in enumerate(parts)]


@given(st.lists(values, max_size=4), st.lists(st.lists(values, max_size=3), max_size=3))
def test_whatever_a_text_says_every_place_has_a_line(top: list[str], tables: list[list[str]]) -> None:
    text = "\n".join([*_pairs(top), *("[[t]]\n" + "\n".join(_pairs(table)) for table in tables)])
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError:  # a table within braces may not span lines before TOML 1.1
        return
    lines = lines_of(text)
    assert {place for place in places(said) if len(place) <= 6} <= set(lines)
    assert set(lines) <= set(places(said))
    assert all(1 <= line <= text.count("\n") + 1 for line in lines.values())
