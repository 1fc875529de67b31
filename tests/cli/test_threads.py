"""A question is looked up on one thread: several would only wait for each other by turning."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

THREADS = Path("/proc/self/task")
ASK = """
import os, sys
from bot.cli import main
sys.argv = ["gutskin", "faq", "can we keep the cat"]
try:
    main()
except SystemExit:
    pass
print("threads:", len(os.listdir("/proc/self/task")))
"""


@pytest.mark.skipif(not THREADS.exists(), reason="threads are counted in Linux's /proc")
def test_the_matrices_start_no_threads() -> None:
    given = {name: value for name, value in os.environ.items() if "NUM_THREADS" not in name}
    asked = subprocess.run(
        [sys.executable, "-c", ASK], capture_output=True, text=True, check=True, env=given
    )
    assert asked.stdout.splitlines()[-1] == "threads: 1"
