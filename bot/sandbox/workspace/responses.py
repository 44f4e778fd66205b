"""Answers through a ``response_url``: no token, five times, for thirty minutes."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.sandbox import company
from bot.sandbox.workspace.errors import SlackError
from bot.sandbox.workspace.messages import check_content
from bot.sandbox.workspace.state import Message, Workspace


class Responses:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def routes(self) -> list[Route]:
        return [Route("/response/{name}", self._answer, methods=["POST"])]

    def respond(self, name: str, told: dict[str, Any]) -> None:
        """Does what the bot told through the address that ends in ``name``.

        :raises SlackError: ``used_url``, ``expired_url``, or what is wrong with the message
        """
        given = self._workspace.responses.use(name)
        original = self._workspace.find(given.channel, given.original) if given.original else None
        if told.get("delete_original"):
            if original:
                self._workspace.remove(original)
            return
        text, blocks = str(told.get("text") or ""), told.get("blocks")
        check_content(text, blocks)
        if told.get("replace_original") and original:
            self._workspace.edit(original, text, blocks)
            return
        self.say(name, told, given.channel, given.person)

    def say(self, name: str, told: dict[str, Any], channel: str, person: str) -> Message:
        """Posts an answer, to the one person unless it says ``in_channel``; the first can be replaced later."""
        message = self._workspace.post(
            channel,
            company.BOT_USER,
            str(told.get("text") or ""),
            told.get("blocks"),
            thread_ts=told.get("thread_ts"),
            only_for=None if told.get("response_type") == "in_channel" else person,
        )
        self._workspace.responses.set_original(name, message.ts)
        return message

    async def _answer(self, request: Request) -> Response:
        try:
            told = await request.json()
            if not isinstance(told, dict):
                raise ValueError
            self.respond(request.path_params["name"], told)
        except ValueError:
            return PlainTextResponse("invalid_payload", status_code=400)
        except SlackError as no:
            return PlainTextResponse(no.code, status_code=400 if no.status == 200 else no.status)
        return PlainTextResponse("ok")
