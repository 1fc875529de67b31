"""Says that a command is still starting, on a slow or busy machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

EVERY_S = 3.0  # Python itself has taken a while already


@contextmanager
def still_starting() -> Iterator[Callable[[], None]]:
    """Print a line every few seconds, until the yielded function is called or the block ends."""
    over = threading.Event()
    thread = threading.Thread(target=_tell, args=(over, EVERY_S), daemon=True)
    thread.start()
    try:
        yield over.set
    finally:
        over.set()
        thread.join()


def _tell(over: threading.Event, every_s: float) -> None:
    waited = 0.0
    while not over.wait(every_s):
        waited += every_s
        typer.echo(f"  {waited:.0f} s", err=True)
