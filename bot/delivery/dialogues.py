"""What an admin's next message answers, or may answer: a row, so that a restart is not noticed."""

from __future__ import annotations

from bot.store.admin_models import DialogueRead
from bot.store.database import Database
from bot.store.queries import dialogues as store

SCREEN = "screen "
"""What a row expects begins with it where buttons were shown, and nothing was asked for."""


class Dialogues:
    """What admins were asked for last, or the screen of buttons that they may type an answer to;
    one thing each, until they answer, or do something else."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def expect(self, user_id: int, what: str, about: int | None = None) -> None:
        """Take the admin's next message for this, ``about`` the broadcast of that number."""
        async with self._db.write() as session:
            await store.put(session, user_id, what, about)

    async def expected(self, user_id: int) -> DialogueRead | None:
        """What the admin's next message is taken for; None where nothing was asked."""
        found = await self._found(user_id)
        return None if found is None or found.expects.startswith(SCREEN) else found

    async def show_screen(self, user_id: int, view: str, about: int) -> None:
        """Remember that the admin has this screen of buttons before them."""
        await self.expect(user_id, SCREEN + view, about)

    async def screen(self, user_id: int) -> tuple[str, int] | None:
        """The screen that the admin has before them and the broadcast that it is about; None
        where there is none, or they were asked for something."""
        found = await self._found(user_id)
        if found is None or found.about is None or not found.expects.startswith(SCREEN):
            return None
        return found.expects.removeprefix(SCREEN), found.about

    async def drop(self, user_id: int) -> None:
        """Take the admin's next message for anything it may be."""
        if await self._found(user_id) is not None:
            async with self._db.write() as session:
                await store.drop(session, user_id)

    async def _found(self, user_id: int) -> DialogueRead | None:
        async with self._db.read() as session:
            return await store.get(session, user_id)
