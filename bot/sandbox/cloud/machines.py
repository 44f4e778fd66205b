"""The machines of the pretend company at the start, and its blueprints in Lighthouse."""

from __future__ import annotations

from bot.sandbox import company
from bot.sandbox.cloud.blueprints import SHARED, SYSTEM, Blueprint
from bot.sandbox.cloud.state import Instance

SHARED_BLUEPRINT = "lhbp-sh0pst4r"
"""The one that an account has at the start."""

_DAY = 86_400.0
_GUANGZHOU, _SINGAPORE = company.REGIONS


def instances(now: float) -> list[Instance]:
    """Made from images of ours, from images that others share with us, and from one that is gone."""
    return [
        Instance("ins-web00001", "web-front-1", _GUANGZHOU, "img-2qk8xv4d", now - 10 * _DAY, tags={"team": "web"}),
        Instance("ins-web00002", "web-front-2", _GUANGZHOU, "img-2qk8xv4d", now - 10 * _DAY, tags={"team": "web"}),
        Instance("ins-erpdb001", "erp-database", _GUANGZHOU, "img-g0ldrh3l", now - 20 * _DAY),
        Instance("ins-erpdb002", "erp-standby", _GUANGZHOU, "img-g0ldrh3l", now - 19 * _DAY, state="STOPPED"),
        Instance("ins-gpux0001", "gpu-experiment", _GUANGZHOU, "img-my5tery7", now - 2 * _DAY),
        Instance("ins-batch001", "old-batch", _GUANGZHOU, "img-g0nel0ng", now - 500 * _DAY, state="STOPPED"),
        Instance("ins-edges001", "edge-1", _SINGAPORE, "img-s6edg3px", now - 8 * _DAY, instance_type="SR1.MEDIUM2"),
        Instance("ins-jumps001", "jump-host", _SINGAPORE, "img-g0ldd3bn", now - 21 * _DAY),
    ]


def blueprints(now: float) -> list[Blueprint]:
    """Ours, one that another account shares with us, and one of the vendor's."""
    return [
        Blueprint(
            SHARED_BLUEPRINT,
            "shop-starter",
            _GUANGZHOU,
            now - 31 * _DAY,
            description="The small shop that partners begin with",
            tags={"team": "web"},
        ),
        Blueprint("lhbp-w1k1k1t7", "wiki-kit", _GUANGZHOU, now - 14 * _DAY, size_gib=40),
        Blueprint("lhbp-crmk1t42", "crm-kit", _GUANGZHOU, now - 600, state="SYNCING"),
        Blueprint("lhbp-l4ndp4g3", "landing-page", _SINGAPORE, now - 9 * _DAY, tags={"team": "web"}),
        Blueprint("lhbp-fr0mp4rt", "partner-demo", _GUANGZHOU, now - 5 * _DAY, kind=SHARED),
        Blueprint("lhbp-ubuntu22", "Ubuntu Server 22.04 LTS", _GUANGZHOU, now - 700 * _DAY, kind=SYSTEM),
    ]
