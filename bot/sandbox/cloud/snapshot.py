"""What the page shows of the local cloud, as JSON types; times are Unix seconds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.sandbox.cloud.blueprints import Blueprint
from bot.sandbox.cloud.call import Call
from bot.sandbox.cloud.copies import SYNCING
from bot.sandbox.cloud.images import OWN, PUBLIC, SHARED, Image

Names = Mapping[str, str | None]
Shares = Mapping[str, float]


def in_order(images: Iterable[Image], regions: tuple[str, ...]) -> list[Image]:
    """By region as the account lists them, then ours first, then by name."""

    def place(image: Image) -> tuple[int, int, str]:
        return (*regions, image.region).index(image.region), (OWN, SHARED, PUBLIC).index(image.kind), image.name

    return sorted(images, key=place)


def image_row(image: Image, shares: Shares, names: Names, *, in_lighthouse: bool) -> dict[str, Any]:
    """:param names: account → what it is called"""
    return {
        "id": image.image_id,
        "name": image.name,
        "region": image.region,
        "kind": image.kind,
        "state": image.state,
        "progress": image.sync_percent if image.state == SYNCING else None,
        "source": image.source,
        "licence": image.licence,
        "size_gib": image.size_gib,
        "os": image.os_name,
        "creator": image.creator,
        "created_at": image.created_at,
        "in_lighthouse": in_lighthouse,
        "shared_with": _shared_with(shares, names),
    }


def blueprint_row(blueprint: Blueprint, shares: Shares, names: Names) -> dict[str, Any]:
    return {
        "id": blueprint.blueprint_id,
        "name": blueprint.name,
        "region": blueprint.region,
        "kind": blueprint.kind,
        "state": blueprint.state,
        "size_gib": blueprint.size_gib,
        "os": blueprint.os_name,
        "image": blueprint.image_id,
        "created_at": blueprint.created_at,
        "shared_with": _shared_with(shares, names),
    }


def call_row(call: Call) -> dict[str, Any]:
    return {
        "at": call.at,
        "service": call.service,
        "action": call.action,
        "region": call.region,
        "code": call.code,
        "ms": round(call.ms, 1),
    }


def _shared_with(shares: Shares, names: Names) -> list[dict[str, Any]]:
    return [{"account": account, "name": names.get(account), "since": since} for account, since in shares.items()]
