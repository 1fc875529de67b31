"""What a card shows of a broadcast, gathered for whoever looks at it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.delivery.audiences import read_filter
from bot.delivery.broadcasts import Broadcasts
from bot.delivery.content import Content, content_in
from bot.delivery.schedules import schedule_of
from bot.store.outbox_models import BroadcastRead
from bot.texts.broadcast_card import Card
from bot.texts.fields import PollManner


async def facts_of(
    rules: Broadcasts,
    broadcast: BroadcastRead,
    themes: Mapping[str, str],
    admin: int,
    now: datetime,
    zone: str,
) -> Card:
    """All that its card shows this admin, by the clock of that zone."""
    content = content_in(broadcast.content)
    offer = await rules.offer_of(broadcast.id)
    corrected = broadcast.corrects if broadcast.is_correction else None
    reach = await rules.reach_of(corrected) if corrected is not None else None
    return Card(
        number=broadcast.id,
        kind=broadcast.kind,
        state=broadcast.state,
        audience=read_filter(broadcast.filter),
        schedule=schedule_of(broadcast),
        themes=themes,
        now=now,
        zone=zone,
        count=offer.audience,
        seconds=offer.seconds,
        stars=offer.stars,
        silent=content.silent,
        manner=_poll_manner(content),
        links=tuple(button.label for button in content.buttons),
        takes_links=content.takes_links,
        too_late=reach.too_late if reach is not None else 0,
        pruned=reach.pruned if reach is not None else 0,
        replaces=broadcast.replaces,
        is_own=broadcast.admin_id == admin,
    )


def _poll_manner(content: Content) -> PollManner | None:
    if not content.is_poll:
        return None
    return "forward" if content.kind == "forward" else "copy"
