"""Which tests ran a line, as a run of ``make test COVERAGE=1`` of the same code wrote it down."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from coverage import CoverageData

from tests.mutants.reach import Reach
from tests.mutants.sample import Place

OUTSIDE = ""  # what ran outside of tests


class Measured:
    """Narrows down what :class:`Reach` finds to the tests that ran the very statement."""

    def __init__(self, reach: Reach, file: Path) -> None:
        self._reach = reach
        self._data = CoverageData(basename=str(file))
        self._data.read()
        self._files = {Path(name).as_posix(): name for name in self._data.measured_files()}
        self._by_line = cache(self._lines_of)

    def of(self, place: Place) -> list[str]:
        """The tests that ran the place, the nearest first; whole files where it ran on import."""
        files = self._reach.of(place)
        lines = self._by_line(place.path)
        if not place.fault.scope or lines is None:
            return files
        ran = {test for line in _statement(place) for test in lines.get(line, ())}
        if ran == {OUTSIDE}:  # once for all of them, while the tests were gathered
            return files
        order = {file: number for number, file in enumerate(files)}
        named = {test: test.partition("::")[0] for test in ran}
        return sorted(
            (test for test, file in named.items() if file in order),
            key=lambda test: (order[named[test]], test),
        )

    def _lines_of(self, path: str) -> dict[int, set[str]] | None:
        name = next((full for end, full in self._files.items() if end.endswith(f"/{path}")), None)
        if name is None:
            return None
        found = self._data.contexts_by_lineno(name)
        return {line: {_test(one) for one in said} for line, said in found.items()}


def _test(context: str) -> str:
    """pytest-cov says "tests/a.py::test_b|run"; what stands in brackets may have a bar, too."""
    return context.rpartition("|")[0]


def _statement(place: Place) -> Iterator[int]:
    """The lines of the smallest statement that has the fault: it counts as run by any of them."""
    around = [
        node
        for node in ast.walk(ast.parse(place.source))
        if isinstance(node, ast.stmt)
        and node.lineno <= place.fault.line <= (node.end_lineno or node.lineno)
    ]
    smallest = min(around, key=lambda node: (node.end_lineno or node.lineno) - node.lineno)
    # Of a condition or a loop only the head.
    body = getattr(smallest, "body", None)
    end = body[0].lineno - 1 if body else smallest.end_lineno or smallest.lineno
    yield from range(smallest.lineno, max(end, smallest.lineno) + 1)
