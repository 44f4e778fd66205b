"""Slack's limits, each with what breaks beyond it.

Counted in characters (code points) unless a name says otherwise. They are Slack's reference pages for Block Kit, views
and chat.postMessage, and the constants of slack-sdk's models; where neither gives a number the comment says so.
"""

from __future__ import annotations

from typing import Final

BLOCKS_PER_MESSAGE: Final = 50
"""Blocks in one message; one more is ``invalid_blocks``."""

BLOCKS_PER_VIEW: Final = 100
"""Blocks in one modal or Home tab; one more is ``invalid_arguments``."""

MESSAGE_BLOCKS_TOTAL: Final = 13_200
"""A message's blocks as JSON; beyond it is ``msg_blocks_too_long``. Undocumented: reported in slackapi/bolt-js#2509."""

MESSAGE_TEXT: Final = 40_000
"""The text of a message; beyond it is ``msg_too_long``."""

IDENTIFIER: Final = 255
"""A ``block_id``, an ``action_id``, a ``callback_id`` or an ``external_id``."""

SECTION_TEXT: Final = 3000
"""The text of a section, of a context element, and of any text object that has no smaller limit of its own."""

SECTION_FIELDS: Final = 10
"""Fields of one section."""

FIELD_TEXT: Final = 2000
"""The text of one field of a section."""

HEADER_TEXT: Final = 150
"""The text of a header, which is plain text only."""

ACTIONS_ELEMENTS: Final = 25
"""Buttons and menus of one actions block."""

CONTEXT_ELEMENTS: Final = 10
"""Texts and pictures of one context block."""

BUTTON_TEXT: Final = 75
"""What a button says; clients cut it near 30."""

BUTTON_VALUE: Final = 2000
"""What a button carries back to the bot."""

BUTTON_LABEL: Final = 75
"""What a screen reader says of a button instead of its text."""

URL: Final = 3000
"""The address of a button, a picture or a link."""

OPTION_TEXT: Final = 75
"""What one choice of a menu says."""

OPTION_VALUE: Final = 150
"""What one choice of a menu carries (slack-sdk's figure; older pages say 75)."""

OPTIONS: Final = 100
"""Choices of one menu or of one group of choices, and groups of one menu."""

OVERFLOW_OPTIONS: Final = 5
"""Choices of one overflow menu."""

CHOICES: Final = 10
"""Radio buttons or checkboxes of one element."""

PLACEHOLDER: Final = 150
"""The grey text of an empty input."""

INPUT_LABEL: Final = 2000
"""The label or the hint of an input."""

INPUT_TEXT: Final = 3000
"""The largest ``max_length`` of a text input, and what one holds without."""

ALT_TEXT: Final = 2000
"""The alternative text or the title of a picture."""

CONFIRM_TITLE: Final = 100
"""The title of a confirm dialog."""

CONFIRM_TEXT: Final = 300
"""The question of a confirm dialog."""

CONFIRM_BUTTON: Final = 30
"""What either button of a confirm dialog says."""

VIEW_TITLE: Final = 24
"""The title of a modal, and what its submit and close buttons say."""

PRIVATE_METADATA: Final = 3000
"""What a view carries unseen from its opening to its submission."""

VIEWS_STACKED: Final = 3
"""Modals on top of each other; one more is ``push_limit_reached``."""

TRIGGER_LIFETIME: Final = 3.0
"""Seconds from an interaction in which its ``trigger_id`` opens one view."""

ACK_WITHIN: Final = 3.0
"""Seconds in which the bot must answer a command, an interaction or an event."""

RECORDED_WITHIN: Final = 2.0
"""Seconds in which what must be recorded before that answer is: the rest is left to the network."""

RESPONSE_URL_USES: Final = 5
"""Times that one ``response_url`` can be used."""

RESPONSE_URL_LIFETIME: Final = 30 * 60.0
"""Seconds in which a ``response_url`` can be used."""
