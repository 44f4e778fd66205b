"""``imagewarden check``: what is missing or wrong before the bot is started, and what to do about each."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from approvals import policy as policy_file
from approvals.archive import home_of, workspace_of
from approvals.errors import CloudError, DirectoryError, PolicyError, StoreError, UnknownPerson, WrongAccount
from approvals.files import MOUNTED_ALONE, is_mounted_alone, is_there
from approvals.home import HomeAccount
from approvals.policy import Policy
from approvals.sql.connection import open_database
from approvals.tencent import TencentCloud
from approvals.workspace import against
from bot import config
from bot.answers import AuthTest, ConversationInfo, read
from bot.app import cloud_client, web_client
from bot.config import ConfigError, Settings
from bot.installation import Installation
from bot.patience import patiently, patiently_of_slack
from bot.people import People
from bot.plurals import many
from bot.scopes import lacking, remedy
from bot.slack import UNREACHED, is_outage, told_by


@dataclass(frozen=True, slots=True)
class Line:
    """One thing looked at: how it is, and where it isn't well, what to do."""

    good: bool
    what: str
    text: str


def check(*, http: bool) -> Iterator[Line]:
    """Look at everything that a start needs, one line each; goes on after a fault as far as it can."""
    settings = policy = None
    try:
        settings = config.load(http=http)
    except ConfigError as error:
        yield from (Line(False, "environment", problem) for problem in error.problems)
        settings = config.known()  # Slack and the cloud can be asked without what the way in needs
    else:
        yield Line(True, "environment", "everything that is needed is set")
    try:
        places = config.places()
    except ConfigError:
        return  # told above
    try:
        policy = policy_file.load(places.policy)
    except PolicyError as error:
        yield from (Line(False, "policy", problem) for problem in error.told)
    else:
        yield Line(True, "policy", f"{places.policy}: {_rules(policy)}")
    yield _database(places.db)
    if settings is None:
        return
    yield from _slack(settings, policy, places.db, http=http)
    if policy is not None:
        yield from _cloud(settings, policy, places.db)


def _rules(policy: Policy) -> str:
    return f"{many(len(policy.images), 'image rule')}, {many(len(policy.accounts), 'account')} by name"


def _database(path: Path) -> Line:
    folder = path.resolve().parent
    try:
        if is_there(path):
            open_database(path).close()
            if not os.access(path, os.W_OK):
                return Line(False, "database", f"{path} can't be written: give it to the user that runs the bot")
        else:
            with tempfile.TemporaryFile(dir=folder):
                pass
    except (StoreError, OSError) as error:
        cause = error.cause if isinstance(error, StoreError) else error.strerror
        return Line(False, "database", f"{path} can't be used ({cause}): set IMAGEWARDEN_DB to a place that can")
    if is_mounted_alone(path):
        return Line(False, "database", f"{path} {MOUNTED_ALONE}")
    return Line(True, "database", f"{path} can be written")


def _slack(settings: Settings, policy: Policy | None, db: Path, *, http: bool) -> Iterator[Line]:
    client = web_client(settings, settings.bot_token.get_secret_value())
    try:
        answer = client.auth_test()
        told = read(AuthTest, answer)
    except SlackApiError as error:
        yield Line(False, "slack", _refused(error, "the bot token", "reinstall the app and copy the token again"))
        return
    except UNREACHED as error:
        yield Line(False, "slack", f"{settings.slack_api_url} can't be reached ({error}): look at network and proxy")
        return
    yield Line(True, "slack", f"the bot is {told.user or told.user_id} in {told.team or told.team_id}")
    if wrong := against(told.workspace, policy.home.workspace if policy else None, workspace_of(db)):
        yield Line(False, "workspace", f"{wrong}. {wrong.remedy}")
        return
    yield _scopes(lacking(answer.headers))
    if not http and settings.app_token:
        yield _app_token(client, settings.app_token.get_secret_value())
    if policy is not None:
        yield _channel(client, policy)
        yield from _people(client, policy)


