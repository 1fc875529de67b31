"""Whom a broadcast is for: filters as words and as conditions, saved audiences, lists."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.audiences import (
    WHO,
    Filter,
    FilterError,
    parse_filter,
    resolve,
    written,
    zones_in,
    zones_like,
)
from bot.store.outbox.wanted import ALL
from bot.store.queries import broadcasts
from bot.store.queries import subscribers as people
from tests.delivery_harness import ADMIN, DeliveryHarness
from tests.scripted_telegram import Telegram

THEMES = {"gut": 0, "food": 1, "sleep": 4}
EVERY_PART = (
    "for=child,both theme=gut zone=Europe/*,UTC country=DE,FR joined>2026-01-01 "
    "joined<2026-05-01 active=30 source=leaflet not=12,13 list=3"
)


def test_words_are_read_and_written_back() -> None:
    read = parse_filter(EVERY_PART, THEMES)
    assert read == Filter(
        who=("parent", "both"),
        themes=("gut",),
        zones=("Europe/*", "UTC"),
        countries=("DE", "FR"),
        joined_after=date(2026, 1, 1),
        joined_before=date(2026, 5, 1),
        active_days=30,
        source="leaflet",
        without=(12, 13),
        list_id=3,
    )
    assert written(read) == EVERY_PART
    assert parse_filter("", THEMES) == Filter()
    assert written(Filter()) == ""


REFUSED = {
    "colour=red": ("no_such_part", "colour=red"),
    "for child": ("no_such_part", "for"),
    "joined=2026-01-01": ("no_such_part", "joined=2026-01-01"),
    "joined>": ("no_such_part", "joined>"),
    "joined>yesterday": ("not_a_date", "joined>yesterday"),
    "joined<2026-02-30": ("not_a_date", "joined<2026-02-30"),
    "joined>2026-01-01 joined<2026-01-02": ("nobody_between", "joined<2026-01-02"),
    "active=0": ("not_a_number", "active=0"),
    "active=ten": ("not_a_number", "active=ten"),
    "active=-3": ("not_a_number", "active=-3"),
    "active=²": ("not_a_number", "active=²"),
    "zone=Europe/Atlantis": ("no_such_zone", "Europe/Atlantis"),
    "zone=Mars/*": ("no_such_zone", "Mars/*"),
    "country=XX": ("no_such_country", "XX"),
    "country=Germany": ("no_such_country", "GERMANY"),
    "theme=astrology": ("no_such_theme", "astrology"),
    "for=dogs": ("no_such_audience", "dogs"),
    "source=a!b": ("no_such_source", "a!b"),
    "not=twelve": ("not_a_number", "not=twelve"),
    f"list={'9' * 30}": ("not_a_number", f"list={'9' * 30}"),
    "for=adult for=child": ("twice", "for="),
}


@pytest.mark.parametrize(("words", "expected"), REFUSED.items(), ids=REFUSED.keys())
def test_words_that_cannot_be_are_refused_with_place_and_remedy(
    words: str, expected: tuple[str, str]
) -> None:
    with pytest.raises(FilterError) as refused:
        parse_filter(words, THEMES)
    assert (refused.value.why, refused.value.place) == expected
    assert refused.value.place in str(refused.value)


def test_a_refusal_names_what_could_stand_there() -> None:
    with pytest.raises(FilterError, match="theme") as refused:
        parse_filter("theme=astrology", THEMES)
    assert refused.value.known == tuple(THEMES)


days = st.dates(date(2020, 1, 1), date(2026, 12, 31))
numbers = st.integers(1, 10**12)


def several(values: Any) -> Any:
    return st.lists(values, max_size=3, unique=True).map(tuple)


filters = st.builds(
    Filter,
    who=several(st.sampled_from(sorted(set(WHO.values())))),
    themes=several(st.sampled_from(sorted(THEMES))),
    zones=several(st.sampled_from(["Europe/*", "UTC", "America/New_York", "*/Berlin"])),
    joined_after=st.none() | days.filter(lambda day: day.year < 2023),
    joined_before=st.none() | days.filter(lambda day: day.year > 2023),
    active_days=st.none() | st.integers(1, 3650),
    source=st.none() | st.from_regex(r"\A[A-Za-z0-9_-]{1,64}\Z"),
    without=several(numbers),
    list_id=st.none() | numbers,
)


@given(filters)
def test_every_filter_can_be_written_and_read_and_kept(made: Filter) -> None:
    assert parse_filter(written(made), THEMES) == made
    assert Filter.model_validate_json(made.model_dump_json(exclude_defaults=True)) == made


@given(st.text(max_size=60))
def test_whatever_somebody_types_is_read_or_refused_with_its_place(words: str) -> None:
    try:
        read = parse_filter(words, THEMES)
    except FilterError:
        return
    assert parse_filter(written(read), THEMES) == read


def test_every_zone_is_found_by_its_name_and_most_by_their_country() -> None:
    assert all(zone in zones_like(zone) for zone in available_timezones())
    assert "Europe/Berlin" in zones_in("de")
    assert zones_in("DE") != zones_in("FR")
    assert zones_in("") == ()


def test_zones_and_countries_together_leave_what_both_have() -> None:
    both = resolve(Filter(zones=("Europe/*",), countries=("RU",)), THEMES)
    assert "Europe/Moscow" in both.zones
    assert "Asia/Omsk" not in both.zones
    with pytest.raises(FilterError):
        resolve(Filter(zones=("Africa/*",), countries=("DE",)), THEMES)


def test_no_words_are_everyone() -> None:
    assert resolve(Filter(), {}) == ALL


async def crowd(harness: DeliveryHarness) -> None:
    """Six subscribers, of whom each differs from the first in one thing; a seventh in two."""
    rules = harness.subscribers
    for chat in range(1, 8):
        await rules.arrive(chat, "en", source="leaflet" if chat == 6 else None)
        await rules.set_zone(chat, "Asia/Tokyo" if chat == 2 else "Europe/Berlin")
        await rules.set_hour(chat, 480)
    await rules.set_audience(3, "parent")
    await rules.set_themes(4, 1 << harness.broadcasts.themes["food"])
    now = harness.clock.now()
    async with harness.db.write() as session:
        await people.change(session, 5, {"joined_at": now - timedelta(days=100)})
        for chat in range(1, 8):
            ago = 40 if chat == 6 else 0
            day = (now - timedelta(days=ago)).date()
            await people.change(session, chat, {"active_on": day})
        await people.change(session, 7, {"announcements": False})


BELONG = {
    "": {1, 2, 3, 4, 5, 6},
    "zone=asia/*": {2},
    "zone=Asia/Tokyo,UTC": {2},
    "country=JP": {2},
    "country=DE": {1, 3, 4, 5, 6},
    "for=child": {3},
    "for=child,both": {1, 2, 3, 4, 5, 6},
    "for=adult": set[int](),
    "theme=food": {1, 2, 3, 4, 5, 6},
    "theme=gut": {1, 2, 3, 5, 6},
    "theme=gut,food": {1, 2, 3, 4, 5, 6},
    "joined<2026-05-01": {5},
    "joined>2026-05-01": {1, 2, 3, 4, 6},
    "joined>2026-06-01": set[int](),
    "joined<2026-06-02": {1, 2, 3, 4, 5, 6},
    "active=1": {1, 2, 3, 4, 5},
    "active=40": {1, 2, 3, 4, 5},
    "active=41": {1, 2, 3, 4, 5, 6},
    "source=leaflet": {6},
    "country=DE theme=gut joined>2026-05-01": {1, 3, 6},
}


async def test_who_belongs(harness: DeliveryHarness) -> None:
    await crowd(harness)
    for words, wanted in BELONG.items():
        assert await reached(harness, words) == wanted, words


async def reached(harness: DeliveryHarness, words: str) -> set[int]:
    """Who has a row of a broadcast to this audience; the count says the same."""
    rules = harness.broadcasts
    made = parse_filter(words, rules.themes)
    draft = await rules.draft(ADMIN, ADMIN, 5)
    assert await rules.set_filter(draft.id, ADMIN, made)
    offer = await rules.offer_of(draft.id)
    assert offer.audience == await rules.count_filter(made)
    await rules.offered(draft.id, offer)
    came = await rules.confirm(draft.id, ADMIN)
    assert came == ("sending" if offer.audience else "nobody")
    await harness.plan_audiences()
    chats = {row.chat_id for row in await harness.rows() if row.broadcast_id == draft.id}
    assert len(chats) == offer.audience
    return chats


async def test_those_who_got_another_broadcast_are_left_out(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(1, 2, 3)
    first = await harness.broadcast()
    await harness.worker.drain()
    await harness.subscribe(4)
    assert await reached(harness, f"not={first}") == {4}
    async with harness.db.write() as session:
        await session.execute(people_failed(first, 2))
    assert await reached(harness, f"not={first}") == {2, 4}


def people_failed(broadcast: int, chat: int) -> Any:
    from sqlalchemy import update

    from bot.store.tables import delivery

    here = (delivery.c.broadcast_id == broadcast, delivery.c.chat_id == chat)
    return update(delivery).where(*here).values(state="failed", reason="too_long")


async def test_what_does_not_exist_or_is_no_longer_known_cannot_be_left_out(
    harness: DeliveryHarness,
) -> None:
    await harness.subscribe(1)
    rules = harness.broadcasts
    sent = await harness.broadcast()
    draft = await rules.draft(ADMIN, ADMIN, 5)
    for other in (draft.id, 999):
        with pytest.raises(FilterError, match="no broadcast"):
            await rules.set_filter(draft.id, ADMIN, Filter(without=(other,)))
    assert await rules.set_filter(draft.id, ADMIN, Filter(without=(sent,)))
    harness.clock.move(timedelta(days=8).total_seconds())
    with pytest.raises(FilterError, match="a week"):
        await rules.set_filter(draft.id, ADMIN, Filter(without=(sent,)))
    await harness.subscribe(2)
    await rules.offered(draft.id, rules.offer(2))
    assert await rules.confirm(draft.id, ADMIN) == "past"


async def test_a_list_holds_those_who_are_subscribers(harness: DeliveryHarness) -> None:
    await harness.subscribe(1, 2, 3)
    rules = harness.broadcasts
    made = await rules.add_list([3, 1, 3, 77, 2**70], ADMIN)
    assert (made.known, made.unknown) == (2, 2)
    assert await reached(harness, f"list={made.list_id}") == {1, 3}
    with pytest.raises(FilterError, match="no list"):
        await rules.count_filter(Filter(list_id=made.list_id + 1))
    await harness.privacy.forget(3)
    assert await rules.count_filter(Filter(list_id=made.list_id)) == 1


async def test_an_audience_is_saved_under_a_name(harness: DeliveryHarness) -> None:
    rules = harness.broadcasts
    await rules.save_segment("Parents", Filter(who=("parent",)), ADMIN)
    await rules.save_segment("Parents", Filter(who=("parent", "both")), 5)
    await rules.save_segment("Asia", Filter(zones=("Asia/*",)), ADMIN)
    saved = await rules.segments()
    assert [(one.name, written(one.filter), one.made_by) for one in saved] == [
        ("Asia", "zone=Asia/*", ADMIN),
        ("Parents", "for=child,both", 5),
    ]
    for name in ("", " ", "a" * 41, "two\nlines"):
        with pytest.raises(ValueError, match="40 characters"):
            await rules.save_segment(name, Filter(), ADMIN)
    assert await rules.drop_segment("Asia", ADMIN)
    assert not await rules.drop_segment("Asia", ADMIN)
    assert len(await rules.segments()) == 1


async def test_only_its_admin_chooses_and_only_for_a_draft(harness: DeliveryHarness) -> None:
    await harness.subscribe(1)
    rules = harness.broadcasts
    draft = await rules.draft(ADMIN, ADMIN, 5)
    assert not await rules.set_filter(draft.id, 5, Filter(who=("parent",)))
    assert await rules.confirm(draft.id, ADMIN) == "sending"
    assert not await rules.set_filter(draft.id, ADMIN, Filter(who=("parent",)))
    found = await rules.find(draft.id)
    assert found is not None
    assert (found.filter, found.wanted) == (None, None)


async def test_who_leaves_while_rows_are_made_is_counted_where_they_were_wanted(
    harness: DeliveryHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.audience.FREEZE_CHUNK", 1)
    await crowd(harness)
    rules = harness.broadcasts
    draft = await rules.draft(ADMIN, ADMIN, 5)
    assert await rules.set_filter(draft.id, ADMIN, parse_filter("country=DE"))
    assert await rules.confirm(draft.id, ADMIN) == "sending"
    audiences = harness.planner.audiences
    await audiences.plan_chunks(await harness.db.read(broadcasts.lacking_rows), set())
    for chat in (2, 6, 7):
        await harness.subscribers.stop(chat)
    await harness.plan_audiences()
    report = await rules.report(draft.id)
    assert (report.total, report.cancelled, report.left) == (5, 1, 1)
    assert {row.chat_id for row in await harness.rows()} == {1, 3, 4, 5, 6}
