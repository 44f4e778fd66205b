"""No secret is in anything that the running bot says, whatever goes wrong."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from bot import config
from bot.app import Bot, web_client
from bot.door import Events, door
from bot.sandbox import company
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.run import opened
from bot.sandbox.workspace.server import WorkspaceServer
from tests.e2e import command
from tests.e2e.database import wait_for
from tests.e2e.door import DoorKnocker, headers, press
from tests.e2e.person import PersonAt

SECRETS = (company.BOT_TOKEN, company.APP_TOKEN, company.SIGNING_SECRET, company.SECRET_ID, company.SECRET_KEY)


def clean(said: str) -> None:
    for secret in (*SECRETS, "very-secret", "/response/"):
        assert secret not in said, secret


def test_the_log_of_a_process_with_which_everything_goes_wrong(
    tmp_path: Path, cloud: CloudServer, workspace: WorkspaceServer
) -> None:
    port = command.free_port()
    env = command.environment(
        tmp_path,
        api_url=workspace.api_url,
        cloud_url=cloud.url,
        SLACK_SIGNING_SECRET=company.SIGNING_SECRET,
        SLACK_APP_TOKEN=company.APP_TOKEN,
    )
    with command.running("run", "--http", f"127.0.0.1:{port}", listens=port, env=env, cwd=tmp_path) as bot:
        door, mei = DoorKnocker(bot.url), PersonAt(workspace.url, "U0MEI")
        workspace.deliver_to(f"{bot.url}/slack/events")
        body = b"command=/image&text=very-secret"
        assert door.post(body, headers(body, secret="another"))[0] == 401
        assert door.post(body, {**headers(body), "X-Slack-Signature": "v0=very-secret"})[0] == 401
        assert door.signed(b"payload=very-secret{")[0] == 400
        assert (
            door.interact({"type": "block_actions", "user": {"id": "very-secret!"}, "token": "very-secret"})[0] == 400
        )

        mei.types("/image share base-nightly with data-team because x")
        mei.sees("asked @lin")
        with closing(sqlite3.connect(tmp_path / "bot.db", isolation_level=None)) as other:
            other.execute("ALTER TABLE presses RENAME TO presses_away")
            name = workspace.state.responses.give("C0IMAGES", "U0LIN")
            assert door.interact(press("approve", "1") | {"response_url": f"{workspace.url}/response/{name}"})[0] == 200
            PersonAt(workspace.url, "U0LIN").sees("I can't record that right now")
            other.execute("ALTER TABLE presses_away RENAME TO presses")
        for method in ("users.info", "chat.postMessage", "views.open", "auth.test"):
            workspace.faults.fail(method, "invalid_auth", times=2)
        workspace.state.deactivated.add("U0OMAR")
        door.command("requests", user_id="U0SARA", trigger_id="2", response_url=f"{workspace.url}/response/x")
        door.command("show base-nightly", trigger_id="3", response_url="http://very-secret@169.254.169.254/x")
        cloud.stop()
        mei.types("/image show base-nightly")
        mei.sees("The cloud can't tell about base-nightly right now", within=20)
        wait_for(lambda: "show_failed" in (tmp_path / "bot.log").read_text())
        bot.stop()

    log = (tmp_path / "bot.log").read_text()
    assert '"press_not_recorded"' in log
    assert '"exception"' in log
    assert "locals" not in log
    clean(log)


def test_nothing_that_holds_a_secret_shows_it() -> None:
    with opened() as sandbox:
        bot: Bot = sandbox.bot
        held = [
            bot.settings,
            bot.client,
            bot.cloud,
            bot.app,
            bot.installation,
            web_client(bot.settings, company.BOT_TOKEN),
            bot.home,
            config.of({"SLACK_BOT_TOKEN": company.BOT_TOKEN}),
            door(
                bot.metrics,
                bot.health.report,
                Events(bot.app, bot.store, bot.metrics, signing_secret=company.SIGNING_SECRET),
            ),
        ]
        for one in held:
            clean(repr(one))
            clean(str(one))
        clean(repr(vars(bot.settings)))
        clean(repr(vars(bot)))
        clean(repr(vars(bot.cloud)))
