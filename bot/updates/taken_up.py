"""Counts the starts of updates that an earlier run left undone: one may have ended that run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, nullcontext

import structlog

from bot.store.database import Database
from bot.store.outbox_models import Arrived
from bot.store.queries import inbox as rows
from bot.store.troubles import kind_of

log = structlog.get_logger(__name__)

MOST_STARTS = 5
"""Starts that may take up an update and not come to its end."""


class TakenUp:
    """Counts in their rows how often such updates are begun, so that none ends the bot for ever.

    A crash (no memory left, a fault in a library) tells nobody which of the updates in hand it was
    for. So each is counted before it is begun, and no more once it has ended, however; and those
    that were begun before are handled one at a time, lest one be counted for another.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._tries: dict[int, int] = {}
        self._alone = asyncio.Lock()

    def found(self, left: Iterable[Arrived]) -> None:
        """Note rows that an earlier run left undone."""
        self._tries.update({row.update_id: row.tries for row in left})

    def is_hopeless(self, update_id: int) -> bool:
        """Return whether several starts began it and none came to its end."""
        return self._tries.get(update_id, 0) >= MOST_STARTS

    def done(self, update_ids: Iterable[int]) -> None:
        """Forget updates whose rows are done."""
        for update_id in update_ids:
            self._tries.pop(update_id, None)

    @asynccontextmanager
    async def attempt(self, update_id: int) -> AsyncIterator[None]:
        """Count what is done inside as one attempt.

        Only a cancellation leaves it counted, as a crash would; any other end does not.
        """
        tries = self._tries.get(update_id)
        if tries is None:
            yield
            return
        async with self._alone if tries else nullcontext():
            await self._note(update_id, tries + 1)
            try:
                yield
            except Exception:
                await self._note(update_id, 0)
                raise
            await self._note(update_id, 0)

    async def _note(self, update_id: int, tries: int) -> None:
        self._tries[update_id] = tries
        try:
            async with self._db.write() as session:
                await rows.set_tries(session, update_id, tries)
        except Exception as error:  # noqa: BLE001 - whatever the database raises
            log.error(  # noqa: TRY400 - a full disk would be filled further by tracebacks
                "how often an update was begun could not be written down", kind=kind_of(error)
            )
