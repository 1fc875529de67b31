"""Long polling: ask Telegram, write rows, and only then confirm."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

import structlog
from telegram.error import (
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.clock import Clock
from bot.limiter import seconds_of
from bot.updates.inbox import Inbox

log = structlog.get_logger(__name__)

HOLD_S = 50  # how long Telegram may hold a call that has nothing to give
CONFLICT_WAIT_S = 5.0  # a rolling deploy has two pollers for some seconds
LONGEST_WAIT_S = 30.0
BATCH = 100  # the most that getUpdates gives (Bot API)


class UpdateSource(Protocol):
    """Where updates come from: ``getUpdates``, as plain JSON."""

    async def raw_updates(
        self, *, offset: int | None, limit: int, hold: int
    ) -> Sequence[Mapping[str, Any]]: ...


async def _always() -> None:
    """Whoever is alone need not wait to be the one that polls."""


class Poller:
    """Asks for updates for ever; one poller a bot.

    ``turn`` is awaited before each call and comes back when this process is the one to poll.
    """

    def __init__(
        self,
        source: UpdateSource,
        inbox: Inbox,
        clock: Clock,
        *,
        hold: int = HOLD_S,
        turn: Callable[[], Awaitable[None]] = _always,
    ) -> None:
        self._turn = turn
        self._source = source
        self._inbox = inbox
        self._clock = clock
        self._hold = hold
        self._failures = 0

    async def run(self) -> None:
        """Poll until cancelled.

        Raises:
            telegram.error.InvalidToken, telegram.error.Forbidden: when the token was revoked.
        """
        offset: int | None = None
        while True:
            batch = await self._ask(offset)
            if batch is None:
                continue
            if not await self._keep(batch):
                continue
            # An offset that was answered has confirmed what lies below it. It is dropped then,
            # since after a week of silence Telegram's ids may begin anew at a lower number.
            offset = _after(batch)

    async def _ask(self, offset: int | None) -> Sequence[Mapping[str, Any]] | None:
        """A batch, or None when this call failed and the wait for the next one is over."""
        if not await self._is_our_turn():
            return None
        try:
            batch = await self._source.raw_updates(offset=offset, limit=BATCH, hold=self._hold)
        except (InvalidToken, Forbidden):
            raise
        except TelegramError as error:
            await self._wait(error)
            return None
        self._failures = 0
        return batch

    async def _is_our_turn(self) -> bool:
        try:
            await self._turn()
        except Exception:
            log.exception("cannot tell which process polls; trying again")
            await self._clock.sleep(CONFLICT_WAIT_S)
            return False
        return True

    async def _wait(self, error: TelegramError) -> None:
        self._failures += 1
        seconds = min(LONGEST_WAIT_S, 2.0 ** (self._failures - 1))
        if isinstance(error, Conflict):
            seconds = CONFLICT_WAIT_S
            log.warning(
                "another process polls with this token, or a webhook is set: "
                "stop the other one; trying again",
                seconds=seconds,
            )
        elif isinstance(error, RetryAfter):
            seconds = seconds_of(error)
            log.warning("Telegram asks to wait before the next updates", seconds=seconds)
        elif isinstance(error, TimedOut):
            log.info("no answer to getUpdates in time; asking again", seconds=seconds)
        else:
            kind = "network" if isinstance(error, NetworkError) else type(error).__name__
            log.warning("updates cannot be fetched; trying again", kind=kind, seconds=seconds)
        await self._clock.sleep(seconds)

    async def _keep(self, batch: Sequence[Mapping[str, Any]]) -> bool:
        try:
            await self._inbox.take(batch)
        except Exception:
            self._failures += 1
            seconds = min(LONGEST_WAIT_S, 2.0 ** (self._failures - 1))
            log.exception("updates could not be written down; asking again", seconds=seconds)
            await self._clock.sleep(seconds)
            return False
        return True


def _after(batch: Sequence[Mapping[str, Any]]) -> int | None:
    ids = [update["update_id"] for update in batch if isinstance(update.get("update_id"), int)]
    return max(ids) + 1 if ids else None
