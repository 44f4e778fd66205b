"""Every id that Slack sends back to us: actions, views, blocks, shortcuts."""

from __future__ import annotations

COMMAND = "/image"

# Buttons on a request's card; their value is the request's number and nothing else.
APPROVE = "approve"
DENY = "deny"
CANCEL = "cancel"
RETRY = "retry"
ASK_AGAIN = "ask_again"
REMOVE_COPY = "remove_copy"
END_NOW = "end_now"
EXTEND = "extend"
ADOPT = "adopt"
REVOKE = "revoke"
SHARE_AGAIN = "share_again"
CLOSE = "close"

BUTTONS = "request-"  # how the block begins in which they stand; the request's number follows


def buttons_of(request_id: int) -> str:
    return f"{BUTTONS}{request_id}"


# Elsewhere
OPEN_FORM = "open_form"
PAGE = "page"  # to the older rows of a list
NEWER = "page_newer"
HOME_TO = "home_to"  # to a page of the Home tab; which one is told by what follows, and by the value

# Modals
DENY_VIEW = "deny_reason"
FORM_VIEW = "share_form"
EXTEND_VIEW = "extend_share"
ADOPT_VIEW = "adopt_reason"

# Shortcuts, as in manifest.yml
SHORTCUT_FORM = "share_form"
SHORTCUT_FROM_MESSAGE = "share_from_message"

# Inputs: the block's id; the element's action id is ``INPUT`` in each that is typed in
INPUT = "value"
REASON = "reason"
IMAGE = "image"
ACCOUNTS = "accounts"
OTHER_ACCOUNTS = "other_accounts"
REGIONS = "regions"
LASTS = "lasts"
LAST_DAY = "last_day"

# What the form asks us while it is filled in
PICK_IMAGES = "pick_images"
PICK_ACCOUNTS = "pick_accounts"
PICK_REGIONS = "pick_regions"
CHECK = "check_form"
