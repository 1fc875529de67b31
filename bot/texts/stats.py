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
        _line(_("Subscribers: {count}"), shown.subscribers),
        _line(_("Active: {count}"), shown.active),
        _line(_("Paused: {count}"), shown.paused),
        _line(_("New: {count}"), shown.new),
        _line(_("Left: {count}"), shown.left),
        _line(_("Stopped: {count}"), shown.stopped),
        _line(_("Blocked the bot: {count}"), shown.blocked),
    ]


def _deliveries(_: Translator, shown: Figures) -> list[html.Html]:
    return [
        html.fill(_("Tips: {states}"), states=_states(_, shown.tips)),
        html.fill(_("Broadcasts: {states}"), states=_states(_, shown.broadcasts)),
        _lateness(_, shown.lateness),
    ]


def _lateness(_: Translator, late: Lateness) -> html.Html:
    if late.p50 is None:
        return html.text(_("Lateness: nothing was sent yet"))
    return html.fill(
        _("Lateness: median {median}, 95 of 100 within {worst}"),
        median=times.seconds_words(_, late.p50),
        worst=times.seconds_words(_, late.p95),
    )


def _states(_: Translator, counts: Mapping[str, int]) -> str:
    names = {
        "queued": _("waiting"),
        "leased": _("being sent"),
        "sent": _("sent"),
        "failed": _("failed"),
        "in_doubt": _("in doubt"),
        "too_old": _("too old"),
        "cancelled": _("cancelled"),
    }
    counted = [f"{counts[key]:,} {name}" for key, name in names.items() if counts.get(key)]
    return ", ".join(counted) or _("none")


def _failures(_: Translator, failures: Mapping[str, int]) -> list[html.Html]:
    lines = reason_lines(_, failures, LINES_SHOWN)
    return [html.text(_("Failures by reason:")), *lines] if lines else []


def _votes(_: Translator, shown: Figures) -> list[html.Html]:
    tips = {"up": f"{shown.tip_votes[0]:,}", "down": f"{shown.tip_votes[1]:,}"}
    answers = {"up": f"{shown.answer_votes[0]:,}", "down": f"{shown.answer_votes[1]:,}"}
    return [
        html.fill(_("Tips rated: {up} helpful, {down} not for me"), **tips),
        html.fill(_("Answers rated: {up} helpful, {down} not helpful"), **answers),
        _line(_("Not what was asked: {count}"), shown.misses),
    ]


def _span_rows(_: Translator, shown: int) -> Rows:
    spans = [
        Button(_.many("{count} day", "{count} days", days).format(count=days), ShowStats(days))
        for days in STATS_DAYS
        if days != shown
    ]
    return (tuple(spans),)


def _line(template: str, count: int) -> html.Html:
    return html.fill(template, count=f"{count:,}")
