"""What is logged of a clock that contradicts another: once as it begins, once as it ends."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.clock import MovableClock
from bot.clock_trust import ClockTrust
from tests.logbook import captured

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
LIMIT_S = 60.0


def lines(*ahead_s: float) -> list[str]:
    """What is logged for our clock being ahead of Telegram's by so many seconds, one by one."""
    clock = MovableClock(NOW)
    trust = ClockTrust(clock)
    said = []
    for seconds in ahead_s:
        clock.set_wall(seconds - clock.wrong_by.total_seconds())
        with captured() as log:
            trust.compare("Telegram", NOW, LIMIT_S)
        said.append(log.getvalue())
    return said


def test_a_wrong_clock_is_told_once_and_so_is_its_being_right_again() -> None:
    wrong, still, right, fine = lines(100, 100, 0, 0)
    assert "the clock is wrong" in wrong
    assert "ahead=100" in wrong
    assert still == ""
    assert "the clock is right again" in right
    assert fine == ""


def test_a_clock_that_is_a_little_off_is_told_once() -> None:
    off, still, wrong = lines(-13, -13, -100)
    assert "the clock is off" in off
    assert still == ""
    assert "the clock is wrong" in wrong
