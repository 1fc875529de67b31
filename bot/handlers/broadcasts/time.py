"""When a broadcast is sent: choosing, changing, and the list of what waits."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.delivery.schedules import Schedule, ScheduleError, schedule_of
from bot.handlers.broadcasts import card
from bot.handlers.broadcasts.access import tapped
from bot.handlers.context import Context
from bot.store.outbox_models import NOT_BEGUN, BroadcastRead
from bot.subscribers.calendar import instant_on
from bot.texts import broadcast as broadcast_texts
from bot.texts import broadcast_time as texts
from bot.texts.callbacks import SetEnd, SetLate, SetTime
from bot.texts.hours import read_hour
from bot.texts.moments import LocalMoment, read_moment

_OF_TIPS = re.compile(r"\btips?\b", re.IGNORECASE)


async def set_time(context: Context, tap: SetTime) -> None:
    """Now, at a time of the admin's clock, or at each one's own hour."""
    found = await tapped(context, tap.broadcast, "time")
    if found is None:
        return
    await context.toast()
    before = schedule_of(found)
    wanted = _wanted(context, tap, before)
    view = "local" if tap.how == "local" else "when"
    await _tapped(context, found, _with_end(before, wanted), view)


def _wanted(context: Context, tap: SetTime, before: Schedule) -> Schedule:
    day = date.fromisoformat(tap.day)
    if tap.how == "now":
        return Schedule()
    if tap.how == "at":
        return Schedule(at=_instant(context, LocalMoment(day, tap.minute)))
    return Schedule(local_date=day, local_minute=tap.minute, late=before.late)


def _with_end(before: Schedule, wanted: Schedule) -> Schedule:
    """The new time with the old end, where that is still after it."""
    begins, end = wanted.begins, before.not_after
    keeps = end is not None and (begins is None or end > begins)
    return wanted._replace(not_after=end if keeps else None)


async def set_late(context: Context, tap: SetLate) -> None:
    """What becomes of those whose hour has passed."""
    found = await tapped(context, tap.broadcast, "late")
    if found is not None:
        await context.toast()
        await _tapped(context, found, schedule_of(found)._replace(late=tap.late), "local")


async def set_end(context: Context, tap: SetEnd) -> None:
    """So many hours after the last one is due it is too late."""
    found = await tapped(context, tap.broadcast, "end")
    if found is None:
        return
    await context.toast()
    schedule = schedule_of(found)
    due = schedule.ends or context.now
    end = due + timedelta(hours=tap.hours) if tap.hours else None
    await _tapped(context, found, schedule._replace(not_after=end), "until")


async def _tapped(context: Context, found: BroadcastRead, schedule: Schedule, view: str) -> None:
    try:
        await _keep(context, found, schedule)
    except ScheduleError as error:
        await context.show(texts.refused(context.translator, found.id, error.why))
    else:
        await card.put(context, found.id, view)


async def _keep(context: Context, found: BroadcastRead, schedule: Schedule) -> None:
    rules, admin = context.services.broadcasts, context.user.id
    if found.state == "draft":
        await rules.set_schedule(found.id, admin, schedule)
    else:
        await rules.reschedule(found.id, admin, schedule)
        context.services.plan_soon()


def _instant(context: Context, moment: LocalMoment) -> datetime | None:
    return instant_on(moment.day, moment.minute, context.zone)


def _read(context: Context, after: datetime | None = None) -> LocalMoment | None:
    """The day and the hour that were typed, ``after`` an instant if that is not past."""
    here = max(context.now, after or context.now).astimezone(ZoneInfo(context.zone))
    return read_moment(context.written.text or "", here, context.translator.locale)


def _read_instant(context: Context, after: datetime | None = None) -> datetime | None:
    """The instant that was typed, by the admin's own clock; None where it is none."""
    moment = _read(context, after)
    return _instant(context, moment) if moment is not None else None


async def _before(context: Context, number: int) -> Schedule:
    found = await context.services.broadcasts.find(number)
    return schedule_of(found) if found is not None else Schedule()


