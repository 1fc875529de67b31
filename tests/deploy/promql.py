"""Which metrics, labels and values a PromQL expression names; so much of its grammar is known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*") | (?P<span>\[[^\]]*\]) | (?P<name>[a-zA-Z_:][\w:]*)
      | (?P<number>[\d.]+(?:e\d+)?[smhdwy]?) | (?P<match>=~|!~|!=|==|<=|>=)
      | (?P<sign>[-{}()=,<>*/+%^]) | (?P<space>\s+)""",
    re.VERBOSE,
)
GROUPING = {"by", "without", "on", "ignoring", "group_left", "group_right"}
WORDS = {"and", "or", "unless", "bool", "offset"}
FUNCTIONS = {"sum", "min", "max", "avg", "count", "abs", "rate", "increase", "histogram_quantile"}


class Selector(NamedTuple):
    """A metric and what its labels are to be: label, sign, value."""

    metric: str
    matchers: tuple[tuple[str, str, str], ...]


class Read(NamedTuple):
    """What an expression names; ``grouped`` are the labels that it groups by."""

    selectors: list[Selector]
    grouped: set[str]


def read(expression: str) -> Read:
    """Read the expression.

    Raises:
        ValueError: it holds something that is no PromQL, or a function that is not known here.
    """
    tokens = list(_tokens(expression))
    found = Read([], set())
    depth = at = 0
    while at < len(tokens):
        word, following = tokens[at], tokens[at + 1] if at + 1 < len(tokens) else ""
        at += 1
        depth += (word == "(") - (word == ")")
        if word in GROUPING:
            labels, at = _until(tokens, at + 1, ")")
            found.grouped.update(labels[::2])
        elif not re.match(r"[a-zA-Z_]", word) or word in WORDS:
            continue
        elif following == "(" or (following in GROUPING and word in FUNCTIONS):
            if word not in FUNCTIONS:
                raise ValueError(f"no such function: {word}")
        elif following == "{":
            inside, at = _until(tokens, at + 1, "}")
            found.selectors.append(Selector(word, tuple(_matchers(inside))))
        else:
            found.selectors.append(Selector(word, ()))
    if depth:
        raise ValueError(f"brackets do not match: {expression}")
    return found


def _tokens(expression: str) -> Iterator[str]:
    at = 0
    while at < len(expression):
        found = TOKEN.match(expression, at)
        if found is None:
            raise ValueError(f"no PromQL: {expression[at:]!r}")
        at = found.end()
        if found.lastgroup not in {"space", "span"}:
            yield found[0]


def _until(tokens: list[str], at: int, end: str) -> tuple[list[str], int]:
    stop = tokens.index(end, at)
    return tokens[at:stop], stop + 1


def _matchers(inside: list[str]) -> Iterator[tuple[str, str, str]]:
    for start in range(0, len(inside), 4):
        label, sign, value, *comma = inside[start : start + 4]
        if comma not in ([], [","]) or sign not in {"=", "=~", "!=", "!~"}:
            raise ValueError(f"no matcher: {inside}")
        yield label, sign, value[1:-1]
