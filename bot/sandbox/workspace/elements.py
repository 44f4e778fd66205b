"""The elements of Block Kit: buttons, menus and inputs, with Slack's limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot import limits
from bot.sandbox.workspace.shapes import (
    Check,
    Place,
    also,
    any_text,
    boolean,
    by_type,
    integer,
    many,
    one_of,
    plain_text,
    shape,
    string,
)

_identifier = string(limits.IDENTIFIER)
_address = string(limits.URL)

confirm = shape(
    {
        "title": plain_text(limits.CONFIRM_TITLE),
        "text": any_text(limits.CONFIRM_TEXT),
        "confirm": plain_text(limits.CONFIRM_BUTTON),
        "deny": plain_text(limits.CONFIRM_BUTTON),
    },
    {"style": one_of("primary", "danger")},
)

_choice = {"text": any_text(limits.OPTION_TEXT), "value": string(limits.OPTION_VALUE)}
_described = {"description": any_text(limits.OPTION_TEXT)}
option = shape(_choice, _described)
_overflow_option = shape(_choice, {**_described, "url": _address})
_option_group = shape(
    {"label": plain_text(limits.OPTION_TEXT), "options": many(option, limits.OPTIONS)},
)

_anywhere: Mapping[str, Check] = {"action_id": _identifier, "confirm": confirm}
_focusable: Mapping[str, Check] = {**_anywhere, "focus_on_load": boolean}
_menu: Mapping[str, Check] = {**_focusable, "placeholder": plain_text(limits.PLACEHOLDER)}
_dispatch = shape({}, {"trigger_actions_on": many(one_of("on_enter_pressed", "on_character_entered"), 2)})


def _options_or_groups(value: dict[str, Any], place: Place) -> None:
    if (value.get("options") is None) == (value.get("option_groups") is None):
        place.say("must define either `options` or `option_groups`")


def _date(value: Any, place: Place) -> None:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        place.say("must be a date as YYYY-MM-DD")


def _chosen_among_options(value: dict[str, Any], place: Place) -> None:
    groups = [group for group in _listed(value.get("option_groups")) if isinstance(group, dict)]
    offered = [*_listed(value.get("options")), *(one for group in groups for one in _listed(group.get("options")))]
    chosen = [*_listed(value.get("initial_options")), value.get("initial_option")]
    if any(one not in offered for one in chosen if one is not None):
        place.say("an initial option must be one of the options")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _typed(value: dict[str, Any], place: Place) -> None:
    least, most = value.get("min_length"), value.get("max_length")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        place.at("min_length").say("must not be more than max_length")


def _multi(fields: Mapping[str, Check]) -> Mapping[str, Check]:
    return {**fields, "max_selected_items": integer(1, limits.OPTIONS)}


_offered = {"options": many(option, limits.OPTIONS), "option_groups": many(_option_group, limits.OPTIONS)}
_static_select = also(
    also(shape({}, {**_menu, **_offered, "initial_option": option}), _options_or_groups), _chosen_among_options
)
_multi_static_select = also(
    also(shape({}, _multi({**_menu, **_offered, "initial_options": many(option, limits.OPTIONS)})), _options_or_groups),
    _chosen_among_options,
)
SUGGESTED = also(
    shape({}, {"options": many(option, limits.OPTIONS, least=0), "option_groups": many(_option_group, limits.OPTIONS)}),
    _options_or_groups,
)
"""What the bot answers when a menu asks it what to offer."""

_minimum = {"min_query_length": integer(0, limits.INPUT_TEXT)}
_choices = {"options": many(option, limits.CHOICES)}

BUTTON: Mapping[str, Check] = {
    "button": shape(
        {"text": plain_text(limits.BUTTON_TEXT)},
        {
            **_anywhere,
            "value": string(limits.BUTTON_VALUE),
            "url": _address,
            "style": one_of("primary", "danger"),
            "accessibility_label": string(limits.BUTTON_LABEL),
        },
    ),
    "overflow": shape({"options": many(_overflow_option, limits.OVERFLOW_OPTIONS)}, _anywhere),
}
IMAGE: Mapping[str, Check] = {
    "image": shape({"image_url": _address, "alt_text": string(limits.ALT_TEXT)}),
}
CHOOSER: Mapping[str, Check] = {
    "static_select": _static_select,
    "external_select": shape({}, {**_menu, **_minimum, "initial_option": option}),
    "users_select": shape({}, {**_menu, "initial_user": _identifier}),
    "conversations_select": shape(
        {}, {**_menu, "initial_conversation": _identifier, "default_to_current_conversation": boolean}
    ),
    "channels_select": shape({}, {**_menu, "initial_channel": _identifier}),
    "datepicker": shape({}, {**_menu, "initial_date": _date}),
    "radio_buttons": also(shape(_choices, {**_focusable, "initial_option": option}), _chosen_among_options),
    "checkboxes": also(
        shape(_choices, {**_focusable, "initial_options": many(option, limits.CHOICES)}), _chosen_among_options
    ),
}
MULTI: Mapping[str, Check] = {
    "multi_static_select": _multi_static_select,
    "multi_external_select": shape({}, _multi({**_menu, **_minimum, "initial_options": many(option, limits.OPTIONS)})),
    "multi_users_select": shape({}, _multi({**_menu, "initial_users": many(_identifier, limits.OPTIONS)})),
}
TYPED: Mapping[str, Check] = {
    "plain_text_input": also(
        shape(
            {},
            {
                "action_id": _identifier,
                "placeholder": plain_text(limits.PLACEHOLDER),
                "initial_value": string(limits.INPUT_TEXT, least=0),
                "multiline": boolean,
                "min_length": integer(0, limits.INPUT_TEXT),
                "max_length": integer(1, limits.INPUT_TEXT),
                "focus_on_load": boolean,
                "dispatch_action_config": _dispatch,
            },
        ),
        _typed,
    ),
}

IN_ACTIONS = by_type({**BUTTON, **CHOOSER})
IN_SECTION = by_type({**BUTTON, **IMAGE, **CHOOSER, **MULTI})
IN_INPUT = by_type({**CHOOSER, **MULTI, **TYPED})
IN_CONTEXT = by_type(
    {
        **IMAGE,
        "plain_text": plain_text(),
        "mrkdwn": any_text(),
    }
)
