"""Not a test of ours: it is run by one, and never ends by itself."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.postgres import Cluster

SLEEPING = "import signal; signal.pause()"


@pytest.mark.postgres
def test_hangs(postgres: Cluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "something").write_bytes(bytes(1000))
    child = subprocess.Popen([sys.executable, "-c", SLEEPING], start_new_session=True)
    server = (postgres.data / "postmaster.pid").read_text("ascii").split()[0]
    with capsys.disabled():
        sys.stderr.write(f"\nhanging: {tmp_path} {server} {child.pid}\n")
    threading.Event().wait()
