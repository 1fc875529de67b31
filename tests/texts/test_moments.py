"""A day with an hour is read as people write it, and nothing else is taken for one."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from bot.texts.moments import LocalMoment, read_moment

NOW = datetime(2026, 3, 2, 13, 0)  # noqa: DTZ001 - a Monday, by the writer's own clock
BRITISH = Locale.parse("en_GB")


@pytest.mark.parametrize(
    ("typed", "day", "minute"),
    [
        ("2026-12-01 09:00", date(2026, 12, 1), 540),
        ("2026-12-01T09:00", date(2026, 12, 1), 540),
        ("1 December 2026, 9 am", date(2026, 12, 1), 540),
        ("9:00 1/12", date(2026, 12, 1), 540),
        ("tomorrow at 9", date(2026, 3, 3), 540),
        ("at 9 tomorrow", date(2026, 3, 3), 540),
        ("Friday 6:30 pm", date(2026, 3, 6), 1110),
        ("9am on friday", date(2026, 3, 6), 540),
        ("3 March at half past seven", date(2026, 3, 3), 450),
        ("today 18:00", date(2026, 3, 2), 1080),
        ("2026-03-02 18:00", date(2026, 3, 2), 1080),
        ("14:00", date(2026, 3, 2), 840),
        ("12:00", date(2026, 3, 3), 720),
        ("2026-02-01 09:00", date(2026, 2, 1), 540),
        ("5 march 8pm", date(2026, 3, 5), 1200),
    ],
)
def test_a_day_and_an_hour(typed: str, day: date, minute: int) -> None:
    assert read_moment(typed, NOW, BRITISH) == LocalMoment(day, minute)


@pytest.mark.parametrize("typed", ["", "Monday", "soon", "2026-02-30 09:00", "9 and 10", "25:00",
                                   "5 March", "may 9"])  # fmt: skip
def test_what_is_none(typed: str) -> None:
    assert read_moment(typed, NOW, BRITISH) is None


@given(st.text(max_size=60))
def test_any_words_are_read_or_are_none(typed: str) -> None:
    found = read_moment(typed, NOW, BRITISH)
    assert found is None or 0 <= found.minute < 1440
