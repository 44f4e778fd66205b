"""What the admins are told: what they must mend, and that it is mended: credentials, and the policy file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from approvals import reloading
from approvals.sentences import say
from bot.cards.text import Block, ago, code, context, escape, section
from bot.languages import _, ngettext

_WAITS = say("What is asked for and approved meanwhile waits, and goes on by itself when this is mended.")
_NEW_KEYS = say("New keys in Imagewarden's environment count after a restart, permissions at once.")
_MOST_PROBLEMS = 10
_MEND_THE_POLICY = say(
    "*To do:* mend the file; it is read again by itself within seconds. For a setting that needs a "
    "restart, restart Imagewarden."
)
_OTHER_ACCOUNT = say(
    "Give Imagewarden credentials of the account that the policy names under [home], or correct the policy."
)
_OTHER_DATABASE = say(
    "Give Imagewarden credentials of the account that its database is about, or name another file in `IMAGEWARDEN_DB`."
)


def head(facts: Mapping[str, str]) -> tuple[str, list[Block]]:
    """What everybody is told of the record each day, so that nobody can write it anew unseen.

    :param facts: ``row`` and ``hash`` of its newest line
    """
    text = _(
        "The record has {row} lines; the last has the hash {hash}. That this message is here proves it: whoever doubts "
        "the record can compare it with `imagewarden audit verify --head`.",
        row=facts["row"],
        hash=code(facts["hash"]),
    )
    return text, [context(text)]


def alarm(facts: Mapping[str, str]) -> tuple[str, list[Block]]:
    """The notification's text and the blocks.

    :param facts: ``event``: ``auth``, ``wrong_account`` or ``lighthouse_role`` with what the cloud said, ``mended``,
        ``drift_many``, ``inbound_new``, or one of ``reloading``
    """
    match facts["event"]:
        case "drift_many":
            text = _(
                "{shares} of {images} differ from the record, and nobody was asked about them one by one. Look at them "
                "with `/image drift`; `imagewarden adopt` on the server takes those that nobody approved as they are.",
                shares=ngettext("{number} share", "{number} shares", int(facts["number"])),
                images=ngettext("{number} image", "{number} images", int(facts["images"])),
            )
            return text, [section(text)]
        case "inbound_new":
            text = ngettext(
                "{number} new image is shared with us by an account that isn't trusted: {named}. Look at it with "
                "`/image inbound` before anybody uses it.",
                "{number} new images are shared with us by accounts that aren't trusted: {named}. Look at them with "
                "`/image inbound` before anybody uses one.",
                int(facts["number"]),
                named=escape(facts["named"]),
            )
            return text, [section(text)]
        case "auth":
            head = _("Imagewarden can't act in the cloud: its credentials are not taken.")
            said = _(
                "{action} failed: {message} ({code})",
                action=code(facts["action"]),
                message=escape(facts["message"]),
                code=code(facts["code"]),
            )
            return _told(head, said, facts["advice"], facts["cloud_request_id"])
        case "wrong_account":
            head = _("Imagewarden does nothing in the cloud: its credentials belong to another account.")
            said = f"{escape(facts['message'])}."
            return _told(head, said, _OTHER_DATABASE if "recorded" in facts else _OTHER_ACCOUNT, "")
        case "lighthouse_role":
            head = _("Lighthouse can't look at our images, so none can be shared with it.")
            todo = _("*To do:* {advice}", advice=escape(facts["advice"]))
            return head, [section(f"*{head}*"), section(escape(facts["message"])), section(todo)]
        case reloading.REFUSED:
            return _policy_refused(facts["problems"].splitlines())
        case reloading.MENDED:
            head = _("The policy file can be used again, and is in force.")
            changed = _("Changed: {text}.", text=facts["changed"]) if facts["changed"] else _("Nothing in it changed.")
            return head, [section(head), context(escape(changed))]
        case _:
            head = _("The cloud takes Imagewarden's credentials again. What waited goes on by itself.")
            since = datetime.fromisoformat(facts["since"])
            return head, [section(head), context(_("It had begun {when}.", when=ago(since)))]


def _policy_refused(problems: list[str]) -> tuple[str, list[Block]]:
    head = _("The policy file can't be used as it is now. The policy that was read before holds, all of it.")
    shown = [f"• {escape(problem)}" for problem in problems[:_MOST_PROBLEMS]]
    if len(problems) > _MOST_PROBLEMS:
        shown.append(
            _(
                "and {text} more: {code} lists them all",
                text=len(problems) - _MOST_PROBLEMS,
                code=code("imagewarden check"),
            )
        )
    return head, [section(f"*{head}*"), section("\n".join(shown)), section(_MEND_THE_POLICY)]


def _told(head: str, said: str, advice: str, cloud_request_id: str) -> tuple[str, list[Block]]:
    todo = _("*To do:* {advice}", advice=escape(advice))
    notes = [
        _NEW_KEYS,
        *([_("cloud request {cloud_request_id}", cloud_request_id=code(cloud_request_id))] if cloud_request_id else []),
    ]
    return head, [section(f"*{head}*"), section(said), section(todo), section(_WAITS), context(*notes)]
