"""Who somebody is, asked of Slack over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient

from approvals.desk import Desk
from approvals.errors import DirectoryError, UnknownPerson, WrongWorkspace
from approvals.model import Deciders, Verb
from approvals.people import deciders_of
from approvals.policy import parse
from approvals.workspace import Workspace
from bot.installation import Installation
from bot.people import People
from bot.sandbox import company
from bot.sandbox.company import Group
from bot.sandbox.workspace.server import WorkspaceServer
from tests.approvals.fake_cloud import image
from tests.approvals.house import House
from tests.approvals.raw_server import Reply, http, serving
from tests.bot.conftest import Hands
from tests.bot.told_slack import told_slack

OURS = Workspace("T0OURS")
IN_A_GRID = Workspace("T0OURS", "E0OURS")

GUEST = "guests can neither ask nor decide."
BOT = "bots can neither ask nor decide."
STRANGER = "people of other workspaces can neither ask nor decide."


@pytest.fixture
def people(client: WebClient, hands: Hands) -> People:
    return People(client, Installation(client).workspace, clock=hands)


def test_a_member_may_act_and_is_called_by_the_name_shown(people: People) -> None:
    mei = people.person("U0MEI")

    assert (mei.id, mei.name, mei.may_act, mei.why_not) == ("U0MEI", "mei", True, "")


def test_guests_bots_and_the_deactivated_may_not_act(people: People, workspace: WorkspaceServer) -> None:
    workspace.state.deactivated.add("U0OMAR")

    assert people.person("U0GUS").why_not == GUEST
    assert people.person(company.BOT_USER).why_not == BOT
    assert people.person("U0OMAR").why_not == "this account is deactivated."
    assert not any(people.person(one).may_act for one in ("U0GUS", company.BOT_USER, "U0OMAR"))


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({}, ""),
        ({"team_id": "T0OURS"}, ""),
        ({"is_ultra_restricted": True}, GUEST),
        ({"is_workflow_bot": True}, BOT),
        ({"is_connector_bot": True}, BOT),
        ({"is_invited_user": True}, "the invitation to this workspace isn't accepted yet."),
        ({"is_stranger": True}, STRANGER),
        ({"team_id": "T0OTHER"}, STRANGER),
        ({"team_id": "T0OTHER", "enterprise_user": {"enterprise_id": "E0OURS"}}, STRANGER),
        ({"deleted": True, "is_bot": True}, "this account is deactivated."),
    ],
)
def test_every_flag_of_slack_has_its_sentence(facts: dict[str, Any], why: str) -> None:
    with told_slack({"users.info": {"user": {"id": "U0X", **facts}}}) as client:
        person = People(client, lambda: OURS).person("U0X")

    assert (person.why_not, person.may_act) == (why, not why)


def test_slackbot_is_a_bot_though_slack_says_that_it_is_none() -> None:
    with told_slack({"users.info": {"user": {"id": "USLACKBOT", "is_bot": False}}}) as client:
        assert People(client, lambda: OURS).person("USLACKBOT").why_not == BOT


def test_in_a_grid_the_company_counts_and_not_the_workspace() -> None:
    def why(company_id: str) -> str:
        user = {"id": "U0X", "team_id": "T0OTHER", "enterprise_user": {"enterprise_id": company_id}}
        with told_slack({"users.info": {"user": user}}) as client:
            return People(client, lambda: IN_A_GRID).person("U0X").why_not

    assert why("E0OURS") == ""
    assert why("E0OTHER") == STRANGER


@pytest.mark.parametrize(("team_id", "why"), [("T0OURS", ""), ("T0OTHER", STRANGER)])
def test_of_whom_slack_tells_no_company_the_workspace_counts(team_id: str, why: str) -> None:
    with told_slack({"users.info": {"user": {"id": "U0X", "team_id": team_id}}}) as client:
        assert People(client, lambda: IN_A_GRID).person("U0X").why_not == why


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"profile": {"display_name": "Mei"}, "name": "mei", "real_name": "Mei Chen"}, "Mei"),
        ({"profile": {"display_name": ""}, "name": "mei", "real_name": "Mei Chen"}, "mei"),
        ({"real_name": "Mei Chen"}, "Mei Chen"),
        ({}, "U0X"),
    ],
)
def test_a_person_without_a_display_name_is_called_by_the_next_best(facts: dict[str, Any], name: str) -> None:
    with told_slack({"users.info": {"user": {"id": "U0X", **facts}}}) as client:
        assert People(client, lambda: OURS).person("U0X").name == name


def test_a_group_is_its_members_and_a_person_is_themselves(people: People, workspace: WorkspaceServer) -> None:
    assert people.members("S0PLATFORM") == ("U0LIN", "U0OMAR")
    assert people.members("U0LIN") == ("U0LIN",)
    assert workspace.api.called["users.info"] == 0


FEW = {"S0PLATFORM", "S0SECURITY", "S0GONE"}
MANY = FEW | {f"S0TEAM{number}" for number in range(20)}


@pytest.mark.parametrize(("among", "method"), [(FEW, "usergroups.users.list"), (MANY, "usergroups.list")])
def test_somebodys_groups_are_those_that_slack_names_them_in(
    people: People, workspace: WorkspaceServer, hands: Hands, among: set[str], method: str
) -> None:
    workspace.state.groups["S0OTHER"] = Group("S0OTHER", "other", ("U0LIN",))
    assert people.groups_of("U0LIN", among) == {"S0PLATFORM"}
    assert people.groups_of("U0SARA", among) == {"S0SECURITY"}
    assert people.groups_of("U0MEI", among) == set()
    assert people.groups_of("U0LIN", set()) == set()
    workspace.state.groups["S0PLATFORM"] = Group("S0PLATFORM", "platform", ("U0MEI",))
    hands.now += 15
    assert people.groups_of("U0MEI", among) == {"S0PLATFORM"}
    workspace.faults.fail(method, "missing_scope")
    hands.now += 15
    with pytest.raises(DirectoryError, match="missing_scope") as caught:
        people.groups_of("U0MEI", among)
    assert not isinstance(caught.value, UnknownPerson)


def test_of_many_groups_slack_is_asked_once(people: People, workspace: WorkspaceServer) -> None:
    workspace.faults.fail("usergroups.list", "users_not_found")
    with pytest.raises(DirectoryError, match="Slack does not tell who is in which group: users_not_found") as caught:
        people.groups_of("U0LIN", MANY)
    assert not isinstance(caught.value, UnknownPerson)
    for person in ("U0LIN", "U0MEI", "U0SARA"):
        people.groups_of(person, MANY)
    assert (workspace.api.called["usergroups.list"], workspace.api.called["usergroups.users.list"]) == (2, 0)


def test_a_group_of_which_slack_names_nobody_has_nobody() -> None:
    with told_slack({"usergroups.list": {"usergroups": [{"id": "S0PLATFORM"}]}}) as client:
        assert People(client, lambda: OURS).groups_of("U0LIN", MANY) == set()


def test_an_address_is_the_person_who_has_it(people: People, workspace: WorkspaceServer) -> None:
    assert people.members("lin@nimbus.example") == ("U0LIN",)
    assert people.members("lin@nimbus.example") == ("U0LIN",)
    assert workspace.api.called["users.lookupByEmail"] == 1
    with pytest.raises(UnknownPerson, match=r"nobody@nimbus\.example"):
        people.members("nobody@nimbus.example")


def test_an_answer_without_a_person_is_nobody() -> None:
    with told_slack({"users.lookupByEmail": {"user": {}}}) as client, pytest.raises(UnknownPerson):
        People(client, lambda: OURS).members("lin@nimbus.example")


def test_an_address_that_slack_may_not_tell_is_not_taken_for_nobody(people: People, workspace: WorkspaceServer) -> None:
    workspace.faults.fail("users.lookupByEmail", "missing_scope")
    with pytest.raises(DirectoryError, match="missing_scope") as caught:
        people.members("lin@nimbus.example")
    assert not isinstance(caught.value, UnknownPerson)


def test_nobody_of_that_id_is_said_so(people: People) -> None:
    with pytest.raises(UnknownPerson, match="U0NOBODY"):
        people.person("U0NOBODY")
    with pytest.raises(UnknownPerson, match="S0NONE"):
        people.members("S0NONE")


def test_an_answer_is_kept_for_fifteen_seconds_and_no_longer(
    people: People, workspace: WorkspaceServer, hands: Hands
) -> None:
    people.person("U0OMAR")
    workspace.state.deactivated.add("U0OMAR")

    hands.now += 14.9
    assert people.person("U0OMAR").may_act
    hands.now += 0.1
    assert not people.person("U0OMAR").may_act
    assert workspace.api.called["users.info"] == 2


def test_who_is_only_listed_may_be_known_for_ten_minutes(
    people: People, workspace: WorkspaceServer, hands: Hands
) -> None:
    people.person("U0OMAR")
    workspace.state.deactivated.add("U0OMAR")

    hands.now += 599
    assert people.lately("U0OMAR").may_act
    assert not people.person("U0OMAR").may_act
    assert not people.lately("U0OMAR").may_act  # as was told last
    hands.now += 600
    workspace.state.deactivated.clear()
    assert people.lately("U0OMAR").may_act
    assert workspace.api.called["users.info"] == 3


def test_of_a_group_for_which_slack_has_no_patience_all_are_known_in_the_end(
    people: People, workspace: WorkspaceServer, hands: Hands
) -> None:
    owners = ("U0LIN", "U0OMAR", "U0SARA", "U0WEI", "U0MEI")
    workspace.state.groups["S0PLATFORM"] = Group("S0PLATFORM", "platform", owners)
    policy = parse(company.POLICY)

    def ask() -> Deciders:
        return deciders_of(image(), requester_id="U0NOBODY", guardian_needed=False, policy=policy, directory=people)

    for _ in range(2):
        workspace.faults.fail("users.info", times=2)  # they go well
        workspace.faults.rate_limit("users.info", retry_after=60)
        with pytest.raises(DirectoryError):
            ask()
        hands.now += 60
    assert ask().owner_ids == owners
    hands.now += 60
    called = workspace.api.called["users.info"]
    assert ask().owner_ids == owners
    assert workspace.api.called["users.info"] == called


def test_who_has_left_a_group_is_no_member_of_it_after_fifteen_seconds(
    people: People, workspace: WorkspaceServer, hands: Hands
) -> None:
    assert people.members("S0PLATFORM") == ("U0LIN", "U0OMAR")
    workspace.state.groups["S0PLATFORM"] = Group("S0PLATFORM", "platform", ("U0OMAR",))

    hands.now += 14.9
    assert people.members("S0PLATFORM") == ("U0LIN", "U0OMAR")
    hands.now += 0.1
    assert people.members("S0PLATFORM") == ("U0OMAR",)


def test_who_has_left_the_group_of_the_owners_decides_no_more(
    people: People, workspace: WorkspaceServer, hands: Hands, tmp_path: Path
) -> None:
    """The card was sent to them while they were an owner; what counts is who they are when they press."""
    house = House(tmp_path / "house.db")
    desk = Desk(house.store, house.policies, people, clock=house.clock)
    number = house.pending()

    def judged(person: str) -> str:
        press = house.record(number, person, Verb.APPROVE)
        assert press is not None
        return house.store.write(desk.judge(press, house.request(number)))

    assert desk.objection("U0LIN", number, Verb.APPROVE) is None
    workspace.state.groups["S0PLATFORM"] = Group("S0PLATFORM", "platform", ("U0OMAR",))
    hands.now += 15
    assert judged("U0LIN") == "not_a_decider"
    assert judged("U0OMAR") == "approve"
    house.close()


def test_whom_slack_has_described_is_known_for_an_hour_without_asking(
    people: People, workspace: WorkspaceServer, hands: Hands
) -> None:
    assert people.known("U0MEI") is None
    mei = people.person("U0MEI")

    hands.now += 3599
    assert people.known("U0MEI") == mei
    assert people.known("U0LIN") is None
    hands.now += 1
    assert people.known("U0MEI") is None
    assert workspace.api.called["users.info"] == 1


def test_a_failure_is_not_kept(people: People, workspace: WorkspaceServer) -> None:
    workspace.faults.fail("users.info", "internal_error", status=500)

    with pytest.raises(DirectoryError, match="internal_error"):
        people.person("U0MEI")
    assert people.person("U0MEI").may_act


@pytest.mark.parametrize("method", ["users.info", "usergroups.users.list"])
def test_an_answer_that_can_be_had_later_is_not_taken_for_nobody(
    people: People, workspace: WorkspaceServer, method: str
) -> None:
    workspace.faults.rate_limit(method, retry_after=3)
    workspace.faults.fail(method, "missing_scope")

    for _ in range(2):
        with pytest.raises(DirectoryError) as caught:
            people.person("U0MEI") if method == "users.info" else people.members("S0PLATFORM")
        assert not isinstance(caught.value, UnknownPerson)


@pytest.mark.parametrize("body", ["[]", '{"ok": false}', "<html>Please log in to the network</html>"])
def test_an_answer_that_is_not_slacks_is_not_taken_for_nobody(body: str) -> None:
    with serving(Reply(http(body), "close")) as server:
        broken = WebClient("xoxb-x", base_url=f"{server.url}/api/", retry_handlers=[])
        with pytest.raises(DirectoryError, match="who U0MEI is: status 200 and no code of Slack's") as caught:
            People(broken, lambda: OURS).person("U0MEI")
    assert not isinstance(caught.value, UnknownPerson)


def test_a_slack_that_is_not_there_is_an_error_to_try_again_after(people: People, workspace: WorkspaceServer) -> None:
    people.person("U0MEI")
    workspace.stop()

    with pytest.raises(DirectoryError, match="can't be asked who U0LIN is"):
        people.person("U0LIN")


@pytest.mark.parametrize(
    "reply",
    [
        Reply(http("<html>Bad gateway</html>", status="502 Bad Gateway", content_type="text/html"), "close"),
        Reply(http('{"ok": true', length=5000), "close"),
        Reply(b"", "close"),
        Reply(b"nonsense\r\n\r\n", "close"),
    ],
    ids=["a page of a proxy", "half an answer", "no answer", "no HTTP"],
)
def test_a_broken_answer_is_an_error_to_try_again_after(reply: Reply) -> None:
    with serving(reply) as server:
        client = WebClient("xoxb-x", base_url=f"{server.url}/api/", retry_handlers=[])
        with pytest.raises(DirectoryError):
            People(client, lambda: OURS).person("U0LIN")
        with pytest.raises(DirectoryError):
            Installation(client).workspace()


def test_nobody_of_another_workspace_is_looked_up(client: WebClient, workspace: WorkspaceServer) -> None:
    def elsewhere() -> Workspace:
        raise WrongWorkspace("T0OURS", "T0OTHER", "T0OTHER", recorded=True)

    people = People(client, elsewhere)
    with pytest.raises(WrongWorkspace):
        people.person("U0NOBODY")
    for principal in ("S0NOBODY", "nobody@example.com"):
        with pytest.raises(WrongWorkspace):
            people.members(principal)
    assert not workspace.api.called


def test_where_the_bot_is_installed_is_asked_once(client: WebClient, workspace: WorkspaceServer) -> None:
    installation = Installation(client)
    workspace.faults.fail("auth.test", "internal_error")

    with pytest.raises(DirectoryError):
        installation.workspace()
    assert installation.known is None
    assert installation.workspace() == Workspace(company.TEAM, None)
    assert (installation.bot_user_id, installation.bot_id) == (company.BOT_USER, company.BOT_ID)
    assert installation.workspace() == installation.known
    assert workspace.api.called["auth.test"] == 2
