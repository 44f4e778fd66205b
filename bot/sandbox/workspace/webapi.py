"""Slack's Web API at ``/api/METHOD``: arguments, token, scope, planned faults, and the method."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox import company
from bot.sandbox.workspace.directory import Directory
from bot.sandbox.workspace.errors import SlackError
from bot.sandbox.workspace.faults import Faults
from bot.sandbox.workspace.messages import Args, Chat
from bot.sandbox.workspace.sockets import SocketHub
from bot.sandbox.workspace.views import Views

_OF_ADDRESSES = "users:read.email"

SCOPES: Mapping[str, tuple[str, ...]] = {
    "auth.test": (),
    "chat.getPermalink": (),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.info": ("channels:read", "groups:read"),
    "conversations.open": ("im:write",),
    "usergroups.list": ("usergroups:read",),
    "usergroups.users.list": ("usergroups:read",),
    "users.info": ("users:read",),
    "users.lookupByEmail": (_OF_ADDRESSES,),
    "views.open": (),
    "views.publish": (),
    "views.push": (),
    "views.update": (),
}
"""The methods of the workspace, and the bot scopes each needs (docs: the page of each method)."""

NOT_GRANTED: Mapping[str, tuple[str, ...]] = {
    "chat.scheduleMessage": ("chat:write",),
    "conversations.history": ("channels:history", "groups:history"),
    "conversations.join": ("channels:join",),
    "conversations.list": ("channels:read", "groups:read"),
    "conversations.members": ("channels:read", "groups:read"),
    "reactions.add": ("reactions:write",),
    "team.info": ("team:read",),
    "users.list": ("users:read",),
}
"""Methods that Slack has and the workspace hasn't: ``missing_scope`` where the manifest lacks the scope."""

_NEEDED = {**SCOPES, **NOT_GRANTED}
_APP_METHOD = "apps.connections.open"
_IN_JSON = ("blocks", "view", "metadata")


class WebApi:
    """
    :ivar called: how often each method was called
    :ivar bot_token: the one that is good
    :ivar refused: tokens that were good once, each with Slack's code for why it isn't any more
    :ivar scopes: what the bot's token is good for; at first what the manifest grants
    """

    def __init__(
        self,
        chat: Chat,
        directory: Directory,
        views: Views,
        hub: SocketHub,
        faults: Faults,
        scopes: tuple[str, ...],
    ) -> None:
        self._hub = hub
        self._faults = faults
        self.scopes = scopes
        self.called: Counter[str] = Counter()
        self.bot_token = company.BOT_TOKEN
        self.refused: dict[str, str] = {}
        self._methods: Mapping[str, Callable[[Args], dict[str, Any]]] = {
            "auth.test": directory.auth_test,
            "chat.getPermalink": chat.get_permalink,
            "chat.postEphemeral": chat.post_ephemeral,
            "chat.postMessage": chat.post_message,
            "chat.update": chat.update,
            "conversations.info": directory.conversation_info,
            "conversations.open": directory.open_conversation,
            "usergroups.list": directory.groups,
            "usergroups.users.list": directory.group_members,
            "users.info": directory.user_info,
            "users.lookupByEmail": directory.user_by_email,
            "views.open": views.open,
            "views.publish": views.publish,
            "views.push": views.push,
            "views.update": views.update,
        }

    def routes(self) -> list[Route]:
        return [Route("/api/{method}", self._answer, methods=["GET", "POST"])]

    async def _answer(self, request: Request) -> Response:
        method = request.path_params["method"]
        self.called[method] += 1
        fault = self._faults.next(method)
        if fault:
            await asyncio.sleep(fault.delay)
        try:
            if fault and not fault.done and (no := fault.answer()):
                raise no
            token, args = await _arguments(request)
            told = self._call(method, token, args, request.headers.get("host", ""))
            if fault and (no := fault.answer()):
                raise no
        except SlackError as no:
            return self._refusal(method, no)
        return JSONResponse({"ok": True, **told}, headers=self._headers(method))

    def _call(self, method: str, token: str, args: Args, host: str) -> dict[str, Any]:
        """
        :param host: what the bot calls this server: its websocket is to go the same way, through a proxy say
        """
        if method not in _NEEDED and method != _APP_METHOD:
            raise SlackError("unknown_method", {"req_method": method})
        if not token:
            raise SlackError("not_authed")
        if token in self.refused:
            raise SlackError(self.refused[token])
        if token not in (self.bot_token, company.APP_TOKEN):
            raise SlackError("invalid_auth")
        if (method == _APP_METHOD) != (token == company.APP_TOKEN):
            raise SlackError("not_allowed_token_type")
        if method == _APP_METHOD:
            return {"url": f"ws://{host}/link/?ticket={self._hub.new_ticket()}&app_id={company.APP}"}
        needed = _NEEDED[method]
        if needed and not set(needed) & set(self.scopes):
            raise SlackError("missing_scope", {"needed": needed[0]})
        if method not in self._methods:
            raise SlackError("unknown_method", {"req_method": method})
        told = self._methods[method](args)
        if method == "users.info" and _OF_ADDRESSES not in self.scopes:
            told["user"]["profile"].pop("email", None)
        return told

    def _refusal(self, method: str, no: SlackError) -> Response:
        facts = dict(no.facts)
        if no.code == "missing_scope":
            facts["provided"] = ",".join(self.scopes)
        headers = self._headers(method)
        if no.retry_after is not None:
            headers["Retry-After"] = str(no.retry_after)
        return JSONResponse({"ok": False, "error": no.code, **facts}, no.status, headers)

    def _headers(self, method: str) -> dict[str, str]:
        return {
            "x-oauth-scopes": ",".join(self.scopes),
            "x-accepted-oauth-scopes": ",".join(_NEEDED.get(method, ())),
        }


async def _arguments(request: Request) -> tuple[str, Args]:
    """The token and the arguments, from wherever slack-sdk put them.

    :raises SlackError: ``invalid_json``, ``invalid_arguments`` or ``invalid_blocks_format``
    """
    args: Args = dict(request.query_params)
    body = (await request.body()).decode("utf-8", "replace")
    if request.headers.get("content-type", "").startswith("application/json"):
        args |= _object(body)
    else:
        args |= dict(parse_qsl(body, keep_blank_values=True))
    for name in _IN_JSON:
        if isinstance(args.get(name), str):
            try:
                args[name] = json.loads(args[name])
            except ValueError:
                raise SlackError("invalid_blocks_format" if name == "blocks" else "invalid_arguments") from None
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    token = bearer.strip() if scheme.lower() == "bearer" else ""
    return token or str(args.pop("token", "")), args


def _object(body: str) -> Args:
    try:
        told = json.loads(body or "{}")
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(told, dict):
        raise SlackError("json_not_object")
    return told
