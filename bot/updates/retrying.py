"""Which failures pass by themselves, and when an update that met one is tried again.

Telegram, the network or the database may be away for a while. A reply that was certainly not sent
is kept for an hour; one that may have arrived is sent again a few times only, since its subscriber
might be told the same as often. When nothing gets through any more, nothing is even begun until
Telegram answers a question that does nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from telegram.error import (
    BadRequest,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.clock import Clock
from bot.retry import (
    ANSWER_AGAIN,
    ANSWERED_WITHIN_S,
    ASK_WHETHER_BACK,
    MOST_ANSWERS,
    MOST_LATE_ANSWERS,
    Retries,
)
from bot.store.troubles import DATABASE_ERRORS, OUR_FAULT
from bot.telegram.errors import NotSent
from bot.telegram.rate_limiter import seconds_of
from bot.telegram.update_scope import UpdateScope

log = structlog.get_logger(__name__)

SOON_S = 1.0  # after which to look whether the question has been answered
OUTAGE = 3  # attempts in a row that failed, of whichever chats
OURS = (BadRequest, *OUR_FAULT)  # the next time would end alike
PASSING = (RetryAfter, NetworkError, InvalidToken, *DATABASE_ERRORS)


async def _no_question() -> None:
    """Ask nothing: whether Telegram is back shows by trying."""


def is_passing(error: BaseException) -> bool:
    """Return whether the error may pass without anybody's doing."""
    if isinstance(error, OURS):
        return False
    return isinstance(error, PASSING)


class Retrying:
    """Decides when the updates of one inbox are tried again.

    Args:
        ask: a call of the Bot API that does nothing; raises while Telegram is away.
    """

    def __init__(self, clock: Clock, ask: Callable[[], Awaitable[object]] = _no_question) -> None:
        self._clock = clock
        self._ask = ask
        self._asking = Retries(ASK_WHETHER_BACK, clock)
        self._in_a_row = 0
        self._told = False
        self._is_asking = False
        self._next_question = 0.0
        self._answered_at = -ANSWERED_WITHIN_S

    def succeeded(self) -> None:
        """Note that an update was answered, or did not need an answer."""
        self._answered_at = self._clock.monotonic()
        self._in_a_row = 0
        if self._told:
            self._told = False
            self._asking.succeeded()
            log.info("Telegram takes answers again")

    async def outage(self) -> float:
        """Return the seconds for which nothing need be tried; 0 if something may get through."""
        if self._in_a_row < OUTAGE:
            return 0.0
        left = self._next_question - self._clock.monotonic()
        if self._is_asking or left > 0:
            return max(left, SOON_S)
        self._is_asking = True
        try:
            await self._ask()
        except TelegramError:
            return self._wait_longer()
        finally:
            self._is_asking = False
        # One attempt is let through: it shows whether Telegram takes answers, too.
        self._in_a_row = OUTAGE - 1
        return 0.0

    def _wait_longer(self) -> float:
        wait = self._asking.failed() or 0.0
        self._next_question = self._clock.monotonic() + wait
        return wait

    def after(self, update_scope: UpdateScope, error: Exception) -> float | None:
        """Return the seconds until the update's next attempt; None if there is to be none."""
        if not is_passing(error):
            return None
        now = self._clock.monotonic()
        update_scope.failed(now, in_doubt=_is_in_doubt(error))
        if isinstance(error, RetryAfter):
            return seconds_of(error) if update_scope.attempts < MOST_ANSWERS else None
        if isinstance(error, TelegramError):
            self._one_more()
        if self._is_hopeless(update_scope, error, now):
            return None
        return ANSWER_AGAIN.wait(update_scope.attempts)

    def _one_more(self) -> None:
        self._in_a_row += 1
        if self._in_a_row == OUTAGE:
            self._wait_longer()
            if not self._told:
                log.warning("Telegram takes no answers; they wait until it does")
            self._told = True

    def _is_hopeless(self, update_scope: UpdateScope, error: Exception, now: float) -> bool:
        most = MOST_LATE_ANSWERS if isinstance(error, TimedOut) else MOST_ANSWERS
        others_get_through = self._answered_at > update_scope.failing_since
        return (
            update_scope.doubts >= most
            or (update_scope.attempts >= MOST_ANSWERS and others_get_through)
            or now - update_scope.failing_since > ANSWERED_WITHIN_S
        )


def _is_in_doubt(error: Exception) -> bool:
    """Return whether the subscriber may have got the answer."""
    return isinstance(error, NetworkError) and not isinstance(error, NotSent)
