"""Instants, hours, zones and durations in words, in the subscriber's own time."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, get_day_names, get_timezone_location
from babel.lists import format_list

from bot.texts.catalogue import Translator
from bot.texts.subscriber import EVERY_DAY

WORKDAYS = 0b0011111
_FIXED = re.compile(r"Etc/GMT(?P<sign>[+-])(?P<hours>[1-9]\d?)")


def hour(minute: int) -> str:
    """Minutes after midnight as a clock shows them: 450 -> "07:30"."""
    return f"{minute // 60:02}:{minute % 60:02}"


def about(_: Translator, minute: int) -> str:
    """The hour as a promise: tips are spread over some minutes from then on."""
    return _("about {hour}").format(hour=hour(minute))


def clock_at(instant: datetime, zone: str) -> str:
    """What a clock in the zone shows at that instant: "14:32"."""
    return f"{instant.astimezone(ZoneInfo(zone)):%H:%M}"


def day(_: Translator, then: date, today: date) -> str:
    """ "today", "tomorrow, Monday", "Wednesday" within a week, else "Monday, 3 March"."""
    weekday = format_date(then, "EEEE", _.locale)
    ahead = (then - today).days
    if ahead == 0:
        return _("today")
    if ahead == 1:
        return _("tomorrow, {weekday}").format(weekday=weekday)
    if 1 < ahead < 7:
        return weekday
    skeleton = "MMMMEEEEd" if then.year == today.year else "yMMMMEEEEd"
    return format_skeleton(skeleton, then, locale=_.locale)


def day_at(_: Translator, instant: datetime, now: datetime, zone: str) -> str:
    """The local day of an instant, seen from now."""
    place = ZoneInfo(zone)
    return day(_, instant.astimezone(place).date(), now.astimezone(place).date())


def moment(
    _: Translator, instant: datetime, now: datetime, zone: str, *, about: bool = False
) -> str:
    """The local day and hour: "tomorrow, Monday, 08:00", or "… about 08:00" for a tip, which
    comes spread over some minutes."""
    slots = {"day": day_at(_, instant, now, zone), "hour": clock_at(instant, zone)}
    if about:
        return _("{day}, about {hour}").format(**slots)
    return _("{day}, {hour}").format(**slots)


def weekday_name(_: Translator, index: int) -> str:
    """The name of a weekday, 0 = Monday."""
    return str(get_day_names("wide", "stand-alone", _.locale)[index])


def weekday_short(_: Translator, index: int) -> str:
    """The name of a weekday as calendars shorten it, 0 = Monday."""
    return str(get_day_names("abbreviated", "stand-alone", _.locale)[index])


def weekdays(_: Translator, mask: int) -> str:
    """ "every day", "every day but Sunday", "Monday to Friday", "Mon, Wed and Fri"."""
    if mask & EVERY_DAY == EVERY_DAY:
        return _("every day")
    if mask == WORKDAYS:
        span = {"first": weekday_name(_, 0), "last": weekday_name(_, 4)}
        return _("{first} to {last}").format(**span)
    off = [index for index in range(7) if not mask >> index & 1]
    if len(off) == 1:
        return _("every day but {weekday}").format(weekday=weekday_name(_, off[0]))
    chosen = [index for index in range(7) if mask >> index & 1]
    name = weekday_name if len(chosen) < 3 else weekday_short
    return format_list([name(_, index) for index in chosen], locale=_.locale)


def day_of_month(_: Translator, then: date) -> str:
    """ "Mon 16": a day within a month that is named beside it."""
    return f"{weekday_short(_, then.weekday())} {then.day}"


def month(_: Translator, then: date) -> str:
    """ "March 2026"."""
    return format_skeleton("yMMMM", then, locale=_.locale)


def zone_name(_: Translator, zone: str) -> str:
    """The zone by its city, with its technical name: "Berlin (Europe/Berlin)"."""
    fixed = _FIXED.fullmatch(zone)
    if fixed is not None:  # Etc/GMT-2 is two hours *ahead* of UTC
        return f"UTC{'+' if fixed['sign'] == '-' else '-'}{fixed['hours']}"
    if "/" not in zone or zone.startswith("Etc/"):
        return zone
    city = get_timezone_location(zone, locale=_.locale, return_city=True)
    return f"{city.rpartition('/')[2]} ({zone})"


def duration(_: Translator, seconds: float) -> str:
    """How long something takes, rounded up: "under a minute", "about 5 minutes", "about 2 h"."""
    minutes = max(1, round(timedelta(seconds=seconds) / timedelta(minutes=1) + 0.49))
    if seconds < 60:
        return _("under a minute")
    if minutes < 120:
        return _.many("about {count} minute", "about {count} minutes", minutes).format(
            count=minutes
        )
    hours = round(minutes / 60)
    return _.many("about {count} hour", "about {count} hours", hours).format(count=hours)


def seconds_words(_: Translator, seconds: float | None) -> str:
    """A measured time: "3.2 s", "12 min", "–" where nothing was measured."""
    if seconds is None:
        return _("not measured")
    if seconds < 120:
        return _("{number} s").format(number=f"{seconds:.1f}")
    return _("{number} min").format(number=f"{seconds / 60:.0f}")
