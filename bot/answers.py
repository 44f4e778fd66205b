"""What Slack answers, read in one place: what it should be, or ``Unreadable``.

As with what Slack tells by itself (``payloads``), nothing else in the bot reads an answer, and what is not used is not
read. Something between us and Slack may answer in its place.
"""

from __future__ import annotations

from http.client import HTTPException
from typing import Annotated, Any, TypeVar
from urllib.request import Request

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from approvals.workspace import Workspace
from bot import wire
from bot.payloads import Id, Name, Text

_NO_ANSWER = (SlackApiError, OSError, HTTPException)


class Unreadable(HTTPException):
    """The answer came, and can't be read: as good as one that was cut off. The text never quotes it."""


class Client(WebClient):
    """Slack's Web API, of which every call ends in an answer, a SlackApiError, an OSError or an HTTPException.

    slack-sdk lets through whatever it trips over: a page that is not in its charset, JSON that is no object.

    :param within: seconds that a call may take in all
    """

    def __init__(self, token: str | None = None, *, within: float = wire.WITHIN, **options: Any) -> None:
        super().__init__(token, **options)
        self._within = within

    def api_call(self, api_method: str, **arguments: Any) -> SlackResponse:
        """
        :raises SlackApiError: Slack refuses
        :raises OSError, HTTPException: no answer came, or none that is Slack's
        """
        try:
            answer = super().api_call(api_method, **arguments)
        except _NO_ANSWER:
            raise
        except (ValueError, LookupError, AttributeError, RecursionError) as error:
            raise Unreadable(f"the answer to {api_method} is not Slack's ({type(error).__name__})") from error
        if not isinstance(answer.data, dict):
            raise Unreadable(f"the answer to {api_method} is not Slack's")
        return answer

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:  # noqa: ARG002  the names are slack-sdk's
        fetched = wire.fetch(req, timeout=self.timeout, within=self._within, tls=self.ssl, proxy=self.proxy)
        return {"status": fetched.status, "headers": fetched.headers, "body": fetched.text}


class Answer(BaseModel):
    """What is read of one, or of a part of one."""

    model_config = ConfigDict(frozen=True, strict=True)


def _text_or_none(value: object) -> object:
    return value if isinstance(value, str) else None


Shown = Annotated[Text | None, BeforeValidator(_text_or_none)]
"""Only for people to read: of another type, it is as if it were missing."""

Flag = bool | None
"""Slack leaves out what is false."""


def _none_where_empty(value: object) -> object:
    return None if value == "" else value


IdOrNone = Annotated[Id | None, BeforeValidator(_none_where_empty)]
"""An id that not everything has."""


class Profile(Answer):
    """:ivar email: kept back where the scope for it is missing, and by some workspaces"""

    display_name: Shown = None
    email: Shown = None


class EnterpriseUser(Answer):
    enterprise_id: IdOrNone = None


class User(Answer):
    """:ivar team_id: empty where Slack leaves it out"""

    team_id: Id | None = ""
    enterprise_user: EnterpriseUser | None = None
    deleted: Flag = None
    is_bot: Flag = None
    is_workflow_bot: Flag = None
    is_connector_bot: Flag = None
    is_restricted: Flag = None
    is_ultra_restricted: Flag = None
    is_invited_user: Flag = None
    is_stranger: Flag = None
    name: Shown = None
    real_name: Shown = None
    profile: Profile | None = None
    locale: Shown = None
    tz: Shown = None


class UsersInfo(Answer):
    user: User


class _Found(Answer):
    id: IdOrNone = None


class UserByEmail(Answer):
    user: _Found


class GroupMembers(Answer):
    users: list[Id]


class _Group(Answer):
    id: Id
    users: list[Id] | None = None


class Groups(Answer):
    usergroups: list[_Group]


class AuthTest(Answer):
    team_id: Id
    team: Shown = None
    enterprise_id: IdOrNone = None
    user_id: Id
    user: Shown = None
    bot_id: IdOrNone = None

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.team_id, self.enterprise_id, self.team or "")


class Channel(Answer):
    name: Shown = None
    is_archived: Flag = None
    is_member: Flag = None


class ConversationInfo(Answer):
    channel: Channel


class _Opened(Answer):
    id: Id


class ConversationOpened(Answer):
    channel: _Opened


class Posted(Answer):
    channel: Id
    ts: Annotated[str, StringConstraints(pattern=r"\A[0-9]{1,20}\.[0-9]{1,20}\z")]


class Permalink(Answer):
    permalink: Name


class _View(Answer):
    hash: Name


class ViewUpdated(Answer):
    view: _View


_M = TypeVar("_M", bound=Answer)


def read(kind: type[_M], answer: SlackResponse) -> _M:
    """
    :raises Unreadable: a field is missing that should be there, or of another type
    """
    try:
        return kind.model_validate(answer.data)
    except ValidationError as error:
        odd = ", ".join(sorted({".".join(map(str, one["loc"][:4])) for one in error.errors()})[:5])
        raise Unreadable(f"Slack's answer can't be read: {odd}") from None
