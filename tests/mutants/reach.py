"""Which tests reach a module, those first that speak most of what has the fault.

What a test file imports, and what that imports in turn, is read from the sources; nothing is run.
"""

from __future__ import annotations

import ast
import math
import re
from collections import Counter
from functools import cached_property
from pathlib import Path

from tests.mutants.sample import Place

# What starts the bot as a whole, watches the tests themselves or measures, and takes minutes.
TOO_LONG = ("bench", "browser", "demo", "deploy", "docs", "install", "mutants", "runs", "soak")
WORD = re.compile(r"[A-Za-z][a-z]{2,}")
COMMON = 0.2  # the share of the files in which a word may be that says something
NEAR = 0.3


class Reach:
    """The test files of a checkout and all that they open."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._modules: dict[str, str] = {}
        for folder in ("bot", "tips", "tests"):
            for file in (root / folder).rglob("*.py"):
                path = file.relative_to(root).as_posix()
                self._modules[
                    path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
                ] = path
        self._imports = {path: self._read(path) for path in self._modules.values()}
        self._steps: dict[str, dict[str, int]] = {}

    @cached_property
    def tests(self) -> list[str]:
        """The test files that may be run for a fault."""
        paths = (path for path in self._modules.values() if Path(path).name.startswith("test_"))
        return sorted(path for path in paths if path.split("/")[1] not in TOO_LONG)

    def of(self, place: Place) -> list[str]:
        """The test files that reach the place, the nearest first."""
        steps = {test: found for test in self.tests if (found := self._from(test).get(place.path))}
        wanted = self._words_at(place)
        score = {test: self._likeness(wanted, test) + NEAR / steps[test] for test in steps}
        return sorted(steps, key=lambda test: (-score[test], test))

    def _from(self, test: str) -> dict[str, int]:
        """Every file that a test opens, and over how many steps."""
        if test not in self._steps:
            steps, edge = {test: 0}, [test, *self._conftests(test)]
            for step in range(1, 50):
                edge = sorted({one for path in edge for one in self._imports[path]} - steps.keys())
                steps |= dict.fromkeys(edge, step)
            self._steps[test] = steps
        return self._steps[test]

    def _conftests(self, test: str) -> list[str]:
        places = [folder / "conftest.py" for folder in Path(test).parents]
        return [place.as_posix() for place in places if place.as_posix() in self._imports]

    def _read(self, path: str) -> set[str]:
        found: set[str] = set()
        for node in ast.walk(ast.parse((self._root / path).read_bytes())):
            match node:
                case ast.Import(names=names):
                    wanted = [one.name for one in names]
                case ast.ImportFrom(module=str(module), names=names):
                    wanted = [module, *(f"{module}.{one.name}" for one in names)]
                case _:
                    continue
            found |= {
                self._modules[name] for one in wanted for name in self._all_opened(one, path)
            }
        return found

    def _all_opened(self, name: str, path: str) -> list[str]:
        parts = name.split(".")
        names = [".".join(parts[: end + 1]) for end in range(len(parts))]
        # A helper beside the tests is found without its folder's name.
        beside = f"{'.'.join(path.split('/')[:-1])}.{name}"
        return [one for one in (*names, beside) if one in self._modules]

    def _words_at(self, place: Place) -> Counter[str]:
        """The words of the function that has the fault, and of its file's name."""
        around = source = place.source.decode()
        for node in ast.walk(ast.parse(source)):
            if _holds(node, place.fault.line):
                around = ast.get_source_segment(source, node) or around
        name = Path(place.path).stem
        return _words(f"{around} {f'{name} {place.fault.scope} ' * 5}")

    @cached_property
    def _said(self) -> dict[str, Counter[str]]:
        return {
            path: _words(f"{(self._root / path).read_text('utf-8')} {f'{path} ' * 5}")
            for path in self.tests
        }

    @cached_property
    def _weight(self) -> dict[str, float]:
        among = Counter(word for words in self._said.values() for word in words)
        most = COMMON * len(self._said)
        return {word: math.log(len(self._said) / n) for word, n in among.items() if n < most}

    def _likeness(self, wanted: Counter[str], test: str) -> float:
        one, other = self._weighted(wanted), self._weighted(self._said[test])
        length = math.hypot(*one.values()) * math.hypot(*other.values())
        return sum(value * other.get(word, 0.0) for word, value in one.items()) / (length or 1.0)

    def _weighted(self, words: Counter[str]) -> dict[str, float]:
        weight = self._weight
        return {w: (1 + math.log(n)) * weight[w] for w, n in words.items() if w in weight}


def _holds(node: ast.AST, line: int) -> bool:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    return node.lineno <= line <= (node.end_lineno or 0)


def _words(text: str) -> Counter[str]:
    return Counter(word.lower() for word in WORD.findall(text))
