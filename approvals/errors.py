"""What can go wrong, as one tree; facts are in fields, so that no caller reads a text to branch.

::

    ImagewardenError
    ├── IllegalMove          a state change that the table in model.py does not have
    ├── PolicyError          the policy file can't be used
    ├── WrongAccount         the credentials belong to another account than the policy's or the database's
    ├── StoreError           the database can't be used
    ├── LeaseLost            others took over what we had in hand
    ├── PutOff               what nobody foresaw kept some of the work from being done
    ├── DirectoryError       who a person is can't be told now
    │   ├── UnknownPerson    there is no such person or group
    │   └── WrongWorkspace   the bot is in another workspace than the policy's or the database's
    └── CloudError           a call to the cloud did not succeed
        ├── Refused          the cloud said no, and will say so again
        ├── Throttled        too many calls; nothing was done
        ├── Unavailable      the cloud can't now; nothing was done
        ├── AuthFailed       the credentials don't work or don't suffice; nothing was done
        └── OutcomeUnknown   no answer, or one nobody can read: read back before anything else
"""

from __future__ import annotations

from enum import StrEnum


class ImagewardenError(Exception):
    """Base of every error raised by this package."""


class IllegalMove(ImagewardenError):
    """A request was asked to go from one state to another that the table of moves does not allow."""

    def __init__(self, before: str, after: str) -> None:
        super().__init__(f"a request can't go from {before} to {after}")
        self.before = before
        self.after = after


class PolicyError(ImagewardenError):
    """The policy file can't be read or breaks a rule.

    :ivar problems: one sentence each, which begins with the line where the file has one: ``line 12: …``
    """

    def __init__(self, path: str, problems: list[str]) -> None:
        self.path = path
        self.problems = problems
        super().__init__("; ".join(self.told))

    @property
    def told(self) -> list[str]:
        """The sentences with the file that they are about: ``policy.toml, line 12: …``."""
        return [f"{self.path}{', ' if one.startswith('line ') else ': '}{one}" for one in self.problems]


class WrongAccount(ImagewardenError):
    """The credentials belong to another account than the one that the policy names, or that the database is about.

    :ivar recorded: it is the database that is about the expected account
    :ivar remedy: what an operator can do, without a full stop
    """

    def __init__(self, expected: str, actual: str, *, recorded: bool = False) -> None:
        why = "what the database records is of" if recorded else "the policy's [home] account is"
        super().__init__(
            f"the credentials belong to account {actual}, but {why} {expected}: nothing is done until the two agree"
        )
        self.expected = expected
        self.actual = actual
        self.recorded = recorded
        self.remedy = (
            "Use keys of that account, or name another database file in IMAGEWARDEN_DB"
            if recorded
            else "Use keys of the policy's account, or correct the policy"
        )


class StoreError(ImagewardenError):
    """The database can't be opened or written; ``path`` names the file."""

    def __init__(self, path: str, cause: str) -> None:
        super().__init__(f"the database {path} can't be used: {cause}")
        self.path = path
        self.cause = cause


class LeaseLost(ImagewardenError):
    """We were silent for so long that others took over: whatever is done now is theirs to do."""


class PutOff(ImagewardenError):
    """Some of the work met what nobody foresaw: that is logged, and done later; the rest can go on at once."""


class DirectoryError(ImagewardenError):
    """Who somebody is could not be asked; try again later."""


class UnknownPerson(DirectoryError):
    """There is no person or group of that id."""

    def __init__(self, principal: str) -> None:
        super().__init__(f"there is no person or group {principal}")
        self.principal = principal


class WrongWorkspace(DirectoryError):
    """The bot is in another workspace than the one that the policy names, or that the database is about.

    :param expected: the workspace in which it should be, for people to read
    :param team_id: of the one in which it is
    :param actual: the same, for people to read
    :param recorded: it is the database that is about the expected workspace
    :ivar remedy: what an operator can do, without a full stop
    """

    def __init__(self, expected: str, team_id: str, actual: str, *, recorded: bool = False) -> None:
        why = (
            "the people and the messages that the database names are of"
            if recorded
            else "the policy's [home] workspace is"
        )
        super().__init__(
            f"the bot's token is of the workspace {actual}, but {why} {expected}: nobody is told anything and nobody "
            "can ask or decide until the two agree"
        )
        self.remedy = (
            "Use the token of that workspace, or name another database file in IMAGEWARDEN_DB. To move to "
            f'{team_id} for good, set workspace = "{team_id}" under [home]'
            if recorded
            else "Use the token of the policy's workspace, or correct the policy"
        )


class About(StrEnum):
    """What a refusal is about, which tells who else it concerns."""

    ACCOUNT = "account"  # one of the accounts of the call: the others may go through
    IMAGE = "image"  # the image: no account of the call can go through
    SIZE = "size"  # how much the call asks for at once: a smaller one may go through
    NAME = "name"  # a name that the call gives: something has it already
    ROLE = "role"  # a role that the account must give a service first: nothing goes through before
    CALL = "call"  # anything else in the call: a part of it may go through


class CloudError(ImagewardenError):
    """A call to the cloud did not succeed.

    :ivar action: the API action, such as ``ModifyImageSharePermission``
    :ivar code: the vendor's error code, or the SDK's for a failure on the way
    :ivar message: the vendor's own sentence
    :ivar cloud_request_id: the vendor's id of the call, where one came back
    :ivar advice: what a person can do, as one sentence; empty where there is nothing to do but wait
    """

    def __init__(
        self, action: str, code: str, message: str, cloud_request_id: str | None = None, *, advice: str = ""
    ) -> None:
        super().__init__(f"{action}: {code}: {message}")
        self.action = action
        self.code = code
        self.message = message
        self.cloud_request_id = cloud_request_id
        self.advice = advice


class Refused(CloudError):
    """The cloud said no; the same call will be refused again.

    :ivar about: what the refusal is about
    """

    def __init__(
        self,
        action: str,
        code: str,
        message: str,
        cloud_request_id: str | None = None,
        *,
        about: About = About.CALL,
        advice: str = "",
    ) -> None:
        super().__init__(action, code, message, cloud_request_id, advice=advice)
        self.about = about


class Throttled(CloudError):
    """More calls than the vendor allows; nothing was done, try again later."""


class Unavailable(CloudError):
    """The cloud can't do it now (busy, an internal error before any effect); try again later."""


class AuthFailed(CloudError):
    """The credentials are wrong, expired or lack a permission; an operator's work."""


class OutcomeUnknown(CloudError):
    """Whether the call took effect is not known: read back before doing anything else."""
