"""What goes wrong, by chance: in the cloud, in Slack and on the way from it, once at a time and now and then; and what
people change under way: who is in a group, the policy, the channel.
"""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import replace

from bot.sandbox import company
from bot.sandbox.cloud import faults
from bot.sandbox.workspace.errors import Undelivered
from tests.soak.stage import Stage

LIE = "OverQuota"
"""The code by which the cloud refuses for good what it did all the same: who is to blame is looked for one by one."""

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
    faults.error(LIE, done=True),
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
    "usergroups.list",
    "usergroups.users.list",
    "users.info",
    "views.open",
    "views.publish",
)
_DECIDERS = ("U0LIN", "U0OMAR", "U0SARA")
_RULES = ("", "approvals = 2", "max_days = 5", 'remind_after = "1h"', "this is no policy")

_GONE = 0.3  # of all times that people change: one of them is deactivated, too
_PASSES = 0.2  # of all times: what nobody ran into would wait for the few calls of a bot that holds back, all of it
_SELDOM = 0.1  # of all times that the credentials could be refused: each makes the bot hold back for a while


class Misfortune:
    """
    :param lag: whether reads of the cloud may show for a while how it was before a change
    """

    def __init__(self, stage: Stage, dice: random.Random, *, lag: bool) -> None:
        self._stage = stage
        self._dice = dice
        kinds = [self._reads, self._changes, self._slack, self._told_again]
        kinds += [self._channel, self._admins, self._people, self._policy]
        if stage.by_socket:
            kinds.append(self._socket)
        self._kinds = kinds * 3 + [self._credentials] + ([self._lag] if lag else [])
        self._deaf = False
        self.happens = True

    def __call__(self) -> None:
        if not self.happens:
            return
        if self._dice.random() < _PASSES:
            self._stage.heal()
        self._dice.choice(self._kinds)()

    def _reads(self) -> None:
        self._plan(self._dice.choice(_READS), self._dice.choice(_BEFORE))

    def _changes(self) -> None:
        self._plan(self._dice.choice(_CHANGES), self._dice.choice((*_BEFORE, *_AFTER, *_AFTER)))

    def _credentials(self) -> None:
        if self._dice.random() < _SELDOM:
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

    def _told_again(self) -> None:
        with suppress(Undelivered, KeyError):
            self._stage.workspace.redeliver(self._dice.choice(("slash_commands", "interactive")))

    def _socket(self) -> None:
        sockets = self._stage.workspace.sockets
        match self._dice.randrange(4):
            case 0:
                sockets.disconnect("refresh_requested")
            case 1:
                sockets.disconnect("warning")
            case 2:
                sockets.hang_up()
            case _:
                sockets.mute(not self._deaf)
                self._deaf = not self._deaf

    def _channel(self) -> None:
        channel = self._stage.channel
        channel.archived, channel.bot_is_member = self._dice.choice(((True, True), (False, False), (False, True)))

    def _admins(self) -> None:
        self._stage.workspace.faults.fail("chat.postMessage", "restricted_action", times=self._dice.randint(1, 5))

    def _people(self) -> None:
        """The guardians stay: what one of them asked for while there were two would wait for a word for days."""
        state, owners = self._stage.workspace.state, company.GROUPS[0]
        members = self._dice.sample(_DECIDERS, self._dice.randint(1, 2))
        state.groups[owners.id] = replace(owners, members=tuple(members))
        state.deactivated.clear()
        if self._dice.random() < _GONE:
            state.deactivated.add(self._dice.choice(_DECIDERS))

    def _policy(self) -> None:
        self._stage.write_policy(self._dice.choice(_RULES))

    def _plan(self, action: str, fault: faults.Fault) -> None:
        self._stage.cloud.state.faults.plan(action, fault, times=self._dice.randint(1, 2))
