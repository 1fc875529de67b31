"""Ends measuring in a thread before the thread ends; loaded with `COVERAGE=1` alone.

The measuring asks greenlet at each step which greenlet runs. In a thread whose state is being
taken down that makes new state, which is taken down in turn: a worker once went round in that for
ever.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from functools import wraps

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Have every thread stop measuring when its work is done."""
    threading.Thread.run = _measured_until_done(threading.Thread.run)  # type: ignore[method-assign]


def _measured_until_done(run: Callable[[threading.Thread], None]) -> Callable[..., None]:
    @wraps(run)
    def measured(thread: threading.Thread) -> None:
        try:
            run(thread)
        finally:
            sys.settrace(None)

    return measured
