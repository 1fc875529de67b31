"""What an admin writes while they were asked for something: it is that, and nothing else. A time
or an audience that is typed where one can be chosen by buttons is that one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from telegram import Update
from telegram.ext import ApplicationHandlerStop

from bot.handlers import inbox
from bot.handlers.broadcasts import audience, card, compose, correction, time
from bot.handlers.command import read_command
from bot.handlers.context import Context
from bot.store.admin_models import DialogueRead
from bot.texts import broadcast as texts

Answer = Callable[[Context, int], Awaitable[None]]

ANSWERS: dict[str, Answer] = {
    "album": compose.hear_album,
    "audience": audience.typed,
    "list": audience.listed,
    "segment": audience.named,
    "time": time.typed,
    "local": time.typed_local,
    "until": time.typed_end,
    "buttons": card.typed_links,
    "words": card.typed_words,
    "new_text": correction.new_text,
    "new_buttons": correction.new_buttons,
    inbox.ANSWER: inbox.take_answer,
}
WAYS_OUT = ("cancel", "never mind", "nevermind")


async def open_message(_update: Update, context: Context) -> None:
    """Take an admin's message for what they were asked, or for a time or an audience that
    they could have chosen by buttons, and stop; else offer to broadcast it.

    A command is carried out as ever, and drops the question.
    """
    if not await context.may("edit"):
        return
    expected = await context.services.dialogues.expected(context.user.id)
    words = context.written.text or context.written.caption or ""
    if not context.forwarded and read_command(words) is not None:
        await context.services.dialogues.drop(context.user.id)
        return
    if expected is not None:
        await _hear(context, expected)
        raise ApplicationHandlerStop
    if await _typed_on_screen(context):
        raise ApplicationHandlerStop
    context.to_offer = context.written.message_id
    await compose.gather(context, asked=False)


async def _typed_on_screen(context: Context) -> bool:
    """Whether it was what the screen of buttons before the admin offers."""
    shown = await context.services.dialogues.screen(context.user.id)
    if shown is None:
        return False
    view, number = shown
    if view in card.OF_AUDIENCE:
        return await audience.typed_on_screen(context, number)
    return await time.typed_on_screen(context, view, number)


async def _hear(context: Context, expected: DialogueRead) -> None:
    text = context.written.text or ""
    if text.strip().rstrip(".!").casefold() in WAYS_OUT:
        await context.services.dialogues.drop(context.user.id)
        await context.say(texts.not_composing(context.translator))
    elif expected.expects == compose.MESSAGE or expected.about is None:
        await compose.hear(context)
    else:
        await ANSWERS[expected.expects](context, expected.about)
