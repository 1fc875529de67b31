"""What it costs to hear one message of 4,096 characters, by what it is made of; as JSON."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable

from tests.tips.search.test_work import LONGEST, TEXTS
from tips.search import Search
from tips.signs import WarningSigns

TIMES = 5


def cost(work: Callable[[], object]) -> float:
    """Milliseconds of this thread's CPU, the median of some tries."""
    spent = []
    for _ in range(TIMES):
        begun = time.thread_time()
        work()
        spent.append((time.thread_time() - begun) * 1000)
    return statistics.median(spent)


def main() -> None:
    search = Search.load()
    urgent = WarningSigns.load(search=search)

    def hear(text: str) -> None:
        urgent.suspicion(text)
        message = search.read(text)
        urgent.match(message)
        search.find(message)

    hear("warm up")
    print(
        json.dumps(
            {kind: cost(lambda text=text: hear(text[:LONGEST])) for kind, text in TEXTS.items()}
        )
    )  # type: ignore[misc]


if __name__ == "__main__":
    main()
