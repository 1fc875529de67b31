"""Runs a command and says that it runs: ``python3 requirements/told.py "Looking at types" mypy``.

One line at its beginning, and one every few seconds while it says nothing itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence

EVERY = 4.0  # seconds
STOPPED = 130  # as shells count Ctrl-C
Progress = Callable[[list[str]], str]


class FailedError(Exception):
    """A command ended with an error."""

    def __init__(self, code: int, output: str) -> None:
        super().__init__(output)
        self.code = code


class Output:
    """What a command has said so far, and when anything was last seen of it."""

    def __init__(self, shown: bool) -> None:
        self.lines: list[str] = []
        self._shown = shown
        self._began = self._seen = time.monotonic()
        self.is_over = threading.Event()

    def read(self, process: subprocess.Popen[str]) -> None:
        """Take up all of it."""
        try:
            for line in process.stdout or ():
                self.lines.append(line)
                if self._shown:
                    self.say(line.rstrip("\n"))
        finally:
            self.is_over.set()

    def silent(self) -> float:
        """For how many seconds nobody has seen anything."""
        return time.monotonic() - self._seen

    def still_running(self, progress: str) -> None:
        """Say so."""
        self.say(f"  {time.monotonic() - self._began:.0f} s{progress}")

    def say(self, line: str) -> None:
        """Print a line."""
        self._seen = time.monotonic()
        say(line)


def run(
    what: str,
    command: Sequence[str],
    *,
    every: float = EVERY,
    shown: bool = False,
    progress: Progress = lambda _: "",
) -> None:
    """Run one to its end; ``progress`` makes words of what it has said so far.

    Raises:
        FailedError: with its output, unless that is ``shown`` as it comes.
    """
    say(what)
    output = Output(shown)
    # A machine's PIP_USER has no place in an environment.
    environment = {**os.environ, "PIP_USER": "0", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        # Not waited for by join, which Ctrl-C makes believe that the thread has ended.
        reader = threading.Thread(target=output.read, args=(process,))
        try:
            reader.start()  # in here: what is read may be there before this line is over
            while not output.is_over.wait(every / 4):
                if output.silent() >= every:
                    output.still_running(progress(output.lines))
        finally:
            output.is_over.wait()  # what Ctrl-C ends says its last words
    if process.returncode:
        raise FailedError(process.returncode, "" if shown else "".join(output.lines))


def say(line: str) -> None:
    """Print one line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(given: Sequence[str]) -> int:
    """Run what is given; its exit code."""
    what, *command = given
    try:
        run(what, command, shown=True)
    except FailedError as error:
        return error.code
    except KeyboardInterrupt:
        return STOPPED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
