"""The page's templates, filled in: everything is escaped, and times are in the reader's zone."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent

from bot.admins.logins import Visitor
from bot.texts import times
from bot.texts.catalogue import SOURCE_LANGUAGE, translator

FOLDER = Path(__file__).parent / "templates"


class Templates:
    """Fills in templates.

    Args:
        base: what all paths begin with.
        zone: the name of the zone in which times are shown.

    Attributes:
        words: the translator of the page.
    """

    def __init__(self, base: str, zone: str) -> None:
        # Not at the start: whoever has no admin page does not wait for it.
        from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

        self.base = base
        self.words = translator(SOURCE_LANGUAGE)
        self.zone = ZoneInfo(zone)
        made = Environment(
            loader=FileSystemLoader(FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        made.globals |= {"_": self.words, "many": self.words.many, "base": base}
        made.filters |= {
            "when": self._when,
            "duration": partial(times.duration, self.words),
            "day": self._day,
            "count": self._count,
            "share": self._share,
            "late": partial(times.seconds_words, self.words),
            "month": self._month,
            "weekday": self._weekday,
        }
        self._made = made

    def response(
        self, name: str, visitor: Visitor | None, *, status: int = 200, **given: Any
    ) -> web.Response:
        """The filled-in template as an answer; without a ``visitor``, for anybody."""
        text = self._made.get_template(name).render(visitor=visitor, **given)
        return web.Response(text=text, status=status, content_type="text/html")

    def _when(self, instant: datetime | None) -> str:
        if instant is None:
            return ""
        locale = self.words.locale
        return format_datetime(instant, "d MMM y, HH:mm", tzinfo=self.zone, locale=locale)

    def _day(self, day: date) -> str:
        return format_date(day, "d MMM y", locale=self.words.locale)

    def _month(self, day: date) -> str:
        return format_date(day, "MMMM y", locale=self.words.locale)

    def _weekday(self, day: date) -> str:
        return format_date(day, "EEE", locale=self.words.locale)

    def _count(self, number: float) -> str:
        return str(format_decimal(number, locale=self.words.locale))

    def _share(self, share: float) -> str:
        return str(format_percent(share, locale=self.words.locale))
