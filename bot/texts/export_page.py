"""What is stored about a person, as a page to read: one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from bot.clock import zone_or_home
from bot.texts import times
from bot.texts.catalogue import Translator
from bot.texts.export_words import COLUMNS, TABLES
from bot.texts.settings import audience_names
from bot.texts.why_not import put_off_words, why_not_names
from tips.library import Library
from tips.reactions import entries

Rows = Sequence[Mapping[str, Any]]

STYLE = """
:root { color-scheme: light dark; --ink: #1c2330; --paper: #fff; --line: #8a93a3; --soft: #f2f4f8 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ebf1; --paper: #14181f; --line: #7d8798; --soft: #1e242e }
}
body { font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 60rem; margin: 0 auto; padding: 1rem }
h1 { font-size: 1.6rem; line-height: 1.2 } h2 { font-size: 1.2rem; margin-top: 2rem }
.scroll { overflow-x: auto } .scroll:focus-visible { outline: 3px solid; outline-offset: 2px }
table { border-collapse: collapse; width: 100% }
th, td { text-align: start; vertical-align: top; padding: .4rem .6rem;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere }
th { background: var(--soft) } tbody th { font-weight: 600; width: 40% }
ul { margin: 0; padding-inline-start: 1.2rem }
"""


class ExportPage:
    """Puts the rows of :meth:`Privacy.export` into words, in the person's own time."""

    def __init__(self, _: Translator, library: Library, stored: Mapping[str, Rows]) -> None:
        self._say = _
        self._library = library
        self._stored = stored
        subscriber = next(iter(stored.get("subscriber", ())), {})
        self._zone = ZoneInfo(zone_or_home(subscriber.get("zone"), "UTC"))
        self._tips = {tip.id: tip.title for tip in library.tips}
        answers = {answer.id: answer.question for answer in library.answers}
        self._names: Mapping[str, Mapping[str, str]] = {
            **dict.fromkeys(("tip_id", "content", "last_number"), self._tips),
            "answer_id": answers,
            "audience": audience_names(_),
            "last_topic": library.topic_names,
            "why_not": {why.value: name for why, name in why_not_names(_).items()},
        }

    def render(self, now: datetime) -> bytes:
        """The whole page."""
        _ = self._say
        title = escape(_("What GutSkin keeps about you"))
        made = _("Made for you on {when}. Times are in the time zone {zone}.").format(
            when=self._instant(now), zone=self._zone.key
        )
        erase = _("To erase all of it, send /forget to the bot.")
        body = "".join(self._section(table, rows) for table, rows in self._stored.items())
        return (
            f'<!doctype html><html lang="{escape(_.language)}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{title}</title><style>{STYLE}</style></head><body><main>"
            f"<h1>{title}</h1><p>{escape(made)}</p><p>{escape(erase)}</p>{body}"
            "</main></body></html>"
        ).encode()

    def _section(self, table: str, rows: Rows) -> str:
        name = escape(self._say(TABLES.get(table, table)))
        content = self._facts(rows[0]) if len(rows) == 1 else self._list(rows)
        scroll = f'<div class="scroll" role="region" tabindex="0" aria-labelledby="{table}">'
        return f'<h2 id="{table}">{name}</h2>{scroll}<table>{content}</table></div>'

    def _facts(self, row: Mapping[str, Any]) -> str:
        cells = ((self._label(column), self._cell(column, value)) for column, value in row.items())
        lines = (f'<tr><th scope="row">{name}</th><td>{cell}</td></tr>' for name, cell in cells)
        return f"<tbody>{''.join(lines)}</tbody>"

    def _list(self, rows: Rows) -> str:
        heads = "".join(f'<th scope="col">{self._label(column)}</th>' for column in rows[0])
        lines = (
            "".join(f"<td>{self._cell(column, value)}</td>" for column, value in row.items())
            for row in rows
        )
        body = "".join(f"<tr>{line}</tr>" for line in lines)
        return f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody>"

    def _label(self, column: str) -> str:
        return escape(self._say(COLUMNS.get(column, column.replace("_", " "))))

    def _cell(self, column: str, value: Any) -> str:
        if isinstance(value, list):
            items = "".join(f"<li>{escape(item)}</li>" for item in self._items(column, value))
            return f"<ul>{items}</ul>" if items else escape(self._none())
        return escape(self._words(column, value))

    def _items(self, column: str, values: Sequence[Any]) -> Iterator[str]:
        names = self._library.theme_names if column == "themes" else self._tips
        return (names.get(value, str(value)) for value in values)

    def _words(self, column: str, value: Any) -> str:
        """A value as one says it; what has no words of its own stands as it is stored."""
        _ = self._say
        if value is None or value == "":
            return self._none()
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return self._chosen(column, value)

    def _chosen(self, column: str, value: Any) -> str:
        _ = self._say
        if column == "local_minute":
            return times.hour(value)
        if column == "weekdays":
            return times.weekdays(_, value)
        if column == "vote":
            return _("thumbs up") if value > 0 else _("thumbs down")
        if column == "put_off":
            return "; ".join(self._put_off(value))
        return self._named(column, value)

    def _put_off(self, written: str) -> Iterator[str]:
        _ = self._say
        for entry in entries(written):
            words = put_off_words(_, entry, self._library.topic_names)
            yield _("{what}, until {day}").format(what=words, day=self._day(entry.last))

    def _day(self, day: date) -> str:
        return str(format_date(day, "long", locale=self._say.locale))

    def _none(self) -> str:
        _ = self._say
        return _("none")

    def _named(self, column: str, value: Any) -> str:
        if column in self._names:
            return self._names[column].get(value, str(value))
        if column in {"not_before", "local_date", "active_on"}:
            return self._day(date.fromisoformat(value))
        if column.endswith(("_at", "_until")) or column in {"at", "until", "not_after"}:
            return self._instant(datetime.fromisoformat(value))
        return str(value)

    def _instant(self, instant: datetime) -> str:
        return format_datetime(
            instant, "d MMMM y, HH:mm", tzinfo=self._zone, locale=self._say.locale
        )
