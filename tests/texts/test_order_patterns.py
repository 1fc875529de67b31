"""No message can make the patterns of orders and hours take for ever."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from bot.places import search
from bot.texts import dates, hours, orders
from tests.texts.ambiguity import is_ambiguous
from tips import normalise
from tips.signs import folding


def patterns() -> Iterator[tuple[str, str]]:
    for part, found in orders._rules().items():
        if part in ("themes", "wishes"):
            names = [f"{part}.{key}" for key in found]
        else:
            names = [part] if part != "fragments" else []
        for name in names:
            yield from ((name, pattern.pattern) for pattern in orders._patterns(name))
    yield "courtesies at the end", f"(,? {orders._filled('<polite>')})+$"
    for module in (dates, folding, hours, normalise, orders, search):
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern):
                yield f"{module.__name__}.{name}", value.pattern


@pytest.mark.parametrize(
    "pattern",
    [r"( (to|the|to))* x", r"( (all|my|all my))*x", r"(a*)*b", r"( (for .*|now))*x"],
)
def test_a_pattern_that_takes_for_ever_is_told(pattern: str) -> None:
    assert is_ambiguous(pattern)


@pytest.mark.parametrize("pattern", [r"( (to|the|too))* to", r"\d+:\d+", r"a*a*b", r"(ab?)*c"])
def test_one_that_does_not_is_let_pass(pattern: str) -> None:
    assert not is_ambiguous(pattern)


def test_words_lead_through_no_repetition_in_two_ways() -> None:
    assert [name for name, pattern in patterns() if is_ambiguous(pattern)] == []
