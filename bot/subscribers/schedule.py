"""A subscriber's place in the schedule: joining a slot, moving, leaving, coming back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from bot.store.models import SubscriberRead
from bot.store.outbox import audience
from bot.store.queries import (
    broadcasts,
    counters,
    deliveries,
    feedback,
    personal,
    rotations,
    slots,
    subscribers,
)
from bot.store.queries.personal import Person
from bot.store.queries.slots import Membership
from bot.store.tables import Executor
from bot.store.values import ALL_WEEKDAYS, UnknownSubscriberError, Upcoming
from bot.subscribers.calendar import (
    Due,
    days_later,
    first_date_after_move,
    instant_on,
    local_date,
    next_instant,
)
from bot.subscribers.local_hours import due_in_zone

KEPT_DAYS = 7
"""Rows of the outbox live this long; then they are counted and pruned."""

ONE_TICK = timedelta(microseconds=1)
JUST_DUE = timedelta(hours=1)
LONGEST_SPREAD = timedelta(hours=2)
RECEIVED = ("queued", "leased", "sent", "in_doubt")


def pause_is_over(state: str, paused_until: datetime | None, now: datetime) -> bool:
    """Whether there was a pause that has run out, stored as such or not."""
    return state == "paused" and paused_until is not None and paused_until <= now


def present(subscriber: SubscriberRead, now: datetime) -> SubscriberRead:
    """The subscriber as of now: a pause that has run out is over."""
    if pause_is_over(subscriber.state, subscriber.paused_until, now):
        return subscriber.model_copy(update={"state": "active", "paused_until": None})
    return subscriber


async def known(session: Executor, chat_id: int, now: datetime) -> SubscriberRead:
    """The subscriber, locked until the transaction ends.

    Raises:
        UnknownSubscriberError: nobody by that id.
    """
    subscriber = await subscribers.get(session, chat_id, lock=True)
    if subscriber is None:
        raise UnknownSubscriberError(chat_id)
    return present(subscriber, now)


def _dates(now: datetime) -> list[date]:
    return deliveries.dates_around(now.date(), KEPT_DAYS + 2, 2)


def _is_on(subscriber: SubscriberRead) -> bool:
    timed = subscriber.state == "paused" and subscriber.paused_until is not None
    return subscriber.state == "active" or timed


async def settle_in(
    session: Executor, subscriber: SubscriberRead, now: datetime, *, moved: bool
) -> SubscriberRead:
    """Put the subscriber into the slot of their zone and hour, or leave them ``new`` without.

    ``moved`` says that the zone changed: dates that had their tip under the old one stay taken.
    """
    zone, minute = subscriber.zone, subscriber.local_minute
    if zone is None or minute is None:
        return subscriber
    if subscriber.state == "new":
        subscriber = subscriber.model_copy(update={"state": "active"})
        await subscribers.activate(session, subscriber.chat_id, {"joined_at": now})
        await counters.add(session, now, {"joined": 1})
    slot_id = await _slot_for(session, zone, minute, now)
    had = await slots.membership(session, subscriber.chat_id)
    if had is None:
        await _first(session, subscriber, slot_id, now)
    else:
        await _again(session, subscriber, had, slot_id, now, moved=moved)
    return subscriber


async def _slot_for(session: Executor, zone: str, minute: int, now: datetime) -> int:
    due = next_instant(minute, zone, ALL_WEEKDAYS, now)
    if due is None:
        raise ValueError(f"{zone} has no further day")
    return await slots.find_or_make(session, zone, minute, due.instant_utc, due.local_date)


async def _first(
    session: Executor, subscriber: SubscriberRead, slot_id: int, now: datetime
) -> None:
    zone = subscriber.zone or "UTC"
    values = {
        "chat_id": subscriber.chat_id,
        "state": "active" if _is_on(subscriber) else "off",
        "weekdays": subscriber.weekdays,
        "snoozed_until": max(now, subscriber.paused_until or now),
        # The first tip is given at once and counts as today's.
        "not_before": local_date(now, zone) + timedelta(days=1),
        "spread": subscribers.fixed_number(subscriber.chat_id, "spread", 16),
    }
    tail = subscribers.fixed_number(subscriber.chat_id, "seat", slots.TAIL_BITS)
    await slots.subscribe(session, slot_id, tail, values)


async def _again(
    session: Executor,
    subscriber: SubscriberRead,
    had: Membership,
    slot_id: int,
    now: datetime,
    *,
    moved: bool,
) -> None:
    not_before = had.not_before
    if moved:
        # The first tip, given on arrival, is in no row.
        first = Due(subscriber.created_at, had.not_before - timedelta(days=1))
        last = await _last_tip(session, had.id, now) or first
        allowed = first_date_after_move(last, subscriber.zone or "UTC")
        not_before = max(not_before, allowed) if allowed else not_before
    if slot_id != had.slot_id:
        await _change_seats(session, subscriber.chat_id, had, slot_id)
    values = {
        "state": "active" if _is_on(subscriber) else "off",
        "snoozed_until": max(now, subscriber.paused_until or now),
        "not_before": not_before,
    }
    await slots.change_membership(session, subscriber.chat_id, values)


async def _change_seats(session: Executor, chat_id: int, had: Membership, slot_id: int) -> None:
    """Into another slot; the subscriber's tips follow, so that a date that had one stays taken."""
    seat = await slots.free_seat(session, slot_id, had.id)
    await slots.change_seat(session, chat_id, seat, slot_id)
    await deliveries.follow(session, had.id, seat, await deliveries.all_dates(session))


