"""A broadcast as its admin sees it before it is sent: how to, preview, questions."""

from __future__ import annotations

from bot.texts import html, times
from bot.texts.callbacks import BroadcastDo
from bot.texts.catalogue import translator
from bot.texts.message import Button, Message, page, toast


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
    return _question(broadcast_id, _facts(audience, seconds, stars, language), language)


def preview_anew(
    broadcast_id: int,
    audience: int,
    seconds: float,
    stars: float = 0,
    language: str = "en",
    *,
    shown_audience: int,
    shown_stars: float,
) -> Message:
    """The same question once more: more would be sent or paid than was shown, or it is old."""
    _ = translator(language)
    if audience > shown_audience:
        words = _("I'm asking again, as more people would get it now: {now:,} instead of {was:,}.")
        why = words.format(now=audience, was=shown_audience)
    elif stars > shown_stars:
        words = _("I'm asking again, as it would cost more now: {now:,.1f} instead of {was:,.1f}.")
        why = words.format(now=stars, was=shown_stars)
    else:
        why = _("I'm asking again, as more than a day has passed. Is it still what you want?")
    facts = _facts(audience, seconds, stars, language)
    return _question(broadcast_id, facts, language, html.text(why))


def _question(
    broadcast_id: int, facts: list[html.Html], language: str, why: html.Html | None = None
) -> Message:
    _ = translator(language)
    return page(
        html.bold(_("Send the message above?")),
        why or html.Html(),
        html.join(facts),
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
