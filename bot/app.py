"""Puts the parts together; the only place that does."""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import structlog
from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult

from approvals.account import Recorded
from approvals.catalogue import Catalogue
from approvals.checker import Checker
from approvals.clocks import SetBack
from approvals.copying import Copying
from approvals.desk import Clock, Desk
from approvals.drift import DriftWatch
from approvals.ending import Ending
from approvals.errors import StoreError
from approvals.executor import Executor
from approvals.heads import Heads
from approvals.home import HomeAccount
from approvals.incidents import Incidents
from approvals.judging import Judging
from approvals.leases import Leases
from approvals.ledger import Ledger
from approvals.policies import Policies
from approvals.policy import Policy
from approvals.reloading import Reloading
from approvals.store import Store
from approvals.succession import Succession
from approvals.survey import Survey
from approvals.tencent import TencentCloud
from approvals.timers import Timers
from approvals.watched import WatchedCloud
from approvals.worker import Sweep, Worker
from approvals.workspace import Bound
from bot import health
from bot.answers import Client
from bot.config import Settings
from bot.gate import Gate
from bot.homes import Homes
from bot.installation import Installation
from bot.listeners import actions, commands, extending, home, options, previews, shortcuts, unread, views
from bot.metrics import Metrics
from bot.notices import Notices
from bot.people import People
from bot.replies import Replies
from bot.services import Background, Services

_SLACK_TIMEOUT = 8  # seconds

log = structlog.get_logger()


def utc_now() -> datetime:
    return datetime.now(UTC)


