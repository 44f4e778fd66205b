"""The workspace as one HTTP server: put together here, and nowhere else."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute

from bot import limits
from bot.sandbox.workspace.acts import Acts
from bot.sandbox.workspace.delivery import Delivery
from bot.sandbox.workspace.directory import Directory
from bot.sandbox.workspace.faults import Faults, PostLimit
from bot.sandbox.workspace.manifest import read_manifest
from bot.sandbox.workspace.messages import Chat
from bot.sandbox.workspace.page import Cloud, Page
from bot.sandbox.workspace.payloads import Payloads
from bot.sandbox.workspace.responses import Responses
from bot.sandbox.workspace.sockets import SocketHub
from bot.sandbox.workspace.state import Workspace
from bot.sandbox.workspace.views import Views
from bot.sandbox.workspace.webapi import WebApi
from bot.serving import Server


class WorkspaceServer:
    """A local Slack workspace on 127.0.0.1.

    :param port: 0 takes a free one
    :param cloud: the local cloud that the page shows beside
    :param clock: seconds, of the kind that ``time.time`` gives; trigger ids, response_urls and messages age by it
    :param deadline: seconds in which the bot must answer
    :ivar state: people, conversations, messages
    :ivar faults: what goes wrong in the Web API on purpose
    :ivar sockets: the Socket Mode connections
    :ivar post_limit: the limit on messages into one channel
    """

    def __init__(
        self,
        port: int = 0,
        cloud: Cloud | None = None,
        clock: Callable[[], float] = time.time,
        deadline: float = limits.ACK_WITHIN,
    ) -> None:
        app = Starlette()
        self._server = Server(app, port=port)
        site = self._server.url
        manifest = read_manifest()
        self.state = Workspace(clock)
        self.faults = Faults()
        self.sockets = SocketHub()
        self.post_limit = PostLimit(clock)
        self._delivery = Delivery(self.sockets, deadline)
        views = Views(self.state, home_tab=manifest.home_tab)
        chat, directory = Chat(self.state, self.post_limit, site), Directory(self.state, site)
        self.api = WebApi(chat, directory, views, self.sockets, self.faults, manifest.scopes)
        responses = Responses(self.state)
        acts = Acts(self.state, views, self._delivery, responses, Payloads(self.state, site), manifest)
        page = Page(self.state, views, acts, manifest, cloud)
        app.router.routes.extend(
            [
                *self.api.routes(),
                *responses.routes(),
                WebSocketRoute("/link/", self.sockets.serve),
                *page.routes(),
            ]
        )

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def api_url(self) -> str:
        return f"{self._server.url}/api/"

    def start(self) -> WorkspaceServer:
        self._server.start()
        return self

    def stop(self) -> None:
        self.state.changes.close()
        self._server.stop()

    def deliver_to(self, events_url: str | None) -> None:
        """Where commands, interactions and events are posted; None: over the Socket Mode connections."""
        self._delivery.events_url = events_url

    def redeliver(self, kind: str = "slash_commands") -> dict[str, Any] | None:
        """Sends the last command (or the last of another kind) once more; see :meth:`Delivery.redeliver`."""
        return self._delivery.redeliver(kind)
