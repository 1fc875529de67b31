"""Which faults are tried: as many from every room as its size asks for, and of every kind.

A fault's place in the queue comes from what it says and not from where it stands, so that most of
the sample stays the same while the code changes.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from pathlib import Path

from tests.mutants.faults import Fault, faults_of

SEED = 20260302
ROOT = Path(__file__).parents[2]
ROOMS = ("bot", "tips")
# The embedded Telegram is a tool of the tests; a migration that was released is never changed, and
# the training of the search is judged by its figures (`make search-eval`).
LEFT_OUT = ("bot/sandbox/", "bot/store/migrations/", "tips/search/training/")
LEAST = 2


@dataclass(frozen=True)
class Place:
    """A fault in a file."""

    path: str
    fault: Fault
    source: bytes = field(repr=False)

    @property
    def room(self) -> str:
        """The folder that it is in, under bot/ or tips/."""
        folders = self.path.split("/")[:-1]
        return "/".join(folders[:2])

    @property
    def id(self) -> str:
        """The same for as long as the fault says the same, wherever in the file it stands."""
        fault = self.fault
        said = (self.path, fault.scope, fault.kind, fault.told(self.source))
        return hashlib.sha256("\0".join((str(SEED), *said)).encode()).hexdigest()

    def __str__(self) -> str:
        where = f"{self.path}:{self.fault.line} {self.fault.scope or '(module)'}"
        return f"{where}: {self.fault.told(self.source)}"


def sample(times: int) -> list[Place]:
    """That many faults, the same each time."""
    rooms = defaultdict(list)
    for place in all_places():
        rooms[place.room].append(place)
    every = sum(map(len, rooms.values()))
    chosen: list[Place] = []
    for _, places in sorted(rooms.items()):
        share = max(LEAST, round(times * len(places) / every))
        chosen += islice(_of_every_kind(places), share)
    return sorted(chosen, key=_rank)[:times]


def all_places() -> Iterator[Place]:
    """Every fault there could be."""
    for folder in ROOMS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            path = file.relative_to(ROOT).as_posix()
            if not path.startswith(LEFT_OUT):
                source = file.read_bytes()
                yield from (Place(path, fault, source) for fault in faults_of(source))


def _of_every_kind(places: Iterable[Place]) -> Iterator[Place]:
    kinds = defaultdict(list)
    for place in sorted(places, key=_rank):
        kinds[place.fault.kind].append(place)
    # Not by their names: a small room would only ever have those that begin with an A.
    in_turn = sorted(kinds.values(), key=lambda places: _rank(places[0]))
    for together in zip_longest(*in_turn):
        yield from (one for one in together if one and one.fault.compiles(one.source))


def _rank(place: Place) -> str:
    return place.id
