"""Albums come item by item; an admin's are gathered in a draft, which outlasts a restart."""

from __future__ import annotations

from typing import Any

from bot.clock import Clock
from bot.delivery.content import Content, read_content
from bot.store.database import Database
from bot.store.outbox import audience
from bot.store.outbox_models import BroadcastRead
from bot.store.queries import broadcasts as store
from bot.store.tables import Executor


class Albums:
    """Drafts of albums, found by Telegram's number of the album."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def find(self, admin_id: int, media_group: str) -> BroadcastRead | None:
        """The admin's draft of this album, or None."""
        async with self._db.read() as session:
            return await store.of_album(session, admin_id, media_group)

    async def gather(
        self, admin_id: int, media_group: str, message_id: int, item: dict[str, Any], said: Content
    ) -> BroadcastRead:
        """Add an item to the album's draft, made for the first one; one that is there stays once.

        Args:
            item: as ``sendMediaGroup`` takes it.
            said: its caption; the first item's is the album's.

        Raises:
            LookupError: the draft has gone meanwhile.
        """
        async with self._db.write() as session:
            found = await store.of_album(session, admin_id, media_group, lock=True)
            if found is None:
                found = await self._begin(session, admin_id, media_group, message_id, said)
            content = read_content(found.content or "{}")
            if item["media"] not in [one["media"] for one in content.media]:
                with_item = content.model_copy(update={"media": (*content.media, item)})
                await store.change(session, found.id, {"content": with_item.stored()})
            return await _get(session, found.id)

    async def _begin(
        self, session: Executor, admin_id: int, media_group: str, message_id: int, said: Content
    ) -> BroadcastRead:
        empty = Content(kind="album", text=said.text, entities=said.entities, buttons=said.buttons)
        now = self._clock.now()
        made = await store.add(
            session,
            admin_id,
            admin_id,
            message_id,
            now,
            audience=audience.EVERYONE,
            media_group=media_group,
            content=empty.stored(),
            shown_at=now,
        )
        return await _get(session, made)


async def _get(session: Executor, broadcast_id: int) -> BroadcastRead:
    found = await store.get(session, broadcast_id)
    if found is None:
        raise LookupError(f"there is no broadcast {broadcast_id}")
    return found