class Bot:
    """Everything that runs, but for the way in: ``door.py`` or Socket Mode feeds ``app``.

    :param policy_file: where the policy was read from, to be read again when it changes
    :param clock: gives the time, in UTC
    :raises StoreError: the database can't be used
    """

    def __init__(
        self,
        settings: Settings,
        policy: Policy,
        *,
        listening: Callable[[], str | None],
        policy_file: Path | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self.settings = settings
        self.store = Store(settings.db)
        self.metrics = Metrics(self.store, clock)
        self.client = web_client(settings, settings.bot_token.get_secret_value())
        policies = Policies(policy)
        self._reloading = Reloading(policy_file, policies, self.store) if policy_file else None
        incidents = Incidents(self.store, policies, clock)
        self._cloud_client = cloud_client(settings, policy, self.metrics.cloud_called)
        self.catalogue = Catalogue(policy.home.regions, clock)
        self.cloud = WatchedCloud(self._cloud_client, incidents, self.catalogue)
        self.home = HomeAccount(self.cloud, policy, Recorded(self.store))
        self.installation = Installation(self.client, Bound(self.store, policy.home.workspace, clock))
        directory = People(self.client, self.installation.workspace)
        desk = Desk(self.store, policies, directory, clock=clock)
        replies = Replies(self.client, clock)
        self._background = Background()
        self._opening = Background("opening")
        self._previewing = Background("previewing", threads=4)
        self._checker = Checker(self.store, self.cloud, policies, directory, self.home)
        self.services = services = Services(
            desk,
            self.store,
            policies,
            directory,
            self.cloud,
            self.catalogue,
            self.client,
            replies,
            self._background,
            clock,
            self._checker,
            self._opening,
            self._previewing,
            Homes(),
            lambda: self.health.report(),
        )
        self.app = bolt_app(settings, self.installation, services)
        leases = Leases(self.store)
        channel = policy.home.channel
        self._notices = Notices(
            self.store,
            self.client,
            replies,
            clock,
            leases,
            services.language_asked,
            self._is_installed,
            channel=channel,
        )
        self.health = health.Health(
            health.slack(self.installation, self.metrics, clock, self._slack_is_back),
            health.cloud(self.home, self.metrics, clock, self._go_on),
            health.database(self.store, self.metrics, clock),
            health.channel(self.client, channel, self.metrics, clock, self._notices.reopen),
            self._notices.forbidden,
            lambda: self.installation.lacks,
            listening,
            incidents.report,
            self._reloading.problem if self._reloading else lambda: None,
        )
        self._executor = Executor(self.store, self.cloud, policies, directory, self.home, leases, incidents)
        self._copying = Copying(self.store, self.cloud, policies, self.home, leases, incidents)
        self.survey = Survey(self.cloud, self.catalogue, self.store, self.home, clock)
        judging = Judging(self.store, desk, lambda press: home.judged(services, press))
        heads = Heads(self.store, policies)
        succession = Succession(self.store, policies, directory)
        drift = DriftWatch(self.store, self.cloud, self.catalogue, policies, directory, self.home, clock)
        set_back = SetBack(self.store, lambda: clock().timestamp() - time.monotonic())
        self._worker = Worker(
            self.store,
            clock,
            [
                Sweep("checks", self._checker.sweep, Ledger.next_check),
                Sweep("presses", judging.sweep, Ledger.next_press),
                Sweep("executor", self._executor.sweep, Ledger.next_execution),
                Sweep("copying", self._copying.sweep, lambda ledger: ledger.copies.next_due()),
                Sweep("drift", drift.sweep, drift.next_due),
                Sweep("timers", Timers(self.store, policies).sweep, Ledger.next_deadline),
                Sweep("succession", succession.sweep, succession.next_due),
                Sweep("heads", heads.sweep, heads.next_due),
                Sweep("ending", Ending(self.store, policies, directory).sweep, lambda ledger: ledger.grants.next_due()),
                Sweep("notices", self._notices.sweep, self._notices.next_due),
                Sweep("leases", leases.sweep, leases.next_due),
                Sweep("clock", set_back.sweep, set_back.next_due),
                Sweep("catalogue", self.survey.sweep, self.survey.next_due),
                *self.health.sweeps(),
                *([Sweep("policy", self._reloading.sweep, self._reloading.next_due)] if self._reloading else []),
            ],
            on_run=self.metrics.swept,
        )
        self.metrics.show_health(self.health.report)

        self.catalogue.on_interest(self._worker.look)
        policies.on_put(self._worker.look)

    def reload(self) -> None:
        """Read the policy file again soon; may be called by a signal's handler."""
        if self._reloading:
            self._reloading.ask()

    def look(self) -> None:
        """Look what is due: the clock was moved."""
        self._worker.look()

    def _is_installed(self) -> bool:
        return self.installation.known is not None

    def _slack_is_back(self) -> None:
        self._go_on()  # who may ask and who decides is asked of Slack
        self._notices.hasten()

    def _go_on(self) -> None:
        """Try at once what was put off during an outage, instead of up to five minutes later."""
        self.store.write(lambda ledger: ledger.hasten(self.services.clock()), durable=False)

    def start(self) -> None:
        try:
            self.store.preallocate_log()
        except StoreError as error:
            log.warning("log_not_preallocated", error=str(error))
        self._worker.start()

    def stop(self) -> None:
        """Finish what is in hand; what is not begun waits in the database. Also after a start that was given up."""
        self.survey.close()
        self._worker.stop()
        for pool in (self._opening, self._previewing, self._background):
            pool.close()
        self._checker.close()
        self._executor.close()
        self._copying.close()
        self._notices.close()
        self._cloud_client.close()
        self.store.close()


def web_client(settings: Settings, token: str | None) -> Client:
    """Slack's Web API. Nothing is repeated by the client: a repeated post would be a second message."""
    return Client(
        token=token,
        base_url=settings.slack_api_url,
        timeout=_SLACK_TIMEOUT,
        ssl=_trusted(settings.authorities),
        retry_handlers=[],
    )


@cache
def _trusted(authorities: Path | None) -> ssl.SSLContext:
    """Read once: that takes 20 ms, in which nobody is answered."""
    return ssl.create_default_context(cafile=authorities)


def cloud_client(settings: Settings, policy: Policy, on_call: Callable[[str, str, str, float], None]) -> TencentCloud:
    """The one shared client of the cloud."""
    return TencentCloud(
        secret_id=settings.secret_id.get_secret_value() if settings.secret_id else None,
        secret_key=settings.secret_key.get_secret_value() if settings.secret_key else None,
        token=settings.token.get_secret_value() if settings.token else None,
        site=policy.home.site,
        endpoint=settings.cloud_endpoint,
        authorities=settings.authorities,
        regions=policy.home.regions,
        lighthouse=policy.home.lighthouse,
        on_call=on_call,
    )


def bolt_app(settings: Settings, installation: Installation, services: Services) -> App:
    """Bolt with our listeners. The door verifies signatures, the gate looks at workspaces, and who we are is known
    without a call per request."""

    def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=installation.bot_user_id,
            bot_id=installation.bot_id,
            bot_token=settings.bot_token.get_secret_value(),
        )

    app = App(
        logger=logging.getLogger("slack_bolt"),  # otherwise Bolt takes the root's level, whatever its own is set to
        client=web_client(settings, token=None),
        before_authorize=Gate(installation, services),
        authorize=authorize,
        process_before_response=True,
        # The door and the gate do what these would; each costs time before every answer.
        request_verification_enabled=False,
        ignoring_self_events_enabled=False,
        url_verification_enabled=False,
        attaching_function_token_enabled=False,
    )
    for listeners in (commands, actions, extending, views, options, previews, shortcuts, home, unread):
        listeners.register(app, services)
    return app
