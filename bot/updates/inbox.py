"""From an update as Telegram gave it to a row, and from the row to the handlers: once, in order.

An update is confirmed to Telegram only when it is a row, and a row is done only when its handler
has ended, so neither a crash nor a restart loses a message; the unique ``update_id`` makes the
same update given twice one row and one effect. What cannot be answered yet, because Telegram asks
to wait or is away, stays a row until it can. What a row holds is encrypted, here and in the
database, until the moment it is dealt with.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import structlog

from bot.clock import Clock
from bot.delivery.errors import NoAnswerError
from bot.limiter import PATIENCE_S
from bot.retry import READ_UPDATES, Retries
from bot.store import inbox as rows
from bot.store.cipher import BodyCipher, UndecryptableError
from bot.store.database import Database
from bot.store.troubles import kind_of
from bot.updates.errand import Errand
from bot.updates.lanes import Lanes
from bot.updates.parsing import UnreadableUpdateError
from bot.updates.reading import Broken, Given, number_of, written
from bot.updates.retrying import Retrying, is_passing

log = structlog.get_logger(__name__)

HANDLER_LIMIT_S = 60.0  # longer than any reply may take, retries included
SOONEST_S = 2.0  # an update that comes again sooner would pass for a double tap
NOWHERE = 0  # the lane of updates that belong to no chat


@dataclass
class Counts:
    """What has happened since the start, for the metrics."""

    received: int = 0
    repeated: int = 0
    processed: int = 0
    held: int = 0
    failed: int = 0
    unreadable: int = 0
    undecryptable: int = 0


Process = Callable[[Mapping[str, Any]], Awaitable[None]]


def _never(_chat_id: int) -> float:
    """Whoever has no pace is not held."""
    return 0.0


class Inbox:
    """Takes updates in, hands them to ``process`` in order within each chat.

    ``process`` raises :class:`UnreadableUpdateError` for what cannot be parsed. What it raises
    because Telegram asks to wait, or something is away, is handed in again when the time has
    come, as ``retrying`` says. It may raise anything else; then the row is done and never tried
    again.

    Args:
        held_for: the seconds for which nothing may be said in a chat; meanwhile its updates are
            not even begun, so that few are ever done by halves.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        process: Process,
        held_for: Callable[[int], float] = _never,
        *,
        cipher: BodyCipher,
        retrying: Retrying | None = None,
        workers: int = 16,
        depth: int = 64,
    ) -> None:
        self._db = db
        self._clock = clock
        self._process = process
        self._held_for = held_for
        self._cipher = cipher
        self._retrying = retrying or Retrying(clock)
        self._errands: dict[int, Errand] = {}  # those that were cut short
        self._unmarked: set[int] = set()  # dealt with, and not marked as done yet
        self._lanes: Lanes[rows.Arrived] = Lanes(
            self._handle, self._refill, clock, workers=workers, depth=depth
        )
        self.counts = Counts()

    @property
    def waiting(self) -> int:
        """Updates in memory that no worker has begun."""
        return self._lanes.waiting

    async def take(self, updates: Iterable[Given]) -> int:
        """Write the updates as rows and queue those that are new; how many were new.

        What is broken is put aside with its number, so that it stops nothing behind it. Raises
        whatever the database raises; then nothing was taken and Telegram gives it again.
        """
        read, broken = self._rows(updates)
        given = list({row.update_id: row for row in read}.values())
        new: set[int] = set()
        if given:
            async with self._db.write() as session:
                new = set(await rows.put(session, given, self._clock.now()))
        for number in broken:
            log.warning("an update is broken and is put aside", update=number)
        self.counts.unreadable += len(broken)
        self.counts.received += len(new)
        self.counts.repeated += len(read) - len(new)
        for row in given:
            if row.update_id in new:
                self._lanes.put(row.chat_id or NOWHERE, row)
        return len(new)

    async def recover(self) -> int:
        """Queue what an earlier run left undone; the number of chats with such rows."""
        async with self._db.read() as session:
            chats = await rows.chats_pending(session)
        for chat_id in chats:
            self._lanes.more(chat_id or NOWHERE)
        if chats:
            log.info("updates left from the last run are taken up", chats=len(chats))
        return len(chats)

    async def run(self) -> None:
        """Work until :meth:`close` or cancellation."""
        await self._lanes.run()

    def close(self) -> None:
        """Begin no further update; those in hand are finished, the rest stays in the rows."""
        self._lanes.close()

    async def idle(self) -> None:
        """Wait until nothing is left but what is held."""
        await self._lanes.idle()

    async def _refill(self, chat_id: int, limit: int) -> Sequence[rows.Arrived]:
        retries = Retries(READ_UPDATES, self._clock)
        while True:
            try:
                return await self._read_back(chat_id, limit)
            except Exception as error:  # noqa: BLE001 - whatever the database raises
                seconds, kind = retries.failed() or 0.0, kind_of(error)
                log.error(  # noqa: TRY400 - a line for each wait is enough
                    "updates could not be read back; trying again", kind=kind, seconds=seconds
                )
                await self._clock.sleep(seconds)

    async def _read_back(self, chat_id: int, limit: int) -> list[rows.Arrived]:
        """The chat's next rows; those that were dealt with and are not marked so are left out."""
        found: list[rows.Arrived] = []
        after: int | None = None
        async with self._db.read() as session:
            while page := await rows.pending(session, limit, after=after, chat_id=chat_id):
                found += [row for row in page if row.update_id not in self._unmarked]
                if len(found) >= limit:
                    break
                after = page[-1].update_id
        return found[:limit]

    async def _handle(self, row: rows.Arrived) -> float:
        """Deal with an update; 0, or the seconds after which to try again."""
        with structlog.contextvars.bound_contextvars(update=row.update_id):
            wait = self._held_for(row.chat_id or NOWHERE)
            if wait > PATIENCE_S or (wait := await self._retrying.outage()):
                return wait
            errand = self._errands.pop(row.update_id, None) or Errand(row.chat_id or NOWHERE)
            try:
                with errand.attempt():
                    async with asyncio.timeout(HANDLER_LIMIT_S):
                        await self._process(self._update(row))
                self.counts.processed += 1
                self._retrying.succeeded()
            except UndecryptableError:
                self.counts.undecryptable += 1
                log.error("an update was encrypted with another token and is put aside")  # noqa: TRY400
            except UnreadableUpdateError:
                self.counts.unreadable += 1
                log.warning("an update could not be read and is put aside")
            except Exception as error:  # noqa: BLE001 - each is logged, here or when given up
                if (seconds := self._retrying.after(errand, error)) is not None:
                    return self._later(row, errand, seconds, error)
                self.counts.failed += 1
                _tell_of_the_end(error)
            await self._done(row)
        return 0.0

    def _later(self, row: rows.Arrived, errand: Errand, seconds: float, why: Exception) -> float:
        self._errands[row.update_id] = errand
        self.counts.held += 1
        wait = max(SOONEST_S, seconds, self._held_for(errand.chat_id))
        log.info("an update is answered later", kind=_kind(why), seconds=wait)
        return wait

    async def _done(self, row: rows.Arrived) -> None:
        self._unmarked.add(row.update_id)
        marked = list(self._unmarked)
        try:
            async with self._db.write() as session:
                await rows.done(session, marked, self._clock.now())
        except Exception as error:  # noqa: BLE001 - whatever the database raises
            log.error(  # noqa: TRY400 - a full disk would be filled further by tracebacks
                "an update could not be marked as done; the next one takes it along",
                kind=kind_of(error),
            )
        else:
            self._unmarked.difference_update(marked)

    def _rows(self, updates: Iterable[Given]) -> tuple[list[rows.Arrived], list[int | None]]:
        """The updates as rows, and the numbers of those that are broken."""
        read: list[rows.Arrived] = []
        broken: list[int | None] = []
        for update in updates:
            number = number_of(update)
            if isinstance(update, Broken) or number is None:
                broken.append(number)
            else:
                body = self._cipher.encrypt(number, written(update))
                read.append(rows.Arrived(number, chat_of(update), body))
        return read, broken

    def _update(self, row: rows.Arrived) -> Mapping[str, Any]:
        update: Mapping[str, Any] = orjson.loads(self._cipher.decrypt(row.update_id, row.body))
        return update


def _tell_of_the_end(error: Exception) -> None:
    if is_passing(error):
        log.error("an update could not be answered and is put aside", kind=_kind(error))
    else:
        log.error("an update failed and is put aside", exc_info=error)


def _kind(error: Exception) -> str:
    """Why something failed, in words that quote nothing."""
    return error.reason if isinstance(error, NoAnswerError) else kind_of(error)


def chat_of(update: Mapping[str, Any]) -> int:
    """The chat whose order an update has to keep: its chat, else its user, else none (0)."""
    for kind, body in update.items():
        if kind != "update_id" and isinstance(body, Mapping):
            return _id(_inside(body, "message"), "chat") or _id(body, "chat") or _id(body, "from")
    return NOWHERE


def _inside(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


def _id(body: Mapping[str, Any], name: str) -> int:
    found = _inside(body, name).get("id")
    if not isinstance(found, int) or isinstance(found, bool) or abs(found) >= 2**63:
        return NOWHERE
    return found
