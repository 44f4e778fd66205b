"""What the pretend company has in the cloud at the start. Names and ids meet its policy in ``company.py``."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any

from bot.sandbox import company
from bot.sandbox.cloud import machines
from bot.sandbox.cloud.state import PUBLIC, SHARED, CloudState, Image

USER = "100000000077"
"""The sub-user whose keys the bot has."""

STRANGER = "100098765432"
"""A root account that exists and that the policy does not know."""

FOREIGN = "200012345678"
"""A root account of the vendor's international site."""

SUB_ACCOUNT, SUB_ACCOUNT_OF = "700001601739", "100012345678"

GOLDEN_SOURCE, MYSTERY_SOURCE = "100055500000", "100066600000"
"""Accounts that share images with us: one that the policy trusts as a source, one that it does not know."""

PARTNER_LAB = "100023456789"
"""An account that the policy trusts as a target alone; it shares an image with us all the same."""

POPULAR = tuple(f"1003{number:08d}" for number in range(1, 500))
"""The accounts that popular-base is shared with: one more is allowed, two are not."""

_DAY = 86_400.0
_GUANGZHOU, _SINGAPORE = company.REGIONS


def seeded(clock: Callable[[], float]) -> CloudState:
    """The cloud of the pretend company; the ages of its images count from ``clock()``."""
    now = clock()
    state = CloudState(company.HOME_ACCOUNT, USER, company.REGIONS, clock)
    for account in tomllib.loads(company.POLICY)["accounts"]:
        state.add_account(account["id"], account["name"])
    for account_id in (STRANGER, MYSTERY_SOURCE, *POPULAR):
        state.add_account(account_id)
    state.add_foreign_account(FOREIGN)
    state.add_account(SUB_ACCOUNT, sub_account_of=SUB_ACCOUNT_OF)
    shares = _shares(now)
    for image in (*_shareable(now), *_not_shareable(now), *_of_others(now)):
        state.add_image(image, shares.get(image.image_id))
    for instance in machines.instances(now):
        state.add_instance(instance)
    for blueprint in machines.blueprints(now):
        state.lighthouse.add(blueprint, shares.get(blueprint.blueprint_id))
    return state


def _shares(now: float) -> dict[str, dict[str, float]]:
    return {
        "img-2qk8xv4d": {PARTNER_LAB: now - 11 * _DAY},
        machines.SHARED_BLUEPRINT: {PARTNER_LAB: now - 30 * _DAY},
        "img-p0pbase1": {account: now - (40 + number % 50) * _DAY for number, account in enumerate(POPULAR)},
    }


def _shareable(now: float) -> list[Image]:
    return [
        _own(
            "img-6pb6lrmy",
            "base-nightly",
            now - 2 * _DAY,
            description="Hardened base with the agents, built every night",
            tags={"team": "platform", "channel": "nightly"},
        ),
        _own(
            "img-2qk8xv4d",
            "base-22.04",
            now - 12 * _DAY,
            description="The base that releases are built on",
            tags={"team": "platform", "channel": "stable"},
        ),
        _own(
            "img-gpu7rn3k",
            "gpu-trainer",
            now - 6 * _DAY,
            description="CUDA and the training stack",
            size_gib=100,
            tags={"team": "perception"},
        ),
        _own(
            "img-4dshb0rd",
            "team-dashboard",
            now - 20 * _DAY,
            description="The wall display in the lab",
            os_name="Debian 12.5 64bit",
            platform="Debian",
            tags={"team": "robots"},
        ),
        _own(
            "img-0rphn5qc",
            "orphan-cache",
            now - 210 * _DAY,
            description="Package cache; nobody remembers whose",
            os_name="CentOS 7.9 64bit",
            platform="CentOS",
            size_gib=50,
        ),
        _own(
            "img-p0pbase1",
            "popular-base",
            now - 95 * _DAY,
            description="What every customer starts from",
            tags={"team": "platform"},
        ),
        _own(
            "img-l3g4cy9w",
            "legacy-erp",
            now - 64 * _DAY,
            description="Brought over from the old data centre",
            source="EXTERNAL_IMPORT",
            os_name="CentOS 7.6 64bit",
            platform="CentOS",
            size_gib=80,
        ),
        _own("img-s6nb8s2e", "base-nightly-sg", now - 2 * _DAY, region=_SINGAPORE, tags={"team": "platform"}),
        _own(
            "img-s6edg3px",
            "edge-proxy",
            now - 9 * _DAY,
            region=_SINGAPORE,
            description="Terminates TLS near the customers",
            architecture="arm",
        ),
        _own(
            "img-0lds3nsr",
            "sensor-gateway",
            now - 400 * _DAY,
            description="Superseded; some robots still start from it",
            deprecated=True,
            tags={"team": "robotics"},
        ),
        _own(
            "img-pl6br1dg",
            "plc-bridge",
            now - 150 * _DAY,
            description="Talks to the machines on the floor; too small for cloud-init",
            cloud_init=False,
            size_gib=10,
        ),
        _own(
            "img-bsdr0ut3",
            "lab-router",
            now - 70 * _DAY,
            description="Routes the lab's network",
            os_name="FreeBSD 13.1 64bit",
            platform="FreeBSD",
        ),
    ]


