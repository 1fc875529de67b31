"""When a broadcast is sent: at an instant, or at each one's own hour; approval, and the clock."""

from __future__ import annotations

import asyncio
import csv
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest

from bot.config import load_settings
from bot.delivery.audiences import Filter
from bot.delivery.broadcasts import Broadcasts
from bot.delivery.planner import Planner
from bot.delivery.restored import heed_restore
from bot.delivery.schedules import Schedule, ScheduleError, check
from bot.store.database import Database
from bot.store.queries import heartbeat
from bot.store.repairs.instant_repairs import hold_back, hold_back_broadcasts
from tests.delivery_harness import ADMIN, DeliveryHarness
from tests.scripted_telegram import TOKEN, Telegram

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
TOMORROW = NOON + timedelta(days=1)
NINE = 9 * 60
ZONES = {1: "Pacific/Kiritimati", 2: "Asia/Tokyo", 3: "Europe/Berlin", 4: "Etc/GMT+12"}


async def around_the_globe(harness: DeliveryHarness) -> None:
    for chat, zone in ZONES.items():
        await harness.subscribers.arrive(chat, "en")
        await harness.subscribers.set_zone(chat, zone)
        await harness.subscribers.set_hour(chat, 480)


async def planned(harness: DeliveryHarness, schedule: Schedule, came: str = "scheduled") -> int:
    """A broadcast that was confirmed with this schedule."""
    rules = harness.broadcasts
    draft = await rules.draft(ADMIN, ADMIN, 5)
    assert await rules.set_schedule(draft.id, ADMIN, schedule)
    await rules.offered(draft.id, await rules.offer_of(draft.id))
    assert await rules.confirm(draft.id, ADMIN) == came
    return draft.id


async def state(harness: DeliveryHarness, broadcast: int) -> str:
    found = await harness.broadcasts.find(broadcast)
    assert found is not None
    return found.state


