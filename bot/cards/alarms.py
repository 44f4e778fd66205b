"""What the admins are told: that nothing can be done in the cloud until they mend something, and that it is mended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.cards.text import Block, ago, code, context, escape, section

_WAITS = "What is asked for and approved meanwhile waits, and goes on by itself when this is mended."
_NEW_KEYS = "New keys in Imagewarden's environment count after a restart, permissions at once."
_OTHER_ACCOUNT = (
    "Give Imagewarden credentials of the account that the policy names under [home], or correct the policy."
)


def alarm(facts: Mapping[str, str]) -> tuple[str, list[Block]]:
    """The notification's text and the blocks.

    :param facts: ``event``: ``auth`` or ``wrong_account`` with what the cloud said, or ``mended``
    """
    match facts["event"]:
        case "auth":
            head = "Imagewarden can't act in the cloud: its credentials are not taken."
            said = f"{code(facts['action'])} failed: {escape(facts['message'])} ({code(facts['code'])})"
            return _told(head, said, facts["advice"], facts["cloud_request_id"])
        case "wrong_account":
            head = "Imagewarden does nothing in the cloud: its credentials belong to another account."
            said = f"{escape(facts['message'])}."
            return _told(head, said, _OTHER_ACCOUNT, "")
        case _:
            head = "The cloud takes Imagewarden's credentials again. What waited goes on by itself."
            since = datetime.fromisoformat(facts["since"])
            return head, [section(head), context(f"It had begun {ago(since)}.")]


def _told(head: str, said: str, advice: str, cloud_request_id: str) -> tuple[str, list[Block]]:
    todo = f"*To do:* {escape(advice)}"
    notes = [_NEW_KEYS, *([f"cloud request {code(cloud_request_id)}"] if cloud_request_id else [])]
    return head, [section(f"*{head}*"), section(said), section(todo), section(_WAITS), context(*notes)]
