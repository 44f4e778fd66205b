"""On which line of a TOML text each key, table and list element stands: ``tomllib`` doesn't tell."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import NamedTuple

Place = tuple[str | int, ...]
"""The way to a value from the top: keys, and positions in lists from 0 on. As pydantic names a place."""

_DEEPEST = 6  # the policy's own places are not deeper; what is nested deeper needs no line of its own

_TOKEN = re.compile(
    r'''
      (?P<space>[ \t\r]+ | \#[^\n]*)
    | (?P<newline>\n)
    | (?P<text>"""(?:\\.|[^\\])*?"""+ | \'\'\'.*?\'\'\'+ | "(?:\\.|[^"\\\n])*" | '[^'\n]*')
    | (?P<sign>[\[\]{}=,.])
    | (?P<bare>[^\s\[\]{}=,.\#"']+)
    | (?P<odd>.)
    ''',
    re.VERBOSE | re.DOTALL,
)


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


def lines_of(text: str) -> Mapping[Place, int]:
    """The line, from 1 on, of every place of a text that ``tomllib`` could read."""
    return _Scan(text).lines


def line_at(lines: Mapping[Place, int], place: Place) -> int | None:
    """The line of the place, or of what is around it; None where nothing of it is in the text."""
    return next((lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in lines), None)


class _Scan:
    def __init__(self, text: str) -> None:
        self.lines: dict[Place, int] = {}
        self._last: dict[Place, int] = {}  # of each array of tables, the position of its newest table
        self._tokens = _tokens(text)
        self._at = 0
        self._document()

    def _document(self) -> None:
        table: Place = ()
        while self._tokens[self._at].kind != "end":
            if self._is("["):
                table = self._header()
            elif self._tokens[self._at].kind in ("bare", "text"):
                self._pair(table)
            else:
                self._at += 1

    def _header(self) -> Place:
        """``[a.b]`` or ``[[a.b]]``: the place of the table that begins there."""
        line = self._tokens[self._at].line
        self._at += 1
        many = self._is("[")
        self._at += many
        table: Place = ()
        *around, last = self._key()
        for key in around:
            table = (*table, key)
            self.lines.setdefault(table, line)
            table = self._newest(table)
        table = (*table, last)
        if many:
            self.lines.setdefault(table, line)
            self._last[table] = self._last.get(table, -1) + 1
        table = self._newest(table)
        self.lines.setdefault(table, line)
        while self._is("]"):
            self._at += 1
        return table

    def _newest(self, table: Place) -> Place:
        return (*table, self._last[table]) if table in self._last else table

    def _pair(self, table: Place) -> None:
        """``key = value``."""
        line = self._tokens[self._at].line
        place = table
        for key in self._key():
            place = (*place, key)
            self.lines.setdefault(place, line)
        if self._is("="):
            self._at += 1
            self._value(place)

    def _value(self, place: Place) -> None:
        opening = self._tokens[self._at]
        if opening.text not in ("[", "{") or len(place) > _DEEPEST:
            self._skip()
            return
        self._at += 1
        position = 0
        while not self._is("]", "}") and self._tokens[self._at].kind != "end":
            if self._tokens[self._at].kind == "newline" or self._is(","):
                self._at += 1
            elif opening.text == "{":
                self._pair(place)
            else:
                self.lines[(*place, position)] = self._tokens[self._at].line
                self._value((*place, position))
                position += 1
        self._at += 1

    def _skip(self) -> None:
        """Go to where the value ends, whatever it is."""
        begin, depth = self._at, 0
        while self._tokens[self._at].kind != "end":
            token = self._tokens[self._at]
            if depth == 0 and (token.kind == "newline" or token.text in (",", "]", "}")):
                break
            depth += (token.text in ("[", "{")) - (token.text in ("]", "}"))
            self._at += 1
            if depth == 0 and token.text in ("]", "}"):
                break
        if self._at == begin:  # nothing where a value should be
            self._at += 1

    def _key(self) -> list[str]:
        """The parts of a key: ``a."b c".d`` has three."""
        parts = []
        while self._tokens[self._at].kind in ("bare", "text"):
            parts.append(_unquoted(self._tokens[self._at]))
            self._at += 1
            if self._is("."):
                self._at += 1
        return parts

    def _is(self, *signs: str) -> bool:
        token = self._tokens[self._at]
        return token.kind == "sign" and token.text in signs


def _tokens(text: str) -> list[_Token]:
    found, line = [], 1
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup)
        if kind != "space":
            found.append(_Token(kind, match[0], line))
        line += match[0].count("\n")
    return [*found, _Token("end", "", line)]


def _unquoted(token: _Token) -> str:
    if token.kind == "bare":
        return token.text
    (key,) = tomllib.loads(f"{token.text} = 0")
    return key
