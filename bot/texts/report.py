"""A broadcast while it is sent and afterwards, as its admin sees it: progress, pause, report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from bot.texts import html, times
from bot.texts.callbacks import BroadcastDo
from bot.texts.catalogue import Translator
from bot.texts.message import Button, Message, Rows, page
from bot.texts.reasons import reason_lines

REASONS_SHOWN = 12


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


def progress(
    _: Translator, broadcast_id: int, report: Report, seconds_left: float | None = None
) -> Message:
    """The progress of a broadcast, which ends as its report."""
    if report.state in ("done", "cancelled"):
        return final(_, broadcast_id, report)
    if report.state == "cancelling":
        return cancelling(_, report)
    if report.state == "paused":
        return paused(_, broadcast_id, report)
    left = html.Html()
    if seconds_left is not None:
        left = html.fill(_("Time left: {time}"), time=times.duration(_, seconds_left))
    return page(
        html.bold(_("Sending")),
        html.join([_done_line(_, report), left]),
        html.join(_counts(_, report)),
        buttons=_stop_rows(_, broadcast_id, report),
    )


def _stop_rows(_: Translator, broadcast_id: int, report: Report) -> Rows:
    if report.queued <= report.under_way:
        return ()  # what is being sent cannot be stopped
    return (
        (
            Button(_("Pause"), BroadcastDo("pause", broadcast_id)),
            Button(_("Cancel the rest"), BroadcastDo("cancel", broadcast_id)),
        ),
    )


def cancelling(_: Translator, report: Report) -> Message:
    """Cancelled, but the last messages are on their way: the report waits for them."""
    waiting = _.many(
        "Nothing more is sent. I'm waiting for {count} message that's on its way.",
        "Nothing more is sent. I'm waiting for {count} messages that are on their way.",
        report.under_way,
    )
    return page(
        html.bold(_("Cancelling")),
        html.fill(waiting, count=f"{report.under_way:,}"),
        html.join(_counts(_, report)),
    )


def paused(
    _: Translator, broadcast_id: int, report: Report, *, by_failures: bool = False
) -> Message:
    """Paused by an admin, or by itself because too many failed."""
    why = html.text(_("The broadcast is on hold."))
    if by_failures:
        why = html.text(_("I've paused the broadcast, because too many messages failed."))
    return page(
        html.bold(_("Paused")),
        why,
        _done_line(_, report),
        html.join(_counts(_, report)),
        buttons=(
            (
                Button(_("Carry on sending"), BroadcastDo("resume", broadcast_id)),
                Button(_("Cancel the rest"), BroadcastDo("cancel", broadcast_id)),
            ),
        ),
    )


def final(_: Translator, broadcast_id: int, report: Report) -> Message:
    """The final report, with a button for what can still be done."""
    title = _("Broadcast cancelled") if report.state == "cancelled" else _("Broadcast done")
    doubt = html.Html()
    if report.in_doubt:
        doubt = html.text(
            _("Not sure means the connection broke, so the message may or may not have arrived.")
        )
    return page(
        html.bold(title),
        html.join(_counts(_, report)),
        doubt,
        buttons=_retry_rows(_, broadcast_id, report),
    )


def _retry_rows(_: Translator, broadcast_id: int, report: Report) -> Rows:
    if report.state != "done":
        return ()  # a broadcast that was cancelled stays so
    rows = []
    if report.failed_again:
        rows.append((Button(_("Try the failed ones again"), BroadcastDo("retry", broadcast_id)),))
    if report.doubt_again:
        rows.append((Button(_("Send the unsure ones again"), BroadcastDo("doubt", broadcast_id)),))
    return tuple(rows)


def _done_line(_: Translator, report: Report) -> html.Html:
    # What is being sent is neither queued nor done: only a known outcome counts.
    failed = sum(report.failed.values())
    ended = report.sent + report.blocked + failed + report.in_doubt
    done = min(report.total, ended + report.too_old + report.cancelled)
    share = round(100 * done / report.total) if report.total else 100
    numbers = {"done": f"{done:,}", "total": f"{report.total:,}", "share": str(share)}
    return html.fill(_("{done} of {total} ({share} %)"), **numbers)


def _counts(_: Translator, report: Report) -> list[html.Html]:
    failed = sum(report.failed.values())
    return [
        _count(_("Audience: {count}"), report.total),
        _count(_("Sent: {count}"), report.sent),
        *_unless_none(_("Blocked the bot: {count}"), report.blocked),
        *_unless_none(_("Failed: {count}"), failed),
        *reason_lines(_, report.failed, REASONS_SHOWN),
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
