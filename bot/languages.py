"""In which language somebody is spoken to, and the catalogues of what is said.

English is what the code says; a catalogue has the same for another language, by the English text.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from typing import Literal

from approvals.sentences import Sentence

Language = Literal["en", "zh-CN"]

_CATALOGUES = {"zh-CN": "zh_CN"}  # the folder of each
_current: ContextVar[Language] = ContextVar("language", default="en")


def of_locale(locale: str) -> Language:
    """The language for a locale of Slack's, such as ``zh-CN`` or ``en-GB``."""
    return "zh-CN" if locale.replace("_", "-").casefold() in ("zh-cn", "zh-hans", "zh-sg") else "en"


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Whatever is said within is said in that language."""
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)


def speak(language: Language) -> None:
    """Whatever this thread says from now on is said in that language."""
    _current.set(language)


def current() -> Language:
    """The language of the moment."""
    return _current.get()


def _(template: str, **words: object) -> str:
    """The text in the language of the moment; sentences among the words are said in it, too."""
    return _filled(_spoken(template), words)


def ngettext(singular: str, plural: str, number: int, **words: object) -> str:
    """Likewise for so many; ``number`` is one of the words."""
    return _filled(_catalogue(_current.get()).ngettext(singular, plural, number), {"number": number, **words})


def translated(text: str) -> str:
    """A text that was made before anybody knew who reads it; what people or the cloud wrote stays as it is."""
    return _filled(_spoken(text.template), text.words) if isinstance(text, Sentence) else text


def _spoken(template: str) -> str:
    return _catalogue(_current.get()).gettext(template) if template else ""


def _filled(template: str, words: object) -> str:
    assert isinstance(words, dict)  # noqa: S101
    if not words:
        return template
    return template.format(**{name: translated(one) if isinstance(one, str) else one for name, one in words.items()})


@lru_cache
def _catalogue(language: Language) -> NullTranslations:
    folder = _CATALOGUES.get(language)
    if folder is None:
        return NullTranslations()
    with (files("bot") / "locale" / folder / "LC_MESSAGES" / "imagewarden.mo").open("rb") as held:
        return GNUTranslations(held)
