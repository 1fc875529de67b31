"""What an admin's next message answers: a row, so that a restart is not noticed."""

from __future__ import annotations

from bot.store.admin_models import DialogueRead
from bot.store.database import Database
from bot.store.queries import dialogues as store


class Dialogues:
    """What admins were asked for last; one thing each, until they answer, or do something else."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def expect(self, user_id: int, what: str, about: int | None = None) -> None:
        """Take the admin's next message for this, ``about`` the broadcast of that number."""
        async with self._db.write() as session:
            await store.put(session, user_id, what, about)

    async def expected(self, user_id: int) -> DialogueRead | None:
        """What the admin's next message is taken for; None where nothing was asked."""
        async with self._db.read() as session:
            return await store.get(session, user_id)

    async def drop(self, user_id: int) -> None:
        """Take the admin's next message for anything it may be."""
        if await self.expected(user_id) is not None:
            async with self._db.write() as session:
                await store.drop(session, user_id)
