"""A broadcast while it is sent and afterwards, as its admin sees it: progress, pause, report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.texts import html, times
from bot.texts.callbacks import BroadcastDo
from bot.texts.catalogue import Translator
from bot.texts.message import Button, Message, Rows, page
from bot.texts.reasons import reason_lines

REASONS_SHOWN = 12
BAR = 12
LEAST_RATE = 0.05  # messages a second; less is shown as 0.0, which says nothing
LeftBehind = Literal["no", "no admin's", "nobody's"]
"""Whether its author looks after it: they do, they are no admin any more, or there is none."""

FULL, EMPTY = "▰", "▱"


class Report(Protocol):
    """Where a broadcast stands; ``failed`` counts by reason, ``queued`` includes ``under_way``."""

    @property
    def total(self) -> int: ...
    @property
    def sent(self) -> int: ...
    @property
    def blocked(self) -> int: ...
    @property
    def failed(self) -> Mapping[str, int]: ...
    @property
    def own(self) -> Mapping[str, int]: ...
    @property
    def in_doubt(self) -> int: ...
    @property
    def too_old(self) -> int: ...
    @property
    def cancelled(self) -> int: ...
    @property
    def left(self) -> int: ...
    @property
    def queued(self) -> int: ...
    @property
    def under_way(self) -> int: ...
    @property
    def failed_again(self) -> int: ...
    @property
    def doubt_again(self) -> int: ...
    @property
    def state(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Course:
    """What is known of a broadcast beside its counts.

    ``kind`` is ``message``, ``edit`` or ``recall``; ``rate`` messages a second lately, None where
    nobody knows; ``pause_reason`` why it is paused; ``left_behind`` whether nobody
    in the team began it.
    """

    number: int
    kind: str = "message"
    seconds_left: float | None = None
    rate: float | None = None
    pause_reason: str | None = None
    left_behind: LeftBehind = "no"


def progress(_: Translator, course: Course, report: Report) -> Message:
    """The progress of a broadcast, which ends as its report."""
    if report.state in ("done", "cancelled"):
        return final(_, course, report)
    if report.state == "cancelling":
        return cancelling(_, course, report)
    if report.state == "paused":
        return paused(_, course, report)
    titles = {"edit": _("Changing it"), "recall": _("Deleting it")}
    return page(
        html.bold(titles.get(course.kind, _("Sending"))),
        _left_behind(_, course),
        html.join([_bar(_, report), *_pace(_, course)]),
        html.join(_counts(_, course, report)),
        buttons=(*_stop_rows(_, course, report), *_correction_rows(_, course, report)),
    )


def _left_behind(_: Translator, course: Course) -> html.Html:
    if course.left_behind == "no":
        return html.Html()
    words = {
        "no admin's": _(
            "Whoever began broadcast {number} is no admin any more, so it's yours to look after."
        ),
        "nobody's": _(
            "Broadcast {number} was sent at the server, or by somebody who has left. It's yours "
            "to look after."
        ),
    }
    return html.fill(words[course.left_behind], number=course.number)


def _pace(_: Translator, course: Course) -> list[html.Html]:
    lines = []
    if course.rate is not None and course.rate >= LEAST_RATE:
        lines.append(html.fill(_("Rate: {rate} a second"), rate=f"{course.rate:,.1f}"))
    if course.seconds_left is not None:
        left = times.duration(_, course.seconds_left)
        lines.append(html.fill(_("Time left: {time}"), time=left))
    return lines


def _stop_rows(_: Translator, course: Course, report: Report) -> Rows:
    if report.queued <= report.under_way:
        return ()  # what is being sent cannot be stopped
    return (
        (
            Button(_("Pause"), BroadcastDo("pause", course.number)),
            Button(_("Cancel the rest"), BroadcastDo("cancel", course.number)),
        ),
    )


def _correction_rows(_: Translator, course: Course, report: Report) -> Rows:
    """What can be done about messages that have arrived."""
    if course.kind != "message" or not (report.sent or report.in_doubt):
        return ()
    return (
        (
            Button(_("Edit"), BroadcastDo("edit", course.number)),
            Button(_("Recall"), BroadcastDo("recall", course.number)),
        ),
    )


def rest_words(_: Translator, kind: str, count: int) -> str:
    """How many have not got a ``message``, an ``edit`` or a ``recall`` yet, before it is ended."""
    words = {
        "message": _.many(
            "{count} hasn't got it yet, and it can't be undone.",
            "{count} haven't got it yet, and it can't be undone.",
            count,
        ),
        "edit": _.many(
            "{count} message still has the old words, and it can't be undone.",
            "{count} messages still have the old words, and it can't be undone.",
            count,
        ),
        "recall": _.many(
            "{count} message is still there, and it can't be undone.",
            "{count} messages are still there, and it can't be undone.",
            count,
        ),
    }
    return words[kind].format(count=f"{count:,}")


def ask_cancel(_: Translator, number: int, kind: str, count: int) -> Message:
    """Asks before what is being sent is ended for ever; ``count`` have not got it yet."""
    return page(
        html.bold(_("Cancel the rest?")),
        html.text(rest_words(_, kind, count)),
        buttons=(
            (Button(_("Yes, cancel the rest"), BroadcastDo("cancel_sure", number)),),
            (Button(_("Keep it going"), BroadcastDo("keep", number)),),
        ),
    )


def cancelling(_: Translator, course: Course, report: Report) -> Message:
    """Cancelled, but the last messages are on their way: the report waits for them."""
    waiting = _.many(
        "Nothing more is sent. I'm waiting for {count} message that's on its way.",
        "Nothing more is sent. I'm waiting for {count} messages that are on their way.",
        report.under_way,
    )
    return page(
        html.bold(_("Cancelling")),
        _left_behind(_, course),
        html.fill(waiting, count=f"{report.under_way:,}"),
        html.join(_counts(_, course, report)),
    )


def paused(_: Translator, course: Course, report: Report) -> Message:
    """Paused by an admin, for a correction, or by itself because too many failed."""
    reasons = {
        "failures": _("I've paused the broadcast, because too many messages failed."),
        "correction": _("It waits while what has arrived is being corrected."),
    }
    why = reasons.get(course.pause_reason or "", _("The broadcast is on hold."))
    resume = (
        Button(_("Carry on sending"), BroadcastDo("resume", course.number)),
        Button(_("Cancel the rest"), BroadcastDo("cancel", course.number)),
    )
    return page(
        html.bold(_("Paused")),
        html.text(why),
        _left_behind(_, course),
        _bar(_, report),
        html.join(_counts(_, course, report)),
        buttons=(resume, *_correction_rows(_, course, report)),
    )


def final(_: Translator, course: Course, report: Report) -> Message:
    """The final report, with buttons for what can still be done."""
    title, doubt = _title(_, course, report), html.Html()
    if report.in_doubt:
        doubt = html.text(
            _("Not sure means the connection broke, so the message may or may not have arrived.")
        )
    return page(
        html.bold(_("{title} · no. {number}").format(title=title, number=course.number)),
        _left_behind(_, course),
        html.join(_counts(_, course, report)),
        doubt,
        buttons=(
            *_retry_rows(_, course, report),
            *_correction_rows(_, course, report),
            (Button(_("List as a file"), BroadcastDo("csv", course.number)),),
        ),
    )


def _title(_: Translator, course: Course, report: Report) -> str:
    done = {
        "message": (_("Broadcast done"), _("Broadcast cancelled")),
        "edit": (_("Changed"), _("Change cancelled")),
        "recall": (_("Recalled"), _("Recall cancelled")),
    }
    return done[course.kind][report.state == "cancelled"]


def _retry_rows(_: Translator, course: Course, report: Report) -> Rows:
    if report.state != "done":
        return ()  # a broadcast that was cancelled stays so
    rows, number = [], course.number
    if report.failed_again:
        rows.append((Button(_("Try the failed ones again"), BroadcastDo("retry", number)),))
    if report.doubt_again:
        rows.append((Button(_("Send the unsure ones again"), BroadcastDo("doubt", number)),))
    return tuple(rows)


def _bar(_: Translator, report: Report) -> html.Html:
    """How far it is, in numbers and as a bar."""
    share = done_of(report) / report.total if report.total else 1.0
    filled = int(share * BAR)
    numbers = {"done": f"{done_of(report):,}", "total": f"{report.total:,}"}
    words = html.fill(_("{done} of {total} ({share}%)"), share=str(round(100 * share)), **numbers)
    return html.join([words, html.text(FULL * filled + EMPTY * (BAR - filled))])


def done_of(report: Report) -> int:
    """How many have a known outcome."""
    failed = sum(report.failed.values())
    ended = report.sent + report.blocked + failed + report.in_doubt
    return min(report.total, ended + report.too_old + report.cancelled)


def _counts(_: Translator, course: Course, report: Report) -> list[html.Html]:
    failed = {r: rows for r, rows in report.failed.items() if r not in report.own}
    totals = {"message": _("Audience: {count}")}
    sent = {"edit": _("Changed: {count}"), "recall": _("Deleted: {count}")}
    return [
        _count(totals.get(course.kind, _("Chats: {count}")), report.total),
        _count(sent.get(course.kind, _("Sent: {count}")), report.sent),
        *_unless_none(_("Blocked the bot: {count}"), report.blocked),
        *_unless_none(_("Their own settings say no: {count}"), sum(report.own.values())),
        *reason_lines(_, report.own, REASONS_SHOWN),
        *_unless_none(_("Failed: {count}"), sum(failed.values())),
        *reason_lines(_, failed, REASONS_SHOWN),
        *_unless_none(_("Not sure: {count}"), report.in_doubt),
        *_unless_none(_("Too old to send: {count}"), report.too_old),
        *_unless_none(_("Cancelled: {count}"), report.cancelled),
        *_unless_none(_("• left before it was their turn: {count}"), report.left),
    ]


def _unless_none(template: str, count: int) -> list[html.Html]:
    """A line for a count, and no line for zero."""
    return [_count(template, count)] if count else []


def _count(template: str, count: int) -> html.Html:
    return html.fill(template, count=f"{count:,}")
