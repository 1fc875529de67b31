"""Long polling: ask Telegram, write rows, and only then confirm."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

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
from bot.retry import FETCH_UPDATES, POLL_LEASE, WRITE_UPDATES, Retries
from bot.store.troubles import kind_of
from bot.telegram.errors import NoAnswerError
from bot.telegram.rate_limiter import seconds_of
from bot.telegram.reading import Broken, Given, number_of
from bot.telegram.request import DoubtfulError
from bot.updates.fetching import Fetching
from bot.updates.inbox import Inbox

log = structlog.get_logger(__name__)

HOLD_S = 50  # how long Telegram may hold a call that has nothing to give
CONFLICT_WAIT_S = 5.0  # a rolling deploy has two pollers for some seconds
UNCONFIRMED_WAIT_S = 5.0  # whoever writes next waits at most that long
BATCH = 100  # the most that getUpdates gives (Bot API)
MOST_CUTS = 3  # answers that end in the middle of the same update before it counts as broken


class UnconfirmableError(DoubtfulError):
    """Updates of which none can be confirmed; the next one that comes confirms them all."""


class UpdateSource(Protocol):
    """Where updates come from: ``getUpdates``, as plain JSON."""

    async def raw_updates(
        self, *, offset: int | None, limit: int, hold: int
    ) -> Sequence[Given]: ...


async def _always() -> None:
    """Return at once: a process that is alone polls."""


class Poller:
    """Asks for updates for ever; one poller a bot.

    ``wait_to_lead`` is awaited before each call and returns when this process is the one to poll.
    """

    def __init__(
        self,
        source: UpdateSource,
        inbox: Inbox,
        clock: Clock,
        wait_to_lead: Callable[[], Awaitable[None]] = _always,
        fetching: Fetching | None = None,
        *,
        hold: int = HOLD_S,
    ) -> None:
        self._wait_to_lead = wait_to_lead
        self._source = source
        self._inbox = inbox
        self._clock = clock
        self._hold = hold
        self._fetching = fetching or Fetching(clock)
        self._asking = Retries(FETCH_UPDATES, clock)
        self._writing = Retries(WRITE_UPDATES, clock)
        self._leasing = Retries(POLL_LEASE, clock)
        self._cut: tuple[int | None, int] = (None, 0)  # an update, and how often it was cut

    async def run(self) -> None:
        """Poll until cancelled.

        Raises:
            telegram.error.InvalidToken, telegram.error.Forbidden: when the token was revoked.
        """
        offset: int | None = None
        while True:
            offset = await self._fetch(offset)

    async def _fetch(self, offset: int | None) -> int | None:
        """Ask once and write down what came; the offset to ask with next.

        What came goes with the end of it, and is not held while the next call is.
        """
        batch = await self._ask(offset)
        if batch is None or not await self._keep(batch):
            return offset
        self._fetching.succeeded()
        # An offset that was answered has confirmed what lies below it. It is dropped then,
        # since after a week of silence Telegram's ids may begin anew at a lower number.
        return _after(batch)

    async def _ask(self, offset: int | None) -> Sequence[Given] | None:
        """Return a batch, or None when this call failed and the wait for the next one is over."""
        if not await self._leads():
            return None
        try:
            batch = await self._source.raw_updates(offset=offset, limit=BATCH, hold=self._hold)
        except (InvalidToken, Forbidden):
            raise
        except TelegramError as error:
            await self._wait(error)
            return None
        usable = self._without_cut(batch)
        if batch and _after(usable) is None:
            # It could not be confirmed, and would be given again at once, and again.
            await self._wait(UnconfirmableError("no update has a usable number"))
            return None
        self._asking.succeeded()
        return usable

    async def _leads(self) -> bool:
        try:
            await self._wait_to_lead()
        except Exception as error:  # noqa: BLE001 - whatever the database raises
            seconds = self._leasing.failed() or 0.0
            log.error(  # noqa: TRY400 - a line for each wait is enough
                "cannot tell which process polls; trying again",
                kind=kind_of(error),
                seconds=seconds,
            )
            await self._clock.sleep(seconds)
            return False
        self._leasing.succeeded()
        return True

    def _without_cut(self, batch: Sequence[Given]) -> Sequence[Given]:
        """The batch without an update in the middle of which the answer ended; it comes again."""
        last = batch[-1] if batch else None
        if not isinstance(last, Broken) or not last.cut:
            return batch
        number, times = self._cut
        times = times + 1 if number == last.update_id else 1
        self._cut = (last.update_id, times)
        return batch if times >= MOST_CUTS else batch[:-1]

    async def _wait(self, error: TelegramError) -> None:
        seconds, why = self._asking.failed() or 0.0, _reason(error)
        if isinstance(error, Conflict):
            seconds = CONFLICT_WAIT_S
        elif isinstance(error, RetryAfter):
            seconds = seconds_of(error)
        elif isinstance(error, UnconfirmableError):
            seconds = min(seconds, UNCONFIRMED_WAIT_S)
        if isinstance(error, TimedOut):
            log.info("no answer to getUpdates in time; asking again", seconds=seconds)
        else:
            log.warning("updates cannot be fetched; trying again", why=why, seconds=seconds)
        self._fetching.failed(why)
        await self._clock.sleep(seconds)

    async def _keep(self, batch: Sequence[Given]) -> bool:
        try:
            await self._inbox.take(batch)
        except Exception as error:  # noqa: BLE001 - whatever it is, Telegram gives them again
            seconds, kind = self._writing.failed() or 0.0, kind_of(error)
            self._fetching.failed(f"the database does not take updates ({kind})")
            log.error(  # noqa: TRY400 - a full disk would be filled further by tracebacks
                "updates could not be written down; asking again", kind=kind, seconds=seconds
            )
            await self._clock.sleep(seconds)
            return False
        self._writing.succeeded()
        return True


def _reason(error: TelegramError) -> str:
    """Why a call failed; never Telegram's own words, which may quote the call."""
    if isinstance(error, Conflict):
        return "another process polls with this token, or a webhook is set: stop the other one"
    if isinstance(error, RetryAfter):
        return "Telegram asks to wait"
    if isinstance(error, NoAnswerError):
        return error.reason
    if isinstance(error, TimedOut):
        return "no answer in time"
    return "network" if isinstance(error, NetworkError) else type(error).__name__


def _after(batch: Sequence[Given]) -> int | None:
    numbers = [number for number in map(number_of, batch) if number is not None]
    return max(numbers) + 1 if numbers else None
