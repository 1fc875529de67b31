"""The long run, small enough for every day; ``python -m tests.soak`` is the large one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.soak.year import live

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is what this is about"),
]


DAYS = 265
"""From before the clocks go forward in the north to after they have gone back."""


async def test_fifty_subscribers_get_one_tip_each_due_day(tmp_path: Path) -> None:
    report = await live(tmp_path, subscribers=50, days=DAYS)
    assert report.faults == []
    assert report.received == report.expected > 9_000
    assert report.on_request > 100
    assert report.doubled_at_kill <= report.held_at_kill
    assert report.held_at_kill > 0
