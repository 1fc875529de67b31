"""The rules about subscribers, as handlers rely on them, on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.clock import MovableClock
from bot.store.database import Database
from bot.store.models import SubscriberRead
from bot.store.queries import subscribers as subscriber_queries
from bot.store.values import UnknownSubscriberError
from bot.subscribers.service import Subscribers
from tips.library import Library
from tips.models import EVERY_THEME

ANNA = 7_000_000_001
GROUP, SUPERGROUP = -4001, -1_001_234_567_890


async def subscribe(
    subscribers: Subscribers, chat: int = ANNA, zone: str = "Europe/Berlin", minute: int = 480
) -> SubscriberRead:
    await subscribers.arrive(chat, "en")
    await subscribers.set_zone(chat, zone)
    return await subscribers.set_hour(chat, minute)


async def next_at(subscribers: Subscribers, chat: int = ANNA) -> str | None:
    subscriber = await subscribers.find(chat)
    assert subscriber is not None
    upcoming = await subscribers.next_tip(subscriber)
    return upcoming.local.strftime("%a %d %H:%M") if upcoming else None


async def test_a_newcomer_is_remembered_once(subscribers: Subscribers, library: Library) -> None:
    first = await subscribers.arrive(ANNA, "de", source="clinic")
    again = await subscribers.arrive(ANNA, "en", source="poster")
    assert (first.changed, again.changed) == (True, False)
    assert again.source == "clinic"
    assert again.language == "de"
    assert again.state == "new"
    assert again.themes == EVERY_THEME
    assert not again.subscribed


async def test_of_a_start_link_only_what_a_link_can_carry_is_kept(
    subscribers: Subscribers,
) -> None:
    links = {1: "leaflet_7-b", 2: "a" * 64, 3: "a" * 65, 4: "my skin itches", 5: "<b>", 6: ""}
    kept = [
        (await subscribers.arrive(chat, "en", source=link)).source for chat, link in links.items()
    ]
    assert kept == ["leaflet_7-b", "a" * 64, None, None, None, None]


async def test_ten_greetings_at_once_make_one_reader(subscribers: Subscribers) -> None:
    arrivals = await asyncio.gather(*(subscribers.arrive(ANNA, "en") for _ in range(10)))
    assert sum(arrival.changed for arrival in arrivals) == 1


async def test_zone_and_hour_make_a_subscriber(subscribers: Subscribers) -> None:
    await subscribers.arrive(ANNA, "en")
    assert not (await subscribers.set_zone(ANNA, "Europe/Berlin")).subscribed
    subscriber = await subscribers.set_hour(ANNA, 20 * 60)
    assert subscriber.subscribed
    assert subscriber.state == "active"
    # The first tip came at once, so the daily ones begin tomorrow although 20:00 is still ahead.
    assert await next_at(subscribers) == "Tue 02 20:00"


async def test_the_second_of_two_taps_changes_nothing(subscribers: Subscribers) -> None:
    await subscribe(subscribers)
    taps = await asyncio.gather(*(subscribers.set_hour(ANNA, 600) for _ in range(2)))
    assert sorted(tap.changed for tap in taps) == [False, True]
    taps = await asyncio.gather(*(subscribers.set_weekdays(ANNA, 3) for _ in range(2)))
    assert sorted(tap.changed for tap in taps) == [False, True]
    taps = await asyncio.gather(*(subscribers.pause(ANNA, 7) for _ in range(2)))
    assert sorted(tap.changed for tap in taps) == [False, True]
    taps = await asyncio.gather(*(subscribers.resume(ANNA) for _ in range(2)))
    assert sorted(tap.changed for tap in taps) == [False, True]
    taps = await asyncio.gather(*(subscribers.stop(ANNA) for _ in range(2)))
    assert sorted(tap.changed for tap in taps) == [False, True]


async def test_weekdays_move_the_next_tip(subscribers: Subscribers) -> None:
    await subscribe(subscribers)
    await subscribers.set_weekdays(ANNA, 0b0010000)
    assert await next_at(subscribers) == "Fri 05 08:00"


async def test_a_pause_of_days_skips_so_many_tips(
    subscribers: Subscribers, clock: MovableClock
) -> None:
    await subscribe(subscribers)
    subscriber = await subscribers.pause(ANNA, 3)
    assert subscriber.state == "paused"
    assert subscriber.subscribed
    assert await next_at(subscribers) == "Fri 05 08:00"
    clock.move(timedelta(days=3, minutes=1).total_seconds())
    found = await subscribers.find(ANNA)
    assert found is not None
    assert found.state == "active"


async def test_a_pause_that_ran_out_is_over_for_broadcasts_too(
    subscribers: Subscribers, clock: MovableClock, db: Database
) -> None:
    async def counted() -> dict[str, int]:
        async with db.read() as session:
            return await subscriber_queries.count_by_state(session)

    await subscribe(subscribers)
    await subscribers.pause(ANNA, 3)
    await subscribers.end_pauses()
    assert await counted() == {"paused": 1}
    clock.move(4 * 86_400)
    await subscribers.end_pauses()
    assert await counted() == {"active": 1}


@pytest.mark.parametrize("minute", [0, 480])
async def test_a_pause_until_a_day_ends_with_its_first_minute(
    subscribers: Subscribers, minute: int
) -> None:
    await subscribe(subscribers, minute=minute)
    await subscribers.pause_until(ANNA, date(2026, 6, 5))
    assert await next_at(subscribers) == f"Fri 05 0{minute // 60}:00"


async def test_a_pause_without_end_has_no_next_tip(subscribers: Subscribers) -> None:
    await subscribe(subscribers)
    await subscribers.pause(ANNA)
    assert await next_at(subscribers) is None
    assert (await subscribers.pause(ANNA)).changed is False
    assert (await subscribers.resume(ANNA)).state == "active"
    assert await next_at(subscribers) == "Tue 02 08:00"


async def test_stopping_keeps_settings_and_resuming_brings_tips_back(
    subscribers: Subscribers,
) -> None:
    await subscribe(subscribers)
    stopped = await subscribers.stop(ANNA)
    assert (stopped.state, stopped.zone) == ("stopped", "Europe/Berlin")
    assert await next_at(subscribers) is None
    assert (await subscribers.arrive(ANNA, "en")).state == "stopped"
    assert (await subscribers.resume(ANNA)).state == "active"
    assert await next_at(subscribers) == "Tue 02 08:00"


async def test_someone_without_an_hour_can_stop_and_is_new_again(subscribers: Subscribers) -> None:
    await subscribers.arrive(ANNA, "en")
    assert (await subscribers.pause(ANNA)).changed is False
    assert (await subscribers.resume(ANNA)).changed is False
    assert (await subscribers.stop(ANNA)).state == "stopped"
    assert (await subscribers.resume(ANNA)).state == "new"


async def test_who_blocked_keeps_settings_and_comes_back_as_they_were(
    subscribers: Subscribers,
) -> None:
    await subscribe(subscribers)
    await subscribers.pause(ANNA)
    assert await subscribers.blocked(ANNA) is True
    assert await subscribers.blocked(ANNA) is False
    assert await next_at(subscribers) is None
    assert (await subscribers.arrive(ANNA, "en")).state == "blocked"
    assert await subscribers.unblocked(ANNA) is True
    assert await subscribers.unblocked(ANNA) is False
    returned = await subscribers.find(ANNA)
    assert returned is not None
    assert returned.state == "paused"
    await subscribers.resume(ANNA)
    await subscribers.blocked(ANNA)
    assert await subscribers.unblocked(ANNA) is True
    assert await next_at(subscribers) == "Tue 02 08:00"


async def test_a_stranger_has_no_settings(subscribers: Subscribers) -> None:
    assert await subscribers.find(5) is None
    assert await subscribers.blocked(5) is False
    assert await subscribers.unblocked(5) is False
    for call in (
        subscribers.set_hour(5, 1),
        subscribers.set_weekdays(5, 1),
        subscribers.set_language(5, "de"),
        subscribers.take_tip(5),
        subscribers.save(5, "x"),
        subscribers.pause(5),
    ):
        with pytest.raises(UnknownSubscriberError):
            await call


async def test_values_that_no_button_offers_are_refused(subscribers: Subscribers) -> None:
    await subscribers.arrive(ANNA, "en")
    for call in (
        subscribers.set_zone(ANNA, "Mars/Olympus"),
        subscribers.set_hour(ANNA, 1440),
        subscribers.set_weekdays(ANNA, 0),
        subscribers.set_themes(ANNA, 0),
        subscribers.set_themes(ANNA, 1 << 40),
        subscribers.set_audience(ANNA, "cats"),
        subscribers.pause(ANNA, 0),
        subscribers.expect(ANNA, "song"),
        subscribers.vote_tip(ANNA, "x", 2),
        subscribers.vote_answer(ANNA, "x", 5),
    ):
        with pytest.raises(ValueError, match=r".+"):
            await call


async def test_plain_settings(subscribers: Subscribers) -> None:
    await subscribers.arrive(ANNA, "en")
    assert (await subscribers.set_themes(ANNA, 1)).themes == 1
    assert (await subscribers.set_audience(ANNA, "parent")).audience == "parent"
    assert (await subscribers.set_language(ANNA, "de")).language == "de"
    assert (await subscribers.expect(ANNA, "zone")).expecting == "zone"
    assert (await subscribers.expect(ANNA, None)).expecting is None
    assert (await subscribers.expect(ANNA, None)).changed is False


async def test_consent_keeps_its_first_instant(
    subscribers: Subscribers, clock: MovableClock
) -> None:
    first = await subscribers.arrive(ANNA, "en", consent="3")
    assert (first.consent_version, first.consent_at) == ("3", clock.now())
    clock.move(60)
    again = await subscribers.arrive(ANNA, "en", consent="4")
    assert (again.consent_version, again.consent_at) == ("3", first.consent_at)
    assert again.changed is False


async def test_an_agreement_that_was_lacking_is_added(
    subscribers: Subscribers, clock: MovableClock
) -> None:
    assert (await subscribers.arrive(ANNA, "en", source="leaflet")).consent_version is None
    clock.move(60)
    later = await subscribers.arrive(ANNA, "en", consent="3", source="poster")
    assert (later.consent_version, later.consent_at) == ("3", clock.now())
    assert (later.source, later.changed) == ("leaflet", True)


async def test_moving_east_leaves_out_the_date_that_had_its_tip(
    subscribers: Subscribers, clock: MovableClock
) -> None:
    await subscribe(subscribers, zone="Pacific/Honolulu", minute=480)
    await subscribers.set_zone(ANNA, "Pacific/Auckland")
    assert await next_at(subscribers) == "Wed 03 08:00"


@pytest.mark.parametrize("group_writes_first", [False, True])
async def test_a_group_keeps_everything_when_it_moves(
    subscribers: Subscribers, library: Library, *, group_writes_first: bool
) -> None:
    kept, other = library.tips[:2]
    await subscribe(subscribers, GROUP)
    await subscribers.save(GROUP, kept.id)
    if group_writes_first:
        await subscribers.arrive(SUPERGROUP, "en")
        await subscribers.save(SUPERGROUP, other.id)
    assert await subscribers.move_chat(GROUP, SUPERGROUP) is True
    assert await subscribers.move_chat(GROUP, SUPERGROUP) is False
    assert await subscribers.find(GROUP) is None
    moved = await subscribers.find(SUPERGROUP)
    assert moved is not None
    assert moved.subscribed
    assert kept in (await subscribers.saved(SUPERGROUP)).tips
    assert await next_at(subscribers, SUPERGROUP) == "Tue 02 08:00"


async def test_of_two_complete_settings_the_new_chats_stay(
    subscribers: Subscribers, library: Library
) -> None:
    await subscribe(subscribers, GROUP, minute=480)
    await subscribers.save(GROUP, library.tips[0].id)
    await subscribe(subscribers, SUPERGROUP, minute=600)
    moves = [subscribers.move_chat(GROUP, SUPERGROUP) for _ in range(2)]
    assert sorted(await asyncio.gather(*moves)) == [False, True]
    assert await next_at(subscribers, SUPERGROUP) == "Tue 02 10:00"
    assert (await subscribers.saved(SUPERGROUP)).tips == [library.tips[0]]


async def test_a_day_with_the_hour_still_ahead(
    subscribers: Subscribers, clock: MovableClock
) -> None:
    await subscribe(subscribers)
    clock.move_to(datetime(2026, 6, 3, 5, 0, tzinfo=UTC))
    assert await next_at(subscribers) == "Wed 03 08:00"
