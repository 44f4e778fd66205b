"""Cards that Slack shows and no record knows: where its answer to a message is lost, the message is sent again."""

from __future__ import annotations

from bot.cards.text import section
from bot.languages import _, speaking
from bot.payloads import Press
from bot.services import Services


def retire_copy(services: Services, pressed: Press, number: int) -> None:
    """Have a card say so where another one in its place shows how the request stands.

    It would go on looking as it does for good. One without another in its place may be the one that is being recorded.

    :raises StoreError: the database can't be read
    :raises SlackApiError: Slack doesn't do it; or what says that it can't be reached
    """
    place = pressed.container
    if place.is_ephemeral is not False or not place.channel_id or not place.message_ts:
        return
    with services.store.read() as ledger:
        recorded = {card.ts for card in ledger.cards(number) if card.channel == place.channel_id}
    if not recorded or place.message_ts in recorded:
        return
    with speaking(services.language_of(pressed.person_id if place.channel_id.startswith("D") else "")):
        text = _("#{number}: Slack shows this card twice. The other one says how it stands.", number=number)
    services.client.chat_update(channel=place.channel_id, ts=place.message_ts, text=text, blocks=[section(text)])
