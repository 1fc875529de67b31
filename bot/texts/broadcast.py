"""A broadcast before it is sent, as its admin sees it: how to, preview, questions."""

from __future__ import annotations

from bot.texts import html, times
from bot.texts.callbacks import BroadcastDo
from bot.texts.catalogue import Translator
from bot.texts.message import Button, Message, page, toast


def how_to(_: Translator) -> Message:
    """/broadcast without a message."""
    return page(
        html.text(
            _("Reply to a message with /broadcast, and I'll send a copy of it to everyone.")
        ),
        html.text(_("Or write your text after it: /broadcast Hello everyone")),
    )


def cannot_copy(_: Translator) -> Message:
    """The message is an album, or of a kind that Telegram does not let a bot copy."""
    return page(
        html.text(_("Telegram doesn't let me copy that message. Nothing was sent.")),
        html.text(
            _("Text, one photo, one video, a file or a voice message works. An album doesn't.")
        ),
    )


def not_ready(_: Translator) -> Message:
    """Telegram has put the copy off, so there is nothing to copy from yet."""
    return page(
        html.text(_("Telegram is still working on that message, so I can't offer it yet.")),
        html.text(_("Nothing was sent. Try /broadcast again in a few minutes.")),
    )


def nobody(_: Translator) -> Message:
    """There is no audience."""
    return page(html.text(_("Nobody is subscribed right now. Nothing was sent.")))


def preview(
    _: Translator, broadcast_id: int, audience: int, seconds: float, stars: float = 0
) -> Message:
    """Goes under a copy of the message: how many get it, how long it takes, what it costs."""
    return _question(_, broadcast_id, _facts(_, audience, seconds, stars))


def preview_anew(
    _: Translator,
    broadcast_id: int,
    audience: int,
    seconds: float,
    stars: float = 0,
    *,
    shown_audience: int,
    shown_stars: float,
) -> Message:
    """The question once more: it would reach or cost more than was shown, or is too old."""
    if audience > shown_audience:
        words = _("I'm asking again, as more people would get it now: {now:,} instead of {was:,}.")
        why = words.format(now=audience, was=shown_audience)
    elif stars > shown_stars:
        words = _("I'm asking again, as it would cost more now: {now:,.1f} instead of {was:,.1f}.")
        why = words.format(now=stars, was=shown_stars)
    else:
        why = _("I'm asking again, as more than a day has passed. Is it still what you want?")
    facts = _facts(_, audience, seconds, stars)
    return _question(_, broadcast_id, facts, html.text(why))


def _question(
    _: Translator, broadcast_id: int, facts: list[html.Html], why: html.Html | None = None
) -> Message:
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
    _: Translator,
    broadcast_id: int,
    count: int,
    seconds: float,
    stars: float,
    *,
    in_doubt: bool = False,
) -> Message:
    """Asks before a retry that costs Stars: how many get it, how long it takes, the cost."""
    title, warning = _("Send it again to people who didn't get it?"), ""
    if in_doubt:
        title = _("Send it again to people who may not have got it?")
        warning = _("Some of them may get it twice.")
    sure = BroadcastDo("doubt_sure" if in_doubt else "retry_sure", broadcast_id)
    return page(
        html.bold(title),
        html.text(warning),
        html.join(_facts(_, count, seconds, stars)),
        buttons=(
            (Button(_("Send it again now"), sure),),
            (Button(_("Back to the report"), BroadcastDo("report", broadcast_id)),),
        ),
    )


def _facts(_: Translator, audience: int, seconds: float, stars: float) -> list[html.Html]:
    people = _.many("{count} subscriber", "{count} subscribers", audience).format(
        count=f"{audience:,}"
    )
    facts = [
        html.fill(_("Audience: {people}"), people=html.bold(people)),
        html.fill(_("Takes: {time}"), time=times.duration(_, seconds)),
    ]
    if stars > 0:
        facts.append(html.fill(_("Costs at most: {stars} Telegram Stars"), stars=f"{stars:,.1f}"))
    return facts


def cancelled(_: Translator) -> Message:
    """Cancelled before anything was sent."""
    return page(html.text(_("Cancelled. Nothing was sent.")))


def another_admins(_: Translator) -> str:
    """Toast: only the admin who wrote a draft may confirm or cancel it."""
    return toast(_("That's another admin's draft, so I've left it alone."))


def gone(_: Translator) -> Message:
    """A button of a broadcast that can no longer be changed."""
    return page(html.text(_("That broadcast is over. For another one: /broadcast")))
