"""Which failures pass, for how long an update is kept, and when nothing is begun at all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError

from bot.clock import MovableClock
from bot.retry import ANSWERED_WITHIN_S
from bot.telegram.request import (
    DoubtfulError,
    DoubtfulTimeoutError,
    FloodWait,
    UnsentError,
    UnsentTimeoutError,
)
from bot.telegram.update_scope import UpdateScope
from bot.updates.retrying import OUTAGE, Retrying, is_passing
from tests.logbook import captured

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (UnsentError("connection failed"), True),
        (DoubtfulError("server error"), True),
        (NetworkError("Internal Server Error"), True),
        (InvalidToken("Unauthorized"), True),
        (FloodWait(3), True),
        (TimeoutError(), True),
        (OperationalError("", {}, OSError()), True),
        (IntegrityError("", {}, OSError()), False),
        (BadRequest("can't parse entities"), False),
        (Forbidden("bot was blocked by the user"), False),
        (ValueError("a fault of ours"), False),
    ],
)
def test_what_passes_by_itself(error: Exception, passes: bool) -> None:
    assert is_passing(error) is passes
    assert (Retrying(MovableClock(NOON)).after(update_scope(), error) is not None) is passes


def update_scope() -> UpdateScope:
    made = UpdateScope(1)
    made.attempts = 1
    return made


def lives_through(error: Exception, *, others: bool = False) -> tuple[int, float]:
    """How many attempts there are, and for how many seconds."""
    clock = MovableClock(NOON)
    retrying, made = Retrying(clock), update_scope()
    while (wait := retrying.after(made, error)) is not None:
        clock.move(wait)
        made.attempts += 1
        if others:
            retrying.succeeded()
        if made.attempts > 1000:
            raise AssertionError("it never ends")
    return made.attempts, clock.monotonic()


def test_what_was_not_sent_is_kept_for_an_hour() -> None:
    attempts, seconds = lives_through(UnsentError("x"))
    assert ANSWERED_WITHIN_S < seconds < ANSWERED_WITHIN_S + 60
    assert attempts < 150


@pytest.mark.parametrize(
    ("error", "attempts"),
    [
        (DoubtfulError("server error"), 5),
        (NetworkError("Internal Server Error"), 5),
        (DoubtfulTimeoutError("read timeout"), 2),
        (FloodWait(60), 5),
    ],
)
def test_what_may_have_arrived_is_tried_a_few_times(error: Exception, attempts: int) -> None:
    assert lives_through(error)[0] == attempts


@pytest.mark.parametrize("error", [UnsentError("x"), UnsentTimeoutError("x"), TimeoutError()])
def test_where_others_get_through_five_tries_are_enough(error: Exception) -> None:
    assert lives_through(error, others=True)[0] == 5


class Telegram:
    """Is away until told otherwise."""

    def __init__(self) -> None:
        self.asked = 0
        self.away = True

    async def answer(self) -> None:
        self.asked += 1
        if self.away:
            raise UnsentError("connection failed")


async def test_when_nothing_gets_through_nothing_is_begun_until_telegram_answers() -> None:
    clock, telegram = MovableClock(NOON), Telegram()
    retrying = Retrying(clock, telegram.answer)
    for _ in range(OUTAGE):
        assert await retrying.outage() == 0.0
        retrying.after(update_scope(), UnsentError("x"))
    waits = []
    for _ in range(6):
        waits.append(await retrying.outage())
        assert await retrying.outage() > 0, "one question at a time"
        clock.move(waits[-1])
    assert waits == [1.0, 2.0, 4.0, 8.0, 15.0, 15.0]
    assert telegram.asked == 5
    telegram.away = False
    assert await retrying.outage() == 0.0
    assert await retrying.outage() == 0.0
    assert telegram.asked == 6


async def test_after_its_answer_a_single_failure_is_enough_to_wait_again() -> None:
    clock, telegram = MovableClock(NOON), Telegram()
    retrying, telegram.away = Retrying(clock, telegram.answer), False
    with captured() as log:
        for _ in range(OUTAGE):
            retrying.after(update_scope(), UnsentError("x"))
        for wait in (1.0, 2.0, 4.0):
            assert await retrying.outage() == wait
            clock.move(wait)
            assert await retrying.outage() == 0.0
            retrying.after(update_scope(), UnsentError("x"))
        retrying.succeeded()
        assert await retrying.outage() == 0.0
    warned, over = log.getvalue().splitlines()
    assert "takes no answers" in warned
    assert "takes answers again" in over


async def test_one_that_gets_through_is_no_outage() -> None:
    retrying = Retrying(MovableClock(NOON), Telegram().answer)
    for _ in range(5):
        retrying.after(update_scope(), UnsentError("x"))
        retrying.succeeded()
    assert await retrying.outage() == 0.0


async def test_a_database_that_is_away_says_nothing_of_telegram() -> None:
    retrying = Retrying(MovableClock(NOON), Telegram().answer)
    for _ in range(5):
        retrying.after(update_scope(), OperationalError("", {}, OSError()))
    assert await retrying.outage() == 0.0


async def test_what_must_not_be_done_twice_is_done_once() -> None:
    made, done = UpdateScope(1), []

    async def work() -> int:
        done.append(1)
        return len(done)

    for _ in range(3):
        with made.attempt():
            assert await made.once("tip", work) == 1
    assert await made.once("other", work) == 2