async def typed(context: Context, number: int) -> None:
    """A day and an hour by the admin's own clock."""
    at, before = _read_instant(context), await _before(context, number)
    wanted = _with_end(before, Schedule(at=at)) if at is not None else None
    await _typed(context, number, wanted)


async def typed_local(context: Context, number: int) -> None:
    """A day and an hour by each one's own clock."""
    await _typed_local(context, number, _read(context))


async def _typed_local(context: Context, number: int, moment: LocalMoment | None) -> None:
    before, wanted = await _before(context, number), None
    if moment is not None:
        local = Schedule(local_date=moment.day, local_minute=moment.minute, late=before.late)
        wanted = _with_end(before, local)
    await _typed(context, number, wanted)


async def typed_end(context: Context, number: int, after: datetime | None = None) -> None:
    """A day and an hour after which it is too late."""
    end, before = _read_instant(context, after), await _before(context, number)
    await _typed(context, number, before._replace(not_after=end) if end is not None else None)


async def typed_on_screen(context: Context, view: str, number: int) -> bool:
    """Take a time that was typed where it could have been chosen by a button; False where the
    broadcast has begun, or the words are something else."""
    if not await _means_time(context):
        return False
    found = await context.services.broadcasts.find(number)
    if found is None or found.state not in NOT_BEGUN:
        return False
    on_screen = {"when": typed, "local": _hour_on_screen, "until": _end_on_screen}
    await on_screen[view](context, number)
    return True


async def _means_time(context: Context) -> bool:
    """Whether it is an hour, with its day or without, and nothing of more weight: a warning sign,
    the answer to another question of ours, a wish about the tips."""
    text, known = context.written.text or "", context.subscriber
    if context.forwarded or _read(context) is None or _OF_TIPS.search(text):
        return False
    if known is not None and known.expecting in ("hour", "day"):  # "10": until the 10th
        return False
    return await context.services.analyser.warning(text, context.speaks) is None


async def _hour_on_screen(context: Context, number: int) -> None:
    """An hour alone keeps the day that the screen shows."""
    moment, hour = _read(context), read_hour(context.written.text or "")
    if hour is not None:
        tomorrow = context.now.astimezone(ZoneInfo(context.zone)).date() + timedelta(days=1)
        chosen = (await _before(context, number)).local_date
        moment = LocalMoment(chosen or tomorrow, hour)
    await _typed_local(context, number, moment)


async def _end_on_screen(context: Context, number: int) -> None:
    """An hour alone is the first after the last one is due, as the screen's buttons count."""
    alone = read_hour(context.written.text or "") is not None
    await typed_end(context, number, (await _before(context, number)).ends if alone else None)


async def _typed(context: Context, number: int, schedule: Schedule | None) -> None:
    """Keep a typed time, and show the card; or say what is wrong with it."""
    found, _ = await context.services.broadcasts.find(number), context.translator
    if found is None or found.state not in NOT_BEGUN:
        await context.services.dialogues.drop(context.user.id)
        await context.say(broadcast_texts.gone(_))
        return
    if schedule is None:
        await context.say(texts.not_understood(_, number, context.written.text or ""))
        return
    try:
        await _keep(context, found, schedule)
    except ScheduleError as error:
        await context.say(texts.refused(_, number, error.why))
        return
    await context.services.dialogues.drop(context.user.id)
    await card.post(context, number)


class WaitingBroadcast(NamedTuple):
    """What the list says of one that waits."""

    number: int
    schedule: Schedule
    people: int
    approved: bool


async def scheduled(context: Context, _rest: str) -> None:
    """``/scheduled``: what waits for its time, or for a second admin."""
    rules = context.services.broadcasts
    waiting = [
        WaitingBroadcast(
            one.id,
            schedule_of(one),
            (await rules.offer_of(one.id)).audience,
            one.state == "scheduled",
        )
        for one in [*await rules.scheduled(), *await rules.waiting()]
    ]
    zone = context.zone
    await context.say(texts.scheduled(context.translator, waiting, context.now, zone))