async def _last_tip(session: Executor, subscription_id: int, now: datetime) -> Due | None:
    tips = await deliveries.tips_of(session, subscription_id, _dates(now))
    got = [Due(tip.due_at, tip.local_date) for tip in tips if tip.state in RECEIVED]
    return got[-1] if got else None


async def cancel_tips(session: Executor, chat_id: int, now: datetime, reason: str) -> None:
    """Cancel the subscriber's queued tips."""
    had = await slots.membership(session, chat_id)
    if had is not None:
        await deliveries.cancel_tips(session, had.id, _dates(now), reason)


async def cancel_everything(session: Executor, chat_id: int, now: datetime, reason: str) -> None:
    """Cancel the subscriber's queued tips and broadcasts; what they had is still corrected."""
    await cancel_tips(session, chat_id, now, reason)
    running = await broadcasts.new_ones(session)
    if running:
        await deliveries.cancel_shares(session, chat_id, running, reason)


async def switch_on(session: Executor, chat_id: int, now: datetime, reason: str) -> None:
    """Resume tips, and restore those cancelled for ``reason`` that are still fresh."""
    values = {"state": "active", "snoozed_until": now}
    await slots.change_membership(session, chat_id, values)
    had = await slots.membership(session, chat_id)
    if had is not None:
        await deliveries.restore_tips(session, had.id, _dates(now), reason, now)


async def freeze(session: Executor, chat_id: int, home: str) -> None:
    """Keep what they are owed of broadcasts under way, by their own hour as it is now."""
    await audience.freeze_one(session, chat_id, partial(due_in_zone, home=home))


async def leave(
    session: Executor,
    chat_id: int,
    state: str,
    now: datetime,
    home: str,
    reason: str | None = None,
) -> bool:
    """Mark the subscriber as ``blocked`` or ``gone`` and cancel all; False if they were."""
    subscriber = await subscribers.get(session, chat_id, lock=True)
    if subscriber is None or subscriber.state in (state, "gone"):
        return False
    before = {} if subscriber.state in ("blocked", "gone") else {"state_before": subscriber.state}
    await freeze(session, chat_id, home)
    left = {"state": state, "left_at": now, "left_reason": reason or state, **before}
    await subscribers.change(session, chat_id, left)
    await slots.change_membership(session, chat_id, {"state": "off"})
    await cancel_everything(session, chat_id, now, state)
    if subscriber.subscribed:
        await count_left(session, now, state)
    return True


async def count_left(session: Executor, now: datetime, how: str) -> None:
    """Count a subscriber who ``stopped``, ``blocked`` the bot, is ``gone`` or was ``erased``."""
    await counters.add(session, now, {"left": 1, f"left.{how}": 1})


