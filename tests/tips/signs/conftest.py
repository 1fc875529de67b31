"""What the tests of the warning signs share: they take a second or two to read."""

from __future__ import annotations

import pytest

from tips.search import Search
from tips.signs import WarningSigns


@pytest.fixture(scope="session")
def rules() -> WarningSigns:
    """The rules alone."""
    return WarningSigns.load()


@pytest.fixture(scope="session")
def signs(search: Search) -> WarningSigns:
    """Rules and models, as the bot has them."""
    return WarningSigns.load(search=search)
