"""What Slack tells, read in one place: each kind as a value of its own, or ``Malformed``.

Nothing else in the bot reads a payload. Numbers for texts, lists for objects, missing people and the like end here.
Field names are Slack's; what is not used is not read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from approvals.texts import storable


class Malformed(Exception):
    """Not what Slack sends; the text names the fields, never what they held."""


def _kept(value: object) -> object:
    return storable(value) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_kept)]
Name = Annotated[Text, Field(min_length=1)]
# Ids stand in mentions and in keys: no character that means something there is in any of Slack's.
Id = Annotated[str, StringConstraints(pattern=r"\A[A-Za-z0-9._-]{1,100}\z")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)


class _Team(_Part):
    id: Id
    enterprise_id: Id | None = None


class _Enterprise(_Part):
    id: Id


class User(_Part):
    id: Id
    team_id: Id | None = None
    username: Text | None = None
    name: Text | None = None


class Container(_Part):
    """Where a button stands: a message or a view."""

    message_ts: Text | None = None
    channel_id: Text | None = None
    view_id: Text | None = None
    is_ephemeral: object = None


class Pressed(_Part):
    action_id: Text
    block_id: Text | None = None
    action_ts: Text | None = None
    value: Text | None = None


_READ = frozenset({"text", "title", "pretext", "value", "fallback", "url", "title_link"})
_MOST_PARTS = 5000


class _Message(_Part):
    """A message; programs write theirs in blocks or attachments, and leave the text empty."""

    text: Text | None = None
    blocks: list[Any] | None = None
    attachments: list[Any] | None = None

    @property
    def words(self) -> str:
        """All that can be read in it, one part a line, as Slack encodes it."""
        found = [self.text or ""]
        parts: deque[Any] = deque([*(self.blocks or ()), *(self.attachments or ())])
        for _ in range(_MOST_PARTS):
            if not parts:
                break
            part = parts.popleft()
            if isinstance(part, dict):
                found += [text for name, text in part.items() if name in _READ and isinstance(text, str)]
                part = list(part.values())
            parts += [one for one in part if isinstance(one, dict | list)] if isinstance(part, list) else []
        return "\n".join(found)


class _Option(_Part):
    value: Text


class _Input(_Part):
    value: Text | None = None
    selected_options: list[_Option] | None = None
    selected_option: _Option | None = None
    selected_date: Text | None = None


class _State(_Part):
    values: dict[str, dict[str, _Input]] = {}


class View(_Part):
    id: Name
    type: Text
    callback_id: Text = ""
    private_metadata: Text = ""
    hash: Text | None = None
    state: _State | None = None

    def text(self, block_id: str) -> str:
        """What stands in the one input of that block."""
        held = self._input(block_id)
        return (held.value or "").strip() if held else ""

    def chosen(self, block_id: str) -> tuple[str, ...]:
        """The values that are chosen in the one menu of that block, each once."""
        held = self._input(block_id)
        if held is None:
            return ()
        chosen = [*(held.selected_options or ()), *([held.selected_option] if held.selected_option else [])]
        return tuple(dict.fromkeys(one.value for one in chosen))

    def day(self, block_id: str) -> date | None:
        """The day that is picked in that block; None for none, or for what is no day."""
        held = self._input(block_id)
        try:
            return date.fromisoformat(held.selected_date) if held and held.selected_date else None
        except ValueError:
            return None

    def _input(self, block_id: str) -> _Input | None:
        inputs = self.state.values.get(block_id, {}) if self.state else {}
        return next(iter(inputs.values()), None)


class Command(_Part):
    """A slash command."""

    command: Text
    text: Text = ""
    user_id: Id
    user_name: Text = ""
    team_id: Id | None = None
    enterprise_id: Id | None = None
    trigger_id: Name
    response_url: Text | None = None

    @property
    def workspace(self) -> tuple[str | None, str | None]:
        """Team and enterprise to which it is told."""
        return self.team_id, self.enterprise_id

    @property
    def person_id(self) -> str:
        return self.user_id

    @property
    def person_name(self) -> str:
        return self.user_name or self.user_id


class FromPerson(_Part):
    """What somebody does with a button, a menu, a modal or a shortcut."""

    type: Text
    user: User
    team: _Team | None = None
    enterprise: _Enterprise | None = None

    @property
    def workspace(self) -> tuple[str | None, str | None]:
        """Team and enterprise to which it is told; an app that a whole organisation has is told no team."""
        enterprise = self.enterprise.id if self.enterprise else self.team.enterprise_id if self.team else None
        return self.team.id if self.team else self.user.team_id, enterprise

    @property
    def person_id(self) -> str:
        return self.user.id

    @property
    def person_name(self) -> str:
        return self.user.username or self.user.name or self.user.id


class Suggestion(FromPerson):
    """Somebody types into a menu that asks us what to offer."""

    action_id: Text
    value: Text = ""


class Interaction(FromPerson):
    """What asks for an effect."""

    trigger_id: Name
    response_url: Text | None = None


class Press(Interaction):
    """A button, or a choice that is told at once. Slack sends one action at a time; what more there were is not looked
    at.

    :ivar view: the modal or Home tab in which it stands, where it stands in one
    """

    view: View | None = None
    container: Container = Container()
    actions: Annotated[list[Pressed], Field(min_length=1)]

    @property
    def action(self) -> Pressed:
        return self.actions[0]

    @property
    def key(self) -> str:
        """A press is the same press when it comes from the same person, place and moment."""
        where = self.container.message_ts or self.container.view_id or ""
        when = self.action.action_ts or self.trigger_id
        return f"{when}:{self.person_id}:{where}:{self.action.action_id}"


class Submission(Interaction):
    """A modal, sent."""

    view: View


class Shortcut(Interaction):
    """A shortcut, from anywhere or on a message."""

    callback_id: Text
    message: _Message = _Message()


class _Event(_Part):
    type: Text
    user: Id | None = None
    tab: Text | None = None


class Event(_Part):
    """Something that happened in the workspace."""

    type: Text
    team_id: Id | None = None
    enterprise_id: Id | None = None
    event: _Event

    @property
    def workspace(self) -> tuple[str | None, str | None]:
        """Team and enterprise to which it is told."""
        return self.team_id, self.enterprise_id


class Challenge(_Part):
    """Slack asks whether the address is ours."""

    type: Text
    challenge: Text


Asking = Command | Press | Submission | Shortcut
Payload = Asking | Suggestion | Event | Challenge

_KINDS: Mapping[str, type[Payload]] = {
    "block_actions": Press,
    "block_suggestion": Suggestion,
    "view_submission": Submission,
    "shortcut": Shortcut,
    "message_action": Shortcut,
    "event_callback": Event,
    "url_verification": Challenge,
}


def read(body: Mapping[str, Any]) -> Payload | None:
    """The payload; None where it is of a kind that nobody here asked for.

    :raises Malformed: it lacks something, or has it in another shape than Slack gives it
    """
    told = body.get("type")
    kind = Command if "command" in body else _KINDS.get(told) if isinstance(told, str) else None
    if kind is None:
        return None
    try:
        return kind.model_validate(body)
    except ValidationError as error:
        fields = sorted({".".join(map(str, one["loc"][:2])) for one in error.errors(include_input=False)})
        raise Malformed(f"{kind.__name__.lower()}: {', '.join(fields)[:200]}") from None
