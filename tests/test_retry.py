"""Waits grow, stay within their bounds, and begin anew after a success."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import retry
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


POLICIES = {
    "REACH_TELEGRAM": [1.0, 2.0, 4.0, 8.0, None],
    "FETCH_UPDATES": [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0],
    "WRITE_UPDATES": [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0],
    "REACH_OUTBOX": [1.0, 2.0, 4.0, 8.0, 15.0, 15.0],
    "READ_UPDATES": [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0],
    "POLL_LEASE": [5.0, 10.0, 20.0, 30.0, 30.0],
    "REPLY": [0.5, 2.0, None],
    "ANSWER_AGAIN": [2.0, 4.0, 8.0, 16.0, 30.0, 30.0],
    "ASK_WHETHER_BACK": [1.0, 2.0, 4.0, 8.0, 15.0, 15.0],
    "DRAW_PROGRESS": [3.0, *(3.0 * 2**n for n in range(1, 11)), 3600.0, 3600.0],
    "SEND_TIP": [2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 300.0, 300.0],
    "SEND_BROADCAST": [2.0, 4.0, 8.0, 16.0, None],
    "PROBE": [2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0],
}
BOUNDS = {
    "ANSWERED_WITHIN_S": 3600.0,
    "MOST_ANSWERS": 5,
    "MOST_LATE_ANSWERS": 2,
    "RECONNECT_S": 2.0,
    "MOST_DOUBTS": 2,
    "MOST_DOUBTS_IN_OUTAGE": 4,
    "MOST_CRASHES": 10,
}


@pytest.mark.parametrize(("name", "expected"), POLICIES.items())
def test_each_policy_waits_as_documented(name: str, expected: list[float | None]) -> None:
    policy = getattr(retry, name)
    assert waits(policy, len(expected)) == expected
    assert policy.spread == 0.0


def test_no_policy_and_no_bound_is_left_out() -> None:
    found = {name: value for name, value in vars(retry).items() if name.isupper()}
    policies = {name for name, value in found.items() if isinstance(value, Backoff)}
    assert policies == POLICIES.keys()
    assert {name: found[name] for name in found.keys() - policies} == BOUNDS
