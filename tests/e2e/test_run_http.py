"""``imagewarden run --http``: the real process, told nothing but the environment."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

from bot.sandbox import company
from bot.sandbox.cloud.server import CloudServer
from bot.sandbox.workspace.server import WorkspaceServer
from tests.e2e.command import environment, free_port, running
from tests.e2e.person import PersonAt

CHANNEL = "C0IMAGES"
NIGHTLY = "img-6pb6lrmy"
AT_REST = (90 if sys.version_info < (3, 13) else 105) + (4 if find_spec("rich") else 0)
"""MiB of memory; newer Pythons take more for each module, whoever's it is. structlog imports rich where it is
there: here a linter brings it, where the bot is installed nothing does."""

DOCKERFILE = Path(__file__).parents[2] / "Dockerfile"


def test_a_share_outlives_a_restart_between_the_question_and_the_answer(
    cloud: CloudServer, workspace: WorkspaceServer, tmp_path: Path
) -> None:
    port = free_port()
    env = environment(
        tmp_path,
        api_url=workspace.api_url,
        cloud_url=cloud.url,
        SLACK_SIGNING_SECRET=company.SIGNING_SECRET,
        SLACK_CLIENT_ID="of another app",  # Bolt makes an installation of its own of these two, and drops the token
        SLACK_CLIENT_SECRET="of another app",
    )
    workspace.deliver_to(f"http://127.0.0.1:{port}/slack/events")
    mei, lin = PersonAt(workspace.url, "U0MEI"), PersonAt(workspace.url, "U0LIN")

    with running("run", "--http", f"127.0.0.1:{port}", listens=port, env=env, cwd=tmp_path) as bot:
        mei.types("/image share base-nightly with data-team because x")
        card = lin.sees("Share base-nightly with data-team", where=CHANNEL)
        mei.sees("asked @lin and @omar")
        asked_to_stop = time.monotonic()
        assert bot.stop() == 0
        assert time.monotonic() - asked_to_stop < 6

    with running("run", "--http", f"127.0.0.1:{port}", listens=port, env=env, cwd=tmp_path) as bot:
        lin.presses("Approve", on=card)
        mei.sees("To forward to them")
        assert set(cloud.state.shares(NIGHTLY)) == {"100012345678"}
        assert bot.get("/healthz") == 200
        assert bot.get("/metrics") == 200
        status = Path(f"/proc/{bot.process.pid}/status")
        if status.exists():
            resident = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
            assert int(resident.split()[1]) < AT_REST * 1024
        assert is_healthy(port)
    assert not is_healthy(port)

    log = (tmp_path / "bot.log").read_text()
    assert "warning" not in log
    assert "Traceback" not in log
    for secret in (company.BOT_TOKEN, company.SIGNING_SECRET, company.SECRET_ID, company.SECRET_KEY):
        assert secret not in log
    assert oct((tmp_path / "bot.db").stat().st_mode & 0o777) == "0o600"


def is_healthy(port: int) -> bool:
    """By what looks after the container, where the environment names a proxy, which Docker puts there by itself."""
    (told,) = (line for line in DOCKERFILE.read_text().splitlines() if line.startswith("  CMD "))
    _python, *words = json.loads(told.removeprefix("  CMD "))
    assert "9090" in words[-1]
    words[-1] = words[-1].replace("9090", str(port))
    proxies = dict.fromkeys(("http_proxy", "HTTP_PROXY"), "http://127.0.0.1:1")
    looked = subprocess.run([sys.executable, *words], env=proxies, capture_output=True, timeout=30)
    return looked.returncode == 0
