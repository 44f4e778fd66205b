"""The main job and its endings, as people see them."""

from __future__ import annotations

from tests.e2e.conftest import Company

NIGHTLY = "img-6pb6lrmy"
DATA_TEAM = "100012345678"
PARTNER = "100023456789"
UNKNOWN = "100098765432"
SUB_ACCOUNT = "700001601739"

CHANNEL = "C0IMAGES"


def test_an_owner_approves_and_the_image_is_shared(company: Company) -> None:
    company.mei.types("/image share base-nightly with data-team because nightly build for the data team")

    assert company.mei.shown == "#1 recorded. Checking `base-nightly` …"
    asked = company.mei.sees("asked @lin and @omar")
    assert "/archives/" in str(asked)  # a link to the card
    card = company.lin.sees("Share base-nightly with data-team", where=CHANNEL)
    text = company.lin.text_of(card)
    for fact in (
        "#1",
        "@mei",
        NIGHTLY,
        "ap-guangzhou",
        DATA_TEAM,
        "trusted",
        "nightly build for the data team",
        "@omar",
    ):
        assert fact in text
    assert company.lin.buttons(card) == ["Approve", "Deny", "Cancel"]

    company.lin.presses("Approve", on=card)

    ended = company.mei.sees("To forward to them")
    assert "choose region Guangzhou" in company.mei.text_of(ended)
    assert company.shares(NIGHTLY) == {DATA_TEAM}
    done = company.omar.sees("Shared base-nightly with data-team", where=company.direct(company.omar))
    assert company.omar.buttons(done) == ["End now"]
    company.omar.sees("@lin approved", where=CHANNEL)
    company.omar.sees("shared · cloud request", where=CHANNEL)


def test_the_owner_can_decide_in_the_direct_message(company: Company) -> None:
    company.mei.types("/image share base-nightly with data-team")
    card = company.omar.sees("Share base-nightly with data-team", where=company.direct(company.omar))

    company.omar.presses("Approve", on=card)

    company.mei.sees("is shared with")
    assert company.shares(NIGHTLY) == {DATA_TEAM}


def test_a_share_is_taken_back(company: Company) -> None:
    company.mei.types("/image unshare base-22.04 from partner-lab because the project ended")
    card = company.lin.sees("Unshare base-22.04 from partner-lab", where=CHANNEL)

    company.lin.presses("Approve", on=card)

    company.mei.sees("is no longer shared with partner-lab")
    assert company.changing_calls() == ["CANCEL"]


def test_a_denial_asks_for_the_reason_and_tells_it(company: Company) -> None:
    company.mei.types("/image share base-nightly with data-team because x")
    card = company.lin.sees("Share base-nightly", where=CHANNEL)

    company.lin.presses("Deny", on=card)
    assert company.lin.fills_and_submits(company.lin.modal(), {"Why": "Use <!channel> & https://x.example"}) == {}

    heard = company.mei.sees("denied it; nothing was shared", where=company.direct(company.mei))
    told = company.mei.sees("denied it; nothing was shared", where=CHANNEL)
    for message in (heard, told):
        assert "Use <!channel> & https://x.example" in company.mei.text_of(message)
        (block,) = message["blocks"]
        assert block["text"]["verbatim"] is True  # so that what was typed neither rings nor becomes a link
    denied = company.lin.sees("Denied: share base-nightly", where=CHANNEL)
    assert company.lin.buttons(denied) == []
    assert company.changing_calls() == []


def test_the_requester_cancels(company: Company) -> None:
    company.mei.types("/image share base-nightly with data-team because x")
    card = company.mei.sees("Share base-nightly", where=CHANNEL)

    company.mei.presses("Cancel", on=card)

    cancelled = company.lin.sees("Cancelled: share base-nightly", where=CHANNEL)
    assert company.lin.buttons(cancelled) == []
    assert company.changing_calls() == []


def test_somebody_elses_cancel_and_a_strangers_approve_are_refused(company: Company) -> None:
    company.mei.types("/image share base-nightly with data-team because x")
    card = company.sara.sees("Share base-nightly", where=CHANNEL)

    company.sara.presses("Approve", on=card)
    company.sara.sees("Only @lin or @omar can decide about base-nightly.")
    company.lin.presses("Cancel", on=card)
    company.lin.sees("Only @mei, who asked, can cancel #1")

    assert company.changing_calls() == []
    assert company.lin.buttons(company.lin.sees("Share base-nightly", where=CHANNEL)) == ["Approve", "Deny", "Cancel"]


def test_nobody_decides_about_their_own_request(company: Company) -> None:
    company.lin.types("/image share base-nightly with data-team because x")
    card = company.lin.sees("Share base-nightly", where=CHANNEL)

    company.lin.presses("Approve", on=card)
    company.lin.sees("You asked for this, so somebody else must decide: @omar.")
    assert company.changing_calls() == []

    company.omar.presses("Approve", on=card)
    company.lin.sees("is shared with")


