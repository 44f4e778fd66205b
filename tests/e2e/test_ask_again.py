"""Something changed between the owner's word and the call: the card says what, and one press asks again."""

from __future__ import annotations

from dataclasses import replace

from tests.e2e.conftest import Company
from tests.e2e.misbehaving import CHANNEL, DATA_TEAM, NIGHTLY, approves, asks, until
from tests.e2e.person import Seen

CHANGED = "since it was approved, this changed: base-nightly was imported from outside"


def test_what_changed_is_on_the_card_and_its_owners_decide_anew(company: Company) -> None:
    asks(company)
    state = company.sandbox.cloud.state
    state.add_image(replace(state.images[NIGHTLY], source="EXTERNAL_IMPORT"))  # after the checks, before the word
    approves(company)

    card = with_button(company, "Ask again")
    assert CHANGED in company.lin.text_of(card)
    assert company.shares(NIGHTLY) == set()
    company.gus.presses("Ask again", on=card)
    company.gus.sees("You can't decide here: guests, bots and people of other workspaces can't.", where=CHANNEL)
    company.sara.presses("Ask again", on=card)
    company.sara.sees("Only @mei, who asked, its owners and its guardians can ask for #1 again.", where=CHANNEL)
    company.lin.presses("Ask again", on=card)
    company.lin.sees("Asked again as #2: its owners decide by what is true now.", where=CHANNEL)

    anew = with_button(company, "Approve")
    assert "Needs a guardian: base-nightly was imported from outside" in company.lin.text_of(anew)
    company.omar.presses("Approve", on=anew)
    until(lambda: "✓ @omar approved" in company.lin.text_of(with_button(company, "Approve")))
    company.sara.presses("Approve", on=anew)
    until(lambda: company.shares(NIGHTLY) == {DATA_TEAM})
    until(lambda: "Shared base-nightly" in company.lin.text_of(at(company, anew)))
    votes = company.lin.text_of(at(company, anew))
    assert "@omar approved" in votes
    assert "@sara approved as a guardian" in votes


def with_button(company: Company, label: str) -> Seen:
    """The newest card in the channel that has the button, as soon as there is one."""

    def found() -> list[Seen]:
        return [one for one in company.lin.messages(CHANNEL) if label in company.lin.buttons(one)]

    until(found)
    return found()[-1]


def at(company: Company, card: Seen) -> Seen:
    """The same card as it is now."""
    return next(one for one in company.lin.messages(CHANNEL) if one["ts"] == card["ts"])
