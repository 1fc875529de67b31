"""A broadcast before it has a card: how to begin, what is refused, and short notes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from bot.texts import html
from bot.texts.callbacks import BroadcastDo, BroadcastThis, ShowCard, StopComposing
from bot.texts.catalogue import Translator
from bot.texts.message import Button, Message, page, toast

TYPED_UNITS = 200


class Problem(Protocol):
    """Why a content cannot be sent: what, where, and by how many units it is too long."""

    @property
    def code(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def over(self) -> int: ...


def send_me(_: Translator) -> Message:
    """/broadcast without a message: whatever comes next is the message."""
    return page(
        html.bold(_("Send me the message")),
        html.text(
            _(
                "Write it as you'd like it to arrive: text with formatting, a photo, a video, a "
                "voice message, a file, a poll, a location or an album. Nobody gets it yet: "
                "you'll see it first."
            )
        ),
        html.text(
            _(
                "Buttons with links: up to three last lines such as Read more - "
                "https://example.org. And {first_name} and {next_tip} become each one's own."
            )
        ),
        buttons=((Button(_("Never mind"), StopComposing()),),),
    )


def offer_this(_: Translator) -> Message:
    """An admin sent something that has no words to answer."""
    return page(html.text(_("Is that for your subscribers? You'll see it before anyone gets it.")))


def broadcast_this(_: Translator) -> tuple[Button, ...]:
    """The row below the answer to an admin's message."""
    return (Button(_("Broadcast this"), BroadcastThis()),)


def not_composing(_: Translator) -> Message:
    """The admin has thought better of it."""
    return page(html.text(_("OK. Nothing was sent. To write one: /broadcast")))


def original_lost(_: Translator) -> Message:
    """The message that the button stands for can no longer be read."""
    return page(
        html.text(_("I can't find that message any more. Send it again, please.")),
        html.text(_("To begin a broadcast: /broadcast")),
    )


def gathering(_: Translator, broadcast_id: int, count: int) -> Message:
    """An album's pictures come one by one."""
    words = _.many("Your album: {count} item so far.", "Your album: {count} items so far.", count)
    return page(
        html.fill(words, count=count),
        buttons=(
            (Button(_("That's all of it"), BroadcastDo("gathered", broadcast_id)),),
            (Button(_("Never mind"), BroadcastDo("cancel", broadcast_id)),),
        ),
    )


def refused(_: Translator, problems: Iterable[Problem]) -> Message:
    """What is wrong with the message, where, and what to do about it."""
    lines = [html.text(f"• {problem_words(_, problem)}") for problem in problems]
    return page(
        html.bold(_("Nearly there")),
        html.join(lines),
        html.text(_("Nobody got it. Put that right and send it to me again.")),
        buttons=((Button(_("Never mind"), StopComposing()),),),
    )


def problem_words(_: Translator, problem: Problem) -> str:
    """One thing that is wrong with a message, and what to do about it."""
    if problem.code.endswith(("_link", "_label")):
        return _button_problem(_, problem)
    words = {
        "empty": _("There's no text above the links. Write a line or two first."),
        "too_long": _(
            "It's {over} characters too long for Telegram, with the line that says it's from "
            "the team. Shorten it."
        ),
        "unknown_placeholder": _(
            "I don't know {place}. There's {{first_name}} and {{next_tip}}; leave others out."
        ),
        "no_caption": _("This kind of message can't have words. Send them as a message."),
        "too_many_buttons": _("There are more than three links. Keep up to three."),
        "no_buttons": _("A forwarded poll and an album can't have buttons. Leave the links out."),
        "album_size": _("An album has 2 to 10 items. Send it again as one album."),
    }
    place = html.one_line(problem.place, TYPED_UNITS)
    template = words.get(problem.code) or _("Something's wrong with this part: {place}.")
    return template.format(over=f"{problem.over:,}", place=place)


