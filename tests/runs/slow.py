"""Not a test of ours: it is run by one, which does not wait for its end."""

from __future__ import annotations

import threading


def test_takes_its_time() -> None:
    threading.Event().wait()
