"""The company that the sandbox plays: people, channels, accounts and the policy. Invented, all of it."""

from __future__ import annotations

from dataclasses import dataclass

TEAM = "T0NIMBUS"
TEAM_NAME = "Nimbus Robotics"
BOT_USER = "U0WARDEN"
BOT_ID = "B0WARDEN"
APP = "A0WARDEN"

HOME_ACCOUNT = "100000000001"
REGIONS = ("ap-guangzhou", "ap-singapore")

# Not secrets: they open nothing but the two servers of the sandbox on this machine.
BOT_TOKEN = "xoxb-sandbox-bot"  # noqa: S105
APP_TOKEN = "xapp-sandbox-app"  # noqa: S105
SIGNING_SECRET = "sandbox-signing-secret"  # noqa: S105
SECRET_ID = "AKIDsandbox"  # noqa: S105
SECRET_KEY = "sandbox-secret-key"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in the workspace; ``role`` is what the page says under the name."""

    id: str
    name: str
    real_name: str
    role: str
    guest: bool = False
    time_zone: str = "Asia/Shanghai"
    locale: str = "en-US"


@dataclass(frozen=True, slots=True)
class Channel:
    id: str
    name: str
    purpose: str
    members: tuple[str, ...]
    bot_is_member: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    handle: str
    members: tuple[str, ...]


def address_of(member: Member) -> str:
    return f"{member.name}@nimbus.example"


PEOPLE = (
    Member("U0MEI", "mei", "Mei Chen", "Engineer, asks for shares"),
    Member("U0LIN", "lin", "Lin Zhao", "Owner of the base images"),
    Member("U0OMAR", "omar", "Omar Haddad", "Owner of the base images"),
    Member("U0SARA", "sara", "Sara Lindqvist", "Guardian, security team", time_zone="Europe/Stockholm"),
    Member("U0GUS", "gus", "Gus Weber", "Guest from a contractor", guest=True, time_zone="Europe/Berlin"),
    Member("U0WEI", "wei", "Liu Wei", "Engineer, uses Slack in Chinese", locale="zh-CN"),
)

GROUPS = (
    Group("S0PLATFORM", "platform", ("U0LIN", "U0OMAR")),
    Group("S0SECURITY", "security", ("U0SARA",)),
)

_EVERYONE = tuple(member.id for member in PEOPLE)

CHANNELS = (
    Channel("C0IMAGES", "image-requests", "Who may use our images", _EVERYONE),
    Channel("C0GENERAL", "general", "Everything else", _EVERYONE, bot_is_member=False),
)

POLICY = """\
# The policy of the sandbox. Yours has the same shape: see the README.
[home]
account = "100000000001"
site = "china"
regions = ["ap-guangzhou", "ap-singapore"]
channel = "C0IMAGES"
guardians = ["S0SECURITY"]
admins = ["U0OMAR"]
lighthouse = true

[rules]
unknown_target = "guardian"
self_approval = false
approvals = 1
decide_within = "3d"

[[accounts]]
id = "100012345678"
name = "data-team"
trusted_as = ["target", "source"]

[[accounts]]
id = "100023456789"
name = "partner-lab"
trusted_as = ["target"]

[[accounts]]
id = "100055500000"
name = "golden-images"
trusted_as = ["source"]

[[images]]
match = "base-nightly"
owners = ["S0PLATFORM"]

[[images]]
match = "team-dashboard"
owners = ["U0MEI"]

[[images]]
match = "gpu-*"
owners = ["U0OMAR"]

[[images]]
match = "orphan-*"
owners = []

[[images]]
match = "*"
owners = ["S0PLATFORM"]
"""
