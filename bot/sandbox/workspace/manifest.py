"""The parts of ``manifest.yml`` that the workspace acts on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

_CHECKOUT = Path(__file__).resolve().parents[3] / "manifest.yml"
_INSTALLED = Path(__file__).with_name("manifest.yml")

MANIFEST = _CHECKOUT if _CHECKOUT.exists() else _INSTALLED


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    usage_hint: str
    should_escape: bool


@dataclass(frozen=True, slots=True)
class Shortcut:
    """``kind`` is ``global`` or ``message``."""

    callback_id: str
    name: str
    kind: str
    description: str


@dataclass(frozen=True, slots=True)
class Manifest:
    scopes: tuple[str, ...]
    commands: tuple[Command, ...]
    shortcuts: tuple[Shortcut, ...]
    events: tuple[str, ...]
    home_tab: bool


def read_manifest(path: Path = MANIFEST) -> Manifest:
    """The app as its manifest describes it.

    :raises OSError: there is no such file
    :raises KeyError: a part that the bot needs is missing
    """
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    features, settings = told["features"], told["settings"]
    return Manifest(
        scopes=tuple(told["oauth_config"]["scopes"]["bot"]),
        commands=tuple(
            Command(command["command"], command.get("usage_hint", ""), command.get("should_escape", False))
            for command in features["slash_commands"]
        ),
        shortcuts=tuple(
            Shortcut(shortcut["callback_id"], shortcut["name"], shortcut["type"], shortcut["description"])
            for shortcut in features["shortcuts"]
        ),
        events=tuple(settings["event_subscriptions"]["bot_events"]),
        home_tab=features["app_home"]["home_tab_enabled"],
    )