def _not_shareable(now: float) -> list[Image]:
    return [
        _own(
            "img-w1nsql19",
            "windows-sql",
            now - 33 * _DAY,
            licence="BYOL",
            source="EXTERNAL_IMPORT",
            os_name="Windows Server 2019 Datacenter 64bit",
            platform="Windows",
            size_gib=120,
        ),
        _own("img-bld4gnt5", "build-agent", now - 600, state="CREATING", tags={"team": "platform"}),
        _own(
            "img-c1full8m",
            "ci-runner-full",
            now - 15 * _DAY,
            description="The CI runner with its work disk",
            size_gib=50,
            data_disks_gib=(200,),
            tags={"team": "platform"},
        ),
        _own(
            "img-v4ults6n",
            "vault-signer",
            now - 80 * _DAY,
            description="Signs releases; its disk is encrypted",
            encrypted=True,
        ),
    ]


def _of_others(now: float) -> list[Image]:
    return [
        Image(
            "img-g0ldrh3l",
            "golden-rhel",
            _GUANGZHOU,
            now - 25 * _DAY,
            kind=SHARED,
            creator=GOLDEN_SOURCE,
            os_name="Red Hat Enterprise Linux 9.2 64bit",
            platform="RedHat",
        ),
        Image(
            "img-my5tery7",
            "mystery-miner",
            _GUANGZHOU,
            now - 3 * _DAY,
            kind=SHARED,
            creator=MYSTERY_SOURCE,
            source="EXTERNAL_IMPORT",
            os_name="Other Linux 64bit",
            platform="Other Linux",
            size_gib=8,
        ),
        Image(
            "img-l4bn0teb",
            "lab-notebook",
            _GUANGZHOU,
            now - 18 * _DAY,
            kind=SHARED,
            creator=PARTNER_LAB,
            os_name="Debian 12.5 64bit",
            platform="Debian",
        ),
        Image(
            "img-g0ldd3bn",
            "golden-debian",
            _SINGAPORE,
            now - 24 * _DAY,
            kind=SHARED,
            creator=GOLDEN_SOURCE,
            os_name="Debian 12.5 64bit",
            platform="Debian",
        ),
        Image("img-487zeit5", "Ubuntu Server 22.04 LTS 64bit", _GUANGZHOU, now - 400 * _DAY, PUBLIC, source="OFFICIAL"),
        Image(
            "img-t3n31k4s",
            "TencentOS Server 3.1 (TK4)",
            _GUANGZHOU,
            now - 500 * _DAY,
            kind=PUBLIC,
            source="OFFICIAL",
            os_name="TencentOS Server 3.1 (TK4)",
            platform="TencentOS",
        ),
    ]


def _own(image_id: str, name: str, created_at: float, region: str = _GUANGZHOU, **facts: Any) -> Image:
    return Image(image_id, name, region, created_at, creator=company.HOME_ACCOUNT, **facts)
