"""What goes wrong, by chance: in the cloud, in Slack, once at a time and now and then."""

from __future__ import annotations

import random

from bot.sandbox.cloud import faults
from tests.soak.stage import Stage

_READS = ("DescribeImages", "DescribeImageSharePermission", "GetCallerIdentity", "DescribeImageQuota")
_CHANGES = ("ModifyImageSharePermission", "SyncImages", "DeleteImages")
_BEFORE = (
    faults.throttled(),
    faults.error("ServiceUnavailable"),
    faults.error("SomethingNew"),
    faults.error_with_charset("InternalError"),
    faults.cut(done=False),
    faults.html(),
    faults.not_json(),
    faults.redirected(),
    faults.delayed(0.7),
    faults.dripped(0.7),
)
_AFTER = (
    faults.error("InternalError", done=True),
    faults.error("OverQuota", done=True),
    faults.throttled(),
    faults.cut(done=True),
    faults.cut_in_body(),
    faults.html(done=True),
    faults.not_json(done=True),
)
_METHODS = (
    "auth.test",
    "chat.postEphemeral",
    "chat.postMessage",
    "chat.update",
    "usergroups.users.list",
    "users.info",
    "views.open",
    "views.publish",
)


class Misfortune:
    """
    :param lag: whether reads of the cloud may show for a while how it was before a change
    """

    def __init__(self, stage: Stage, dice: random.Random, *, lag: bool) -> None:
        self._stage = stage
        self._dice = dice
        kinds = [self._reads, self._changes, self._slack]
        self._kinds = kinds * 3 + [self._credentials] + ([self._lag] if lag else [])
        self.happens = True

    def __call__(self) -> None:
        if self.happens:
            self._dice.choice(self._kinds)()

    def _reads(self) -> None:
        self._plan(self._dice.choice(_READS), self._dice.choice(_BEFORE))

    def _changes(self) -> None:
        self._plan(self._dice.choice(_CHANGES), self._dice.choice((*_BEFORE, *_AFTER, *_AFTER)))

    def _credentials(self) -> None:
        self._plan(self._dice.choice((*_READS, *_CHANGES)), faults.error("AuthFailure.SecretIdNotFound"))

    def _lag(self) -> None:
        self._stage.cloud.state.faults.lag(self._dice.randint(1, 4))

    def _slack(self) -> None:
        slack, method = self._stage.workspace.faults, self._dice.choice(_METHODS)
        match self._dice.randrange(4):
            case 0:
                slack.rate_limit(method, retry_after=1, times=self._dice.randint(1, 3))
            case 1:
                slack.fail(method, "internal_error", status=500, times=self._dice.randint(1, 3))
            case 2:
                slack.fail(method, "fatal_error", done=True)
            case _:
                slack.fail(method, delay=0.7)

    def _plan(self, action: str, fault: faults.Fault) -> None:
        self._stage.cloud.state.faults.plan(action, fault, times=self._dice.randint(1, 2))
