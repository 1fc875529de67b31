"""What the tests of the search share: the index that is shipped, read once."""

from __future__ import annotations

import pytest

from tips.search import Search


@pytest.fixture(scope="session")
def search() -> Search:
    return Search.load()