async def come_back(session: Executor, chat_id: int, now: datetime) -> None:
    """Put the subscriber back to the state before they blocked the bot or were gone."""
    await subscribers.restore_state(session, chat_id)
    subscriber = await settle_in(session, await known(session, chat_id, now), now, moved=False)
    if subscriber.subscribed:
        await counters.add(session, now, {"returned": 1})


async def erase(session: Executor, person: Person, now: datetime, home: str) -> bool:
    """Delete every row about the person; whether there was one.

    Reports still count them, without saying who.
    """
    subscriber = await subscribers.get(session, person.chat_id, lock=True)
    await freeze(session, person.chat_id, home)
    if subscriber is not None and subscriber.subscribed:
        await count_left(session, now, "erased")
    return await personal.erase(session, person)


async def move_chat(session: Executor, old: int, new: int, home: str) -> bool:
    """Move everything of ``old`` to ``new``; of two sets of settings the complete one stays.

    Safe to call again, and from the refusal and the service message at once.
    """
    source = await subscribers.get(session, old, lock=True)
    target = await subscribers.get(session, new, lock=True)
    every = await broadcasts.ids(session)
    if source is None or old == new:
        await deliveries.move(session, (old, new), None, [], every)
        return False
    for chat in (old, new):
        await freeze(session, chat, home)
    keep, drop = (new, old) if target is not None and target.subscribed else (old, new)
    await feedback.merge(session, drop, keep)
    await _erase_with_tips(session, drop)
    if keep == old:
        await subscribers.change(session, old, {"chat_id": new})
    had = await slots.membership(session, new)
    mine = had.id if had else None
    await rotations.take_seat(session, new, mine)
    dates = await deliveries.all_dates(session)
    await deliveries.move(session, (old, new), mine, dates, every)
    return True


async def _erase_with_tips(session: Executor, chat_id: int) -> None:
    had = await slots.membership(session, chat_id)
    if had is not None:
        await deliveries.erase_tips(session, had.id, await deliveries.all_dates(session))
    await subscribers.erase(session, chat_id)


async def next_tip(
    session: Executor, subscriber: SubscriberRead, now: datetime
) -> Upcoming | None:
    """When the subscriber's next tip is due, as the planner will see it."""
    subscriber = present(subscriber, now)
    had = await slots.membership(session, subscriber.chat_id)
    if (
        had is None
        or subscriber.zone is None
        or subscriber.local_minute is None
        or not _is_on(subscriber)
    ):
        return None
    tips = await deliveries.tips_of(session, had.id, _dates(now))
    taken = {tip.local_date for tip in tips}
    waiting = [tip for tip in tips if tip.state in ("queued", "leased")]
    if waiting:
        return _upcoming(
            _promised(waiting[0], subscriber.zone, subscriber.local_minute), subscriber.zone
        )
    # A slot that has just come due, and is not planned this far, still has this subscriber before
    # it.
    overdue = now - JUST_DUE < had.slot_next_at <= now and had.slot_cursor < had.id
    after = max(had.slot_next_at if overdue else now + ONE_TICK, had.snoozed_until) - ONE_TICK
    for _ in range(len(taken) + 1):
        due = next_instant(
            subscriber.local_minute,
            subscriber.zone,
            subscriber.weekdays,
            after,
            not_before_date=had.not_before,
        )
        if due is None or due.local_date not in taken:
            break
        after = due.instant_utc
    return _upcoming(due.instant_utc, subscriber.zone) if due else None


def _promised(tip: deliveries.Tip, zone: str, minute: int) -> datetime:
    """The subscriber's own hour for a planned tip, without the spread."""
    chosen = instant_on(tip.local_date, minute, zone)
    fits = chosen is not None and timedelta() <= tip.due_at - chosen <= LONGEST_SPREAD
    return chosen if chosen is not None and fits else tip.due_at


def _upcoming(at: datetime, zone: str) -> Upcoming:
    return Upcoming(at, at.astimezone(ZoneInfo(zone)), zone)


def start_of(subscriber: SubscriberRead, day: date) -> datetime | None:
    """When that day begins where the subscriber is; None for a date that does not exist there."""
    return instant_on(day, 0, subscriber.zone or "UTC")


def pause_end(subscriber: SubscriberRead, now: datetime, days: int) -> datetime:
    """The end of a pause of so many days, at the same local time."""
    return days_later(now, subscriber.zone or "UTC", days)