def _refused(error: SlackApiError, what: str, advice: str) -> str:
    if is_outage(error):
        return f"Slack did not answer as it should ({told_by(error)}): run this again in a minute, or look at the proxy"
    return f"{what} is refused ({told_by(error)}): {advice}"


def _scopes(missing: frozenset[str] | None) -> Line:
    if missing is None:
        return Line(True, "scopes", "Slack didn't say which are granted")
    if missing:
        return Line(False, "scopes", remedy(missing))
    return Line(True, "scopes", "all that are needed are granted")


def _app_token(client: WebClient, token: str) -> Line:
    try:
        client.apps_connections_open(app_token=token)
    except SlackApiError as error:
        advice = "make one with connections:write under Basic Information"
        return Line(False, "socket mode", _refused(error, "the app token", advice))
    except UNREACHED as error:
        return Line(False, "socket mode", f"Slack can't be reached ({error})")
    return Line(True, "socket mode", "the app token works")


def _channel(client: WebClient, policy: Policy) -> Line:
    channel_id = policy.home.channel
    try:
        channel = read(ConversationInfo, client.conversations_info(channel=channel_id)).channel
    except SlackApiError as error:
        advice = "check the id, and invite the bot there with /invite @imagewarden"
        text = f"{channel_id} can't be seen ({told_by(error)}): {advice}"
        return Line(False, "channel", text)
    except UNREACHED as error:
        return Line(False, "channel", f"Slack can't be reached ({error})")
    name = f"#{channel.name or channel_id}"
    if channel.is_archived:
        return Line(False, "channel", f"{name} is archived: name another one in the policy")
    if channel.is_member is False:
        return Line(False, "channel", f"the bot is not in {name}: type /invite @imagewarden there")
    return Line(True, "channel", f"cards go to {name}")


def _people(client: WebClient, policy: Policy) -> Iterator[Line]:
    people = People(client, Installation(client).workspace)
    named = [owner for rule in policy.images for owner in rule.owners]
    for principal in dict.fromkeys([*policy.home.guardians, *policy.home.admins, *named]):
        fault = _principal(people, principal)
        if fault:
            yield Line(False, "people", f"{principal}: {fault}")
    if not policy.home.guardians:
        text = "no guardians are named, so what needs one is refused: name some under [home]"
        yield Line(policy.rules.unknown_target != "guardian", "people", text)
    if not policy.home.admins:
        text = "no admins are named, so the log alone tells when credentials stop working: name some under [home]"
        yield Line(True, "people", text)


def _principal(people: People, principal: str) -> str | None:
    try:
        members = patiently_of_slack(people.members, principal)
        able = any(patiently_of_slack(people.person, member).may_act for member in members)
    except UnknownPerson:
        what = "address" if "@" in principal else "id"
        return f"Slack doesn't know this {what}: correct it in the policy"
    except DirectoryError as error:
        return str(error)
    return None if able else "nobody behind this id may decide (deactivated, guest or bot): name somebody else"


def _cloud(settings: Settings, policy: Policy, db: Path) -> Iterator[Line]:
    cloud = cloud_client(settings, policy, lambda *_: None)
    try:
        account = patiently(HomeAccount(cloud, policy, lambda: home_of(db)).ask)
    except WrongAccount as error:
        yield Line(False, "account", f"{error}. {error.remedy}")
    except CloudError as error:
        yield Line(False, "credentials", f"the cloud says {error.code}: {error.message} {error.advice}".rstrip())
    else:
        yield Line(True, "account", f"the credentials belong to {account}")
        yield from (_region(cloud, region) for region in policy.home.regions)
    finally:
        cloud.close()


def _region(cloud: TencentCloud, region: str) -> Line:
    try:
        patiently(cloud.images_by_name, region, "imagewarden-check")
    except CloudError as error:
        text = (
            f"its images can't be listed ({error.code}: {error.message}). Grant cvm:DescribeImages, or drop the region"
        )
        return Line(False, region, text)
    return Line(True, region, "its images can be listed")
