"""What a message of the team has around it: whose it is, and the way to have no more of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton

from bot.texts import html, times
from bot.texts.callbacks import AboutAnnouncement, NoAnnouncements, SetAnnouncements
from bot.texts.catalogue import Translator, languages, translator
from bot.texts.html import units
from bot.texts.message import Button, Message, Rows, page, toast


def label(_: Translator) -> str:
    """The first line of every broadcast."""
    return _("📣 From the GutSkin team")


def way_out(_: Translator) -> str:
    """The last line of an album, which can have no button."""
    return _("Don't want these? Switch them off in /settings")


def rows(_: Translator, links: Iterable[tuple[str, str]], *, labelled: bool) -> Rows:
    """The buttons below a broadcast: whose it is where no text says so, links, the way out."""
    whose = () if labelled else ((Button(label(_), AboutAnnouncement()),),)
    opened = tuple((Button(words, url=address),) for words, address in links)
    return (*whose, *opened, (Button(_("Switch team messages off"), NoAnnouncements()),))


@cache
def most_units_around(*, album: bool) -> int:
    """The most UTF-16 units that label and way out add to a text in any language."""
    every = [translator(language) for language in languages()]
    return max(units(label(_)) + 2 + (units(way_out(_)) + 2 if album else 0) for _ in every)


def no_name(_: Translator) -> str:
    """What stands for the first name of whom Telegram names none: "Hello there"."""
    return _("there")


def next_tip(_: Translator, instant: datetime | None, now: datetime, zone: str | None) -> str:
    """ "today at 08:00", "tomorrow at …", "on Wednesday at …"; "soon" where nobody knows."""
    if instant is None or zone is None:
        return _("soon")
    there, here = instant.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    hour, ahead = times.clock_at(instant, zone), (there.date() - here.date()).days
    if ahead < 2:
        said = _("tomorrow at {hour}") if ahead == 1 else _("today at {hour}")
        return said.format(hour=hour)
    if ahead < 7:
        day = format_date(there, "EEEE", _.locale)
    else:
        day = format_skeleton("MMMMEEEEd", there, locale=_.locale)
    return _("on {day} at {hour}").format(day=day, hour=hour)


def about(_: Translator) -> str:
    """Toast: who a message without words of its own is from."""
    return toast(_("This one's from the GutSkin team. You can switch these off in /settings."))


def switched_off(_: Translator) -> Message:
    """The answer to the button below a broadcast, with the way back."""
    words = _("Done. No more messages from the team. Your tips carry on as before.")
    return page(
        html.text(words), buttons=((Button(_("Undo: switch them on"), SetAnnouncements(1)),),)
    )
