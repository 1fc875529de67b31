"""A broadcast as its admin sees it: how to, preview, progress, report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from bot.texts import html, times
from bot.texts.callbacks import BroadcastDo
from bot.texts.catalogue import translator
from bot.texts.message import Button, Message, Rows, page, toast
from bot.texts.reasons import reason_lines

REASONS_SHOWN = 12


class Report(Protocol):
    """Where a broadcast stands; ``failed`` counts by reason."""

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
    def queued(self) -> int: ...
    @property
    def state(self) -> str: ...


def how_to(language: str = "en") -> Message:
    """/broadcast with nothing to send."""
    _ = translator(language)
    return page(
        html.text(_("Reply to a message with /broadcast, and I send a copy of it to everyone.")),
        html.text(_("Or write the text after the command: /broadcast Hello everyone")),
    )


def cannot_copy(language: str = "en") -> Message:
    """The message is of a kind that Telegram does not let a bot copy, or an album."""
    _ = translator(language)
    return page(
        html.text(_("Telegram does not let me copy that message. Nothing was sent.")),
        html.text(_("Text, one photo, one video, a file or a voice message works; an album not.")),
    )


def not_ready(language: str = "en") -> Message:
    """Telegram has put the copy off, so that there is nothing to copy from yet."""
    _ = translator(language)
    return page(
        html.text(_("Telegram is still working on that message, so I can't offer it yet.")),
        html.text(_("Nothing was sent. Please try /broadcast again in a few minutes.")),
    )


def nobody(language: str = "en") -> Message:
    """There is no audience."""
    _ = translator(language)
    return page(html.text(_("Nobody is subscribed right now. Nothing was sent.")))


def preview(
    broadcast_id: int, audience: int, seconds: float, stars: float = 0, language: str = "en"
) -> Message:
    """Goes under a copy of the message: how many get it, how long it takes, what it costs."""
    _ = translator(language)
    return page(
        html.bold(_("Send the message above?")),
        html.join(_facts(audience, seconds, stars, language)),
        buttons=(
            (Button(_("Send it now"), BroadcastDo("confirm", broadcast_id)),),
            (Button(_("Cancel"), BroadcastDo("cancel", broadcast_id)),),
        ),
    )


def ask_again(
    broadcast_id: int,
    count: int,
    seconds: float,
    stars: float,
    language: str = "en",
    *,
    in_doubt: bool = False,
) -> Message:
    """Before messages are sent once more for Stars: to how many, how long it takes, the cost."""
    _ = translator(language)
    title, warning = _("Send it again to those who did not get it?"), ""
    if in_doubt:
        title = _("Send it again to those who may not have got it?")
        warning = _("Some of them may get it a second time.")
    sure = BroadcastDo("doubt_sure" if in_doubt else "retry_sure", broadcast_id)
    return page(
        html.bold(title),
        html.text(warning),
        html.join(_facts(count, seconds, stars, language)),
        buttons=(
            (Button(_("Send it again now"), sure),),
            (Button(_("Back to the report"), BroadcastDo("report", broadcast_id)),),
        ),
    )


def _facts(audience: int, seconds: float, stars: float, language: str) -> list[html.Html]:
    _ = translator(language)
    people = _.many("{count} reader", "{count} readers", audience).format(count=f"{audience:,}")
    facts = [
        html.fill(_("Audience: {people}"), people=html.bold(people)),
        html.fill(_("Expected duration: {time}"), time=times.duration(seconds, language)),
    ]
    if stars > 0:
        facts.append(html.fill(_("Cost at most: {stars} Telegram Stars"), stars=f"{stars:,.1f}"))
    return facts


def progress(
    broadcast_id: int, report: Report, seconds_left: float | None = None, language: str = "en"
) -> Message:
    """Moves while the broadcast is under way, then becomes the report."""
    if report.state in ("done", "cancelled"):
        return final(broadcast_id, report, language)
    if report.state == "paused":
        return paused(broadcast_id, report, language)
    _ = translator(language)
    left = html.Html()
    if seconds_left is not None:
        left = html.fill(_("Time left: {time}"), time=times.duration(seconds_left, language))
    return page(
        html.bold(_("Sending")),
        html.join([_done_line(report, language), left]),
        html.join(_counts(report, language)),
        buttons=(
            (
                Button(_("Pause"), BroadcastDo("pause", broadcast_id)),
                Button(_("Cancel the rest"), BroadcastDo("cancel", broadcast_id)),
            ),
        ),
    )


def paused(
    broadcast_id: int, report: Report, language: str = "en", *, by_failures: bool = False
) -> Message:
    """Paused by an admin, or by itself because too many failed."""
    _ = translator(language)
    why = html.text(_("The broadcast is paused."))
    if by_failures:
        why = html.text(_("I paused the broadcast by myself, because too many messages failed."))
    return page(
        html.bold(_("Paused")),
        why,
        _done_line(report, language),
        html.join(_counts(report, language)),
        buttons=(
            (
                Button(_("Go on"), BroadcastDo("resume", broadcast_id)),
                Button(_("Cancel the rest"), BroadcastDo("cancel", broadcast_id)),
            ),
        ),
    )


def final(broadcast_id: int, report: Report, language: str = "en") -> Message:
    """The final report, with a button for what can still be done."""
    _ = translator(language)
    title = _("Broadcast cancelled") if report.state == "cancelled" else _("Broadcast done")
    doubt = html.Html()
    if report.in_doubt:
        doubt = html.text(
            _("In doubt means: the connection broke, so the message may or may not have arrived.")
        )
    return page(
        html.bold(title),
        html.join(_counts(report, language)),
        doubt,
        buttons=_retry_rows(broadcast_id, report, language),
    )


def _retry_rows(broadcast_id: int, report: Report, language: str) -> Rows:
    if report.state != "done":
        return ()  # a broadcast that was cancelled stays so
    _ = translator(language)
    rows = []
    if sum(report.failed.values()):
        rows.append((Button(_("Try the failed ones again"), BroadcastDo("retry", broadcast_id)),))
    if report.in_doubt:
        rows.append(
            (Button(_("Send to those in doubt again"), BroadcastDo("doubt", broadcast_id)),)
        )
    return tuple(rows)


def _done_line(report: Report, language: str) -> html.Html:
    _ = translator(language)
    # What is under way is neither queued nor done: only a known outcome counts.
    failed = sum(report.failed.values())
    ended = report.sent + report.blocked + failed + report.in_doubt
    done = min(report.total, ended + report.too_old + report.cancelled)
    share = round(100 * done / report.total) if report.total else 100
    numbers = {"done": f"{done:,}", "total": f"{report.total:,}", "share": str(share)}
    return html.fill(_("{done} of {total} ({share} %)"), **numbers)


def _counts(report: Report, language: str) -> list[html.Html]:
    _ = translator(language)
    failed = sum(report.failed.values())
    lines = [
        _count(_("Sent: {count}"), report.sent),
        _count(_("Blocked the bot: {count}"), report.blocked),
        _count(_("Failed: {count}"), failed),
        *reason_lines(report.failed, REASONS_SHOWN, language),
        _count(_("In doubt: {count}"), report.in_doubt),
    ]
    if report.too_old:
        lines.append(_count(_("Too old to send: {count}"), report.too_old))
    if report.cancelled:
        lines.append(_count(_("Cancelled: {count}"), report.cancelled))
    return lines


def _count(template: str, count: int) -> html.Html:
    return html.fill(template, count=f"{count:,}")


def cancelled(language: str = "en") -> Message:
    """Cancelled before anything was sent."""
    _ = translator(language)
    return page(html.text(_("Cancelled. Nothing was sent.")))


def another_admins(language: str = "en") -> str:
    """Toast: a draft is confirmed or cancelled by the admin who wrote it, and by nobody else."""
    _ = translator(language)
    return toast(_("Another admin is writing this one. Nothing has changed."))


def gone(language: str = "en") -> Message:
    """A button of a broadcast that can no longer be changed."""
    _ = translator(language)
    return page(html.text(_("That broadcast is over. To send another one, see /broadcast.")))


def original_missing(language: str = "en") -> Message:
    """The message to be copied was deleted before it was sent."""
    _ = translator(language)
    return page(
        html.text(_("The message to copy was deleted, so nothing was sent.")),
        html.text(_("Please write it again and reply to it with /broadcast.")),
    )
