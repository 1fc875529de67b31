"""Not a test of ours: it is run by one, and sees what those that we start inherit."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

ASK = "import signal; print(signal.getsignal({}) in (signal.SIG_DFL, signal.default_int_handler))"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_we_start_listens(number: signal.Signals) -> None:
    ask = [sys.executable, "-c", ASK.format(int(number))]
    said = subprocess.run(ask, check=True, capture_output=True, text=True).stdout
    assert said == "True\n"
