"""Not a test of ours: a plugin that takes its time when all tests are over."""

from __future__ import annotations

import threading

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Waits at the very end."""
    config.add_cleanup(_wait)


def _wait() -> None:
    threading.Event().wait()
