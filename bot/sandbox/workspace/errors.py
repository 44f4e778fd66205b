"""What the workspace says no with.

::

    SlackError          an answer of the Web API: a code of Slack's, and what comes with it
    Undelivered         the bot did not take a command, an interaction or an event
    Refused             a person of the page asked for what cannot be
"""

from __future__ import annotations

from collections.abc import Mapping


class SlackError(Exception):
    """A Web API method says no.

    :ivar code: Slack's code, for example ``channel_not_found``
    :ivar facts: fields that come beside the code, for example ``needed``
    :ivar status: 200, as Slack answers nearly always
    :ivar retry_after: seconds for the Retry-After header
    """

    def __init__(
        self,
        code: str,
        facts: Mapping[str, object] | None = None,
        *,
        status: int = 200,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.facts = dict(facts or {})
        self.status = status
        self.retry_after = retry_after


class Undelivered(Exception):
    """The bot did not take it.

    :ivar code: what Slack calls it: ``operation_timeout`` or ``dispatch_failed``
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Refused(Exception):
    """A person asked for what cannot be; the text is a sentence.

    :ivar status: the HTTP status of the answer
    """

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status
