"""The bench's instruments: processes on cores of their own, the stand-in's books, medians."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
PEERS_PYTHON = Path(f"{sys.prefix}-bench") / "bin" / "python"  # beside this environment
PATIENCE_SECONDS = 900.0
Figures = dict[str, Any]


def writable(text: str) -> Path:
    """The file for the figures, tried before anything is measured.

    Raises:
        argparse.ArgumentTypeError: it cannot be written.
    """
    path = Path(text)
    try:
        path.open("a").close()
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{text}: {error.strerror}") from error
    return path


def cores() -> tuple[int, int]:
    """One core for whoever is measured and another for the server, if there are two."""
    own = sorted(os.sched_getaffinity(0))
    return own[0], own[-1]


def _pinned(core: int) -> Callable[[], None]:
    return lambda: os.sched_setaffinity(0, {core})


@dataclass
class Server:
    """The stand-in, seen from outside."""

    port: int

    @classmethod
    def at(cls, address: str) -> Server:
        """The stand-in whose Bot API address this is."""
        return cls(urlsplit(address).port or 80)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/bot"

    def control(self, action: str, **given: Any) -> Figures:
        url = f"http://127.0.0.1:{self.port}/control/{action}"
        request = urllib.request.Request(url, json.dumps(given).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=60) as answer:
            result: Figures = json.load(answer)
            return result

    def behave(self, **rules: float) -> None:
        """Open new books and follow these rules."""
        self.control("rules", **rules)

    def books(self) -> Figures:
        return self.control("books")


@contextmanager
def standin() -> Iterator[Server]:
    """A stand-in on the other core, for as long as the block lasts."""
    command = [sys.executable, "-m", "tests.bench.standin", "--core", str(cores()[1])]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Server(int(process.stdout.readline()))
        finally:
            process.terminate()


def sync_seconds(times: int = 50) -> float:
    """How long the disk takes to keep a page; durable outcomes cannot be faster."""
    taken = []
    with tempfile.TemporaryFile(prefix="bench-") as file:
        for _ in range(times):
            file.write(b"\0" * 4096)
            file.flush()
            begun = time.perf_counter()
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def measure(command: Sequence[str | Path], **options: Any) -> Figures:
    """Run a contestant on its core; the JSON object that it prints last."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=PATIENCE_SECONDS,
        preexec_fn=_pinned(cores()[0]),
        **options,
    )
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


@dataclass(frozen=True)
class Contest:
    """One contestant of an interleaved comparison."""

    name: str
    module: str
    what: str
    count: int
    in_flight: int
    options: tuple[str, ...] = ()

    def run(self, address: str) -> Figures:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            given = (self.what, address, str(self.count), str(self.in_flight), folder)
            if self.module == "peers":
                script: list[str | Path] = [PEERS_PYTHON, ROOT / "tests" / "bench" / "peers.py"]
            else:
                script = [sys.executable, "-m", f"tests.bench.{self.module}"]
            return measure([*script, *given, *self.options])


def interleaved(
    server: Server, contests: Sequence[Contest], rounds: int, **rules: float
) -> dict[str, list[Figures]]:
    """Let all run in turn, ``rounds`` times, so that a slow minute of the machine hits all alike.

    Each result also holds what the server's books say about it.
    """
    results: dict[str, list[Figures]] = {contest.name: [] for contest in contests}
    for _ in range(rounds):
        for contest in contests:
            server.behave(**rules)
            figures = contest.run(server.address)
            figures["books"] = server.books()
            results[contest.name].append(figures)
    return results


def median(runs: Sequence[Figures], value: Callable[[Figures], float]) -> float:
    return statistics.median(value(run) for run in runs)


def rate(run: Figures) -> float:
    """Messages per second."""
    return float(run["count"] / run["seconds"])


def cpu_each(run: Figures) -> float:
    """Processor seconds per message."""
    return float(run["cpu"] / run["count"])
