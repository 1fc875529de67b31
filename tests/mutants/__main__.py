"""``python -m tests.mutants [--times 200] [--json FILE]``: put single faults in, see who sees.

With ``--log FILE`` a run goes on where the last one was stopped: what is in there is not tried
again. With ``--coverage FILE`` only the tests that ran a statement are asked about it. With
``--workers N`` so many faults are tried at a time, each in a copy of its own.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.measured import Measured
from tests.mutants.reach import Reach
from tests.mutants.sample import ROOT, Place, sample
from tests.mutants.trial import Outcome, Trial, copy
from tests.reaper import temporary_files

TIMES = 200
LIMIT_S = 60.0


@dataclass(frozen=True)
class Tried:
    place: Place
    outcome: Outcome

    def __str__(self) -> str:
        late = "" if self.outcome.in_time else " (time was up)"
        return f"{'found ' if self.outcome.found else 'UNSEEN'} {self.place}{late}"


class Log:
    """The outcomes so far, a line for each fault."""

    def __init__(self, file: Path) -> None:
        self._file = file
        lines = file.read_text("utf-8").splitlines() if file.exists() else ()
        self._known = {one["id"]: Outcome(**one["outcome"]) for one in map(json.loads, lines)}

    def outcome_of(self, place: Place) -> Outcome | None:
        """What came of this fault, if it was tried."""
        return self._known.get(place.id)

    def add(self, place: Place, outcome: Outcome) -> None:
        """Write down what came of a fault."""
        line = {"id": place.id, "place": str(place), "outcome": asdict(outcome)}
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def main() -> None:
    given = _arguments()
    with temporary_files() as folder:
        trials = [copy(ROOT, folder / f"copy{number}") for number in range(given.workers)]
        log = Log(given.log or folder / "log.jsonl")
        reach = Reach(ROOT)
        asked = Measured(reach, given.coverage) if given.coverage else reach
        every = list(_try_all(trials, log, asked, given.times, given.limit))
        tried = _without_doubtful(trials[0], every)
    _report(tried)
    if given.json:
        given.json.write_text(json.dumps(_figures(tried), indent=1) + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--times", type=int, default=TIMES, help="how many faults")
    parser.add_argument(
        "--limit", type=float, default=LIMIT_S, help="seconds of processor for each"
    )
    parser.add_argument("--workers", type=int, default=1, help="how many at a time")
    parser.add_argument("--coverage", type=Path, metavar="FILE", help="what ran which line")
    parser.add_argument("--log", type=Path, metavar="FILE", help="go on with an earlier run")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    return parser.parse_args()


def _try_all(
    trials: list[Trial], log: Log, reach: Reach | Measured, times: int, limit_s: float
) -> Iterator[Tried]:
    places = sample(times)
    _say(f"{len(places)} faults, {limit_s:.0f} s of processor for each at most")
    asked = [(place, reach.of(place)) for place in places if log.outcome_of(place) is None]
    with closing(_outcomes(trials, asked, limit_s)) as outcomes:
        for number, place in enumerate(places, 1):
            if (outcome := log.outcome_of(place)) is None:
                outcome = next(outcomes)
                log.add(place, outcome)
            tried = Tried(place, outcome)
            _say(f"{number:>4} {tried}")
            yield tried


def _outcomes(
    trials: list[Trial], asked: list[tuple[Place, list[str]]], limit_s: float
) -> Generator[Outcome, None, None]:
    """What came of each fault, in their order; a copy has one fault in it at a time."""
    free: SimpleQueue[Trial] = SimpleQueue()
    for trial in trials:
        free.put(trial)

    def outcome_of(place: Place, tests: list[str]) -> Outcome:
        trial = free.get()
        try:
            return trial.run(place, tests, limit_s)
        finally:
            free.put(trial)

    pool = ThreadPoolExecutor(len(trials))
    try:
        for future in [pool.submit(outcome_of, *one) for one in asked]:
            yield future.result()
    finally:  # who stops a run waits for the faults under way alone
        pool.shutdown(cancel_futures=True)


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
