"""A stop does not wait for a backup that is under way."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy import text

from tests.bot_harness import open_harness
from tests.logbook import captured
from tests.waiting import soon

MANY = text(
    "INSERT INTO counter (at, name, value) WITH RECURSIVE n (i) AS "
    "(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000) "
    "SELECT i, hex(randomblob(40)), 1 FROM n"
)


def _begun(folder: Path) -> bool:
    return folder.exists() and any(file.stat().st_size for file in folder.iterdir())


async def test_the_bot_leaves_and_no_half_copy_stays(tmp_path: Path) -> None:
    copies = tmp_path / "backups"
    async with asyncio.timeout(180):
        with captured() as log:
            async with open_harness(tmp_path) as harness:
                async with harness.app.services.db.write() as session:
                    await session.execute(MANY)
                harness.app.jobs.soon("backup", 0.0)
                await soon(lambda: _begun(copies))
                async with asyncio.timeout(30):
                    await harness.app.stop()
                assert list(copies.iterdir()) == []
    assert "a job failed" not in log.getvalue()


async def test_what_a_killed_process_left_half_done_goes_with_the_next_copy(
    tmp_path: Path,
) -> None:
    async with open_harness(tmp_path) as harness:
        left = harness.settings.data_dir / "backups" / ".gutskin-2026-02-01.db.part"
        left.parent.mkdir()
        left.write_bytes(b"half of a copy")
        assert await harness.app.run_job("backup")
        assert [file.name for file in left.parent.iterdir()] == ["gutskin-2026-03-02.db"]
