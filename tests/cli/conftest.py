from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.logbook import captured


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name in [name for name in os.environ if name.startswith("GUTSKIN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GUTSKIN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    with captured():
        yield
