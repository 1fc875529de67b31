"""Who is gone: not whoever was called so once, and never for good by mistake."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.store.database import Database
from bot.subscribers.losses import revive
from bot.texts.catalogue import translator
from bot.texts.reasons import reason_words
from tests.delivery_harness import DeliveryHarness, delivery_harness
from tests.scripted_telegram import BLOCKED, Telegram, refusal
from tips.library import Library

EN = translator("en")

NOT_FOUND = refusal(400, "Bad Request: chat not found")
DEACTIVATED = refusal(403, "Forbidden: user is deactivated")
DELETED = refusal(403, "Forbidden: the group chat was deleted")
LOST = [NOT_FOUND, DEACTIVATED, DELETED]


async def state_of(harness: DeliveryHarness, chat: int) -> str:
    subscriber = await harness.subscribers.find(chat)
    assert subscriber is not None
    return subscriber.state


async def day(harness: DeliveryHarness, number: int) -> None:
    """The tips of that day of June are due and sent."""
    await harness.morning(number)
    await harness.worker.drain()


@pytest.mark.parametrize("answer", LOST)
async def test_once_is_not_for_good(harness: DeliveryHarness, tg: Telegram, answer: Any) -> None:
    await harness.subscribe(7)
    tg.script = lambda _m, _b: answer
    await day(harness, 2)
    assert await state_of(harness, 7) == "active"
    tg.script = lambda _m, _b: None
    await day(harness, 3)
    assert tg.copies[7] == 1


@pytest.mark.parametrize("answer", LOST)
async def test_on_three_days_it_is(harness: DeliveryHarness, tg: Telegram, answer: Any) -> None:
    await harness.subscribe(7)
    tg.script = lambda _m, _b: answer
    for number in (2, 3):
        await day(harness, number)
        assert await state_of(harness, 7) == "active"
    await day(harness, 4)
    assert await state_of(harness, 7) == "gone"
    await day(harness, 5)
    assert tg.tried(7) == 3


async def test_several_times_on_one_day_count_once(harness: DeliveryHarness, tg: Telegram) -> None:
    await harness.subscribe(7)
    tg.script = lambda _m, _b: NOT_FOUND
    for _ in range(4):
        await harness.broadcast()
        await harness.worker.drain()
    assert await state_of(harness, 7) == "active"


async def test_a_tip_that_was_sent_in_between_begins_the_count_anew(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7)
    for number in range(2, 10):
        tg.script = lambda _m, _b, found=number % 3 == 0: None if found else NOT_FOUND
        await day(harness, number)
        assert await state_of(harness, 7) == "active"


async def test_who_blocked_is_believed_at_once(harness: DeliveryHarness, tg: Telegram) -> None:
    await harness.subscribe(7)
    tg.script = lambda _m, _b: BLOCKED
    await day(harness, 2)
    assert await state_of(harness, 7) == "blocked"


async def test_a_server_that_lost_its_files_makes_nobody_gone(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    chats = range(1, 61)
    await harness.fill(chats)
    tg.script = lambda _m, _b: NOT_FOUND
    for number in (2, 3):
        await day(harness, number)
    assert {await state_of(harness, chat) for chat in chats} == {"active"}
    assert harness.worker.troubles()
    tg.script = lambda _m, _b: None
    await day(harness, 4)
    harness.clock.move(60)
    await harness.worker.drain()
    assert set(tg.copies) == set(chats)


class TestRevive:
    @pytest.fixture
    async def lost(self, db: Database, library: Library, tg: Telegram) -> Any:
        """1 to 8 are gone, 9 has blocked, 10 has stopped."""
        async with delivery_harness(db, library, tg) as harness:
            await harness.fill(range(1, 11))
            await harness.subscribers.stop(10)
            answers = {9: BLOCKED, 8: DEACTIVATED}
            tg.script = lambda _m, body: answers.get(body["chat_id"], NOT_FOUND)
            for number in (2, 3, 4):
                await harness.morning(number)
                await harness.new_worker().drain()  # which has not seen the days before
            tg.script = lambda _m, _b: None
            yield harness

    async def states(self, harness: DeliveryHarness) -> list[str]:
        return [await state_of(harness, chat) for chat in range(1, 11)]

    async def test_brings_back_who_is_gone_since_then(
        self, lost: DeliveryHarness, tg: Telegram
    ) -> None:
        assert await self.states(lost) == ["gone"] * 8 + ["blocked", "stopped"]
        since = lost.clock.now() - timedelta(days=1)
        assert await revive(lost.db, lost.clock, since) == list(range(1, 9))
        assert await self.states(lost) == ["active"] * 8 + ["blocked", "stopped"]
        await day(lost, 5)
        assert sorted(tg.arrived) == list(range(1, 9))

    async def test_by_reason(self, lost: DeliveryHarness) -> None:
        since = lost.clock.now() - timedelta(days=4)
        assert await revive(lost.db, lost.clock, since, "deactivated") == [8]
        assert await revive(lost.db, lost.clock, since, "blocked") == [9]
        assert await self.states(lost) == ["gone"] * 7 + ["active"] * 2 + ["stopped"]

    async def test_leaves_alone_who_left_before(self, lost: DeliveryHarness) -> None:
        assert await revive(lost.db, lost.clock, lost.clock.now() + timedelta(hours=1)) == []

    async def test_counts_no_day_from_before(self, lost: DeliveryHarness, tg: Telegram) -> None:
        await revive(lost.db, lost.clock, lost.clock.now() - timedelta(days=4))
        tg.script = lambda _m, _b: NOT_FOUND
        for number in (5, 6):
            await day(lost, number)
        assert (await self.states(lost))[:8] == ["active"] * 8

    async def test_the_tip_of_today_comes_after_all(
        self, harness: DeliveryHarness, tg: Telegram
    ) -> None:
        await harness.subscribe(7)
        await harness.morning()
        await harness.subscribers.blocked(7)
        assert await harness.worker.drain() == 0
        assert await revive(harness.db, harness.clock, harness.clock.now(), "blocked") == [7]
        assert await harness.worker.drain() == 1


class TestWhatASubscriberForbids:
    """A broadcast goes on whoever forbids what it is."""

    VOICE = refusal(400, "Bad Request: VOICE_MESSAGES_FORBIDDEN")
    NO_VOICES = refusal(400, "Bad Request: CHAT_SEND_VOICES_FORBIDDEN")
    STRANGERS = refusal(400, "Bad Request: PRIVACY_PREMIUM_REQUIRED")

    @pytest.mark.parametrize("answer", [VOICE, NO_VOICES, STRANGERS])
    async def test_pauses_no_broadcast(
        self, harness: DeliveryHarness, tg: Telegram, answer: Any
    ) -> None:
        await harness.fill(range(1, 201))
        which = await harness.broadcast()
        # With more than a hundred to come: once nothing is left, nothing could be paused.
        tg.script = lambda _m, body: answer if body["chat_id"] <= 70 else None
        await harness.worker.drain()
        report = await harness.broadcasts.report(which)
        assert (report.state, report.sent, sum(report.failed.values())) == ("done", 130, 70)
        assert [event.what for event in harness.events] == ["done"]

    async def test_has_a_reason_of_its_own_in_the_report(
        self, harness: DeliveryHarness, tg: Telegram
    ) -> None:
        await harness.fill(range(1, 23))
        which = await harness.broadcast()
        tg.script = lambda _m, body: self.VOICE if body["chat_id"] <= 7 else None
        await harness.worker.drain()
        assert (await harness.broadcasts.report(which)).failed == {"forbids_voice": 7}
        assert (
            reason_words(EN, "forbids_voice")
            == "the subscriber doesn't take voice or video messages"
        )
