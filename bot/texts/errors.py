"""Kind replies to what cannot be done: what happened, and what to do next."""

from __future__ import annotations

from bot.texts import html
from bot.texts.catalogue import Translator
from bot.texts.message import Message, page, toast


def unknown_command(_: Translator) -> Message:
    """A command that this person does not have."""
    return page(html.text(_("I do not know that command. What I can do is in /help.")))


def forwarded(_: Translator) -> Message:
    """A command that somebody forwarded."""
    return page(
        html.text(_("That was forwarded, so I've only read it. I've changed nothing.")),
        html.text(_("If you'd like me to do it, please send it to me yourself.")),
    )


def emoji_only(_: Translator) -> Message:
    """A message without letters or digits."""
    return page(
        html.text(_("I can only read words. Type a question, or see /help for what I can do."))
    )


def no_text(_: Translator) -> Message:
    """A photo, voice message, sticker …; with a word on photos of skin."""
    return page(
        html.text(_("I can only read text. I cannot see photos or hear voice messages.")),
        html.text(_("Type your question in words. To have your skin looked at, ask your doctor.")),
    )


def private_only(_: Translator) -> Message:
    """A group chat."""
    return page(html.text(_("I work in private chats only. Please write to me directly.")))


def went_wrong(_: Translator) -> Message:
    """Something failed on our side."""
    return page(
        html.text(_("Something went wrong on my side. Please try again in a minute.")),
        html.text(_("Nothing you set has been lost.")),
    )


def slow_down(_: Translator) -> Message:
    """Too many messages at once."""
    return page(
        html.text(_("That's a lot at once, and I can't keep up. Slowly, please!")),
        html.text(_("I'll answer what I can. Please ask the rest again in a minute.")),
    )


def came_late(_: Translator) -> Message:
    """A message that waited for more than an hour."""
    return page(
        html.text(_("I'm sorry, I only just got what you wrote a while ago.")),
        html.text(_("If you still need an answer, please ask me again.")),
    )


def bad_button(_: Translator) -> str:
    """Toast: the button carries data that the bot never puts on one."""
    return toast(_("This button does not work. See /help for what I can do."))


def already_done(_: Translator) -> str:
    """Toast: the second of two taps."""
    return toast(_("Already done."))
