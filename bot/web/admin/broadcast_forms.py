"""The forms in which a broadcast is written and changed: how they are read and filled in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bot.delivery.audiences import Filter, parse_filter, read_filter, written
from bot.delivery.content import Content, LinkButton, content_in, problems_of
from bot.delivery.drafts import version_of
from bot.delivery.schedules import Schedule, chosen_end, schedule_of
from bot.store.outbox_models import BroadcastRead
from bot.subscribers.calendar import instant_on
from bot.texts import broadcast as texts
from bot.texts.broadcast_card import poll_names, sound_names
from bot.texts.catalogue import Translator
from bot.texts.link_lines import read_links

Fields = Mapping[str, str]
NEW = Content(kind="text")
TIMES = ("when", "at", "late", "until")
"""The fields that together say when."""


class FormError(ValueError):
    """What was typed cannot be; the message says what to do."""


class Composed(NamedTuple):
    """What a form says: the message, whom it is for, and when."""

    content: Content
    filter: Filter
    schedule: Schedule


class BroadcastForms:
    """Reads forms, and fills them in.

    Args:
        zone: the one in which times are typed.
        themes: those that an audience can name.
    """

    def __init__(self, words: Translator, zone: ZoneInfo, themes: Collection[str]) -> None:
        self._words = words
        self._zone = zone
        self._themes = themes

    def read(self, given: Fields, found: BroadcastRead | None = None) -> Composed:
        """What a form says: of a new broadcast, or of one there is; what it does not show stays.

        Raises:
            FormError: the message has problems, or a time cannot be read.
            FilterError: the audience names something that there is not.
        """
        audience = parse_filter(given.get("audience", ""), self._themes)
        before = content_in(found.content) if found is not None else NEW
        content = before.model_copy(update=self._options(given))
        schedule = schedule_of(found) if found is not None else Schedule()
        return Composed(self.rewritten(content, given), audience, self._schedule(given, schedule))

    def rewritten(self, before: Content, given: Fields) -> Content:
        """The content with the words and buttons of a form; its kind, its media and what the form
        does not show stay.

        Raises:
            FormError: it has problems.
        """
        change: dict[str, Any] = {}
        if given.get("buttons", "").split() != _button_lines(before).split():
            change["buttons"] = _buttons(given)
        if before.carries_text and (words := _words(given)) != before.text.strip():
            change |= {"text": words, "entities": (), "link_preview": None}
        content = before.model_copy(update=change)
        if problems := problems_of(content):
            raise FormError("\n".join(texts.problem_words(self._words, one) for one in problems))
        return content

    def filled(self, found: BroadcastRead) -> dict[str, str]:
        """The form of one that is a draft or waits, as it is now; ``seen`` says which state of it
        that was."""
        content = content_in(found.content)
        return {
            "text": content.text,
            "buttons": _button_lines(content),
            "audience": written(read_filter(found.filter)),
            "silent": content.silent,
            "poll": content.kind,
            "seen": seen_of(found),
            **self._times(schedule_of(found)),
        }

    def _options(self, given: Fields) -> dict[str, str]:
        """When it makes a sound, and how a poll is sent."""
        chosen = {}
        if given.get("silent") in sound_names(self._words):
            chosen["silent"] = given["silent"]
        if given.get("poll") in poll_names(self._words):
            chosen["kind"] = given["poll"]
        return chosen

    def _times(self, schedule: Schedule) -> dict[str, str]:
        end = chosen_end(schedule)
        times = {"when": "now", "at": "", "late": "", "until": self._typed(end) if end else ""}
        if schedule.at is not None:
            times |= {"when": "at", "at": self._typed(schedule.at)}
        elif schedule.local_minute is not None:
            hour, minute = divmod(schedule.local_minute, 60)
            at = f"{schedule.local_date}T{hour:02}:{minute:02}"
            late = "skip" if schedule.late == "skip" else ""
            times |= {"when": "local", "at": at, "late": late}
        return times

    def _typed(self, instant: datetime) -> str:
        return instant.astimezone(self._zone).strftime("%Y-%m-%dT%H:%M")

    def _schedule(self, given: Fields, before: Schedule) -> Schedule:
        """When it is to be sent; as before, where nobody chose another time: an hour that a clock
        shows twice is not typed the same way."""
        shown = self._times(before)
        if all(given.get(name, "") == shown[name] for name in TIMES):
            return before
        end = self._instant(given["until"]) if given.get("until") else None
        return self._begins(given)._replace(not_after=end)

    def _begins(self, given: Fields) -> Schedule:
        when = given.get("when", "now")
        if when == "now":
            return Schedule()
        if when == "at":
            return Schedule(at=self._instant(given.get("at", "")))
        day, minute = _moment(given.get("at", ""))
        late = "skip" if given.get("late") == "skip" else "next_day"
        return Schedule(local_date=day, local_minute=minute, late=late)

    def _instant(self, typed: str) -> datetime:
        at = instant_on(*_moment(typed), self._zone.key)
        if at is None:
            raise FormError("There's no such day on that clock. Choose another one.")
        return at


def seen_of(found: BroadcastRead) -> str:
    """What a form remembers of the state in which it was filled in: of a draft all that was
    chosen, of one that waits when it was last moved."""
    return version_of(found) if found.state == "draft" else found.last_shown.isoformat()


def _words(given: Fields) -> str:
    return given.get("text", "").replace("\r\n", "\n").strip()


def _button_lines(content: Content) -> str:
    return "\n".join(f"{label} - {url}" for label, url in content.buttons)


def _buttons(given: Fields) -> tuple[LinkButton, ...]:
    """Buttons as they are written: ``Label - https://…``, one a line.

    Raises:
        FormError: a line is none.
    """
    lines = given.get("buttons", "")
    links = read_links(lines)
    if links is None and lines.strip():
        raise FormError("Each button is a line of its own: Read more - https://example.org")
    return tuple(LinkButton(label, url) for label, url in links or ())


def _moment(typed: str) -> tuple[date, int]:
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        raise FormError("Choose a day and a time, or send it now.") from None
    return at.date(), at.hour * 60 + at.minute