async def test_it_waits_for_its_instant_and_goes_to_who_is_there_then(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(1, 2)
    broadcast = await planned(harness, Schedule(at=TOMORROW))
    assert [one.id for one in await harness.broadcasts.scheduled()] == [broadcast]
    assert await harness.planner.next_due() is not None
    await harness.subscribe(3)
    await harness.subscribers.stop(1)
    harness.clock.move_to(TOMORROW - timedelta(seconds=1))
    await harness.planner.tick()
    assert await state(harness, broadcast) == "scheduled"
    harness.clock.move_to(TOMORROW)
    await harness.planner.tick()
    await harness.worker.drain()
    copies = Counter(body["chat_id"] for method, body in tg.calls if method == "copyMessage")
    assert copies == {2: 1, 3: 1}
    report = await harness.broadcasts.report(broadcast)
    assert (report.total, report.sent, report.state) == (2, 2, "done")


async def test_it_begins_once_however_many_look_and_whatever_the_clock_does(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(1)
    broadcast = await planned(harness, Schedule(at=TOMORROW))
    harness.clock.move_to(TOMORROW)
    others = [
        Planner(harness.db, harness.clock, harness.library, harness.settings) for _ in range(3)
    ]
    await asyncio.gather(*(planner.tick() for planner in others))
    await harness.worker.drain()
    for moved in (-90_000.0, 90_000.0, 1.0):
        harness.clock.set_wall(moved)
        await harness.planner.tick()
        await harness.worker.drain()
    copies = [body for method, body in tg.calls if method == "copyMessage"]
    assert len(copies) == 1
    assert await state(harness, broadcast) == "done"


async def test_after_a_long_standstill_it_comes_late_and_after_a_day_not_at_all(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(1)
    late = await planned(harness, Schedule(at=NOON + timedelta(hours=26)))
    too_late = await planned(harness, Schedule(at=NOON + timedelta(hours=1)))
    ends = await planned(
        harness, Schedule(at=NOON + timedelta(hours=25), not_after=NOON + timedelta(hours=27))
    )
    harness.clock.move_to(NOON + timedelta(hours=28))
    await harness.planner.tick()
    await harness.worker.drain()
    reports = [await harness.broadcasts.report(one) for one in (late, too_late, ends)]
    assert [(one.sent, one.too_old, one.total) for one in reports] == [
        (1, 0, 1),
        (0, 1, 1),
        (0, 1, 1),
    ]


async def test_at_each_ones_own_hour_it_rolls_round_the_globe(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await around_the_globe(harness)
    broadcast = await planned(harness, Schedule(local_date=date(2026, 6, 3), local_minute=NINE))
    begins = datetime(2026, 6, 2, 19, 0, tzinfo=UTC)
    due = {1: begins, 2: begins + timedelta(hours=5), 3: begins + timedelta(hours=12)}
    due[4] = begins + timedelta(hours=26)
    harness.clock.move_to(begins - timedelta(seconds=1))
    await harness.planner.tick()
    assert await state(harness, broadcast) == "scheduled"
    harness.clock.move_to(begins)
    await harness.planner.tick()
    got: list[int] = []
    for chat, instant in sorted(due.items()):
        if instant > begins:
            harness.clock.move_to(instant - timedelta(seconds=1))
            await harness.worker.drain()
            assert announced(tg) == got
        harness.clock.move_to(instant)
        await harness.worker.drain()
        got.append(chat)
        assert announced(tg) == got
    report = await harness.broadcasts.report(broadcast)
    assert (report.total, report.sent, report.state) == (4, 4, "done")


def announced(tg: Telegram) -> list[int]:
    return [body["chat_id"] for method, body in tg.calls if method == "copyMessage"]


@pytest.mark.parametrize("late", ["next_day", "skip"])
async def test_whose_hour_has_passed_gets_it_the_next_day_or_not_at_all(
    harness: DeliveryHarness, tg: Telegram, late: str
) -> None:
    await around_the_globe(harness)
    today = Schedule(local_date=date(2026, 6, 1), local_minute=NINE, late=late)
    broadcast = await planned(harness, today, "sending")
    await harness.plan_audiences()
    rows = {row.chat_id: row for row in await harness.rows()}
    assert rows[4].due_at == datetime(2026, 6, 1, 21, 0, tzinfo=UTC)
    if late == "skip":
        assert {chat: row.reason for chat, row in rows.items() if row.state == "too_old"} == {
            1: "hour_passed",
            2: "hour_passed",
            3: "hour_passed",
        }
    else:
        assert rows[1].due_at == datetime(2026, 6, 1, 19, 0, tzinfo=UTC)
        assert rows[3].due_at == datetime(2026, 6, 2, 7, 0, tzinfo=UTC)
    for _hour in range(40):
        harness.clock.move(3600.0)
        await harness.worker.drain()
    report = await harness.broadcasts.report(broadcast)
    assert report.state == "done"
    assert (report.sent, report.too_old) == ((1, 3) if late == "skip" else (4, 0))


@pytest.mark.parametrize("late", ["next_day", "skip"])
async def test_an_hour_that_passes_while_it_is_paused_is_treated_likewise(
    harness: DeliveryHarness, tg: Telegram, late: str
) -> None:
    await around_the_globe(harness)
    day = Schedule(local_date=date(2026, 6, 3), local_minute=NINE, late=late)
    broadcast = await planned(harness, day)
    harness.clock.move_to(datetime(2026, 6, 2, 19, 0, tzinfo=UTC))
    await harness.planner.tick()
    assert await harness.broadcasts.pause(broadcast, ADMIN)
    harness.clock.move_to(datetime(2026, 6, 3, 1, 0, tzinfo=UTC))  # an hour late for Tokyo
    assert await harness.broadcasts.resume(broadcast, ADMIN)
    await harness.worker.drain()
    assert announced(tg) == [2]
    again = datetime(2026, 6, 3, 19, 0, tzinfo=UTC)  # that hour on Kiritimati
    got = [2, 3] if late == "skip" else [2, 3, 1]
    for instant in (again - timedelta(hours=12), again - timedelta(seconds=1), again):
        harness.clock.move_to(instant)
        await harness.worker.drain()
        assert announced(tg) == (got if instant == again else [2, 3])
    for _hour in range(50):
        harness.clock.move(3600.0)
        await harness.worker.drain()
    report = await harness.broadcasts.report(broadcast)
    assert report.state == "done"
    assert (report.sent, report.too_old) == ((3, 1) if late == "skip" else (4, 0))
    assert set(Counter(announced(tg)).values()) == {1}


CANNOT = {
    "two_times": Schedule(at=TOMORROW, local_date=date(2026, 6, 3), local_minute=NINE),
    "half_a_time": Schedule(local_minute=NINE),
    "not_a_minute": Schedule(local_date=date(2026, 6, 3), local_minute=1440),
    "past": Schedule(at=NOON - timedelta(hours=1)),
    "too_far_ahead": Schedule(at=NOON + timedelta(days=400)),
    "ends_before": Schedule(at=TOMORROW, not_after=TOMORROW),
}


@pytest.mark.parametrize(("why", "schedule"), CANNOT.items(), ids=CANNOT.keys())
def test_a_time_that_cannot_be_is_refused(why: str, schedule: Schedule) -> None:
    with pytest.raises(ScheduleError) as refused:
        check(schedule, NOON)
    assert refused.value.why == why


def test_a_local_hour_that_has_passed_everywhere_is_refused() -> None:
    check(Schedule(local_date=date(2026, 6, 1), local_minute=NINE), NOON)
    with pytest.raises(ScheduleError):
        check(Schedule(local_date=date(2026, 5, 31), local_minute=NINE), NOON)
    with pytest.raises(ValueError, match="no such choice"):
        check(Schedule(local_date=date(2026, 6, 2), local_minute=NINE, late="never"), NOON)


async def test_a_time_that_passed_before_the_confirmation_is_asked_again(
    harness: DeliveryHarness,
) -> None:
    await harness.subscribe(1)
    rules = harness.broadcasts
    draft = await rules.draft(ADMIN, ADMIN, 5)
    assert await rules.set_schedule(draft.id, ADMIN, Schedule(at=NOON + timedelta(minutes=5)))
    harness.clock.move(3600.0)
    assert await rules.confirm(draft.id, ADMIN) == "past"
    assert await state(harness, draft.id) == "draft"
    assert await rules.set_schedule(draft.id, ADMIN, Schedule(at=NOON + timedelta(minutes=55)))
    assert await rules.confirm(draft.id, ADMIN) == "sending"


async def test_a_scheduled_one_can_be_moved_begun_at_once_and_cancelled_by_any_admin(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(1)
    rules, other = harness.broadcasts, 5
    moved = await planned(harness, Schedule(at=TOMORROW))
    cancelled = await planned(harness, Schedule(at=TOMORROW))
    now = await planned(harness, Schedule(at=TOMORROW))
    assert await rules.reschedule(moved, other, Schedule(at=TOMORROW + timedelta(hours=3)))
    assert await rules.reschedule(now, other, Schedule())
    assert await rules.cancel(cancelled, other)
    assert not await rules.cancel(cancelled, ADMIN)
    assert not await rules.reschedule(cancelled, other, Schedule(at=TOMORROW))
    assert not await rules.pause(moved, other)
    await harness.planner.tick()
    assert await state(harness, now) == "sending"
    harness.clock.move_to(TOMORROW)
    await harness.planner.tick()
    assert [await state(harness, one) for one in (moved, cancelled)] == ["scheduled", "cancelled"]
    harness.clock.move_to(TOMORROW + timedelta(hours=3))
    await harness.planner.tick()
    await harness.worker.drain()
    assert await state(harness, moved) == "done"
    report = await rules.report(cancelled)
    assert (report.total, report.cancelled, report.state) == (0, 0, "cancelled")


@pytest.fixture
def strict(harness: DeliveryHarness) -> Broadcasts:
    """Rules by which more than one recipient needs a second admin."""
    settings = load_settings(token=TOKEN, approval_above=1)
    return Broadcasts(harness.db, harness.clock, settings, themes=harness.broadcasts.themes)


async def test_above_a_size_a_second_admin_has_to_agree(
    harness: DeliveryHarness, strict: Broadcasts, tg: Telegram
) -> None:
    await harness.subscribe(1, 2)
    draft = await strict.draft(ADMIN, ADMIN, 5)
    assert await strict.confirm(draft.id, ADMIN) == "waiting"
    assert await strict.confirm(draft.id, ADMIN) == "no"
    await harness.planner.tick()
    await harness.worker.drain()
    assert tg.calls == []
    assert not await strict.approve(draft.id, ADMIN)
    came = await asyncio.gather(*(strict.approve(draft.id, other) for other in (5, 6, 7)))
    assert sorted(came) == [False, False, True]
    await harness.planner.tick()
    await harness.worker.drain()
    assert tg.copies == {1: 1, 2: 1}
    found = await strict.find(draft.id)
    assert found is not None
    assert found.approved_by in (5, 6, 7)


async def test_up_to_that_size_and_for_a_recall_nobody_has_to(
    harness: DeliveryHarness, strict: Broadcasts
) -> None:
    await harness.subscribe(1)
    draft = await strict.draft(ADMIN, ADMIN, 5)
    assert await strict.confirm(draft.id, ADMIN) == "sending"


async def test_what_is_approved_waits_for_its_time_and_what_is_not_can_be_cancelled(
    harness: DeliveryHarness, strict: Broadcasts
) -> None:
    await harness.subscribe(1, 2)
    drafts = [await strict.draft(ADMIN, ADMIN, 5) for _ in range(2)]
    for draft in drafts:
        assert await strict.set_schedule(draft.id, ADMIN, Schedule(at=TOMORROW))
        assert await strict.confirm(draft.id, ADMIN) == "waiting"
    waiting, cancelled = (draft.id for draft in drafts)
    assert [one.id for one in await strict.waiting()] == [waiting, cancelled]
    assert await strict.cancel(cancelled, 5)
    assert await strict.approve(waiting, 5)
    assert not await strict.approve(cancelled, 5)
    assert [await state(harness, one) for one in (waiting, cancelled)] == [
        "scheduled",
        "cancelled",
    ]


async def test_nobody_is_told_at_once(harness: DeliveryHarness) -> None:
    await harness.subscribe(1)
    draft = await harness.broadcasts.draft(ADMIN, ADMIN, 5)
    assert await harness.broadcasts.set_filter(draft.id, ADMIN, Filter(who=("parent",)))
    assert await harness.broadcasts.confirm(draft.id, ADMIN) == "nobody"
    assert await state(harness, draft.id) == "draft"


async def test_a_clock_that_was_ahead_moves_no_local_hour(harness: DeliveryHarness) -> None:
    await around_the_globe(harness)
    await planned(harness, Schedule(local_date=date(2026, 6, 3), local_minute=NINE))
    harness.clock.move_to(datetime(2026, 6, 2, 19, 0, tzinfo=UTC))
    await harness.planner.tick()

    async def due() -> dict[int, datetime]:
        return {row.chat_id: row.ready_at for row in await harness.rows() if row.broadcast_id}

    before = await due()
    async with harness.db.write() as session:
        await hold_back_broadcasts(session, NOON)
        await hold_back(session, NOON)
    assert await due() == before


async def test_what_was_due_before_a_restore_is_a_draft_again(
    harness: DeliveryHarness, db: Database
) -> None:
    await harness.subscribe(1)
    passed = await planned(harness, Schedule(at=TOMORROW))
    ahead = await planned(harness, Schedule(at=TOMORROW + timedelta(days=3)))
    harness.clock.move_to(TOMORROW + timedelta(hours=1))
    now = harness.clock.now()
    await db.write(lambda session: heartbeat.beat(session, heartbeat.SKIP_TIPS, now))
    assert await heed_restore(db)
    assert [await state(harness, one) for one in (passed, ahead)] == ["draft", "scheduled"]


async def test_erasing_its_admin_takes_a_scheduled_one_along(harness: DeliveryHarness) -> None:
    await harness.subscribe(1)
    broadcast = await planned(harness, Schedule(at=TOMORROW))
    await harness.privacy.forget(ADMIN)
    assert await harness.broadcasts.find(broadcast) is None


async def test_the_recipients_as_a_file(
    harness: DeliveryHarness, tg: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.recipients_file.ROWS_AT_ONCE", 2)
    await harness.subscribe(1, 2, 3)
    broadcast = await harness.broadcast()
    await harness.subscribers.stop(2)
    await harness.worker.drain()
    lines = list(
        csv.DictReader(StringIO((await harness.broadcasts.recipients_csv(broadcast)).decode()))
    )
    assert [(line["chat_id"], line["state"], line["reason"]) for line in lines] == [
        ("1", "sent", ""),
        ("2", "cancelled", "stopped"),
        ("3", "sent", ""),
    ]
    assert lines[0]["sent_at"] == "2026-06-01T12:00:00+00:00"
    assert lines[1]["message_id"] == ""
    with pytest.raises(LookupError):
        await harness.broadcasts.recipients_csv(999)
