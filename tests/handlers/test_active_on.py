"""The last day on which somebody wrote or tapped: what "active in the last days" is told by."""

from __future__ import annotations

from datetime import timedelta

from tests.bot_harness import BotHarness

A_DAY_S = timedelta(days=1).total_seconds()


async def test_who_writes_or_taps_is_active_that_day_and_who_only_reads_is_not(
    harness: BotHarness,
) -> None:
    writer, reader = await harness.subscriber("Writer"), await harness.subscriber("Reader")
    rules = harness.app.services.subscribers
    first = harness.clock.now().date()
    for one in (writer, reader):
        found = await rules.find(one.id)
        assert found is not None
        assert found.active_on == first
    await harness.pass_time(seconds=2 * A_DAY_S)
    await writer.say("/help")
    later = harness.clock.now().date()
    wrote, read = await rules.find(writer.id), await rules.find(reader.id)
    assert wrote is not None
    assert read is not None
    assert (wrote.active_on, read.active_on) == (later, first)
