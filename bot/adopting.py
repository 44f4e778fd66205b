"""``imagewarden adopt``: takes the shares that are there into the record, after one look and one confirmation."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import click

from approvals import drifting
from approvals import policy as policies
from approvals.account import Recorded
from approvals.audit import OPERATOR
from approvals.cloud import LIGHTHOUSE, Cloud, Image, ImageKind
from approvals.differences import accounts_of
from approvals.drift_model import DriftKind
from approvals.errors import Refused
from approvals.home import HomeAccount
from approvals.ledger import Ledger
from approvals.model import Deciders, Person, Target
from approvals.outbox import Outbox
from approvals.policy import Policy
from approvals.store import Store
from bot import config
from bot.app import cloud_client, utc_now
from bot.patience import patiently, persistently
from bot.plurals import many

_SHOWN = 50  # images of the table
_REASON = "there before Imagewarden"


@dataclass(frozen=True, slots=True)
class Found:
    """An image, and the accounts that have it although nobody approved that."""

    image: Image
    targets: tuple[Target, ...]


def adopt(*, confirmed: bool) -> None:
    """Look, show, ask, take.

    :param confirmed: don't ask
    :raises ConfigError: the environment is not right
    :raises ImagewardenError: the policy, the database or the cloud can't be used
    """
    settings = config.loaded()
    policy = policies.load(settings.policy)
    cloud = cloud_client(settings, policy, lambda *_: None)
    store = Store(settings.db)
    try:
        home = patiently(HomeAccount(cloud, policy, Recorded(store)).id)
        unseen: list[str] = []
        found = list(_found(store, cloud, policy, unseen))
        _show(found, unseen)
        if not found:
            return
        accounts = sum(len(one.targets) for one in found)
        if not confirmed:
            click.confirm(_question(accounts), abort=True)
        by = Person(OPERATOR, _user())
        with click.progressbar(found, label="Taking them", file=sys.stderr) as rows:
            for one in rows:
                _take(store, one, by, home=home, channel=policy.home.channel, now=utc_now())
        verb = "is" if accounts == 1 else "are"
        click.echo(f"{many(accounts, 'share')} of {many(len(found), 'image')} {verb} in the record now.")
    finally:
        cloud.close()
        store.close()


def _question(accounts: int) -> str:
    if accounts == 1:
        return "Take this share into the record as it is?"
    return f"Take these {accounts} shares into the record as they are?"


def _user() -> str:
    """Whoever typed it; a container may run as a number for which the machine has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def _found(store: Store, cloud: Cloud, policy: Policy, unseen: list[str]) -> Iterator[Found]:
    """
    :param unseen: to which the images are added of which it can't be read who has them
    """
    ours = [image for region in policy.home.regions for image in persistently(_ours, cloud, region)]
    with click.progressbar(ours, label="Looking at the images", file=sys.stderr) as images:
        for image in images:
            targets = _unapproved(store, cloud, policy, image)
            if targets is None:
                unseen.append(image.image_id)
            elif targets:
                yield Found(image, targets)


def _ours(cloud: Cloud, region: str) -> list[Image]:
    return [image for page in cloud.images(region) for image in page if image.kind == ImageKind.PRIVATE]


def _unapproved(store: Store, cloud: Cloud, policy: Policy, image: Image) -> tuple[Target, ...] | None:
    """Who has the image, and not by the record; None where that can't be read."""
    try:
        shared = persistently(cloud.shared_with, image.region, image.image_id)
    except Refused as error:
        click.echo(f"{image.image_id} can't be read: {error}", err=True)
        return None
    if shared is None:
        click.echo(f"{image.image_id} can't be read: this site of the cloud doesn't tell who has it", err=True)
        return None
    with store.read() as ledger:
        known = {one.target.account for one in ledger.grants.of(image.image_id, image.region)}
    return tuple(policy.target(one) for one in sorted(set(shared) - known - {LIGHTHOUSE}))


def _show(found: Sequence[Found], unseen: Sequence[str]) -> None:
    if not found and unseen:
        click.echo(f"There is nothing to adopt, as far as the cloud tells: {many(len(unseen), 'image')} can't be read.")
        return
    if not found:
        click.echo("Every share in the policy's regions is in the record already: there is nothing to adopt.")
        return
    rows = [(one.image.name, one.image.image_id, one.image.region, _named(one.targets)) for one in found]
    head = ("IMAGE", "ID", "REGION", "SHARED WITH, AND NOT IN THE RECORD")
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(3)]
    for row in (head, *rows[:_SHOWN]):
        click.echo("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]))
    if len(rows) > _SHOWN:
        click.echo(f"and {many(len(rows) - _SHOWN, 'more image')}.")


def _named(targets: Sequence[Target]) -> str:
    names = [f"{one.name} ({one.account})" if one.name else one.account for one in targets[:5]]
    return ", ".join([*names, *([f"{len(targets) - 5} more"] if len(targets) > 5 else [])])


def _take(store: Store, one: Found, by: Person, *, home: str, channel: str, now: datetime) -> None:
    """What another process took meanwhile is left to it; a kill between two images leaves the rest for the next run."""

    def work(ledger: Ledger) -> None:
        image = one.image
        known = {grant.target.account for grant in ledger.grants.of(image.image_id, image.region)}
        for target in one.targets:
            if target.account not in known:
                ledger.drift.add(DriftKind.UNAPPROVED, image, target, now=now)
        there = accounts_of(ledger.drift.of(image.image_id, image.region), DriftKind.UNAPPROVED)
        mine = [there[target.account] for target in one.targets if target.account in there]
        for number in dict.fromkeys(drift.request_id for drift in mine if drift.request_id is not None):
            request = ledger.request(number)
            if request is not None:
                drifting.adopt(ledger, request, by, _REASON, home=home, now=now)
                outbox = Outbox(ledger, request, channel=channel, now=now)
                outbox.thread("drift_adopt", person=by.id, reason=_REASON)
                outbox.card()
        left = [drift for drift in mine if drift.request_id is None]
        if left:
            request = drifting.ask(ledger, image, left, Deciders(owner_ids=()), by, home=home, now=now)
            drifting.adopt(ledger, request, by, _REASON, home=home, now=now)

    store.write(work)
