"""When a broadcast is sent, in words, and the views in which its admin chooses it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.texts import html, times
from bot.texts.broadcast_audience import TYPED_UNITS
from bot.texts.callbacks import AskFor, SetEnd, SetLate, SetTime, ShowCard
from bot.texts.catalogue import Translator
from bot.texts.message import Button, Message, choice, page

NINE = 540
LOCAL_HOURS = (480, 540, 720, 1080, 1140, 1200)
MOST_SHOWN = 20
ENDS_H = (3, 6, 12, 24)


class Schedule(Protocol):
    """When to send: at an instant, at each subscriber's local minute of a date, or now."""

    @property
    def at(self) -> datetime | None: ...
    @property
    def local_date(self) -> date | None: ...
    @property
    def local_minute(self) -> int | None: ...
    @property
    def late(self) -> str: ...
    @property
    def not_after(self) -> datetime | None: ...
    @property
    def ends_early(self) -> bool: ...


def when_words(_: Translator, schedule: Schedule, now: datetime, zone: str) -> str:
    """ "now", "tomorrow, Tuesday, 09:00 (Berlin …)", "09:00 where each one is, on …"."""
    if schedule.local_minute is not None and schedule.local_date is not None:
        day = times.day(_, schedule.local_date, now.astimezone(ZoneInfo(zone)).date())
        hour = times.hour(schedule.local_minute)
        return _("{hour} where each one is, {day}").format(hour=hour, day=day)
    if schedule.at is not None:
        moment = times.moment(_, schedule.at, now, zone)
        return _("{moment} by your clock").format(moment=moment)
    return _("now")


def when_lines(_: Translator, schedule: Schedule, now: datetime, zone: str) -> list[html.Html]:
    """When it is sent, what becomes of the late ones, and when it is too late."""
    when = when_words(_, schedule, now, zone)
    lines = [html.fill(_("When: {when}"), when=html.bold(when))]
    if schedule.local_minute is not None:
        lines.append(html.text(_late_words(_, schedule.late)))
    if schedule.not_after is not None:
        until = times.moment(_, schedule.not_after, now, zone)
        lines.append(html.fill(_("Not after: {until}"), until=until))
    if schedule.ends_early:
        lines.append(html.text(early_end_words(_)))
    return lines


def early_end_words(_: Translator) -> str:
    """What an end means that comes before the hour of somebody, somewhere."""
    return _("Whoever's hour comes after that won't get it.")


def _late_words(_: Translator, late: str) -> str:
    if late == "skip":
        return _("Where that hour has passed: they don't get it")
    return _("Where that hour has passed: they get it the next day")


def choose(_: Translator, broadcast: int, schedule: Schedule, now: datetime, zone: str) -> Message:
    """Now, at a time, at each one's own hour."""
    here = now.astimezone(ZoneInfo(zone))
    today, tomorrow = here.date(), here.date() + timedelta(days=1)
    local, at = schedule.local_minute is not None, schedule.at
    nine = at is not None and _is(at.astimezone(ZoneInfo(zone)), tomorrow, NINE)
    is_now = not local and at is None
    at_nine = SetTime("at", tomorrow.isoformat(), NINE, broadcast)
    return page(
        html.bold(_("When shall I send it?")),
        html.join(when_lines(_, schedule, now, zone)),
        html.fill(
            _("It's {clock} by your clock ({zone})."),
            clock=f"{here:%H:%M}",
            zone=times.zone_name(_, zone),
        ),
        buttons=(
            (choice(_("Now"), SetTime("now", today.isoformat(), 0, broadcast), on=is_now),),
            (
                choice(_("Tomorrow 09:00"), at_nine, on=nine),
                Button(_("Another time"), AskFor("time", broadcast)),
            ),
            (choice(_("At each one's own hour"), ShowCard("local", broadcast), on=local),),
            (Button(_("With an end time"), ShowCard("until", broadcast)),),
            _up(_, broadcast, "card"),
        ),
    )


def _is(here: datetime, day: date, minute: int) -> bool:
    return (here.date(), here.hour * 60 + here.minute) == (day, minute)


def _up(_: Translator, broadcast: int, view: str) -> tuple[Button, ...]:
    up = ShowCard("card", broadcast) if view == "card" else ShowCard("when", broadcast)
    return (Button(_("Back"), up),)


def choose_local(
    _: Translator, broadcast: int, schedule: Schedule, now: datetime, zone: str
) -> Message:
    """Which hour of their own, on which day, and what becomes of those who are past it."""
    today = now.astimezone(ZoneInfo(zone)).date()
    day, minute = schedule.local_date or today + timedelta(days=1), schedule.local_minute
    hours = [
        choice(
            times.hour(one), SetTime("local", day.isoformat(), one, broadcast), on=one == minute
        )
        for one in LOCAL_HOURS
    ]
    return page(
        html.bold(_("At which hour of their own?")),
        html.join(when_lines(_, schedule, now, zone)),
        html.text(_("It goes round the globe with the clock: 09:00 in Tokyo comes first.")),
        buttons=(
            tuple(hours[:3]),
            tuple(hours[3:]),
            _day_buttons(_, broadcast, today, day, minute),
            _late_buttons(_, broadcast, schedule) if minute is not None else (),
            (Button(_("Another day or hour"), AskFor("local", broadcast)),),
            _up(_, broadcast, "when"),
        ),
    )


