"""What the tests of the content core share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tips.trees import Tree


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A small, sound content directory to break."""
    return Tree(tmp_path)
