"""What an admin may do about a broadcast that is over, and what it costs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from theatre import Person, Theatre, failing_broadcast, open_theatre


async def _with_one_failure(theatre: Theatre, admin: Person, reader: Person) -> None:
    """A broadcast that one reader of two does not get."""
    await admin.say("/broadcast Hello")
    await theatre.fault("error", method="copyMessage", chat=reader.id, error_code=400,
                        description="Bad Request: not enough rights")  # fmt: skip
    await admin.tap("Send it now")
    await admin.sees("Broadcast done", "Sent: 1", "Failed: 1")


async def _copies(theatre: Theatre, reader: Person) -> int:
    calls = await theatre.calls("copyMessage")
    return sum(str(call["parameters"]["chat_id"]) == str(reader.id) for call in calls)


class TestForStars:
    @pytest.fixture
    async def paid(self, tmp_path: Path) -> AsyncIterator[Theatre]:
        async with open_theatre(
            tmp_path, paid_broadcast=True, bulk_rate=900.0, total_rate=1000.0
        ) as theatre:
            yield theatre

    async def test_the_cost_is_told_before_anything_is_sent(self, paid: Theatre) -> None:
        readers = [await paid.reader(f"R{number}") for number in range(3)]
        admin = await paid.admin()
        await admin.say("/broadcast Hello")
        await admin.sees(
            "Send the message above?", "3 readers", "Cost at most: 0.3 Telegram Stars"
        )
        assert [await _copies(paid, reader) for reader in readers] == [0, 0, 0]
        await admin.tap("Send it now")
        await admin.sees("Broadcast done", "Sent: 3")
        copies = await paid.calls("copyMessage")
        assert all(call["parameters"]["allow_paid_broadcast"] is True for call in copies)

    async def test_sending_again_tells_its_cost_first(self, paid: Theatre) -> None:
        reader, _other = await paid.reader(), await paid.reader("Other")
        admin = await paid.admin()
        await _with_one_failure(paid, admin, reader)
        before = await _copies(paid, reader)
        await admin.tap("Try the failed ones again")
        await admin.sees("did not get it?", "1 reader", "Cost at most: 0.1 Telegram Stars")
        assert await admin.labels() == ["Send it again now", "Back to the report"]
        assert await _copies(paid, reader) == before
        await admin.tap("Send it again now")
        await paid.pass_time(seconds=4)
        await admin.sees("Broadcast done", "Sent: 2", "Failed: 0")
        assert await _copies(paid, reader) == before + 1

    async def test_whoever_finds_it_too_dear_goes_back(self, paid: Theatre) -> None:
        reader, _other = await paid.reader(), await paid.reader("Other")
        admin = await paid.admin()
        await _with_one_failure(paid, admin, reader)
        before = await _copies(paid, reader)
        await admin.tap("Try the failed ones again")
        await admin.tap("Back to the report")
        await admin.sees("Broadcast done", "Sent: 1", "Failed: 1")
        assert await admin.labels() == ["Try the failed ones again"]
        assert await _copies(paid, reader) == before

    async def test_those_in_doubt_are_asked_about_in_the_same_way(self, paid: Theatre) -> None:
        await paid.reader()
        admin = await paid.admin()
        await admin.say("/broadcast Hello")
        await paid.fault("drop_after", method="copyMessage")
        await admin.tap("Send it now")
        await admin.sees("Broadcast done", "In doubt: 1")
        await admin.tap("Send to those in doubt again")
        await admin.sees("may get it a second time", "Cost at most: 0.1 Telegram Stars")
        await admin.tap("Send it again now", times=2)
        await paid.pass_time(seconds=4)
        await admin.sees("Broadcast done", "Sent: 1", "In doubt: 0")
        assert len(await paid.calls("copyMessage")) == 2

    async def test_the_yes_of_a_question_from_before_sends_nothing_twice(
        self, paid: Theatre
    ) -> None:
        reader, _other = await paid.reader(), await paid.reader("Other")
        admin = await paid.admin()
        await _with_one_failure(paid, admin, reader)
        await admin.tap("Try the failed ones again")
        await admin.tap("Send it again now")
        await paid.pass_time(seconds=4)
        sent = len(await paid.calls("copyMessage"))
        await admin.forge("1bd:retry_sure:1")
        await paid.pass_time(seconds=4)
        await admin.sees("Broadcast done", "Sent: 2")
        assert len(await paid.calls("copyMessage")) == sent


async def test_for_nothing_it_is_sent_again_at_the_first_tap(
    theatre: Theatre, admin: Person
) -> None:
    reader, _other = await theatre.reader(), await theatre.reader("Other")
    await _with_one_failure(theatre, admin, reader)
    await admin.tap("Try the failed ones again")
    await theatre.pass_time(seconds=4)
    await admin.sees("Broadcast done", "Sent: 2")


async def test_a_cancelled_broadcast_stays_cancelled(theatre: Theatre, admin: Person) -> None:
    reader, _other = await theatre.reader(), await theatre.reader("Other")
    await admin.say("/broadcast Hello")
    await theatre.fault("error", method="copyMessage", chat=reader.id, error_code=400,
                        description="Bad Request: not enough rights")  # fmt: skip
    await theatre.fault("429", method="copyMessage", retry_after=600, times=1)
    await admin.tap("Send it now")
    # While both messages are on their way there is nothing that could be held back.
    await theatre.pass_time(seconds=4)
    await admin.tap("Cancel the rest")
    await admin.sees("Broadcast cancelled", "Failed: 1", "Cancelled: 1")
    assert await admin.labels() == []
    sent = len(await theatre.calls("copyMessage"))
    for what in ("retry", "retry_sure", "doubt", "doubt_sure"):
        await admin.forge(f"1bd:{what}:1")
        await admin.hears("Already done.")
    await theatre.pass_time(hours=1)
    assert len(await theatre.calls("copyMessage")) == sent


async def test_the_word_of_a_pause_reaches_the_admin_though_the_first_try_failed(
    tmp_path: Path,
) -> None:
    async with failing_broadcast(tmp_path) as (theatre, admin):
        await theatre.fault("error", method="sendMessage", chat=admin.id, error_code=400,
                            description="Bad Request: chat not found")  # fmt: skip
        before = len(await admin.messages())
        await admin.tap("Send it now")
        assert len(await admin.messages()) == before
        for _ in range(3):
            await theatre.pass_time(seconds=4)
        assert len(await admin.messages()) == before + 1, "a new message makes a sound, once"
        await admin.sees("I paused the broadcast by myself")
