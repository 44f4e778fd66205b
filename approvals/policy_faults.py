"""What is wrong in a policy file, as sentences: where it stands, what is wrong, and what it could be instead."""

from __future__ import annotations

import difflib
import re
import typing
from collections.abc import Iterator
from tomllib import TOMLDecodeError
from typing import Any

from pydantic import BaseModel, ValidationError

from approvals.policy_lines import Place, line_at, lines_of

Fault = tuple[Place, str]
"""A place, and the sentence of what is wrong there."""

ELSEWHERE = "elsewhere"
"""The type of an error that knows its places itself: its context has ``faults``, with places below its own."""

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]{1,60}")
_LONGEST_SHOWN = 60  # characters
_WHERE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")

_PERSON_OR_GROUP = 'a person\'s id ("U…"), a user group\'s ("S…") or an e-mail address'
_ACCOUNT = 'a root account id (digits, such as "100012345678")'
_LOOKS_LIKE = {
    "account": _ACCOUNT,
    "id": _ACCOUNT,
    "creators": 'an account id (digits, such as "100012345678")',
    "name": "an account name (a letter, then letters, digits, dots, dashes)",
    "workspace": 'a workspace id (such as "T0NIMBUS": in a browser, the address of Slack has it after /client/)',
    "channel": 'a channel id (such as "C0IMAGES": in Slack, open the channel\'s details to copy it)',
    "owners": _PERSON_OR_GROUP,
    "guardians": _PERSON_OR_GROUP,
    "admins": 'a person\'s id ("U…")',
    "regions": 'a region (such as "ap-guangzhou")',
}
_MUST = {
    "string_type": 'it must be text in quotes, such as "…"',
    "int_type": "it must be a whole number",
    "int_parsing": "it must be a whole number",
    "int_parsing_size": "it must be a whole number that is not as long",
    "int_from_float": "it must be a whole number",
    "finite_number": "it must be a whole number",
    "bool_type": "it must be true or false",
    "bool_parsing": "it must be true or false",
    "string_too_short": "it must not be empty",
    "too_short": "it must name at least one",
    "string_unicode": "it must be text",
}


def syntax(error: ValueError, text: str) -> str:
    """Why the text is no TOML.

    :param error: what ``tomllib`` raised: a ``TOMLDecodeError``, or what ``int()`` raises on thousands of digits
    """
    message = str(error)
    where = _WHERE.search(message) if isinstance(error, TOMLDecodeError) else None
    if where is None:
        return f"it is not valid TOML: {message}"
    line = int(where[1]) if where[1] else max(1, len(text.splitlines()))
    return f"line {line}: it is not valid TOML: {message[: where.start()]}"


def sentences(error: ValidationError, text: str, model: type[BaseModel]) -> list[str]:
    """Every fault, in the order of their lines.

    :param text: the text of the file, which is valid TOML
    :param model: what it should be
    """
    lines = lines_of(text)
    told = [one for problem in error.errors() for one in _faults(dict(problem), model)]
    placed = [(line_at(lines, place) or 0, sentence) for place, sentence in told]
    placed.sort(key=lambda one: one[0])
    return [f"line {line}: {sentence}" if line else sentence for line, sentence in placed]


def shown(text: str) -> str:
    """A text from the file within a sentence: on one line, with nothing in it that a terminal obeys."""
    return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…")


def nearest(word: str, known: list[str]) -> str:
    """The end of a sentence that names the word of the known ones that is meant, or all of them."""
    near = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; known here: {', '.join(known)}"


def _faults(problem: dict[str, Any], model: type[BaseModel]) -> Iterator[Fault]:
    if problem["type"] == ELSEWHERE:
        for within, sentence in problem["ctx"]["faults"]:
            place = (*problem["loc"], *within)
            yield place, f"{_named(place)}: {sentence}"
    else:
        yield problem["loc"], _sentence(problem, model)


def _sentence(problem: dict[str, Any], model: type[BaseModel]) -> str:
    place: Place = problem["loc"]
    where = _named(place)
    if problem["type"] == "extra_forbidden":
        known = list(_model_at(place[:-1], model).model_fields)
        if len(place) == 1:
            return f"{where} is not a section{nearest(str(place[0]), known)}"
        return f"{where} is not a setting{nearest(str(place[-1]), known)}"
    if problem["type"] == "missing":
        return f"{where} is missing"
    return f"{where}: {_wrong(problem)}"


def _wrong(problem: dict[str, Any]) -> str:
    kind, context, given = problem["type"], problem.get("ctx", {}), problem["input"]
    match kind:
        case "string_pattern_mismatch":
            return f"{shown(given)} doesn't look like {_LOOKS_LIKE.get(_setting(problem['loc']), 'one')}"
        case "literal_error" | "enum":
            words = re.findall(r"'([^']*)'", context["expected"])
            near = difflib.get_close_matches(str(given)[:_LONGEST_SHOWN], words, n=1)
            meant = f'; did you mean "{near[0]}"?' if near else ""
            return f"it must be {_either(words)}{meant}"
        case "greater_than_equal":
            return f"it must be at least {context['ge']}"
        case "less_than_equal":
            return f"it must be at most {context['le']}"
        case "tuple_type":
            section = problem["loc"][0]
            return (
                f"it must begin with [[{section}]]" if len(problem["loc"]) == 1 else 'it must be a list, such as ["…"]'
            )
        case "model_type" | "model_attributes_type" | "dict_type":
            return "it must be a section of its own, with settings in it"
        case "value_error":
            return str(problem["msg"]).removeprefix("Value error, ")
    return _MUST.get(kind, f"it can't be this ({kind})")


def _either(words: list[str]) -> str:
    quoted = [f'"{word}"' for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _setting(place: Place) -> str:
    return next((part for part in reversed(place) if isinstance(part, str)), "")


def _model_at(place: Place, model: type[BaseModel]) -> type[BaseModel]:
    """The model of the section at a place."""
    for part in place:
        if isinstance(part, str):
            model = _section(model.model_fields[part].annotation)
    return model


def _section(annotation: Any) -> type[BaseModel]:
    section: type[BaseModel] = next((one for one in typing.get_args(annotation) if one is not ...), annotation)
    return section


def _named(place: Place) -> str:
    """``[rules] approvals``, ``[[images]] number 2 owners number 1``, or ``[rules.findings] reason_missing``."""
    section, *rest = place
    if not rest:
        return f"[{_key(section)}]"
    if isinstance(rest[0], int):
        return " ".join([f"[[{_key(section)}]]", *map(_key, rest)])
    if len(rest) > 1 and isinstance(rest[1], str):
        return " ".join([f"[{_key(section)}.{_key(rest[0])}]", *map(_key, rest[1:])])
    return " ".join([f"[{_key(section)}]", *map(_key, rest)])


def _key(part: str | int) -> str:
    if isinstance(part, int):
        return f"number {part + 1}"
    return part if _BARE_KEY.fullmatch(part) else shown(part)
