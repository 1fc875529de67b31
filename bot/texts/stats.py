"""The figures for admins, in words: the caption of their picture, which says all that it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from bot.figures import Overview, Period, Rated, Reach
from bot.texts import html, times
from bot.texts.callbacks import STATS_DAYS, SendStatsFile, ShowStats
from bot.texts.catalogue import Translator
from bot.texts.message import CAPTION_UNITS, Button, Message, Rows, page
from bot.texts.reasons import reason_lines
from bot.texts.stats_words import (
    change,
    confirmed_on,
    counted,
    dates,
    percent,
    rated,
    reached_of,
    span,
    standing,
    subscribers,
)
from tips.library import Library
from tips.normalise import normalise

REASONS_SHOWN = 3
BROADCASTS_SHOWN = 3
LONGEST_SPAN = 365
FILE_SPAN = 365  # days in the file, unless asked for others
_ASKED = re.compile(r"(?:(?:the )?last )?(?P<days>\d{1,3}) ?(?:d|days?)?")
_NAMED = {"": 7, "today": 1, "day": 1, "week": 7, "month": 30, "year": 365}


class Request(NamedTuple):
    """What was asked for: the figures of so many days, as a picture or as a file."""

    days: int
    as_file: bool = False


def read_request(words: str) -> Request | None:
    """What stands after ``/stats``: "", "30", "30 days", "year", "csv", "csv 30"; None where it
    is anything else."""
    said = normalise(words).casefold()
    rest = re.sub(r"\bcsv\b", "", said, count=1).strip()
    as_file = rest != said
    if as_file and not rest:
        return Request(FILE_SPAN, as_file)
    asked = _ASKED.fullmatch(rest)
    days = int(asked["days"]) if asked else _NAMED.get(rest, 0)
    return Request(days, as_file) if 1 <= days <= LONGEST_SPAN else None


def how_to_ask(_: Translator) -> Message:
    """What can be asked of ``/stats``."""
    return page(
        html.text(
            _(
                "I've got figures for any number of days up to a year: try /stats, /stats 30 or "
                "/stats 365. And /stats csv sends them day by day, as a file."
            )
        ),
        buttons=_buttons(_, 0),
    )


class InWords(NamedTuple):
    """The figures as a caption, and what of them doesn't fit into one."""

    caption: Message
    more: Message | None


def in_words(_: Translator, shown: Overview, library: Library) -> InWords:
    """The figures as the caption of their picture; a second message where that's too short."""
    told = html.Html()
    paragraphs = list(_paragraphs(_, shown, library))
    while paragraphs:
        longer = html.join((told, paragraphs[0]), "\n\n")
        if longer.units > CAPTION_UNITS:
            break
        told = longer
        paragraphs.pop(0)
    caption = page(told, buttons=_buttons(_, shown.days))
    more = page(html.bold(span(_, shown.days)), *paragraphs) if paragraphs else None
    return InWords(caption, more)


def figures(_: Translator, shown: Overview, library: Library) -> Message:
    """All of it as one message, where there's no picture."""
    return page(*_paragraphs(_, shown, library), buttons=_buttons(_, shown.days))


def file_caption(_: Translator, first: date, last: date) -> Message:
    """What stands under the file with these days."""
    words = _("Figures day by day, {dates}. Days begin at midnight UTC.")
    return page(html.text(words.format(dates=dates(_, first, last))))


def _paragraphs(_: Translator, shown: Overview, library: Library) -> Iterator[html.Html]:
    total = shown.total
    yield html.join([html.bold(_("Now")), *_now(_, shown)])
    heading = f"{span(_, shown.days)} ({dates(_, total.first, total.last)})"
    yield html.join([html.bold(heading), *_subscribers(_, shown)])
    yield html.join(_deliveries(_, total))
    yield html.join(_questions(_, total))
    yield html.join(_reach(_, shown.broadcasts))
    yield html.join(_ratings(_, shown, library))
    yield html.join(_failures(_, total.failures))
    yield html.join(_themes(_, shown.themes, library))


def _now(_: Translator, shown: Overview) -> list[html.Html]:
    now = shown.now
    gone = counted(
        (now.stopped, _("{count} unsubscribed")),
        (now.blocked, _("{count} blocked the bot")),
        (now.gone, _("{count} deleted their account")),
        (now.unfinished, _("{count} never finished signing up")),
    )
    return [
        html.text(_told(subscribers(_, now.subscribers), standing(_, shown))),
        html.fill(_("Not subscribed: {counts}"), counts=gone) if gone else html.Html(),
    ]


def _told(words: str, more: str) -> str:
    return f"{words}: {more}" if more else words


