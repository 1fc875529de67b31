"""One update, from its row to the handlers and to the end of the row."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import orjson
import structlog

from bot.clock import Clock
from bot.store.cipher import BodyCipher, UndecryptableError
from bot.store.database import Database
from bot.store.outbox_models import Arrived
from bot.store.queries import inbox as rows
from bot.store.troubles import kind_of
from bot.telegram.errors import NoAnswerError
from bot.telegram.parsing import UnreadableUpdateError
from bot.telegram.rate_limiter import PATIENCE_S
from bot.telegram.update_scope import GROUPS, SIGNS, NoSignError, Rank, UpdateScope
from bot.updates.content import NOWHERE, Update, makes_no_message, says_who_listens
from bot.updates.retrying import Retrying, is_passing
from bot.updates.taken_up import MOST_STARTS, TakenUp

log = structlog.get_logger(__name__)

HANDLER_LIMIT_S = 60.0  # longer than any reply may take, retries included
SOONEST_S = 2.0  # an update that comes again sooner would pass for a double tap
BRISK_S = 0.05  # whose chat has to wait longer than that waits without a worker


@dataclass
class Counts:
    """What has happened since the start, for the metrics."""

    received: int = 0
    repeated: int = 0
    processed: int = 0
    overtaking: int = 0
    held: int = 0
    declined: int = 0
    overheard: int = 0
    failed: int = 0
    unreadable: int = 0
    undecryptable: int = 0


class Waiting(NamedTuple):
    """An update that waits; ``declined``: its sender is only asked to slow down."""

    row: Arrived
    declined: bool = False


Process = Callable[[Update], Awaitable[None]]


def never(_chat_id: int) -> float:
    """Without a limiter nobody is held."""
    return 0.0


async def silent(_update: Update) -> None:
    """Nobody is asked to slow down."""


class Handling:
    """Deals with updates; whoever calls it sees to their order.

    What ``process``, ``held_for`` and the like are is said of the inbox. ``on_done`` is told the
    chat of each row that is done; what ``is_superfluous`` is done without being begun.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        cipher: BodyCipher,
        process: Process,
        slow_down: Process,
        held_for: Callable[[int], float],
        retrying: Retrying,
    ) -> None:
        self._db = db
        self._clock = clock
        self._cipher = cipher
        self._process = process
        self._slow_down = slow_down
        self._held_for = held_for
        self._retrying = retrying
        self._scopes: dict[int, UpdateScope] = {}  # those that were cut short
        self._unmarked: set[int] = set()  # dealt with, and not marked as done yet
        self._marking = asyncio.Lock()
        self.taken_up = TakenUp(db)
        self.on_done: Callable[[int], None] = lambda _chat_id: None
        self.is_superfluous: Callable[[int, Update], bool] = lambda _number, _update: False
        self.counts = Counts()

    def read(self, row: Arrived) -> Update:
        """The update of a row.

        Raises:
            UndecryptableError: it was encrypted with another token.
        """
        update: Update = orjson.loads(self._cipher.decrypt(row.update_id, row.body))
        return update

    def is_unmarked(self, update_id: int) -> bool:
        """Whether it has been dealt with, and its row does not say so yet."""
        return update_id in self._unmarked

    async def handle(
        self,
        item: Waiting,
        rank: Rank,
        claim: Callable[[], bool] | None = None,
        *,
        only_signs: bool = False,
    ) -> float:
        """Deal with an update; 0, or the seconds after which to try again.

        Args:
            claim: called before a warning sign is answered; tells whether nobody else does.
            only_signs: whether it is left alone if it is none.

        Raises:
            NoSignError: it is left alone.
        """
        with structlog.contextvars.bound_contextvars(update=item.row.update_id):
            try:
                update = self.read(item.row)
            except UndecryptableError:
                self.counts.undecryptable += 1
                log.error("an update was encrypted with another token and is put aside")  # noqa: TRY400
                wait = 0.0
            else:
                scope_of = partial(self._scope_of, item, rank, claim, only_signs=only_signs)
                wait = await self._begin(item, update, rank, scope_of)
            if wait <= 0 and not item.declined:
                await self._done(item.row)
        return wait

    async def _begin(
        self, item: Waiting, update: Update, rank: Rank, scope_of: Callable[[], UpdateScope]
    ) -> float:
        """Try it, unless it need not be or has to wait; 0, or the seconds that it waits."""
        if self.is_superfluous(item.row.update_id, update):
            return 0.0
        wait = self._wait_of(item, update, rank) or await self._retrying.outage()
        if wait > 0:  # what was cut short is taken up once it goes on
            return wait
        return await self._try_unless_hopeless(item, update, scope_of())

    def _wait_of(self, item: Waiting, update: Update, rank: Rank) -> float:
        """For how long its chat has to wait, if that is worth no worker."""
        if says_who_listens(update):
            return 0.0
        wait = self._held_for(item.row.chat_id or NOWHERE)
        waits_in_hand = rank.behind == SIGNS or makes_no_message(update)
        return wait if wait > (PATIENCE_S if waits_in_hand else BRISK_S) else 0.0

    def _scope_of(
        self,
        item: Waiting,
        rank: Rank,
        claim: Callable[[], bool] | None,
        *,
        only_signs: bool,
    ) -> UpdateScope:
        """A new one, or that which was cut short."""
        update_scope = self._scopes.pop(item.row.update_id, None) or UpdateScope(
            item.row.chat_id or NOWHERE
        )
        update_scope.rank, update_scope.claim, update_scope.only_signs = rank, claim, only_signs
        return update_scope

    async def _try_unless_hopeless(
        self, item: Waiting, update: Update, update_scope: UpdateScope
    ) -> float:
        number = item.row.update_id
        if self.taken_up.is_hopeless(number):
            self.counts.failed += 1
            log.error("an update that ended the process is put aside", starts=MOST_STARTS)
            return 0.0
        async with self.taken_up.attempt(number):
            return await self._try(item, update, update_scope)

    async def _try(self, item: Waiting, update: Update, update_scope: UpdateScope) -> float:
        try:
            with update_scope.attempt():
                async with asyncio.timeout(HANDLER_LIMIT_S):
                    await (self._slow_down if item.declined else self._process)(update)
            self.counts.processed += not item.declined
            self._retrying.succeeded()
        except NoSignError:
            raise
        except UnreadableUpdateError:
            self.counts.unreadable += 1
            log.warning("an update could not be read and is put aside")
        except Exception as error:  # noqa: BLE001 - each is logged, here or when given up
            return self._after(item.row, update_scope, error)
        return 0.0

    def _after(self, row: Arrived, update_scope: UpdateScope, error: Exception) -> float:
        """The seconds until the next attempt, if there shall be one; else 0."""
        if isinstance(error, TimeoutError) and update_scope.rank.behind == GROUPS:
            self.counts.declined += 1
            log.info("a group was not answered, since persons went first")
            return 0.0
        if (seconds := self._retrying.after(update_scope, error)) is not None:
            return self._later(row, update_scope, seconds, error)
        self.counts.failed += 1
        _tell_of_the_end(error)
        return 0.0

    def _later(
        self, row: Arrived, update_scope: UpdateScope, seconds: float, why: Exception
    ) -> float:
        self._scopes[row.update_id] = update_scope
        self.counts.held += 1
        wait = max(SOONEST_S, seconds, self._held_for(update_scope.chat_id))
        log.info("an update is answered later", kind=_kind(why), seconds=wait)
        return wait

    async def _done(self, row: Arrived) -> None:
        self.on_done(row.chat_id or NOWHERE)
        self._unmarked.add(row.update_id)
        async with self._marking:  # whoever comes meanwhile is marked together with the next one
            if row.update_id in self._unmarked:
                await self._mark(list(self._unmarked))

    async def _mark(self, numbers: list[int]) -> None:
        try:
            await self._db.write(partial(rows.done, ids=numbers, now=self._clock.now()))
        except Exception as error:  # noqa: BLE001 - whatever the database raises
            log.error(  # noqa: TRY400 - a full disk would be filled further by tracebacks
                "an update could not be marked as done; the next one takes it along",
                kind=kind_of(error),
            )
        else:
            self._unmarked.difference_update(numbers)
            self.taken_up.done(numbers)


def _tell_of_the_end(error: Exception) -> None:
    if is_passing(error):
        log.error("an update could not be answered and is put aside", kind=_kind(error))
    else:
        log.error("an update failed and is put aside", exc_info=error)


def _kind(error: Exception) -> str:
    """Why something failed, in words that quote nothing."""
    return error.reason if isinstance(error, NoAnswerError) else kind_of(error)
