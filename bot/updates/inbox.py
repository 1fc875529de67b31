"""From an update as Telegram gave it to a row, and from the row to the handlers: once.

An update is confirmed to Telegram only when it is a row, and a row is done only when its handler
has ended, so neither a crash nor a restart loses a message; the unique ``update_id`` makes the
same update given twice one row and one effect. What cannot be answered yet, because Telegram asks
to wait or is away, stays a row until it can. What a row holds is encrypted, here and in the
database, until the moment it is dealt with.

Each chat keeps its order, but for what may be a warning sign: that is looked for before anything
is queued, and goes past its own chat's queue and everybody else's. What of one chat exceeds a
bound is put aside, and the chat is asked, once, to slow down.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import structlog

from bot.clock import Clock
from bot.retry import READ_UPDATES, Retries
from bot.store.cipher import BodyCipher, UndecryptableError
from bot.store.database import Database
from bot.store.outbox_models import Arrived
from bot.store.queries import inbox as rows
from bot.store.troubles import kind_of
from bot.telegram.reading import Broken, Given, number_of
from bot.telegram.update_scope import GROUPS
from bot.updates.chat_queues import ChatQueues
from bot.updates.content import (
    NOWHERE,
    Update,
    body_of,
    chat_of,
    is_overheard,
    must_be_kept,
    words_of,
)
from bot.updates.handling import Handling, Process, Waiting, never, silent
from bot.updates.inline_queries import InlineQueries
from bot.updates.open_rows import OpenRows
from bot.updates.retrying import Retrying
from bot.updates.shares import Common
from bot.updates.signs import Signs, calm

log = structlog.get_logger(__name__)

ROOM = 16 * 1024 * 1024  # bytes of updates in memory; beyond that they wait in their rows
DEPTH = 8  # updates of one chat in memory
GROUP_WORKERS = 2
PAGE = 200  # rows that are looked through at once


class Inbox:
    """Takes updates in, hands them to ``process`` in order within each chat.

    ``process`` raises :class:`UnreadableUpdateError` for what cannot be parsed. What it raises
    because Telegram asks to wait, or something is away, is handed in again when the time has
    come, as ``retrying`` says. It may raise anything else; then the row is done and never tried
    again.

    Args:
        held_for: the seconds for which nothing may be said in a chat; meanwhile its updates are
            not even begun, so that few are ever done by halves.
        suspects: how much somebody's words sound like a danger, 0 (not at all) to 2; asked of
            everything on arrival. What does is handed to ``process`` at once, which raises
            :class:`~bot.telegram.update_scope.NoSignError` if it is none after all.
        slow_down: called once a flood, with the first update of it that is put aside.
        depth, room: how many updates of one chat, and how many bytes of all, wait in memory.
    """

    def __init__(  # noqa: PLR0913 - what it cannot know itself
        self,
        db: Database,
        clock: Clock,
        process: Process,
        held_for: Callable[[int], float] = never,
        *,
        cipher: BodyCipher,
        retrying: Retrying | None = None,
        suspects: Callable[[str], int] = calm,
        slow_down: Process = silent,
        workers: int = 16,
        depth: int = DEPTH,
        room: int = ROOM,
    ) -> None:
        self._db = db
        self._clock = clock
        self._cipher = cipher
        self._open = OpenRows(clock)
        self._handling = Handling(
            db, clock, cipher, process, slow_down, held_for, retrying or Retrying(clock)
        )
        self._handling.on_done = self._open.done
        self._inline_queries = InlineQueries()
        self._handling.is_superfluous = self._inline_queries.is_superfluous
        self.counts = self._handling.counts
        self._gate = asyncio.Lock()  # held while rows are written or read back
        persons = Common(room, _size)
        self._signs = Signs(
            clock, self._handling, self._open, self._gate, suspects, depth=depth, common=persons
        )
        given = self._signs.handle_in_turn, self._refill, clock
        kept: Any = {"depth": depth, "on_rest": self._rest}
        self._persons: ChatQueues[Waiting] = ChatQueues(
            *given, workers=workers, common=persons, **kept
        )
        groups = persons.for_others()
        self._groups: ChatQueues[Waiting] = ChatQueues(
            *given, workers=GROUP_WORKERS, behind=GROUPS, common=groups, **kept
        )
        self._claims = self._signs.claims
        self._all = (self._signs.queues, self._persons, self._groups)

    @property
    def waiting(self) -> int:
        """Updates in memory that no worker has begun."""
        return sum(queues.waiting for queues in self._all)

    @property
    def watched(self) -> int:
        """Updates of which it is remembered that they may be, or were, answered out of turn."""
        return len(self._claims)

    async def take(self, updates: Iterable[Given]) -> int:
        """Write the updates as rows and queue those that are new; how many were new.

        What is broken, and what exceeds the bound of its chat, is put aside, so that it stops
        nothing behind it. Raises whatever the database raises; then nothing was taken and Telegram
        gives it again.
        """
        read, repeated = self._read(updates)
        kept = {number: update for number, update in read.items() if self._admit(number, update)}
        words = {number: words_of(update) for number, update in kept.items()}
        waiting = await self._write([self._row(*update) for update in kept.items()], words)
        self.counts.received += len(waiting)
        self.counts.repeated += repeated + len(kept) - len(waiting)
        for number, item in waiting.items():
            self._inline_queries.arrived(number, kept[number])
            chat_id = item.row.chat_id or NOWHERE
            if self._queues(chat_id).offer(chat_id, item):
                self._claims.queued([number])
            else:
                self._queues(chat_id).more(chat_id)
        await self._signs.look_through(waiting, words)
        return len(waiting)

    def _rest(self, chat_id: int) -> None:
        self._open.rest(chat_id)
        self._inline_queries.rest(chat_id)

    def _queues(self, chat_id: int | None) -> ChatQueues[Waiting]:
        """Where whatever is no sign waits; only groups and channels have negative numbers."""
        return self._groups if (chat_id or NOWHERE) < 0 else self._persons

    async def _write(
        self, given: Sequence[Arrived], words: Mapping[int, str]
    ) -> dict[int, Waiting]:
        """Those of the rows that are new; those with words are watched."""
        new: set[int] = set()
        try:
            async with self._gate:
                if given:
                    put = partial(rows.put, updates=given, now=self._clock.now())
                    new = set(await self._db.write(put))
                self._claims.watch(number for number in new if words[number])
        finally:
            for row in given:
                if row.update_id not in new:
                    self._open.done(row.chat_id or NOWHERE)
        return {row.update_id: Waiting(row) for row in given if row.update_id in new}

    def _read(self, updates: Iterable[Given]) -> tuple[dict[int, Update], int]:
        """Each update by its number, and how often one came twice; what is broken is counted."""
        read: dict[int, Update] = {}
        repeated = 0
        for update in updates:
            number = number_of(update)
            if isinstance(update, Broken) or number is None:
                self.counts.unreadable += 1
                log.warning("an update is broken and is put aside", update=number)
            else:
                repeated += number in read
                read[number] = update
        return read, repeated

    def _admit(self, number: int, update: Update) -> bool:
        """Whether it becomes a row; the first one of a flood that does not is answered so."""
        chat_id = chat_of(update)
        if is_overheard(update):
            self.counts.overheard += 1
            return False
        if self._open.add(chat_id):
            return True
        needed = must_be_kept(update) or self._signs.suspicion(words_of(update)) > 0
        if needed and self._open.add(chat_id, needed=True):
            return True
        self.counts.declined += 1
        if not self._open.is_told(chat_id):
            self._tell(chat_id, Waiting(self._row(number, update), declined=True))
        return False

    def _tell(self, chat_id: int, item: Waiting) -> None:
        """Have somebody asked to slow down; where memory is full, the next one says it."""
        if self._signs.queues.offer(chat_id, item):
            self._open.told(chat_id)
            log.info("a chat writes faster than it can be answered; the rest is put aside")

    async def recover(self) -> int:
        """Queue what an earlier run left undone; the number of chats with such rows."""
        chats = await self._db.read(rows.open_by_chat)
        self._open.left_by_others({chat_id or NOWHERE: count for chat_id, count in chats.items()})
        await self._look_for_signs_in_rows()
        for chat_id in chats:
            self._queues(chat_id).more(chat_id or NOWHERE)
        if chats:
            log.info("updates left from the last run are taken up", chats=len(chats))
        return len(chats)

    async def _look_for_signs_in_rows(self) -> None:
        after, is_last = -1, False
        while not is_last:
            async with self._gate:
                # What is in these chats' queues was looked through when it came.
                known = frozenset[int]().union(*(queues.keys for queues in self._all))
                page = await self._db.read(partial(rows.pending, limit=PAGE, after=after))
                left = {
                    row.update_id: Waiting(row)
                    for row in page
                    if row.chat_id not in known and not self._is_dealt_with(row.update_id)
                }
                self._claims.watch(left)
                self._handling.taken_up.found(item.row for item in left.values())
            await self._signs.look_through(
                left, {n: self._words(item.row) for n, item in left.items()}
            )
            is_last = len(page) < PAGE
            after = page[-1].update_id if page else after

    def _words(self, row: Arrived) -> str:
        try:
            return words_of(self._handling.read(row))
        except UndecryptableError:
            return ""

    async def run(self) -> None:
        """Work until :meth:`close` or cancellation."""
        async with asyncio.TaskGroup() as group:
            for queues in self._all:
                group.create_task(queues.run())

    def close(self) -> None:
        """Begin no further update; those in hand are finished, the rest stays in the rows."""
        for queues in self._all:
            queues.close()

    async def idle(self) -> None:
        """Wait until nothing is left but what is held."""
        for queues in self._all:
            await queues.idle()

    async def _refill(self, chat_id: int, limit: int) -> Sequence[Waiting]:
        retries = Retries(READ_UPDATES, self._clock)
        while True:
            try:
                async with self._gate:
                    return await self._read_back(chat_id, limit)
            except Exception as error:  # noqa: BLE001 - whatever the database raises
                seconds, kind = retries.failed() or 0.0, kind_of(error)
                log.error(  # noqa: TRY400 - a line for each wait is enough
                    "updates could not be read back; trying again", kind=kind, seconds=seconds
                )
                await self._clock.sleep(seconds)

    async def _read_back(self, chat_id: int, limit: int) -> list[Waiting]:
        """The chat's next rows, but for those that are, or have been, dealt with."""
        found: list[Waiting] = []
        after: int | None = None
        page_of = partial(rows.pending, limit=limit, chat_id=chat_id)
        while page := await self._db.read(partial(page_of, after=after)):
            found += [Waiting(row) for row in page if not self._is_dealt_with(row.update_id)]
            if len(found) >= limit:
                break
            after = page[-1].update_id
        self._claims.queued(item.row.update_id for item in found[:limit])
        return found[:limit]

    def _is_dealt_with(self, update_id: int) -> bool:
        return self._claims.is_ahead(update_id) or self._handling.is_unmarked(update_id)

    def _row(self, number: int, update: Update) -> Arrived:
        body = self._cipher.encrypt(number, body_of(update))
        return Arrived(update_id=number, chat_id=chat_of(update), body=body)


def _size(item: Waiting) -> int:
    return len(item.row.body)
