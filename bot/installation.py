"""Where the bot is installed, and who it is there: asked of Slack, and held against the policy and the database."""

from __future__ import annotations

import threading

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from approvals.errors import DirectoryError, StoreError
from approvals.workspace import Bound, Workspace
from bot.answers import AuthTest, read
from bot.scopes import lacking
from bot.slack import UNREACHED


class Installation:
    """Where the bot is installed, asked of ``auth.test``.

    :param bound: the workspace in which it must be; None where any will do
    :ivar known: our workspace; None while Slack couldn't be asked, and where it is none that we may be in
    :ivar bot_user_id: the bot's own id as a person, as far as it is known
    :ivar bot_id: its id as an app, likewise
    :ivar lacks: the scopes that the token should have and hasn't, as far as is known
    """

    def __init__(self, client: WebClient, bound: Bound | None = None) -> None:
        self._client = client
        self._bound = bound
        self._lock = threading.Lock()
        self.known: Workspace | None = None
        self.bot_user_id: str | None = None
        self.bot_id: str | None = None
        self.lacks: frozenset[str] = frozenset()

    def is_ours(self, team_id: str | None, enterprise_id: str | None) -> bool:
        """Is what is told of that workspace for us? Everybody's is while neither Slack nor the database says where we
        are: who they are is asked of Slack before anybody reads or decides."""
        ours = self.known or (self._bound.expected if self._bound else None)
        return ours is None or ours.has(team_id, enterprise_id)

    def workspace(self) -> Workspace:
        """Our workspace.

        :raises WrongWorkspace: the bot is installed in another one
        :raises DirectoryError: it isn't known, and can't be told now
        """
        with self._lock:
            if self.known is not None:
                return self.known
            try:
                return self.ask()
            except (SlackApiError, *UNREACHED) as error:
                raise DirectoryError(f"Slack doesn't say where the bot is installed: {error}") from error
            except StoreError as error:
                raise DirectoryError(str(error)) from error

    def ask(self) -> Workspace:
        """Ask Slack again, whatever is known.

        :raises SlackApiError: Slack refuses the token
        :raises OSError, HTTPException: Slack can't be reached
        :raises WrongWorkspace: the bot is installed in another workspace than that in which it must be
        :raises StoreError: in which it must be can't be read or written
        """
        answer = self._client.auth_test()
        told = read(AuthTest, answer)
        self.lacks = lacking(answer.headers) or frozenset()
        here = told.workspace
        if here != self.known:
            self.known = None
            if self._bound is not None:
                self._bound.settle(here)
        self.known, self.bot_user_id, self.bot_id = here, told.user_id, told.bot_id
        return here
