"""What Slack tells is read as what it is, or refused; nothing else comes out of reading."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import payloads
from bot.payloads import Command, Malformed, Press, Submission
from tests.e2e.door import COMMAND, press, submission

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
_fields = st.sampled_from(
    ["user", "team", "enterprise", "actions", "container", "view", "event", "trigger_id", "callback_id", "message"]
)
_kinds = st.sampled_from([*payloads._KINDS, "of_tomorrow"])


def complaint(body: dict[str, Any]) -> str:
    try:
        payload = payloads.read(body)
    except Malformed as error:
        return str(error)
    assert payload is None or payload.type == body["type"]  # type: ignore[union-attr]  # no command here
    return ""


@given(kind=_kinds, fields=st.dictionaries(_fields, _json), view=_json)
def test_reading_gives_a_payload_or_says_that_it_is_none(kind: str, fields: dict[str, Any], view: Any) -> None:
    for body in ({**fields, "type": kind}, {**press("x", "1"), **fields}, {**submission("x", "", {}), "view": view}):
        assert len(complaint(body)) < 300


def test_the_complaint_names_fields_and_no_values() -> None:
    with pytest.raises(Malformed) as caught:
        payloads.read({**COMMAND, "user_id": "<!channel> very secret", "text": ["very secret"]})

    assert str(caught.value) == "command: text, user_id"
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("user", ["", "U0> <!channel", "U0\n", "U" * 101, "U0|x", "Ü0", "U 0"])
def test_an_id_that_could_end_a_mention_is_none(user: str) -> None:
    for body in ({**COMMAND, "user_id": user}, {**press("x", "1"), "user": {"id": user}}):
        with pytest.raises(Malformed):
            payloads.read(body)


def test_half_a_character_and_a_nul_are_read_as_what_can_be_stored() -> None:
    sent = payloads.read(submission("x", "", {"reason": " a\0b \ud83d c \n"}))
    assert isinstance(sent, Submission)
    assert sent.view.text("reason") == "ab ? c"
    assert sent.view.text("another") == ""

    asked = payloads.read({**COMMAND, "text": "help\0\udc00"})
    assert isinstance(asked, Command)
    assert asked.text == "help?"


def test_what_slack_leaves_out_or_sets_to_null_is_absent() -> None:
    body = {**press("x", None), "team": None, "enterprise": None, "response_url": None, "user": {"id": "U0LIN"}}
    pressed = payloads.read(body)

    assert isinstance(pressed, Press)
    assert (pressed.action.value, pressed.response_url, pressed.workspace) == (None, None, (None, None))
    assert (pressed.person_id, pressed.person_name) == ("U0LIN", "U0LIN")


def test_a_home_tab_that_has_no_name_can_be_pressed_on() -> None:
    pressed = payloads.read({**press("x", None), "view": {"id": "V1", "type": "home"}})

    assert isinstance(pressed, Press)
    assert pressed.view is not None
    assert pressed.view.callback_id == ""


@pytest.mark.parametrize(
    ("fields", "workspace"),
    [
        ({"team": {"id": "T1", "enterprise_id": "E1"}, "enterprise": None}, ("T1", "E1")),
        ({"team": {"id": "T1"}, "enterprise": {"id": "E2", "name": "x"}}, ("T1", "E2")),
        ({"team": None, "enterprise": {"id": "E2"}, "user": {"id": "U1", "team_id": "T3"}}, ("T3", "E2")),
    ],
)
def test_the_workspace_is_the_one_that_is_told(fields: dict[str, Any], workspace: tuple[str, str]) -> None:
    pressed = payloads.read({**press("x", "1"), **fields})

    assert isinstance(pressed, Press)
    assert pressed.workspace == workspace


def test_the_same_press_has_the_same_key_and_another_has_another() -> None:
    def key(**changes: Any) -> str:
        body = press("approve", "1")
        body["actions"][0].update({name: value for name, value in changes.items() if name in body["actions"][0]})
        body.update({name: value for name, value in changes.items() if name in body})
        pressed = payloads.read(body)
        assert isinstance(pressed, Press)
        return pressed.key

    others = (
        key(action_ts="1.6"),
        key(action_id="cancel"),
        key(user={"id": "U0OMAR"}),
        key(container={"message_ts": "2.0"}),
    )
    assert key() == key(response_url="x")
    assert len({key(), *others}) == 5
