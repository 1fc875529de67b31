"""The browser that the tests of the chat page drive, where the machine has one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

REQUIRED = "GUTSKIN_TEST_REQUIRE_BROWSER"
NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> Path | None:
    """The browser of this machine, if any."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return Path(found) if found else None


def chromium_or_skip() -> Path:
    """The browser; without one the test is skipped, or fails where a browser is required."""
    found = chromium()
    if found is None and os.environ.get(REQUIRED) == "1":
        pytest.fail(f"{REQUIRED}=1, and there is no Chromium on this machine")
    if found is None:
        pytest.skip("there is no Chromium on this machine")
    return found
