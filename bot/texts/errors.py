"""Kind replies to what cannot be done: what happened, and what to do next."""

from __future__ import annotations

from bot.texts import html
from bot.texts.catalogue import Translator
from bot.texts.message import Message, page, toast


def unknown_command(_: Translator, meant: str | None = None) -> Message:
    """A command that this person does not have, and perhaps the one that they meant."""
    if meant is not None:
        words = _("I don't know that one. Did you mean /{command}?")
        return page(html.fill(words, command=meant))
    return page(html.text(_("I don't know that one. See /help.")))


def forwarded(_: Translator) -> Message:
    """A command that somebody forwarded, or chose from what another bot offers."""
    return page(
        html.text(_("That was forwarded or is another bot's, so I've only read it.")),
        html.text(_("I've changed nothing.")),
        html.text(_("If you'd like me to do it, please send it to me yourself.")),
    )


def emoji_only(_: Translator) -> Message:
    """A message without letters or digits."""
    return page(html.text(_("I can only read words. Type a question, or see /help.")))


def no_text(_: Translator) -> Message:
    """A photo, voice message, sticker …; with a word on photos of skin."""
    return page(
        html.text(_("I can only read text. I can't see photos or hear voice messages.")),
        html.text(_("Type your question in words. For a look at your skin, ask your doctor.")),
    )


def private_only(_: Translator) -> Message:
    """A group chat."""
    return page(html.text(_("I only work in private chats. Please write to me directly.")))


def went_wrong(_: Translator) -> Message:
    """Something failed on our side."""
    return page(
        html.text(_("Something went wrong on my side. Please try again in a minute.")),
        html.text(_("Your settings are safe.")),
    )


def slow_down(_: Translator) -> Message:
    """Too many messages at once."""
    return page(
        html.text(_("One moment, please. That was too many messages at once.")),
        html.text(_("I'll answer what I can. Ask me the rest again in a minute.")),
    )


def came_late(_: Translator) -> Message:
    """A message that waited for more than an hour."""
    return page(
        html.text(_("Sorry, I only just got what you wrote a while ago.")),
        html.text(_("Still need an answer? Please ask me again.")),
    )


def bad_button(_: Translator) -> str:
    """Toast: the button carries data that the bot never puts on one."""
    return toast(_("Sorry, that button doesn't work. See /help."))


def already_done(_: Translator) -> str:
    """Toast: the second of two taps."""
    return toast(_("That's done already."))
