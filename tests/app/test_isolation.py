"""One bad item of the round never stops the others: housekeeping, progress, old files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from bot.isolation import each
from bot.store.queries import inbox
from tests.bot_harness import BotHarness, open_harness
from tests.logbook import captured


async def test_each_is_done_whatever_becomes_of_the_others() -> None:
    done: list[int] = []

    def work(number: int, error: Exception | None = None) -> Any:
        async def do() -> None:
            done.append(number)
            if error is not None:
                raise error

        return do

    with captured() as log:
        await each(work(1), work(2))
        with pytest.raises(ValueError, match="first"):
            await each(work(3, ValueError("first")), work(4, OSError("second")), work(5))
    assert done == [1, 2, 3, 4, 5]
    assert "second" in log.getvalue()
    assert "first" not in log.getvalue()


async def test_a_part_of_the_housekeeping_that_fails_stops_no_other(
    harness: BotHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = await harness.subscriber()
    await gone.block()
    harness.clock.move(400 * 86400)

    async def broken(*_given: Any) -> int:
        raise OperationalError("DELETE", {}, OSError("locked"))

    monkeypatch.setattr(inbox, "purge", broken)
    with captured() as log:
        assert not await harness.app.run_job("purge")
    assert await harness.app.services.subscribers.find(gone.id) is None
    assert log.getvalue().count("a job failed") == 1
    assert "Traceback" not in log.getvalue(), "an hour of this would fill a disk"


async def test_a_broadcast_that_cannot_be_shown_hides_no_other(harness: BotHarness) -> None:
    admin = await harness.admin()
    await harness.subscriber()
    for words in ("one", "two"):
        await admin.compose(words)
        if words == "one":  # the chat is then held for both
            await harness.fault("429", method="copyMessage", retry_after=600, times=1)
        await admin.tap("Send it now")
    broadcasts = harness.app.services.broadcasts
    report = broadcasts.report

    async def done() -> int:
        return sum("Broadcast done" in message["text"] for message in await admin.messages())

    async def broken(broadcast_id: int) -> Any:
        if broadcast_id == 1:
            raise ValueError("a fault of ours")
        return await report(broadcast_id)

    broadcasts.report = broken  # type: ignore[method-assign]
    with pytest.raises(ValueError, match="ours"):
        await harness.pass_time(minutes=11)
    assert await done() == 1
    broadcasts.report = report  # type: ignore[method-assign]
    await harness.pass_time(minutes=1)
    assert await done() == 2


async def test_an_old_copy_that_cannot_be_removed_keeps_no_new_one_away(tmp_path: Path) -> None:
    async with open_harness(tmp_path) as harness:
        folder = harness.settings.data_dir / "backups"
        stuck = folder / "gutskin-2026-01-01.db"
        stuck.mkdir(parents=True)
        for day in range(2, 10):
            (folder / f"gutskin-2026-01-{day:02}.db").write_bytes(b"old")
        with captured() as log:
            assert await harness.app.run_job("backup")
        left = sorted(file.name for file in folder.glob("*.db"))
        stuck.rmdir()
    assert left[0] == stuck.name
    assert left[-1] == "gutskin-2026-03-02.db"
    assert len(left) == 8
    assert "a file could not be removed" in log.getvalue()