def test_the_only_owner_cannot_ask_for_their_own_image(company: Company) -> None:
    company.mei.types("/image share team-dashboard with data-team because x")

    company.mei.sees("Not asked: team-dashboard needs 1 of its owners, and none but you could decide")


def test_an_image_that_nobody_owns_is_refused_at_once(company: Company) -> None:
    company.mei.types("/image share orphan-cache with data-team because x")

    company.mei.sees("Not asked: nobody owns orphan-cache in the policy.")


def test_a_blocked_request_says_why_and_asks_nobody(company: Company) -> None:
    company.mei.types("/image share golden-rhel with data-team because x")

    company.mei.sees(
        "Not asked: golden-rhel was shared with us by 100055500000, and a shared image can't be shared on."
    )
    assert company.lin.messages(CHANNEL) == []


def test_an_unknown_target_needs_a_guardian_too(company: Company) -> None:
    company.mei.types(f"/image share base-nightly with {UNKNOWN} because a pilot")
    card = company.lin.sees("Needs a guardian", where=CHANNEL)
    assert "and a guardian: @security" in company.lin.text_of(card)

    company.lin.presses("Approve", on=card)
    half = company.sara.sees("@lin approved", where=company.direct(company.sara))
    assert company.shares(NIGHTLY) == set()
    company.sara.presses("Approve", on=half)

    company.mei.sees("is shared with 100098765432")
    assert company.shares(NIGHTLY) == {UNKNOWN}


def test_one_bad_account_does_not_sink_the_others(company: Company) -> None:
    company.mei.types(f"/image share base-nightly with data-team, {SUB_ACCOUNT}, partner-lab because x")
    company.lin.presses("Approve", on=company.lin.sees("Share base-nightly with 3 accounts", where=CHANNEL))
    company.sara.presses("Approve", on=company.sara.sees("@lin approved", where=company.direct(company.sara)))

    heard = company.mei.sees("Shared with 2 of 3 accounts: base-nightly")
    assert "FailedOperation.NotMasterAccount" in company.mei.text_of(heard)
    assert company.shares(NIGHTLY) == {DATA_TEAM, PARTNER}
    card = company.lin.sees("Shared with 2 of 3", where=company.direct(company.lin))
    assert company.lin.buttons(card) == ["Retry", "End now"]


def test_pressing_twice_does_it_once(company: Company) -> None:
    company.mei.types("/image share base-nightly with data-team because x")
    card = company.lin.sees("Share base-nightly", where=CHANNEL)

    company.lin.presses("Approve", on=card)
    company.omar.presses("Approve", on=card)

    company.omar.sees("@lin")
    company.mei.sees("is shared with")
    assert company.changing_calls() == ["SHARE"]


def test_a_redelivered_command_is_the_same_request(company: Company) -> None:
    company.mei.types("/image share base-nightly with data-team because x")
    company.lin.sees("Share base-nightly", where=CHANNEL)

    company.sandbox.workspace.redeliver()

    company.mei.types("/image requests")
    assert company.mei.text_of(company.mei.sees("#1 share base-nightly")).count("share base-nightly") == 1


def test_a_guest_can_neither_ask_nor_decide(company: Company) -> None:
    company.gus.types("/image share base-nightly with data-team because x")

    company.gus.sees("Not asked: you can't ask for this: guests can neither ask nor decide.")


def test_what_is_there_already_is_nothing_to_do(company: Company) -> None:
    company.mei.types("/image share base-22.04 with partner-lab because x")

    company.mei.sees("partner-lab has base-22.04 already")


def test_what_does_not_parse_gets_the_nearest_right_form(company: Company) -> None:
    company.mei.types("/image share base-nightly with data-taem because x")

    heard = company.mei.sees("I don't know the account")
    assert "/image share base-nightly with data-team because x" in company.mei.text_of(heard)


def test_show_tells_who_has_an_image(company: Company) -> None:
    company.mei.types("/image show base-22.04")

    shown = company.mei.text_of(company.mei.sees("Shared with 1 of 500"))
    assert "partner-lab" in shown
    assert "not by Imagewarden" in shown


def test_help_shows_commands_that_parse(company: Company) -> None:
    company.mei.types("/image help")

    company.mei.sees("/image share")


def test_the_form_asks_like_the_command(company: Company) -> None:
    company.mei.types("/image")
    form = company.mei.modal()
    errors = company.mei.fills_and_submits(form, {"Image": "base-nightly", "Other accounts": "data-taem", "Why": "x"})
    assert "data-taem" in errors["Other accounts"]
    assert company.mei.fills_and_submits(form, {"Image": "base-nightly", "With whom": "data-team", "Why": "x"}) == {}

    company.mei.sees("asked @lin and @omar")


def test_the_home_tab_shows_what_waits(company: Company) -> None:
    company.mei.types("/image share base-nightly with data-team because x")
    company.lin.sees("Share base-nightly", where=CHANNEL)

    company.lin.opens_home("mei asks to share base-nightly with data-team")
    company.mei.opens_home("#1 share base-nightly")
