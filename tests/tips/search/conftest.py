"""What the tests of the search share."""

from __future__ import annotations

import pytest

from tips.search import Search
from tips.signs import WarningSigns


@pytest.fixture(scope="session")
def urgent(search: Search) -> WarningSigns:
    """The warning signs that are shipped, read once."""
    return WarningSigns.load(search=search)
