"""Finds patterns that a message can make take for ever.

Where the same words lead through a repetition in two ways, a pattern that fails at last has tried
every combination of them: with each word more, twice as many. Such a pattern has, among the pairs
of its places (each a character that it reads), a cycle through a pair of twice the same place and
one of two different ones, or twice the same way from a place to the next.
"""

from __future__ import annotations

import re
import string
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from itertools import product
from typing import Any, NamedTuple

from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

READ = string.ascii_lowercase + string.digits + " '.,:/+&-éü"
PARSER: Any = import_module("re._parser")
_CLASSES = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}
Pair = tuple[int, int]


class Part(NamedTuple):
    """The places where a part of a pattern may begin and end, and whether it may be nothing."""

    first: list[int]
    last: list[int]
    nothing: bool


EMPTY = Part([], [], True)


class Places:
    """What is read at each place of a pattern, and which places may come next."""

    def __init__(self, pattern: str) -> None:
        self.reads: list[frozenset[str]] = []
        self.follow: dict[int, Counter[int]] = defaultdict(Counter)
        self._row(PARSER.parse(pattern))

    def _row(self, items: Iterable[tuple[Any, Any]]) -> Part:
        whole = EMPTY
        for operation, given in items:
            whole = self._then(whole, self._one(str(operation), given))
        return whole

    def _then(self, one: Part, other: Part) -> Part:
        self._leads(one, other)
        first = one.first + (other.first if one.nothing else [])
        last = other.last + (one.last if other.nothing else [])
        return Part(first, last, one.nothing and other.nothing)

    def _leads(self, one: Part, other: Part) -> None:
        for here, there in product(one.last, other.first):
            self.follow[here][there] += 1

    def _one(self, operation: str, given: Any) -> Part:
        match operation:
            case "SUBPATTERN":
                return self._row(given[-1])
            case "BRANCH":
                return self._either([self._row(items) for items in given[1]])
            case "MAX_REPEAT" | "MIN_REPEAT":
                return self._repeated(*given)
            case "AT" | "ASSERT" | "ASSERT_NOT":
                return EMPTY
        self.reads.append(frozenset(_read(operation, given)))
        return Part([len(self.reads) - 1], [len(self.reads) - 1], False)

    def _either(self, parts: Sequence[Part]) -> Part:
        first = [place for part in parts for place in part.first]
        last = [place for part in parts for place in part.last]
        return Part(first, last, any(part.nothing for part in parts))

    def _repeated(self, least: int, most: Any, items: Any) -> Part:
        endless = str(most) == "MAXREPEAT"
        whole = EMPTY
        for number in range(max(least, 1) if endless else int(most)):
            part = self._row(items)
            if endless and number == max(least, 1) - 1:
                self._leads(part, part)
            whole = self._then(whole, part._replace(nothing=part.nothing or number >= least))
        return whole


def _read(operation: str, given: Any) -> Iterator[str]:
    """The characters of ours that one place of a pattern reads."""
    items = given if operation == "IN" else [(operation, given)]
    negated = any(str(kind) == "NEGATE" for kind, _ in items)
    for character in READ if operation != "LITERAL" else chr(given):
        if any(_fits(str(kind), what, character) for kind, what in items) != negated:
            yield character


def _fits(kind: str, given: Any, character: str) -> bool:
    match kind:
        case "LITERAL":
            return bool(ord(character) == given)
        case "NOT_LITERAL":
            return bool(ord(character) != given)
        case "RANGE":
            return bool(given[0] <= ord(character) <= given[1])
        case "CATEGORY":
            _, *no, name = str(given).split("_")
            return (re.match(_CLASSES[name], character) is not None) != bool(no)
    return kind == "ANY"


def is_ambiguous(pattern: str) -> bool:
    """Whether the same words lead through a repetition of the pattern in two ways."""
    places = Places(pattern)
    pairs: dict[Pair, int] = {(place, place): place for place in range(len(places.reads))}
    edges, doubled = [], []
    queue = list(pairs)
    for pair in queue:
        for there, twice in _next(places, pair):
            if there not in pairs:
                pairs[there] = len(pairs)
                queue.append(there)
            edges.append((pairs[pair], pairs[there]))
            if twice:
                doubled.append(edges[-1])
    return bool(edges) and _has_such_a_cycle(pairs, edges, doubled)


def _next(places: Places, pair: Pair) -> Iterator[tuple[Pair, bool]]:
    here, there = pair
    for one, other in product(places.follow[here], places.follow[there]):
        if places.reads[one] & places.reads[other]:
            same = here == there and one == other
            yield (one, other), same and places.follow[here][one] > 1


def _has_such_a_cycle(
    pairs: dict[Pair, int], edges: Sequence[Pair], doubled: Sequence[Pair]
) -> bool:
    tails, heads = zip(*edges, strict=True)
    size = len(pairs)
    graph = coo_array(([1] * len(edges), (tails, heads)), shape=(size, size))
    _, cycle = connected_components(graph, connection="strong")
    same = {cycle[number] for (one, other), number in pairs.items() if one == other}
    different = {cycle[number] for (one, other), number in pairs.items() if one != other}
    return bool(same & different) or any(cycle[tail] == cycle[head] for tail, head in doubled)
