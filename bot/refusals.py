"""What is said where something can't be done as it was typed or pressed: every such sentence, by its code.

``docs/refusals.md`` lists them for people. What the checks find is in ``approvals.findings`` and ``docs/checks.md``,
what the cloud refuses in ``approvals.tencent_codes``.
"""

from __future__ import annotations

from collections.abc import Mapping

from approvals.sentences import Sentence, say

REFUSALS: Mapping[str, str] = {
    # A command that can't be read
    "a_button": "{typed} is a button on the request's card, not a command.",
    "account_alone": "`account` tells how to find an account id and takes nothing else: leave out the rest.",
    "account_as_image": (
        "{typed} looks like an account, and an image comes here. A name that looks so goes in quotes."
    ),
    "account_in_pieces": "An account id is written in one piece: `{joined}`.",
    "account_in_reason": "What comes after `because` is the reason, so the account has to come before it.",
    "account_known_names": "its id, or a name that I know: {known}",
    "account_malformed": (
        "{typed} is not an account id: that has 5 to 14 digits and doesn't begin with 0. `/image "
        "account` tells how to find it."
    ),
    "account_missing": "The account is missing: put `{preposition}` before it, after the image.",
    "account_missing_after": "No account comes after {typed}.",
    "account_near": "I don't know the account {typed}. Did you mean {typed2}?",
    "account_or_reason": "I don't know the account {typed}. If {typed2} is the reason, put `because` before it.",
    "account_placeholder": "Put an account in place of {typed}.",
    "account_unknown": ("I don't know the account {typed}. Type {instead}. `/image account` tells how to find an id."),
    "all_and_others": "{typed} is every account that has the image: leave it out, or name no other.",
    "because_misspelt": "Say `because` in place of {typed}.",
    "cannot_receive": "{what} can't receive images, accounts can: put an account in place of {typed}.",
    "delete_from": "`delete` removes the image itself. To take it back from an account, say `unshare`.",
    "delete_image_missing": "The image is missing: it comes right after {typed}.",
    "delete_one": "One image at a time is deleted, since it can't be undone: leave out the others.",
    "delete_one_name": "`delete` takes one image, since it can't be undone. A name with spaces goes in quotes.",
    "delete_with": "With `delete` only `with snapshots` can be said, not {typed}.",
    "digits_alone": "Write the account id as its digits alone: `{joined}`.",
    "drift_alone": "`drift` takes nothing else: leave out the rest.",
    "end_of_share_alone": "Only a share ends by itself: leave out {typed}.",
    "end_twice": "A share has one end: leave out {typed}.",
    "end_missing": "Nothing comes after {typed}: say when the share ends, or leave it out.",
    "everyone_shared": "{typed} is not an account: name each account that the image is for.",
    "from_with_share": "`from` takes an image back and goes with `unshare`; `share` goes with `with`.",
    "image_and_account_missing": "The image and the account are missing: the image comes {after}.",
    "image_missing": "The image is missing: it comes {after}.",
    "image_placeholder": "Put the image's name or id in place of {typed}.",
    "inbound_alone": "{typed} means nothing after `inbound`: leave it out.",
    "leave_out_rest": "Leave out the rest.",
    "lighthouse_to_cvm": (
        "No program can move a Lighthouse image to CVM. By hand: in the Lighthouse console open Images, "
        "choose the image, and share it with CVM there. An account comes here."
    ),
    "list_one": "`list` takes one word. {advice}",
    "list_placeholder": "Put a part of an image's name in place of {typed}.",
    "list_unknown": "{typed} is not understood: after `list` comes `mine`, `shared` or a part of a name.",
    "looks_like_region": "{typed} looks like a region: put `in` before it.",
    "mixed_up": "{typed} is an image, not an account. Images come first, accounts after them.",
    "near_verb": "{typed} is not a command. Did you mean `{meant}`?",
    "no_account_id": (
        "{typed} is not the id of a root account, and nothing else can receive an image. `/image "
        "account` tells how to find the id."
    ),
    "no_such_time": "{typed} is no length of time for a share: it is more than nothing, and {most} days at most.",
    "not_a_day": "{typed} is not a day: write it like `until 2026-12-31`.",
    "not_a_length": "{typed} is not a length of time: write it like `for 7d`, `for 12h` or `for 2 weeks`.",
    "not_understood_after_end": "{typed} is not understood after the end of the share: leave it out.",
    "no_options": "There are no options here, so {typed} means nothing: leave it out.",
    "no_verb": "{typed} is not a command. A command begins with one of {verbs}.",
    "not_an_image": "{typed} is a {called}, and an image is named by its id or its name.",
    "not_understood": "{typed} is not understood here. If {typed2} is the reason, put `because` before it.",
    "nothing_here": "{typed} means nothing here: leave it out.",
    "one_or_two": (
        "{typed} could be one account or two. Write one without the space, two with a comma between: `{text}, {text2}`."
    ),
    "quotation_open": "The quotation mark {where} has no other that closes it.",
    "quote_spaces": "A name with spaces goes in quotes.",
    "reason_missing": "The reason is missing after `because`.",
    "reason_placeholder": "Put your own reason in place of {typed}.",
    "region_leave_out": "{sentence} Leave out {typed}.",
    "region_missing": "No region comes after {typed}. A name that is a keyword goes in quotes.",
    "region_placeholder": "Put a region in place of {typed}, or leave out {typed2}.",
    "region_reason": "{sentence} If {typed} is the reason, put `because` before it.",
    "region_rest_leave_out": "{sentence} Leave it out.",
    "region_rest_reason": "{sentence} If it is the reason, put `because` before it.",
    "region_too_much": "{typed} is not understood after the region.",
    "region_unknown": "{typed} is not a region, which looks like `ap-guangzhou`.",
    "region_written": "The region of {typed} is written `{region}`.",
    "requests_one": "`requests` takes one word or number: leave out the rest.",
    "requests_unknown": ("{typed} is not understood: after `requests` comes `mine`, `pending` or a request's number."),
    "say_instead": "Say `{preposition}` in place of {typed}.",
    "say_with_snapshots": "Say `with snapshots` in place of {typed}.",
    "show_one": "`show` takes one image and nothing else. {advice}",
    "show_placeholder": "Put an image's name or id in place of {typed}.",
    "show_request": "{typed} is a request: those are shown with `requests`.",
    "show_what": "Which image to show is missing.",
    "source_missing": "Which account to {text} is missing.",
    "source_one": "One account at a time: leave out the others.",
    "source_placeholder": "Put the account that shares images with us in place of {typed}.",
    "source_reason": "Say why: the guardians decide by the reason.",
    "too_long": ("This is too long: a command has at most {max_text} characters. Ask in several commands."),
    "too_many": ("One request takes at most {most} {what}, and these are {number}: ask for the rest in another."),
    "verb_before": "Begin with what to do: `{verb}` comes before {typed}.",
    "verb_missing": "What to do is missing: a command begins with `share`, `unshare` or another verb.",
    "with_misspelt": "Say `with` in place of {typed} before an account.",
    # A press that has no effect
    "anothers_button": (
        "That button belongs to another request, so nothing was decided. Use those on the request's own card."
    ),
    "may_not_act": "You can't decide here: guests, bots and people of other workspaces can't.",
    "not_a_decider": "Only {who} can decide about {name}.",
    "not_the_requester": "Only {who}, who asked, can cancel #{number}. Its owners can deny it.",
    "not_to_ask_again": "Only {who}, who asked, its owners and its guardians can ask for #{number} again.",
    "nothing_failed": "Nothing of that request failed, so there is nothing to ask again.",
    "nothing_to_remove": "Nothing half made is left of #{number}.",
    "nothing_to_retry": "There is nothing to retry in #{number}. {stands}",
    "nothing_to_end": "Nothing that #{number} shared is shared any more, so there is nothing to end.",
    "nothing_to_extend": "Nothing that #{number} shared is shared any more. Ask for it anew: /image share.",
    "own_request": "You asked for this, so somebody else must decide: {who}.",
    "too_late": "The time to decide about #{number} is over; {effect}. It can be asked again.",
    "too_late_to_retry": "#{number} ended too long ago to be retried. Ask again: its owners decide anew.",
    "voted_already": "You have approved #{number} already. It waits for somebody else: {who}.",
    # A field of the form
    "form_long_name": "An image's name is not that long. Choose one of the list.",
    "form_long_reason": "The reason can have {most} characters at most.",
    "form_many_accounts": "An image can be shared with {most} accounts at most.",
    "form_many_images": "A request can have {most} images at most. Ask in several requests.",
    "form_many_regions": "A request can have {most} regions at most. Ask in several requests.",
    "form_no_account": "Choose an account, or write the id of another.",
    "form_no_image": "Choose an image.",
    "form_no_region": "That is no region of the policy. Choose one of the list.",
    "form_two_ends": "Choose a length or a day, not both.",
    "form_day_over": "That day is over. Choose a later one.",
    "form_late_day": "The policy lets a share last {days} days at most. Choose an earlier day.",
    "form_far_day": "A share lasts {days} days at most. Choose an earlier day, or no end.",
    "form_no_end": "Choose for how long, or until when.",
    "form_not_accounts": "Only account ids here, with commas between.",
    "form_not_listed": "That is no account. Choose one of the list.",
    # Slack, the database and other workspaces
    "form_not_opened": "Slack didn't open the form in time. Try again.",
    "not_installed": "Imagewarden is not installed in this workspace.",
    "not_read": "The record can't be read right now, so nothing was done. Try again in a minute.",
    "not_recorded": "I can't record that right now, so nothing was asked. Try again in a minute.",
    "strangers": "Nothing was done: people of other workspaces can neither ask nor decide here.",
    "who_unclear": "Slack doesn't tell me who you are right now. Try again in a minute.",
}


def refused(code: str, **words: object) -> Sentence:
    """The sentence of a code, with its places filled in.

    :param words: what goes into the places, as it is to be shown
    """
    return say(REFUSALS[code], **words)
