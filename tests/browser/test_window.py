"""Without a browser the tests of the page are skipped for all to see, unless one is required."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chromium import REQUIRED, chromium_or_skip


@pytest.fixture
def no_browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(REQUIRED, raising=False)
    return monkeypatch


def test_skipped_where_there_is_none(no_browser: pytest.MonkeyPatch) -> None:
    with pytest.raises(pytest.skip.Exception, match="no Chromium"):
        chromium_or_skip()


def test_failed_where_one_is_required(no_browser: pytest.MonkeyPatch) -> None:
    no_browser.setenv(REQUIRED, "1")
    with pytest.raises(pytest.fail.Exception, match="no Chromium"):
        chromium_or_skip()


def test_the_first_one_on_the_path_is_taken(
    no_browser: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = tmp_path / "chromium-browser"
    found.touch(mode=0o755)
    assert chromium_or_skip() == found