def _subscribers(_: Translator, shown: Overview) -> list[html.Html]:
    total = shown.total
    moved = counted(
        (total.joined, _("{count} joined")),
        (total.returned, _("{count} came back")),
        (total.left, _("{count} left")),
    )
    how = counted(
        (total.left_how.get("stopped", 0), _("{count} unsubscribed")),
        (total.left_how.get("blocked", 0), _("{count} blocked the bot")),
        (total.left_how.get("gone", 0), _("{count} deleted their account")),
        (total.left_how.get("erased", 0), _("{count} had everything erased")),
    )
    return [
        html.fill(_("Subscribers: {change}"), change=change(_, shown)),
        html.text(moved),
        html.fill(_("Of those who left: {counts}"), counts=how) if how else html.Html(),
    ]


def _deliveries(_: Translator, total: Period) -> list[html.Html]:
    tips, broadcasts = _states(_, total.tips), _states(_, total.broadcasts)
    late = total.lateness
    if late.p50 is None:
        lateness = html.text(_("No tips sent"))
    else:
        lateness = html.fill(
            _("How late: half within {median}, 95 in 100 within {worst}"),
            median=times.seconds_words(_, late.p50),
            worst=times.seconds_words(_, late.p95),
        )
    return [
        html.fill(_("Tips: {states}"), states=tips) if tips else html.Html(),
        lateness,
        html.fill(_("Broadcasts: {states}"), states=broadcasts) if broadcasts else html.Html(),
    ]


def _states(_: Translator, counts: Mapping[str, int]) -> str:
    words = {
        "sent": _("{count} sent"),
        "failed": _("{count} failed"),
        "in_doubt": _("{count} not sure"),
        "too_old": _("{count} too old"),
        "cancelled": _("{count} cancelled"),
    }
    return counted(*((counts.get(state, 0), told) for state, told in words.items()))


def _failures(_: Translator, failures: Mapping[str, int]) -> list[html.Html]:
    lines = reason_lines(_, failures, REASONS_SHOWN)
    return [html.text(_("Why messages failed:")), *lines] if lines else []


def _questions(_: Translator, total: Period) -> list[html.Html]:
    asked = counted(
        (total.questions.answered, _("{count} answered")),
        (total.questions.unsure, _("{count} given a choice of answers")),
        (total.questions.unanswered, _("{count} without an answer")),
    )
    votes = counted(
        (total.answer_votes.up, _("{count} helpful")),
        (total.answer_votes.down, _("{count} not helpful")),
        (total.misses, _("{count} not what they asked")),
    )
    return [
        html.fill(_("Questions: {counts}"), counts=asked) if asked else html.Html(),
        html.fill(_("Answers rated: {votes}"), votes=votes) if votes else html.Html(),
    ]


def _reach(_: Translator, broadcasts: Sequence[Reach]) -> list[html.Html]:
    told = "; ".join(
        f"{confirmed_on(_, one)} {reached_of(_, one)} ({percent(one.share)})"
        for one in broadcasts[:BROADCASTS_SHOWN]
    )
    return [html.fill(_("Broadcasts reached: {told}"), told=told)] if told else []


def _ratings(_: Translator, shown: Overview, library: Library) -> list[html.Html]:
    votes = counted(
        (shown.total.tip_votes.up, _("{count} helpful")),
        (shown.total.tip_votes.down, _("{count} not for me")),
    )
    best, worst = (_named(tips, library) for tips in (shown.best, shown.worst))
    return [
        html.fill(_("Tips rated: {votes}"), votes=votes) if votes else html.Html(),
        html.fill(_("Liked best: {tips}"), tips=best) if best else html.Html(),
        html.fill(_("Liked least: {tips}"), tips=worst) if worst else html.Html(),
    ]


def _named(tips: Sequence[Rated], library: Library) -> str:
    return "; ".join(f"{library.tip(tip.id).title} ({percent(tip.votes.share)})" for tip in tips)


def _themes(_: Translator, themes: Sequence[Rated], library: Library) -> list[html.Html]:
    told = "; ".join(
        f"{library.theme_names[theme.id]} {rated(_, theme.votes)}"
        for theme in themes
        if theme.votes.total
    )
    return [html.fill(_("Thumbs up by theme: {themes}"), themes=told)] if told else []


def _buttons(_: Translator, shown: int) -> Rows:
    spans = [
        Button(_("{count} days").format(count=days), ShowStats(days))
        for days in STATS_DAYS
        if days != shown
    ]
    return ((*spans, Button(_("CSV file"), SendStatsFile(shown or FILE_SPAN))),)
