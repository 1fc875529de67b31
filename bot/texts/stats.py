"""The figures for admins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from bot.texts import html, times
from bot.texts.callbacks import STATS_DAYS, ShowStats
from bot.texts.catalogue import Translator
from bot.texts.message import Button, Message, Rows, page
from bot.texts.reasons import reason_lines

LINES_SHOWN = 8


class Lateness(Protocol):
    """Seconds from due to sent."""

    @property
    def p50(self) -> float | None: ...
    @property
    def p95(self) -> float | None: ...


class Figures(Protocol):
    """The numbers of the last ``days`` days; deliveries are counted by state."""

    @property
    def days(self) -> int: ...
    @property
    def subscribers(self) -> int: ...
    @property
    def active(self) -> int: ...
    @property
    def paused(self) -> int: ...
    @property
    def stopped(self) -> int: ...
    @property
    def blocked(self) -> int: ...
    @property
    def new(self) -> int: ...
    @property
    def left(self) -> int: ...
    @property
    def tips(self) -> Mapping[str, int]: ...
    @property
    def broadcasts(self) -> Mapping[str, int]: ...
    @property
    def failures(self) -> Mapping[str, int]: ...
    @property
    def lateness(self) -> Lateness: ...
    @property
    def tip_votes(self) -> tuple[int, int]: ...
    @property
    def answer_votes(self) -> tuple[int, int]: ...
    @property
    def misses(self) -> int: ...


def figures(_: Translator, shown: Figures) -> Message:
    """The figures of a span; buttons show the other spans."""
    title = _.many("The last day", "The last {count} days", shown.days)
    return page(
        html.bold(title.format(count=shown.days)),
        html.join(_subscribers(_, shown)),
        html.join(_deliveries(_, shown)),
        html.join(_failures(_, shown.failures)),
        html.join(_votes(_, shown)),
        buttons=_span_rows(_, shown.days),
    )


def _subscribers(_: Translator, shown: Figures) -> list[html.Html]:
    return [
        html.fill(_("Subscribers: {count}"), count=f"{shown.subscribers:,}"),
        _line(_("Getting tips: {count}"), shown.active),
        _line(_("On a break: {count}"), shown.paused),
        _line(_("New: {count}"), shown.new),
        _line(_("Left: {count}"), shown.left),
        _line(_("Unsubscribed: {count}"), shown.stopped),
        _line(_("Blocked the bot: {count}"), shown.blocked),
    ]


def _deliveries(_: Translator, shown: Figures) -> list[html.Html]:
    tips, broadcasts = _states(_, shown.tips), _states(_, shown.broadcasts)
    return [
        html.fill(_("Tips: {states}"), states=tips) if tips else html.Html(),
        html.fill(_("Broadcasts: {states}"), states=broadcasts) if broadcasts else html.Html(),
        _lateness(_, shown.lateness),
    ]


def _lateness(_: Translator, late: Lateness) -> html.Html:
    if late.p50 is None:
        return html.text(_("No tips sent yet."))
    return html.fill(
        _("How late: half within {median}, 95 in 100 within {worst}"),
        median=times.seconds_words(_, late.p50),
        worst=times.seconds_words(_, late.p95),
    )


def _states(_: Translator, counts: Mapping[str, int]) -> str:
    names = {
        "queued": _("waiting"),
        "leased": _("being sent"),
        "sent": _("sent"),
        "failed": _("failed"),
        "in_doubt": _("not sure"),
        "too_old": _("too old"),
        "cancelled": _("cancelled"),
    }
    counted = [f"{counts[key]:,} {name}" for key, name in names.items() if counts.get(key)]
    return ", ".join(counted)


def _failures(_: Translator, failures: Mapping[str, int]) -> list[html.Html]:
    lines = reason_lines(_, failures, LINES_SHOWN)
    return [html.text(_("Why messages failed:")), *lines] if lines else []


def _votes(_: Translator, shown: Figures) -> list[html.Html]:
    tips = _rated(shown.tip_votes, _("{count} helpful"), _("{count} not for me"))
    answers = _rated(shown.answer_votes, _("{count} helpful"), _("{count} not helpful"))
    return [
        html.fill(_("Tips rated: {votes}"), votes=tips) if tips else html.Html(),
        html.fill(_("Answers rated: {votes}"), votes=answers) if answers else html.Html(),
        _line(_("Not what they asked: {count}"), shown.misses),
    ]


def _rated(votes: tuple[int, int], *templates: str) -> str:
    told = zip(votes, templates, strict=True)
    return ", ".join(template.format(count=f"{count:,}") for count, template in told if count)


def _span_rows(_: Translator, shown: int) -> Rows:
    spans = [
        Button(_.many("{count} day", "{count} days", days).format(count=days), ShowStats(days))
        for days in STATS_DAYS
        if days != shown
    ]
    return (tuple(spans),)


def _line(template: str, count: int) -> html.Html:
    return html.fill(template, count=f"{count:,}") if count else html.Html()
