"""Not a test of ours: a plugin that takes its time before anything is set up."""

from __future__ import annotations

import threading


def pytest_load_initial_conftests() -> None:
    """Waits."""
    threading.Event().wait()
