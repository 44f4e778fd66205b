"""Who and what there is: ``auth.test``, ``conversations.*``, ``users.*``, ``usergroups.*``."""

from __future__ import annotations

from typing import Any

from bot.sandbox import company
from bot.sandbox.workspace.errors import SlackError
from bot.sandbox.workspace.messages import Args
from bot.sandbox.workspace.state import Conversation, Workspace

_BOT_NAME = "imagewarden"


class Directory:
    """
    :param site: the address that the workspace calls its own
    """

    def __init__(self, workspace: Workspace, site: str) -> None:
        self._workspace = workspace
        self._site = site

    def auth_test(self, _args: Args) -> dict[str, Any]:
        return {
            "url": f"{self._site}/",
            "team": company.TEAM_NAME,
            "user": _BOT_NAME,
            "team_id": company.TEAM,
            "user_id": company.BOT_USER,
            "bot_id": company.BOT_ID,
            "is_enterprise_install": False,
        }

    def open_conversation(self, args: Args) -> dict[str, Any]:
        if channel := args.get("channel"):
            if channel not in self._workspace.conversations:
                raise SlackError("channel_not_found")
            return {"channel": {"id": channel}}
        people = [person for person in str(args.get("users") or "").split(",") if person]
        if not people:
            raise SlackError("users_list_not_supplied")
        if len(people) > 1:
            raise SlackError("missing_scope", {"needed": "mpim:write"})
        person = people[0]
        if person == company.BOT_USER:
            raise SlackError("cannot_dm_bot")
        if person not in self._workspace.people:
            raise SlackError("user_not_found")
        if person in self._workspace.deactivated:
            raise SlackError("user_disabled")
        return {"channel": {"id": self._workspace.dm_of(person)}}

    def conversation_info(self, args: Args) -> dict[str, Any]:
        conversation = self._workspace.conversations.get(str(args.get("channel") or ""))
        if conversation is None or (conversation.private and not conversation.bot_is_member):
            raise SlackError("channel_not_found")
        if conversation.kind == "dm":
            raise SlackError("missing_scope", {"needed": "im:read"})
        return {"channel": _channel_object(conversation)}

    def user_info(self, args: Args) -> dict[str, Any]:
        person = str(args.get("user") or "")
        if person == company.BOT_USER:
            return {"user": _user_object(person, _BOT_NAME, "Imagewarden", is_bot=True)}
        member = self._workspace.people.get(person)
        if member is None:
            raise SlackError("user_not_found")
        if person in self._workspace.deactivated:
            return {"user": _user_object(person, member.name, member.real_name, deleted=True)}
        user = _user_object(person, member.name, member.real_name)
        user["profile"]["email"] = company.address_of(member)
        flags = ("is_admin", "is_owner", "is_primary_owner", "is_ultra_restricted")
        zone = {"tz": member.time_zone, "is_restricted": member.guest}
        if str(args.get("include_locale") or "").lower() in ("1", "true"):
            zone["locale"] = member.locale
        return {"user": user | zone | dict.fromkeys(flags, False)}

    def user_by_email(self, args: Args) -> dict[str, Any]:
        address = str(args.get("email") or "").lower()
        for person, member in self._workspace.people.items():
            # Slack says of a deactivated person that there is none of that address.
            if address == company.address_of(member) and person not in self._workspace.deactivated:
                return self.user_info({"user": person})
        raise SlackError("users_not_found")

    def group_members(self, args: Args) -> dict[str, Any]:
        group = self._workspace.groups.get(str(args.get("usergroup") or ""))
        if group is None:
            raise SlackError("no_such_subteam")
        return {"users": list(group.members)}

    def groups(self, args: Args) -> dict[str, Any]:
        with_people = str(args.get("include_users") or "0").lower() in ("1", "true")
        shown = []
        for group in self._workspace.groups.values():
            one: dict[str, Any] = {
                "id": group.id,
                "team_id": company.TEAM,
                "is_usergroup": True,
                "name": group.handle.capitalize(),
                "handle": group.handle,
                "date_delete": 0,
                "user_count": len(group.members),
            }
            shown.append(one | ({"users": list(group.members)} if with_people else {}))
        return {"usergroups": shown}


def _channel_object(conversation: Conversation) -> dict[str, Any]:
    return {
        "id": conversation.id,
        "name": conversation.name,
        "name_normalized": conversation.name,
        "is_channel": not conversation.private,
        "is_group": conversation.private,
        "is_im": False,
        "is_mpim": False,
        "is_private": conversation.private,
        "is_archived": conversation.archived,
        "is_member": conversation.bot_is_member,
        "is_general": False,
        "is_shared": False,
        "is_org_shared": False,
        "is_ext_shared": False,
        "is_pending_ext_shared": False,
        "context_team_id": company.TEAM,
        "shared_team_ids": [company.TEAM],
        "purpose": {"value": conversation.purpose, "creator": "", "last_set": 0},
        "topic": {"value": "", "creator": "", "last_set": 0},
    }


def _user_object(
    person: str, name: str, real_name: str, *, is_bot: bool = False, deleted: bool = False
) -> dict[str, Any]:
    return {
        "id": person,
        "team_id": company.TEAM,
        "name": name,
        "real_name": real_name,
        "deleted": deleted,
        "is_bot": is_bot,
        "is_app_user": False,
        "updated": 0,
        "profile": {"real_name": real_name, "display_name": name, "team": company.TEAM},
    }
