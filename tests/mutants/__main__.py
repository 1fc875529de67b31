"""``python -m tests.mutants [--times 200] [--json FILE]``: put single faults in, see who sees."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.reach import Reach
from tests.mutants.sample import ROOT, Place, sample
from tests.mutants.trial import Outcome, Trial, copy
from tests.reaper import temporary_files

TIMES = 200
LIMIT_S = 120.0


@dataclass(frozen=True)
class Tried:
    place: Place
    outcome: Outcome

    def __str__(self) -> str:
        late = "" if self.outcome.in_time else " (time was up)"
        return f"{'found ' if self.outcome.found else 'UNSEEN'} {self.place}{late}"


def main() -> None:
    given = _arguments()
    with temporary_files() as folder:
        trial = copy(ROOT, folder / "copy")
        tried = _without_doubtful(trial, _try_all(trial, given.times, given.limit))
    _report(tried)
    if given.json:
        given.json.write_text(json.dumps(_figures(tried), indent=1) + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--times", type=int, default=TIMES, help="how many faults")
    parser.add_argument(
        "--limit", type=float, default=LIMIT_S, help="seconds of processor for each"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    return parser.parse_args()


def _try_all(trial: Trial, times: int, limit_s: float) -> list[Tried]:
    reach = Reach(ROOT)
    places = sample(times)
    _say(f"{len(places)} faults, {limit_s:.0f} s of processor for each at most")
    tried = []
    for number, place in enumerate(places, 1):
        tried.append(Tried(place, trial.run(place, reach.of(place), limit_s)))
        _say(f"{number:>4} {tried[-1]}")
    return tried


def _without_doubtful(trial: Trial, tried: list[Tried]) -> list[Tried]:
    """Leave out what was found by a test that fails without any fault, too."""
    tests = {one.outcome.by for one in tried} - {""}
    doubtful = set()
    while tests:
        again, _ = trial.test(sorted(tests), math.inf)
        if again.by not in tests:
            break
        doubtful.add(again.by)
        tests.discard(again.by)
    for test in sorted(doubtful):
        _say(f"{test} fails without a fault, too: what it found does not count")
    return [one for one in tried if one.outcome.by not in doubtful]


def _report(tried: list[Tried]) -> None:
    found = Counter(one.place.room for one in tried if one.outcome.found)
    every = Counter(one.place.room for one in tried)
    _say(f"\n{'room':<20}{'found':>6}{'unseen':>8}")
    for room in sorted(every):
        _say(f"{room:<20}{found[room]:>6}{every[room] - found[room]:>8}")
    _say("")
    for one in tried:
        if not one.outcome.found:
            _say(f"{one} [{one.place.fault.kind}]")
    _say(f"{found.total()} of {len(tried)} found: {found.total() / max(1, len(tried)):.1%}")


def _figures(tried: list[Tried]) -> dict[str, object]:
    unseen = [str(one.place) for one in tried if not one.outcome.found]
    return {"found": len(tried) - len(unseen), "tried": len(tried), "unseen": unseen}


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
