"""Says what a run is doing when nothing has been seen of it for some seconds.

With ``-p tests.progress``, as in the Makefile, from the first moment on; else from where the
tests' own set-up begins. Of several processes the one that hands out the tests says it.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator

import pytest

EVERY = 4.0  # seconds
NAME = "heartbeat"
WORKER = "PYTEST_XDIST_WORKER"  # in the environment of each process that is handed tests


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Begins before anything is captured."""
    if WORKER not in os.environ:
        begin(pluginmanager)


def begin(plugins: pytest.PytestPluginManager) -> Heartbeat:
    """Watch over this run from now on, unless somebody does."""
    if not plugins.has_plugin(NAME):
        plugins.register(Heartbeat(), NAME)
    heartbeat: Heartbeat = plugins.get_plugin(NAME)
    return heartbeat


class Heartbeat:
    """A pytest plugin; its thread writes past pytest's capturing."""

    def __init__(self, every: float = EVERY) -> None:
        self._out = os.dup(sys.stdout.fileno()) if _is_real() else None
        self._every = every
        self._over = threading.Event()
        self._began = time.monotonic()
        self._seen = self._began - every / 2  # Python and pytest took a while to come so far
        self._doing = "starting"
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._thread.start()

    def pytest_collection(self) -> None:
        """Opens the tests."""
        self._begin("opening the tests")

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Names the test."""
        self._begin(nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Sees a dot go out."""
        if report.when == "call":
            self._seen = time.monotonic()

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionfinish(self) -> Iterator[None]:
        """Takes down what the tests shared."""
        self._begin("cleaning up")
        return (yield)

    def _begin(self, what: str) -> None:
        self._doing, self._began = what, time.monotonic()

    def _beat(self) -> None:
        while not self._over.wait(self._every / 4):
            now = time.monotonic()
            if now - self._seen >= self._every:
                self._seen = now
                self._write(f"{self._doing} ({now - self._began:.0f} s)")

    def _write(self, line: str) -> None:
        if self._out is not None:
            os.write(self._out, f"\n  … {line}\n".encode())

    def end(self) -> None:
        """Say nothing any more."""
        self._over.set()
        self._thread.join()
        if self._out is not None:
            os.close(self._out)


def _is_real() -> bool:
    try:
        sys.stdout.fileno()
    except (OSError, ValueError):  # pytest run by pytest
        return False
    return True