def _button_problem(_: Translator, problem: Problem) -> str:
    words = {
        "bad_link": _("{place}: that link won't open. Write it out, such as https://example.org."),
        "bare_link": _(
            "{place}: that line looks like a button, but its link lacks the https:// in front, "
            "as in https://example.org. If it's no button, end the line with a full stop."
        ),
        "empty_label": _("{place}: its label is empty. Write: Read more - https://example.org."),
        "long_label": _("{place}: its label is {over} characters too long. 35 fit on a phone."),
    }
    number = problem.place.removeprefix("button ")
    place = _("Button {number}").format(number=html.one_line(number, TYPED_UNITS))
    return words[problem.code].format(place=place, over=f"{problem.over:,}")


def cannot_copy(_: Translator, reason: str = "") -> Message:
    """Telegram refuses to send this message on."""
    why = html.fill(_("It says: {reason}."), reason=reason) if reason else html.Html()
    return page(
        html.text(_("Telegram doesn't let me send that message on. Nobody got it.")),
        why,
        html.text(
            _("Send it to me yourself instead of forwarding it, or as a text, a photo or a file.")
        ),
        buttons=((Button(_("Never mind"), StopComposing()),),),
    )


def album_lost(_: Translator) -> Message:
    """Only one item of an album is known."""
    return page(
        html.text(_("I only see one item of that album. Send me the whole album again, please.")),
        buttons=((Button(_("Never mind"), StopComposing()),),),
    )


def original_deleted(_: Translator, broadcast_id: int) -> Message:
    """The message was deleted after the preview."""
    return page(
        html.text(_("The message you wanted to send has been deleted, so nobody got anything.")),
        html.text(_("Write it again: /broadcast")),
        buttons=((Button(_("Back"), ShowCard("card", broadcast_id)),),),
    )


def nobody(_: Translator) -> Message:
    """There is no audience."""
    return page(html.text(_("Nobody is subscribed right now. Nothing was sent.")))


def cancelled(_: Translator) -> Message:
    """Cancelled before anything was sent."""
    return page(html.text(_("Cancelled. Nothing was sent.")))


def turned_down(_: Translator, broadcast_id: int) -> Message:
    """Another admin said no."""
    words = _("Another admin turned down broadcast {number}. Nothing was sent.")
    return page(html.fill(words, number=broadcast_id))


def another_admins(_: Translator) -> str:
    """Toast: only the admin who wrote a draft may confirm or cancel it."""
    return toast(_("That's another admin's draft, so I've left it alone."))


def own_broadcast(_: Translator) -> str:
    """Toast: a second admin has to approve."""
    return toast(_("That's your own. Another admin has to say yes."))


def gone(_: Translator) -> Message:
    """A button of a broadcast that can no longer be changed."""
    return page(html.text(_("That broadcast is over. For another one: /broadcast")))


def tested(_: Translator, arrived: int, failed: int, *, to_all: bool) -> str:
    """Toast: to how many a test went, or that it's in one's own chat."""
    if not arrived:
        return toast(_("The test didn't get through. Has everybody started the bot?"))
    if not to_all:
        return toast(_("It's in this chat, as it will arrive."))
    words = _.many("Test sent to {count} admin.", "Test sent to {count} admins.", arrived)
    said = words.format(count=arrived)
    if failed:
        more = _.many("{count} couldn't be reached.", "{count} couldn't be reached.", failed)
        said = f"{said} {more.format(count=failed)}"
    return toast(said)


def changed(_: Translator) -> str:
    """Toast: the change is kept."""
    return toast(_("Saved."))


def no_list(_: Translator) -> Message:
    """A broadcast whose recipients' rows are gone."""
    return page(html.text(_("That list is older than a week, so I don't have it any more.")))


def list_caption(_: Translator, broadcast_id: int) -> str:
    """Under the CSV file of a broadcast's recipients."""
    return _("Broadcast {number}: what became of each message.").format(number=broadcast_id)
