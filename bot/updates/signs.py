"""Looks for warning signs in whatever arrives, before anything is queued."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import structlog

from bot.clock import Clock
from bot.telegram.update_scope import PERSONS, SIGNS, NoSignError, Rank
from bot.updates.allowance import Allowance
from bot.updates.chat_queues import ChatQueues
from bot.updates.claims import Claims
from bot.updates.content import NOWHERE
from bot.updates.handling import Handling, Waiting
from bot.updates.open_rows import OpenRows
from bot.updates.shares import Common

log = structlog.get_logger(__name__)

WORKERS = 8
MOST_OF_ONE = 5  # signs of one chat that go before others: whoever cries all day has been told ...
IN_SECONDS = 600.0  # ... within that time
AT_ONCE = 500  # characters that are looked through before other tasks may run


def calm(_words: str) -> int:
    """Suspect nothing."""
    return 0


async def _nothing_more(_chat_id: int, _limit: int) -> Sequence[Waiting]:
    """Find nothing: what may be a sign waits in memory or in its chat's queue."""
    return ()


class Signs:
    """Finds warning signs among what arrives, and has them answered ahead of their chat's queue.

    ``gate`` is held while rows are written or read back; ``suspects`` is said of the inbox.
    """

    def __init__(
        self,
        clock: Clock,
        handling: Handling,
        open_rows: OpenRows,
        gate: asyncio.Lock,
        suspects: Callable[[str], int],
        *,
        depth: int,
        common: Common[Waiting],
    ) -> None:
        self._clock = clock
        self._handling = handling
        self._open = open_rows
        self._gate = gate
        self._suspects = suspects
        self._allowance = Allowance(MOST_OF_ONE, IN_SECONDS)
        self.claims = Claims()
        self.queues: ChatQueues[Waiting] = ChatQueues(
            self._handle, _nothing_more, clock,
            behind=SIGNS, workers=WORKERS, depth=depth, common=common,
        )  # fmt: skip

    async def look_through(self, waiting: Mapping[int, Waiting], words: Mapping[int, str]) -> None:
        """Queue what may be a warning sign ahead of everybody else; short messages first.

        What only comes near a sign stays in its chat's queue where much else of it waits.
        """
        looked_through = 0
        for number in sorted(waiting, key=lambda number: len(words[number])):
            item = waiting[number]
            chat_id = item.row.chat_id or NOWHERE
            suspicion = self.suspicion(words[number])
            if not (
                suspicion > (1 if self._open.has_many(chat_id) else 0)
                and self._allowance.has(chat_id, self._clock.monotonic())
                and self.queues.offer(chat_id, item)
            ):
                self.claims.calm(number)
            looked_through += len(words[number])
            if looked_through > AT_ONCE:
                looked_through = 0
                # A batch of long messages must not hold the loop for all others.
                await self._clock.sleep(0)

    def suspicion(self, words: str) -> int:
        """Return how much the words sound like a danger, 0 to 2."""
        try:
            return self._suspects(words) if words else 0
        except Exception:
            log.exception("whether a message describes a danger could not be told beforehand")
            return 0

    async def handle_in_turn(self, item: Waiting, rank: Rank) -> float:
        """Handle what its chat's queue has reached, unless it was answered ahead of it."""
        number, chat_id = item.row.update_id, item.row.chat_id or NOWHERE
        if self.claims.is_open(number):
            # Not looked at yet, so it may be a sign: whatever it waits for, it waits in front.
            rank = rank._replace(behind=SIGNS)
        if not self.claims.begin(number):
            return 0.0
        return await self._handling.handle(item, rank, partial(self._use, chat_id))

    def _use(self, chat_id: int) -> bool:
        self._allowance.use(chat_id, self._clock.monotonic())
        return True

    async def _handle(self, item: Waiting, rank: Rank) -> float:
        """Answer a sign ahead of its chat's queue, and leave all else to the queue."""
        if item.declined:
            return await self._handling.handle(item, rank._replace(behind=PERSONS))
        number, chat_id = item.row.update_id, item.row.chat_id or NOWHERE
        if not self.claims.is_open(number):
            return 0.0
        try:
            claim = partial(self._claim, number, chat_id)
            wait = await self._handling.handle(item, rank, claim, only_signs=True)
        except NoSignError:
            self.claims.calm(number)
            return 0.0
        if wait <= 0:
            # Whoever reads rows back meanwhile must find it either claimed or done.
            async with self._gate:
                self.claims.answered(number)
            self._handling.counts.overtaking += 1
        return wait

    def _claim(self, number: int, chat_id: int) -> bool:
        if self.claims.is_ahead(number):
            return True
        now = self._clock.monotonic()
        if not self._allowance.has(chat_id, now) or not self.claims.claim(number):
            return False
        return self._use(chat_id)
