"""The ``gutskin`` command, as far as it has to be there before anything else is loaded."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType, TracebackType
from typing import Any

IMAGE = "IMAGE_"
"""What a container image sets: ``IMAGE_GUTSKIN_X`` holds where ``GUTSKIN_X`` is empty, too."""

TURN_S = 0.0005  # how long a thread may keep the others waiting
STOPPED = 128  # and the signal's number: how shells count


def main() -> None:
    """Entry point of the ``gutskin`` command.

    Loading the rest takes a second or so, in which a container may be told to stop: as process 1,
    a signal that nobody handles is lost.
    """
    try:
        signal.signal(signal.SIGTERM, _stop)
        _prepare()
        from bot.cli.commands import app

        app()
    except KeyboardInterrupt:  # later than that, typer and the bot have an answer of their own
        sys.exit(0 if _runs_the_bot() else STOPPED + signal.SIGINT)
    except OSError as error:
        _output_is_gone()
        from bot.cli.output import complain, plainly, say

        tell = complain if _runs_the_bot() else say
        tell(f"gutskin: {plainly(error)}")
        sys.exit(1)


def _prepare() -> None:
    sys.excepthook = _last_words
    threading.excepthook = _last_words_of
    sys.unraisablehook = _last_words_of
    _fill_in_what_is_empty()
    # The matrices of a question are small: shared out among threads, which wait for each other
    # by turning, they cost the processor several times as much. Read when numpy is loaded.
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ.get("OPENBLAS_NUM_THREADS") or "1"
    # The search has a thread, and takes turns with everything else. A reply has to wait for a
    # dozen of them: at Python's 5 ms a turn that would be felt.
    sys.setswitchinterval(TURN_S)


def _fill_in_what_is_empty() -> None:
    # An empty line of compose's .env replaces what the image sets, and is to mean "not set".
    for name, value in list(os.environ.items()):
        setting = name.removeprefix(IMAGE)
        if setting != name and not os.environ.get(setting, "").strip():
            os.environ[setting] = value


def _runs_the_bot() -> bool:
    return sys.argv[1:2] == ["run"]


def _stop(number: int, _frame: FrameType | None) -> None:
    """End until somebody else takes signals over: a bot that has not begun has nothing to lose."""
    if _runs_the_bot():
        os._exit(0)
    sys.exit(STOPPED + number)


def _output_is_gone() -> None:
    """Let Python find nothing at the end that it would still have to write."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _last_words(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """A fault of ours, told as the log tells everything: without secrets, as JSON if wanted."""
    try:
        from bot.cli.output import crashed
    except Exception:  # noqa: BLE001 - the installation is broken, and this is all there is to say
        sys.__excepthook__(kind, error, trace)
    else:
        crashed(error)


def _last_words_of(failure: Any) -> None:
    """The same for a thread, and for what Python could not raise anywhere, as it tells of both."""
    if failure.exc_value is not None:
        _last_words(failure.exc_type, failure.exc_value, failure.exc_traceback)
