"""The page's JSON API, its stream of changes, and its files."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.sandbox import company
from bot.sandbox.workspace.acts import Acts
from bot.sandbox.workspace.errors import Refused
from bot.sandbox.workspace.manifest import Manifest
from bot.sandbox.workspace.sight import sight_of
from bot.sandbox.workspace.state import Workspace
from bot.sandbox.workspace.views import Views

STATIC = Path(__file__).parent / "static"

_HINTS = (
    "share IMAGE with ACCOUNT because REASON",
    "unshare IMAGE from ACCOUNT because REASON",
    "show IMAGE",
    "requests",
    "help",
)
_TRY = {
    "as": "U0MEI",
    "channel": "C0IMAGES",
    "command": "/image share base-nightly with data-team because nightly build for the data team",
}

_Body = dict[str, Any]


class Cloud(Protocol):
    """What the page shows of the local cloud."""

    def snapshot(self) -> dict[str, Any]: ...

    def on_change(self, callback: Callable[[], None]) -> None: ...


class Page:
    def __init__(self, workspace: Workspace, views: Views, acts: Acts, manifest: Manifest, cloud: Cloud | None) -> None:
        self._workspace = workspace
        self._views = views
        self._acts = acts
        self._manifest = manifest
        self._cloud = cloud
        if cloud:
            cloud.on_change(workspace.changes.cloud_changed)

    def routes(self) -> list[BaseRoute]:
        acts: dict[str, Callable[[str, _Body], _Body]] = {
            "command": lambda who, body: self._acts.command(who, body["channel"], body["text"]),
            "press": self._press,
            "options": lambda who, body: self._acts.suggestions(
                who, body["view_id"], body["block_id"], body["action_id"], body.get("value") or ""
            ),
            "submit": lambda who, body: self._acts.submit(who, body["view_id"], body.get("values") or {}),
            "close": lambda who, body: self._acts.close(who, body["view_id"]),
            "shortcut": lambda who, body: self._acts.shortcut(
                who, body["callback_id"], body.get("channel") or "", body.get("ts") or ""
            ),
            "open_home": lambda who, _body: self._acts.open_home(who),
            "read": lambda who, body: self._acts.read(who, body["channel"]),
        }
        return [
            Route("/", self._index),
            Route("/archives/{channel}/{message}", self._permalink),
            Route("/page/workspace", self._told(lambda _request: self._facts())),
            Route("/page/state", self._told(lambda request: self._sight(request))),
            Route("/page/shortcuts", self._told(lambda _request: self._shortcuts())),
            Route("/page/cloud", self._told(lambda _request: self._cloud.snapshot() if self._cloud else {})),
            Route("/page/events", self._events),
            *(Route(f"/page/{name}", self._doing(act), methods=["POST"]) for name, act in acts.items()),
            Mount("/static", StaticFiles(directory=STATIC, check_dir=False)),
        ]

    def _press(self, who: str, body: _Body) -> _Body:
        block, action, value = body["block_id"], body["action_id"], body.get("value")
        if view_id := body.get("view_id"):
            return self._acts.press_in_view(who, view_id, block, action, value, body.get("values"))
        return self._acts.press_in_message(who, body["channel"], body["ts"], block, action, value)

    def _facts(self) -> _Body:
        return {
            "team": {"id": company.TEAM, "name": company.TEAM_NAME},
            "people": [
                {
                    "id": member.id,
                    "name": member.name,
                    "real_name": member.real_name,
                    "role": member.role,
                    "guest": member.guest,
                }
                for member in self._workspace.people.values()
            ],
            "groups": [
                {"id": group.id, "handle": group.handle, "members": list(group.members)}
                for group in self._workspace.groups.values()
            ],
            "channels": [
                {"id": one.id, "name": one.name, "purpose": one.purpose}
                for one in self._workspace.conversations.values()
                if one.kind == "channel"
            ],
            "bot": {"id": company.BOT_USER, "name": "Imagewarden"},
            "command_hints": list(_HINTS),
            "try": _TRY,
        }

    def _shortcuts(self) -> _Body:
        shortcuts = [
            {"callback_id": one.callback_id, "name": one.name, "type": one.kind, "description": one.description}
            for one in self._manifest.shortcuts
        ]
        return {"shortcuts": shortcuts}

    def _sight(self, request: Request) -> _Body:
        return sight_of(self._workspace, self._views, self._known(request.query_params.get("as")))

    def _known(self, person: object) -> str:
        if not isinstance(person, str) or person not in self._workspace.people:
            raise Refused("There is nobody of that name: `as` is the id of a person.", 404)
        return person

    def _told(self, tell: Callable[[Request], _Body]) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            try:
                return JSONResponse(tell(request))
            except Refused as no:
                return _refusal(no)

        return answer

    def _doing(self, act: Callable[[str, _Body], _Body]) -> Callable[[Request], Any]:
        """An act waits for the bot, up to the deadline: on a thread, so that the others go on."""

        async def answer(request: Request) -> Response:
            try:
                body = await request.json()
                who = self._known(body.get("as"))
                return JSONResponse(await run_in_threadpool(act, who, body))
            except Refused as no:
                return _refusal(no)
            except (ValueError, AttributeError, TypeError):
                return _refusal(Refused("The body must be a JSON object with the fields of this act."))
            except KeyError as missing:
                return _refusal(Refused(f"{missing.args[0]} is missing."))

        return answer

    async def _events(self, request: Request) -> Response:
        try:
            who = self._known(request.query_params.get("as"))
        except Refused as no:
            return _refusal(no)
        return StreamingResponse(
            self._stream(who), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    async def _stream(self, who: str) -> AsyncIterator[str]:
        async for change in self._workspace.changes.watch(who):
            if change is None:
                yield ": still here\n\n"
            else:
                name, version = change
                yield f"event: {name}\ndata: {json.dumps({'version': version})}\n\n"

    def _index(self, _request: Request) -> Response:
        index = STATIC / "index.html"
        return FileResponse(index) if index.exists() else Response("The page is missing.", 404)

    def _permalink(self, request: Request) -> Response:
        """Where a link to a message leads: the page, told which one."""
        channel, message = request.path_params["channel"], request.path_params["message"].removeprefix("p")
        return RedirectResponse(f"/#{channel}/{message[:-6]}.{message[-6:]}", 302)


def _refusal(no: Refused) -> Response:
    return JSONResponse({"ok": False, "error": str(no)}, no.status)
