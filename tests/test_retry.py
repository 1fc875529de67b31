"""Waits grow, stay within their bounds, and begin anew after a success."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import MovableClock
from bot.retry import Backoff, Retries

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def waits(policy: Backoff, failures: int) -> list[float | None]:
    return [policy.wait(count) for count in range(1, failures + 1)]


def test_waits_double_up_to_the_longest_and_end_with_the_tries() -> None:
    assert waits(Backoff(5, first=1.0, longest=4.0), 5) == [1.0, 2.0, 4.0, 4.0, None]


def test_one_try_has_no_second() -> None:
    assert waits(Backoff(1, first=1.0, longest=4.0), 2) == [None, None]


def test_before_the_first_failure_there_is_no_wait() -> None:
    assert Backoff(3, first=1.0, longest=4.0).wait(0) == 0.0


def test_without_a_limit_the_tries_never_end() -> None:
    assert Backoff(None, first=0.5, longest=30.0).wait(10**9) == 30.0


@given(
    st.floats(0.01, 10.0),
    st.floats(1.0, 1000.0),
    st.floats(0.0, 1.0),
    st.integers(1, 200),
    st.floats(0.0, 1.0),
)
def test_jitter_takes_off_at_most_its_share(
    first: float, growth: float, spread: float, failures: int, jitter: float
) -> None:
    policy = Backoff(None, first, first * growth, spread)
    whole, shorter = policy.wait(failures), policy.wait(failures, jitter)
    assert whole is not None
    assert shorter is not None
    assert whole * (1 - spread) - 1e-9 <= shorter <= whole <= policy.longest


@pytest.mark.parametrize(
    ("attempts", "first", "longest", "spread"),
    [(0, 1.0, 2.0, 0.0), (1, 0.0, 2.0, 0.0), (1, 3.0, 2.0, 0.0), (1, 1.0, 2.0, 1.5)],
)
def test_a_policy_that_makes_no_sense_is_refused(
    attempts: int, first: float, longest: float, spread: float
) -> None:
    with pytest.raises(ValueError, match=r"is|are"):
        Backoff(attempts, first, longest, spread)


async def test_failures_are_counted_in_a_row_and_waited_for_on_the_clock() -> None:
    clock = MovableClock(NOON)
    retries = Retries(Backoff(3, 2.0, 8.0, spread=0.5), clock, jitter=lambda: 1.0)
    assert [retries.failed(), retries.failed(), retries.failed()] == [1.0, 2.0, None]
    retries.succeeded()
    assert retries.failed() == 1.0

    sleeping = asyncio.create_task(retries.sleep(5.0))
    await asyncio.sleep(0)
    clock.move(4.0)
    await asyncio.sleep(0)
    assert not sleeping.done()
    clock.move(1.0)
    await sleeping
