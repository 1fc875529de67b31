"""Keeps flood waits where a restart and other replicas find them."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias

import structlog

from bot.clock import Clock
from bot.store.database import Database
from bot.store.outbox_models import FloodWaitRead
from bot.store.queries import flood_waits
from bot.store.queries.flood_waits import WHOLE_LANE
from bot.store.troubles import DATABASE_ERRORS
from bot.telegram.limits.flood_waits import EVERY_CHAT, FloodWait
from bot.telegram.limits.limiter import Lane, SendLimiter

log = structlog.get_logger(__name__)

NOT_WORTH_WRITING = timedelta(seconds=0.5)
"""A deadline that moves by less is not written again: 64 answers may belong to one flood."""

AHEAD = timedelta(minutes=1)
"""By how much another replica's clock may be ahead; what was told later than that never was."""

SAID_EVERY = 60.0
"""Seconds in which one chat's wait is said in the log for each lane and kind of call."""

Key: TypeAlias = tuple[str, str, int]


class Holds:
    """Writes each flood wait down as it comes, beside the sending, and reads the others'."""

    def __init__(self, db: Database, clock: Clock, limiter: SendLimiter) -> None:
        self._db = db
        self._clock = clock
        self._limiter = limiter
        self._known: dict[Key, FloodWaitRead] = {}
        self._unwritten: dict[Key, FloodWaitRead] = {}
        self._said_at: dict[tuple[Lane, str], float] = {}
        self._writing: asyncio.Task[None] | None = None
        limiter.on_hold(self._note_lane)
        limiter.on_flood(self._note_chat)

    def _note_lane(self, lane: Lane) -> None:
        seconds = self._limiter.held_for(lane)
        now = self._clock.now()
        until = now + timedelta(seconds=seconds)
        if self._note(_row(lane, WHOLE_LANE, EVERY_CHAT, now, until)):
            log.warning("Telegram asks us to wait", lane=lane.value, seconds=int(seconds))

    def _note_chat(self, wait: FloodWait) -> None:
        self._say(wait)
        # A channel that goes by its name is in no table.
        if isinstance(wait.chat_id, int):
            since, until = map(self._wall, (wait.since, wait.until))
            self._note(_row(wait.lane, wait.kind, wait.chat_id, since, until))

    def _note(self, wait: FloodWaitRead) -> bool:
        """Write the wait down soon; return False if it is known already."""
        key = _key(wait)
        known = self._known.get(key)
        if known is not None and wait.until < known.until + NOT_WORTH_WRITING:
            return False
        self._known[key] = self._unwritten[key] = wait
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        return True

    def _say(self, wait: FloodWait) -> None:
        """Log the wait without its chat, at most once a minute for each lane and kind of call."""
        which, now = (wait.lane, wait.kind), self._clock.monotonic()
        if now - self._said_at.get(which, -SAID_EVERY) < SAID_EVERY:
            return
        self._said_at[which] = now
        log.info(
            "Telegram asks one chat to wait",
            lane=wait.lane.value,
            kind=wait.kind,
            seconds=int(wait.until - wait.since),
            chats=self._limiter.chats_waiting(wait.lane),
        )

    def _wall(self, monotonic: float) -> datetime:
        return self._clock.now() + timedelta(seconds=monotonic - self._clock.monotonic())

    async def _write(self) -> None:
        while self._unwritten:
            waits = dict(self._unwritten)
            try:
                await self._db.write(partial(flood_waits.put, waits=waits.values()))
            except DATABASE_ERRORS:
                log.exception("how long Telegram asks to wait could not be written down")
                return
            for key, wait in waits.items():
                if self._unwritten.get(key) == wait:
                    del self._unwritten[key]

    async def exchange(self) -> None:
        """Write what could not be written, and keep to what others have been told to wait for.

        Raises whatever the database raises.
        """
        await self.written()
        await self._write()
        found = await self._db.read(flood_waits.everything)
        now = self._clock.now()
        running = [one for one in found if one.until > now and one.told_at <= now + AHEAD]
        if len(running) < len(found):
            forget = partial(flood_waits.forget_over, now=now, believed=now + AHEAD)
            await self._db.write(forget)
        # What is not written yet is kept, though the table does not have it.
        news = [wait for wait in running if self._known.get(_key(wait)) != wait]
        self._known = {_key(wait): wait for wait in running} | self._unwritten
        for wait in news:
            self._learn(wait, now)

    def _learn(self, wait: FloodWaitRead, now: datetime) -> None:
        lane = Lane(wait.lane)
        if wait.kind == WHOLE_LANE:
            self._limiter.hold(lane, (wait.until - now).total_seconds())
            return
        here = self._clock.monotonic()
        since, until = (here + (at - now).total_seconds() for at in (wait.told_at, wait.until))
        self._limiter.learn(FloodWait(lane, wait.kind, wait.chat_id, since, until))

    async def written(self) -> None:
        """Wait for a writing that is under way."""
        if self._writing is not None:
            await asyncio.wait([self._writing])


def _row(lane: Lane, kind: str, chat_id: int, told_at: datetime, until: datetime) -> FloodWaitRead:
    return FloodWaitRead(lane=lane.value, kind=kind, chat_id=chat_id, told_at=told_at, until=until)


def _key(wait: FloodWaitRead) -> Key:
    return wait.lane, wait.kind, wait.chat_id
