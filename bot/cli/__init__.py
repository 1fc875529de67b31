"""The ``gutskin`` command: what has to be in place before anything else is loaded."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType, TracebackType
from typing import Any

IMAGE = "IMAGE_"
"""An image's own defaults: ``IMAGE_GUTSKIN_X`` also holds where ``GUTSKIN_X`` is empty."""

SWITCH_INTERVAL_S = 0.0005  # how long one thread may hold up the others
BY_SIGNAL = 128  # plus the signal's number, as in shells


def main() -> None:
    """Entry point of the ``gutskin`` command.

    Loading the rest takes about a second, in which a container may be told to stop: process 1
    ignores a signal that has no handler.
    """
    try:
        signal.signal(signal.SIGTERM, _stop)
        _prepare()
        from bot.cli.commands import app

        app()
    except KeyboardInterrupt:  # later on, typer and the bot handle it themselves
        sys.exit(0 if _runs_the_bot() else BY_SIGNAL + signal.SIGINT)
    except OSError as error:
        _discard_output()
        from bot.cli.output import complain, plainly, say

        tell = complain if _runs_the_bot() else say
        tell(f"gutskin: {plainly(error)}")
        sys.exit(1)


def _prepare() -> None:
    sys.excepthook = _log_crash
    threading.excepthook = _log_thread_crash
    sys.unraisablehook = _log_thread_crash
    _fill_in_what_is_empty()
    # A question's matrices are small: several threads, which spin while they wait for each other,
    # take several times as much of the processor. numpy reads this as it is loaded.
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ.get("OPENBLAS_NUM_THREADS") or "1"
    # The search has a thread beside everything else. A reply has to wait for a dozen switches
    # between them: at Python's 5 ms each that would be felt.
    sys.setswitchinterval(SWITCH_INTERVAL_S)


def _fill_in_what_is_empty() -> None:
    # An empty line in compose's .env replaces what the image sets, but has to mean "not set".
    for name, value in list(os.environ.items()):
        setting = name.removeprefix(IMAGE)
        if setting != name and not os.environ.get(setting, "").strip():
            os.environ[setting] = value


def _runs_the_bot() -> bool:
    return sys.argv[1:2] == ["run"]


def _stop(number: int, _frame: FrameType | None) -> None:
    """Exit at once, until the loaded command handles signals: there is nothing to lose yet."""
    if _runs_the_bot():
        os._exit(0)
    sys.exit(BY_SIGNAL + number)


def _discard_output() -> None:
    """Discard the rest of the output, which Python would write as it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _log_crash(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Log an uncaught exception like everything else: without secrets, as JSON if wanted."""
    try:
        from bot.cli.output import crashed
    except Exception:  # noqa: BLE001 - the installation is broken, and this is all there is to say
        sys.__excepthook__(kind, error, trace)
    else:
        crashed(error)


def _log_thread_crash(failure: Any) -> None:
    """The same for a thread, and for an exception that Python could not raise."""
    if failure.exc_value is not None:
        _log_crash(failure.exc_type, failure.exc_value, failure.exc_traceback)
