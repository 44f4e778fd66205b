"""The words in which ``blocks.py`` says what Block Kit allows: small checks that say what is wrong and where.

A check takes a value and a :class:`Place`; it complains to the place and never raises. The complaints read like
Slack's own, which end with the JSON pointer of the value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot import limits


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands, and the complaints collected so far."""

    pointer: str = ""
    complaints: list[str] = field(default_factory=list)

    def at(self, key: str | int) -> Place:
        return Place(f"{self.pointer}/{key}", self.complaints)

    def say(self, complaint: str) -> None:
        self.complaints.append(f"[ERROR] {complaint} [json-pointer:{self.pointer}]")


Check = Callable[[Any, Place], None]


def string(most: int, least: int = 1) -> Check:
    """A text of ``least`` to ``most`` characters."""

    def check(value: Any, place: Place) -> None:
        if not isinstance(value, str):
            place.say("must be a string")
        elif len(value) > most:
            place.say(f"must be less than {most + 1} characters")
        elif len(value) < least:
            place.say(f"must be more than {least - 1} characters")

    return check


def integer(least: int, most: int) -> Check:
    def check(value: Any, place: Place) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            place.say("must be an integer")
        elif not least <= value <= most:
            place.say(f"must be between {least} and {most}")

    return check


def boolean(value: Any, place: Place) -> None:
    if not isinstance(value, bool):
        place.say("must be a boolean")


def one_of(*words: str) -> Check:
    def check(value: Any, place: Place) -> None:
        if value not in words:
            place.say(f"must be one of {', '.join(words)}")

    return check


def many(check: Check, most: int, least: int = 1) -> Check:
    """A list whose items all pass ``check``."""

    def check_all(value: Any, place: Place) -> None:
        if not isinstance(value, list):
            place.say("must be an array")
            return
        if len(value) > most:
            place.say(f"no more than {most} items allowed")
        if len(value) < least:
            place.say(f"no fewer than {least} items allowed")
        for index, item in enumerate(value):
            check(item, place.at(index))

    return check_all


def shape(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """An object with these fields and no other. A field that is null counts as absent, as with Slack."""
    known = {**required, **(optional or {}), "type": _anything}

    def check(value: Any, place: Place) -> None:
        if not isinstance(value, dict):
            place.say("must be an object")
            return
        for name in required:
            if value.get(name) is None:
                place.say(f"missing required field: {name}")
        for name, held in value.items():
            if name not in known:
                place.say(f"invalid additional property: {name}")
            elif held is not None:
                known[name](held, place.at(name))

    return check


def by_type(table: Mapping[str, Check]) -> Check:
    """An object whose ``type`` says which check of ``table`` it must pass."""

    def check(value: Any, place: Place) -> None:
        if not isinstance(value, dict):
            place.say("must be an object")
        elif str(value.get("type")) not in table:
            place.at("type").say(f"unsupported type: {value.get('type')}")
        else:
            table[value["type"]](value, place)

    return check


def also(check: Check, further: Check) -> Check:
    """``check``, and for objects ``further`` as well."""

    def check_both(value: Any, place: Place) -> None:
        check(value, place)
        if isinstance(value, dict):
            further(value, place)

    return check_both


def plain_text(most: int = limits.SECTION_TEXT) -> Check:
    return by_type({"plain_text": shape({"text": string(most)}, {"emoji": boolean})})


def any_text(most: int = limits.SECTION_TEXT) -> Check:
    return by_type(
        {
            "plain_text": shape({"text": string(most)}, {"emoji": boolean}),
            "mrkdwn": shape({"text": string(most)}, {"verbatim": boolean}),
        }
    )


def _anything(_value: Any, _place: Place) -> None:
    """What the caller has looked at already."""
