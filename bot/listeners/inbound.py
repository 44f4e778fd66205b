"""``/image inbound``: what others share with us, from memory; which instances use it is asked of the cloud."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog

from approvals.cloud import Image, ImageKind
from approvals.errors import CloudError
from approvals.ledger import Ledger
from approvals.model import SourceWord, Target
from approvals.sentences import say
from approvals.trust_source import is_trusted
from bot.cards import inbound, lists
from bot.cards.images import no_images, read_of
from bot.cards.inbound import Inbound, Source, Told
from bot.cards.text import all_of, code
from bot.languages import _
from bot.listeners.members import Answer, answer_later
from bot.listeners.pages import NumberedAt, numbered
from bot.replies import ReplyAddress
from bot.services import Services

LOOKING = say("Looking up what is shared with us …")

log = structlog.get_logger()


def answer_inbound(services: Services, address: ReplyAddress, work: Callable[[], Answer]) -> None:
    """The answer behind the ack, as soon as the images are read, or why they can't be."""

    def answer() -> Answer:
        return _not_read(services) or work()

    services.catalogue.once_read(lambda: answer_later(services, "inbound", address, answer))


def list_inbound(services: Services, at: NumberedAt) -> Answer:
    """A page of what is shared with us: what isn't trusted first, of that what is used."""
    usage, unknown = _usage(services)
    rows = _rows(services, usage)
    if not rows:
        return no_images(_nothing(services), services.catalogue.readings)
    page = numbered(at, len(rows), rows=lists.ROWS)
    shown = rows[page.start : page.start + lists.ROWS]
    first, readings = page.start + 1, services.catalogue.readings
    return inbound.inbound_list(shown, first, len(rows), readings, unknown, newer=page.newer, older=page.older)


def show_source(services: Services, source: Target) -> Answer:
    """How it stands with one source: its images, and every word of the guardians on it."""
    usage, _ = _usage(services)
    with services.store.read() as ledger:
        history = ledger.sources.history(source.account)
        told = [one for word in history if (one := _told(ledger, word))]
        stands = _source(services, source.account, {word.account: word for word in history[:1]})
    rows = [row for row in _rows(services, usage) if row.source.account == source.account]
    return inbound.source_history(stands, told, rows, services.catalogue.readings)


def _not_read(services: Services) -> Answer | None:
    catalogue = services.catalogue
    if catalogue.known:
        return None
    faults = [code(f"{region}: {one.fault}") for region, one in catalogue.readings.items() if one.fault]
    why = f" ({all_of(faults)})" if faults else ""
    return _("The images of our regions are not read yet{why}. Try again in a minute.", why=why), None


def _nothing(services: Services) -> str:
    return _(
        "Nobody shares an image with us in {regions}. When somebody does, it is listed here with what the guardians "
        "and the policy say of its source.",
        regions=read_of(services.catalogue.readings),
    )


def _rows(services: Services, usage: dict[tuple[str, str], int | None]) -> list[Inbound]:
    shared = [image for image in services.catalogue.images() if image.kind == ImageKind.SHARED]
    with services.store.read() as ledger:
        seen = ledger.sources.first_seen(shared)
        words = {
            account: ledger.sources.history(account)[0]
            for account in ledger.sources.words()
            if any(image.creator == account for image in shared)
        }
    rows = [
        Inbound(
            image,
            _source(services, image.creator, words),
            seen.get((image.region, image.image_id)),
            _used(image, usage),
        )
        for image in shared
    ]
    return sorted(rows, key=_order)


def _order(row: Inbound) -> tuple[object, ...]:
    built = row.image.created_at.timestamp() if row.image.created_at else 0.0
    return row.source.trusted, row.source.name or "~", row.source.account, -(row.used or 0), -built, row.image.image_id


def _used(image: Image, usage: dict[tuple[str, str], int | None]) -> int | None:
    if (image.region, "") in usage or image.is_blueprint:
        return None  # unknown in that region; what Lighthouse's instances use isn't asked
    return usage.get((image.region, image.image_id), 0)


def _source(services: Services, account: str, words: dict[str, SourceWord]) -> Source:
    policy, word = services.policy, words.get(account)
    said = {account: word.trusted} if word else {}
    return Source(account, policy.name_of(account) or "", is_trusted(account, policy, said), word)


def _usage(services: Services) -> tuple[dict[tuple[str, str], int | None], Sequence[str]]:
    """Instances by region and image, and the regions of which that can't be told: those have an entry for ""."""
    usage: dict[tuple[str, str], int | None] = {}
    unknown = []
    for region in services.policy.home.regions:
        try:
            found = services.cloud.image_usage(region)
        except CloudError as error:
            log.warning("instances_not_read", region=region, error=str(error), cloud=error.cloud_request_id)
            unknown.append(region)
            usage[region, ""] = None
        else:
            usage |= {(region, image_id): number for image_id, number in found.items()}
    return usage, unknown


def _told(ledger: Ledger, word: SourceWord) -> Told | None:
    request = ledger.request(word.request_id)
    return Told(word, request.requester, request.decisions, request.reason) if request else None
