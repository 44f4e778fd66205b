"""The Home tab: what waits for somebody with buttons that work there, what is theirs, what ends soon, and pages."""

from __future__ import annotations

from pathlib import Path

from bot.sandbox.cloud import faults
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.server import WorkspaceServer
from tests.e2e.conftest import Company
from tests.e2e.misbehaving import CHANNEL, DATA_TEAM, NIGHTLY, until
from tests.e2e.person import PersonAt, Seen
from tests.e2e.starting import started
from tests.e2e.test_time import days, shares


def home(person: PersonAt) -> str:
    seen: Seen | None = person.state()["home"]
    return person.text_of(seen) if seen else ""


def test_what_waits_is_decided_in_the_tab_which_shows_what_came_of_it(company: Company) -> None:
    company.mei.types("/image share base-nightly with data-team for 7d because x")
    company.lin.sees("Share base-nightly", where=CHANNEL)
    tab = company.lin.opens_home("mei asks to share base-nightly with data-team")
    assert "Deciding: @lin or @omar (1 of them)" in company.lin.text_of(tab)
    company.lin.presses("Approve", on=tab)
    until(lambda: company.shares(NIGHTLY) == {DATA_TEAM})
    until(lambda: "Nothing waits for your decision." in home(company.lin))
    company.lin.sees("Shared base-nightly with data-team", where=CHANNEL)

    seen = company.mei.text_of(company.mei.opens_home("Ends within a week"))
    assert "base-nightly · ap-guangzhou · data-team 100012345678 · until" in seen
    assert "#1 share base-nightly · data-team · done · until" in seen
    assert "base-nightly · img-6pb6lrmy" in company.lin.text_of(company.lin.opens_home("Your images"))


def test_it_is_denied_there_with_a_reason(company: Company) -> None:
    company.mei.types("/image share base-nightly with data-team because x")
    company.lin.sees("Share base-nightly", where=CHANNEL)
    tab = company.lin.opens_home("mei asks to share base-nightly with data-team")
    company.lin.presses("Deny", on=tab)
    assert company.lin.fills_and_submits(company.lin.modal(), {"Why": "use the other one"}) == {}
    until(lambda: "Nothing waits for your decision." in home(company.lin))
    company.mei.sees("use the other one", where=company.direct(company.mei))


def test_a_list_longer_than_a_page_is_turned_by_buttons(company: Company) -> None:
    for number in range(23):
        company.mei.types(f"/image share base-nightly with 1000980000{number:02} because x")
    company.lin.sees("#23 ", where=CHANNEL, within=20.0)
    tab = company.mei.opens_home("You asked for")
    [more] = [label for label in company.mei.buttons(tab) if label == "All"]
    company.mei.presses(more, on=tab)
    until(lambda: "#4 " in home(company.mei) and "#3 " not in home(company.mei))
    company.mei.presses("More", on=company.mei.state()["home"])
    until(lambda: "#3 " in home(company.mei) and "#4 " not in home(company.mei))
    company.mei.presses("First page", on=company.mei.state()["home"])
    until(lambda: "#23 " in home(company.mei))
    company.mei.presses("Overview", on=company.mei.state()["home"])
    until(lambda: "Your images" in home(company.mei))


def test_whoever_decides_the_last_of_a_page_is_shown_what_is_left_of_the_list(company: Company) -> None:
    for number in range(21):
        company.mei.types(f"/image share base-nightly with 1000980000{number:02} because x")
    company.lin.sees("#21 ", where=CHANNEL, within=20.0)
    company.lin.presses("All", on=company.lin.opens_home("Waiting for you"))
    until(lambda: "#2 " in home(company.lin) and "#1 " not in home(company.lin))
    company.lin.presses("More", on=company.lin.state()["home"])
    until(lambda: "#1 " in home(company.lin) and "#2 " not in home(company.lin))
    company.lin.presses("Deny", on=company.lin.state()["home"])
    assert company.lin.fills_and_submits(company.lin.modal(), {"Why": "one of many"}) == {}
    until(lambda: "#1 " not in home(company.lin))
    assert "#21 " in home(company.lin)
    assert "#2 " in home(company.lin)


def test_admins_see_how_the_bot_is_and_others_do_not() -> None:
    with days() as time:
        shares(time.company, "/image share base-nightly with data-team because x")
        omar = time.company.omar
        until(lambda: "Queue  empty" in omar.text_of(omar.opens_home("Operation")))  # once all is told
        seen = home(omar)
        assert "Health" in seen
        assert "Drift  switched off in the policy (drift_every)" in seen
        time.company.mei.types("/image share base-nightly with partner-lab because y")
        time.company.lin.sees("Share base-nightly with partner-lab", where=CHANNEL)
        seen = time.company.omar.text_of(time.company.omar.opens_home("waits for a decision: 1"))
        assert "waits for a decision: 1 since " in seen
        assert "Operation" not in time.company.lin.text_of(time.company.lin.opens_home("Shared"))


def test_an_empty_tab_says_what_to_type(company: Company) -> None:
    seen = company.sara.text_of(company.sara.opens_home("Nothing waits for your decision."))
    assert "Type /image help in any channel" in seen
    assert "You own no image in the policy. /image list shows all of ours." in seen
    assert "Nothing is shared yet by Imagewarden." in seen


def test_before_the_images_are_read_nobody_is_told_that_they_own_none(
    cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path
) -> None:
    cloud.state.faults.plan("DescribeImages", faults.error("InternalError"), times=1000)
    with started(cloud, workspace, tmp_path):
        lin = PersonAt(workspace.url, "U0LIN")
        seen = lin.text_of(lin.opens_home("Your images"))
        assert "Which images you own can't be told right now. Open this tab again in a minute." in seen
        assert "You own no image" not in seen
