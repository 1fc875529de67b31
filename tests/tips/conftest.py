"""What the tests of the content core share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tips.trees import Tree
from tips.search import Search


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A small, sound content directory to break."""
    return Tree(tmp_path)


@pytest.fixture(scope="session")
def search() -> Search:
    """The index that is shipped, read once."""
    return Search.load()
