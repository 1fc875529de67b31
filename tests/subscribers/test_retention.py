"""How long what is kept of a person is kept: what was promised, and not a day longer."""

from __future__ import annotations

from datetime import timedelta

from bot.clock import MovableClock
from bot.store.database import Database
from bot.subscribers import schedule
from bot.subscribers.privacy import AT_ONCE, Privacy
from bot.subscribers.service import Subscribers

YEAR = timedelta(days=365)


async def subscribe(subscribers: Subscribers, *chats: int) -> None:
    for chat in chats:
        await subscribers.arrive(chat, "en", consent="3")
        await subscribers.set_zone(chat, "Europe/Berlin")
        await subscribers.set_hour(chat, 480)


async def test_who_blocked_or_went_a_year_ago_is_erased(
    subscribers: Subscribers, privacy: Privacy, clock: MovableClock, db: Database
) -> None:
    await subscribe(subscribers, 1, 2, 3, 4)
    await subscribers.arrive(5, "en")
    await subscribers.blocked(1)
    async with db.write() as session:
        await schedule.leave(session, 2, "gone", clock.now(), "UTC")
    await subscribers.stop(3)
    clock.move(YEAR.total_seconds() - 1)
    assert await privacy.erase_long_gone(YEAR) == 0
    clock.move(2)
    assert await privacy.erase_long_gone(YEAR) == 3
    for chat in (1, 2, 5):
        assert await subscribers.find(chat) is None
    assert await subscribers.find(3) is not None, "who stopped may come back"
    assert await subscribers.find(4) is not None


async def test_who_came_back_meanwhile_stays(
    subscribers: Subscribers, privacy: Privacy, clock: MovableClock
) -> None:
    await subscribe(subscribers, 1)
    await subscribers.blocked(1)
    clock.move(YEAR.total_seconds() - 60)
    await subscribers.unblocked(1)
    clock.move(YEAR.total_seconds())
    assert await privacy.erase_long_gone(YEAR) == 0


async def test_more_than_one_transaction_takes(
    subscribers: Subscribers, privacy: Privacy, clock: MovableClock
) -> None:
    for chat in range(AT_ONCE + 3):
        await subscribers.arrive(chat, "en")
    clock.move(2 * YEAR.total_seconds())
    assert await privacy.erase_long_gone(YEAR) == AT_ONCE + 3