def _day_buttons(
    _: Translator, broadcast: int, today: date, chosen: date, minute: int | None
) -> tuple[Button, ...]:
    names = {0: _("Today"), 1: _("Tomorrow")}
    buttons = []
    for ahead in range(3):
        day = today + timedelta(days=ahead)
        name = names.get(ahead) or times.weekday_short(_, day.weekday())
        data = SetTime("local", day.isoformat(), NINE if minute is None else minute, broadcast)
        buttons.append(choice(name, data, on=minute is not None and day == chosen))
    return tuple(buttons)


def _late_buttons(_: Translator, broadcast: int, schedule: Schedule) -> tuple[Button, ...]:
    late = schedule.late
    return (
        choice(_("Late: next day"), SetLate("next_day", broadcast), on=late != "skip"),
        choice(_("Late: not at all"), SetLate("skip", broadcast), on=late == "skip"),
    )


def choose_end(
    _: Translator, broadcast: int, schedule: Schedule, now: datetime, zone: str
) -> Message:
    """When what is unsent is too late."""
    hours = [
        Button(
            _.many("{count} hour later", "{count} hours later", one).format(count=one),
            SetEnd(one, broadcast),
        )
        for one in ENDS_H
    ]
    usual = SetEnd(0, broadcast)
    return page(
        html.bold(_("When is it too late?")),
        html.join(when_lines(_, schedule, now, zone)),
        html.text(_("Whoever hasn't got it by then won't. As usual, that's a day later.")),
        buttons=(
            (choice(_("As usual"), usual, on=schedule.not_after is None),),
            tuple(hours[:2]),
            tuple(hours[2:]),
            (Button(_("Type it"), AskFor("until", broadcast)),),
            _up(_, broadcast, "when"),
        ),
    )


def ask_time(_: Translator, broadcast: int, what: str, zone: str) -> Message:
    """Which day and hour: ``time`` and ``until`` by the admin's clock, ``local`` by each one's."""
    words = {
        "time": _("When shall I send it? Type a day and a time."),
        "local": _("At which hour of their own, and on which day? Type both."),
        "until": _("Not after when? Type a day and a time."),
    }
    yours = html.Html()
    if what != "local":
        yours = html.fill(_("By your clock: {zone}"), zone=times.zone_name(_, zone))
    return page(
        html.bold(words[what]),
        html.text(_("For example: tomorrow 09:00 · Friday 6:30 pm · 2026-12-01 09:00")),
        yours,
        buttons=(_up(_, broadcast, "when"),),
    )


def not_understood(_: Translator, broadcast: int, typed: str) -> Message:
    """No day or no time in it."""
    words = _("Sorry, I didn't catch a day and a time in “{typed}”. Try tomorrow 09:00.")
    return page(
        html.fill(words, typed=html.one_line(typed, TYPED_UNITS)),
        buttons=(_up(_, broadcast, "when"),),
    )


def refused(_: Translator, broadcast: int, why: str) -> Message:
    """A time that cannot be, and what to do."""
    words = {
        "past": _("That time has passed. Choose a later one."),
        "too_far_ahead": _("That's more than a year ahead. Choose an earlier time."),
        "ends_before": _("It would end before it begins. Choose a later end."),
    }
    return page(
        html.text(words.get(why) or _("That time doesn't work. Choose another one.")),
        html.text(_("Nothing has changed.")),
        buttons=(_up(_, broadcast, "when"),),
    )


class Waiting(Protocol):
    """A broadcast that waits for its time: its number, when, and for how many."""

    @property
    def number(self) -> int: ...
    @property
    def schedule(self) -> Schedule: ...
    @property
    def people(self) -> int: ...
    @property
    def approved(self) -> bool: ...


def scheduled(_: Translator, waiting: Sequence[Waiting], now: datetime, zone: str) -> Message:
    """What waits for its time or for a second admin, the next one first."""
    if not waiting:
        return page(html.text(_("Nothing is scheduled. To write something: /broadcast")))
    lines: list[html.Html] = []
    rows: list[tuple[Button, ...]] = []
    for one in waiting:
        when = when_words(_, one.schedule, now, zone)
        people = _.many("{count} subscriber", "{count} subscribers", one.people)
        words = _("No. {number}: {when}, {people}")
        if not one.approved:
            words = _("No. {number}: {when}, {people}, waits for another admin")
        slots = {"when": when, "people": people.format(count=f"{one.people:,}")}
        lines.append(html.fill(words, number=one.number, **slots))
        label = _("Change no. {number}").format(number=one.number)
        rows.append((Button(label, ShowCard("card", one.number)),))
    return page(html.bold(_("Scheduled")), html.join(lines), buttons=tuple(rows[:MOST_SHOWN]))
