"""The rules about readers, as handlers rely on them, on both databases."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import MovableClock
from bot.store.database import Database
from bot.store.queries import subscribers
from bot.store.values import Subscriber, UnknownReaderError
from bot.subscribers.service import Readers
from tips.library import Library
from tips.models import EVERY_THEME

ANNA = 7_000_000_001
GROUP, SUPERGROUP = -4001, -1_001_234_567_890


async def subscribe(
    readers: Readers, chat: int = ANNA, zone: str = "Europe/Berlin", minute: int = 480
) -> Subscriber:
    await readers.arrive(chat)
    await readers.set_zone(chat, zone)
    return await readers.set_hour(chat, minute)


async def next_at(readers: Readers, chat: int = ANNA) -> str | None:
    reader = await readers.find(chat)
    assert reader is not None
    upcoming = await readers.next_tip(reader)
    return upcoming.local.strftime("%a %d %H:%M") if upcoming else None


async def test_a_newcomer_is_remembered_once(readers: Readers, library: Library) -> None:
    first = await readers.arrive(ANNA, language="de", source="clinic")
    again = await readers.arrive(ANNA, language="en", source="poster")
    assert (first.changed, again.changed) == (True, False)
    assert again.source == "clinic"
    assert again.language == "de"
    assert again.state == "new"
    assert again.themes == EVERY_THEME
    assert not again.subscribed


async def test_of_a_start_link_only_what_a_link_can_carry_is_kept(readers: Readers) -> None:
    links = {1: "leaflet_7-b", 2: "a" * 64, 3: "a" * 65, 4: "my skin itches", 5: "<b>", 6: ""}
    kept = [(await readers.arrive(chat, source=link)).source for chat, link in links.items()]
    assert kept == ["leaflet_7-b", "a" * 64, None, None, None, None]


async def test_ten_greetings_at_once_make_one_reader(readers: Readers) -> None:
    arrivals = await asyncio.gather(*(readers.arrive(ANNA) for _ in range(10)))
    assert sum(arrival.changed for arrival in arrivals) == 1


async def test_zone_and_hour_make_a_subscriber(readers: Readers) -> None:
    await readers.arrive(ANNA)
    assert not (await readers.set_zone(ANNA, "Europe/Berlin")).subscribed
    reader = await readers.set_hour(ANNA, 20 * 60)
    assert reader.subscribed
    assert reader.state == "active"
    # The first tip came at once, so the daily ones begin tomorrow although 20:00 is still ahead.
    assert await next_at(readers) == "Tue 02 20:00"


async def test_the_second_of_two_taps_changes_nothing(readers: Readers) -> None:
    await subscribe(readers)
    taps = await asyncio.gather(*(readers.set_hour(ANNA, 600) for _ in range(2)))
    assert sorted(tap.changed for tap in taps) == [False, True]
    taps = await asyncio.gather(*(readers.set_weekdays(ANNA, 3) for _ in range(2)))
    assert sorted(tap.changed for tap in taps) == [False, True]
    taps = await asyncio.gather(*(readers.pause(ANNA, 7) for _ in range(2)))
    assert sorted(tap.changed for tap in taps) == [False, True]
    taps = await asyncio.gather(*(readers.resume(ANNA) for _ in range(2)))
    assert sorted(tap.changed for tap in taps) == [False, True]
    taps = await asyncio.gather(*(readers.stop(ANNA) for _ in range(2)))
    assert sorted(tap.changed for tap in taps) == [False, True]


async def test_weekdays_move_the_next_tip(readers: Readers) -> None:
    await subscribe(readers)
    await readers.set_weekdays(ANNA, 0b0010000)
    assert await next_at(readers) == "Fri 05 08:00"


async def test_a_pause_of_days_skips_so_many_tips(readers: Readers, clock: MovableClock) -> None:
    await subscribe(readers)
    reader = await readers.pause(ANNA, 3)
    assert reader.state == "paused"
    assert reader.subscribed
    assert await next_at(readers) == "Fri 05 08:00"
    clock.move(timedelta(days=3, minutes=1).total_seconds())
    found = await readers.find(ANNA)
    assert found is not None
    assert found.state == "active"


async def test_a_pause_that_ran_out_is_over_for_broadcasts_too(
    readers: Readers, clock: MovableClock, db: Database
) -> None:
    async def counted() -> dict[str, int]:
        async with db.read() as session:
            return await subscribers.count_by_state(session)

    await subscribe(readers)
    await readers.pause(ANNA, 3)
    await readers.end_pauses()
    assert await counted() == {"paused": 1}
    clock.move(4 * 86_400)
    await readers.end_pauses()
    assert await counted() == {"active": 1}


async def test_a_pause_without_end_has_no_next_tip(readers: Readers) -> None:
    await subscribe(readers)
    await readers.pause(ANNA)
    assert await next_at(readers) is None
    assert (await readers.pause(ANNA)).changed is False
    assert (await readers.resume(ANNA)).state == "active"
    assert await next_at(readers) == "Tue 02 08:00"


async def test_stopping_keeps_settings_and_resuming_brings_tips_back(readers: Readers) -> None:
    await subscribe(readers)
    stopped = await readers.stop(ANNA)
    assert (stopped.state, stopped.zone) == ("stopped", "Europe/Berlin")
    assert await next_at(readers) is None
    assert (await readers.arrive(ANNA)).state == "stopped"
    assert (await readers.resume(ANNA)).state == "active"
    assert await next_at(readers) == "Tue 02 08:00"


async def test_someone_without_an_hour_can_stop_and_is_new_again(readers: Readers) -> None:
    await readers.arrive(ANNA)
    assert (await readers.pause(ANNA)).changed is False
    assert (await readers.resume(ANNA)).changed is False
    assert (await readers.stop(ANNA)).state == "stopped"
    assert (await readers.resume(ANNA)).state == "new"


async def test_who_blocked_keeps_settings_and_comes_back_as_they_were(readers: Readers) -> None:
    await subscribe(readers)
    await readers.pause(ANNA)
    assert await readers.blocked(ANNA) is True
    assert await readers.blocked(ANNA) is False
    assert await next_at(readers) is None
    assert (await readers.arrive(ANNA)).state == "blocked"
    assert await readers.unblocked(ANNA) is True
    assert await readers.unblocked(ANNA) is False
    returned = await readers.find(ANNA)
    assert returned is not None
    assert returned.state == "paused"
    await readers.resume(ANNA)
    await readers.blocked(ANNA)
    assert await readers.unblocked(ANNA) is True
    assert await next_at(readers) == "Tue 02 08:00"


async def test_a_stranger_has_no_settings(readers: Readers) -> None:
    assert await readers.find(5) is None
    assert await readers.blocked(5) is False
    assert await readers.unblocked(5) is False
    for call in (
        readers.set_hour(5, 1),
        readers.set_weekdays(5, 1),
        readers.set_language(5, "de"),
        readers.take_tip(5),
        readers.themes_left(5),
        readers.save(5, "x"),
        readers.pause(5),
    ):
        with pytest.raises(UnknownReaderError):
            await call


async def test_values_that_no_button_offers_are_refused(readers: Readers) -> None:
    await readers.arrive(ANNA)
    for call in (
        readers.set_zone(ANNA, "Mars/Olympus"),
        readers.set_hour(ANNA, 1440),
        readers.set_weekdays(ANNA, 0),
        readers.set_themes(ANNA, 0),
        readers.set_themes(ANNA, 1 << 40),
        readers.set_audience(ANNA, "cats"),
        readers.pause(ANNA, 0),
        readers.expect(ANNA, "song"),
        readers.vote_tip(ANNA, "x", 2),
        readers.vote_answer(ANNA, "x", 5),
    ):
        with pytest.raises(ValueError, match=r".+"):
            await call


async def test_plain_settings(readers: Readers) -> None:
    await readers.arrive(ANNA)
    assert (await readers.set_themes(ANNA, 1)).themes == 1
    assert (await readers.set_audience(ANNA, "parent")).audience == "parent"
    assert (await readers.set_language(ANNA, "de")).language == "de"
    assert (await readers.expect(ANNA, "zone")).expecting == "zone"
    assert (await readers.expect(ANNA, None)).expecting is None
    assert (await readers.expect(ANNA, None)).changed is False


async def test_consent_keeps_its_first_instant(readers: Readers, clock: MovableClock) -> None:
    first = await readers.arrive(ANNA, consent="3")
    assert (first.consent_version, first.consent_at) == ("3", clock.now())
    clock.move(60)
    again = await readers.arrive(ANNA, consent="4")
    assert (again.consent_version, again.consent_at) == ("3", first.consent_at)
    assert again.changed is False


async def test_an_agreement_that_was_lacking_is_added(
    readers: Readers, clock: MovableClock
) -> None:
    assert (await readers.arrive(ANNA, source="leaflet")).consent_version is None
    clock.move(60)
    later = await readers.arrive(ANNA, consent="3", source="poster")
    assert (later.consent_version, later.consent_at) == ("3", clock.now())
    assert (later.source, later.changed) == ("leaflet", True)


async def test_moving_east_leaves_out_the_date_that_had_its_tip(
    readers: Readers, clock: MovableClock
) -> None:
    await subscribe(readers, zone="Pacific/Honolulu", minute=480)
    await readers.set_zone(ANNA, "Pacific/Auckland")
    assert await next_at(readers) == "Wed 03 08:00"


@pytest.mark.parametrize("group_writes_first", [False, True])
async def test_a_group_keeps_everything_when_it_moves(
    readers: Readers, library: Library, *, group_writes_first: bool
) -> None:
    kept, other = library.tips[:2]
    await subscribe(readers, GROUP)
    await readers.save(GROUP, kept.id)
    if group_writes_first:
        await readers.arrive(SUPERGROUP)
        await readers.save(SUPERGROUP, other.id)
    assert await readers.move_chat(GROUP, SUPERGROUP) is True
    assert await readers.move_chat(GROUP, SUPERGROUP) is False
    assert await readers.find(GROUP) is None
    moved = await readers.find(SUPERGROUP)
    assert moved is not None
    assert moved.subscribed
    assert kept in (await readers.saved(SUPERGROUP)).tips
    assert await next_at(readers, SUPERGROUP) == "Tue 02 08:00"


async def test_of_two_complete_settings_the_new_chats_stay(
    readers: Readers, library: Library
) -> None:
    await subscribe(readers, GROUP, minute=480)
    await readers.save(GROUP, library.tips[0].id)
    await subscribe(readers, SUPERGROUP, minute=600)
    moves = [readers.move_chat(GROUP, SUPERGROUP) for _ in range(2)]
    assert sorted(await asyncio.gather(*moves)) == [False, True]
    assert await next_at(readers, SUPERGROUP) == "Tue 02 10:00"
    assert (await readers.saved(SUPERGROUP)).tips == [library.tips[0]]


async def test_a_day_with_the_hour_still_ahead(readers: Readers, clock: MovableClock) -> None:
    await subscribe(readers)
    clock.move_to(datetime(2026, 6, 3, 5, 0, tzinfo=UTC))
    assert await next_at(readers) == "Wed 03 08:00"
