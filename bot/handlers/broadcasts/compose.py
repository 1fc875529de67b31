"""Composing: whatever an admin sends after /broadcast, or has chosen with "Broadcast this"."""

from __future__ import annotations

from functools import partial

from telegram import Message as Incoming

from bot.delivery.content import Content, content_in, problems_of
from bot.handlers.broadcasts import card
from bot.handlers.broadcasts.reading import (
    album_item,
    content_of,
    words_of_item,
)
from bot.handlers.context import Context
from bot.handlers.guards import may_tap
from bot.telegram.messenger import SentMessage
from bot.telegram.update_scope import once
from bot.texts import broadcast as texts
from bot.texts.callbacks import BroadcastThis, StopComposing

MESSAGE = "message"
ALBUM = "album"


async def compose(context: Context, rest: str) -> None:
    """``/broadcast``: with a text after it, as a reply to a message, or for what comes next."""
    if not await context.services.broadcasts.audience_count():
        await context.say(texts.nobody(context.translator))
        return
    original = replied_to(context.written)
    if original is not None:
        await take(context, original)
    elif rest.strip():
        content = content_of(context.written, after_command=True)
        await begin(context, content, context.written.message_id)
    else:
        await context.services.dialogues.expect(context.user.id, MESSAGE)
        await context.say(texts.send_me(context.translator))


async def from_caption(context: Context) -> None:
    """``/broadcast`` and some words under a picture or a file: that, with these words."""
    message = context.written
    if not await context.services.broadcasts.audience_count():
        await context.say(texts.nobody(context.translator))
    elif message.media_group_id is not None:
        await gather(context, after_command=True)
    else:
        content = content_of(message, after_command=True)
        await begin(context, content, message.message_id)


def replied_to(message: Incoming) -> Incoming | None:
    """The message that the sender replied to.

    In a topic, Telegram marks every message as a reply to the one that opened the topic.
    """
    original = message.reply_to_message
    if original is None or original.forum_topic_created is not None:
        return None
    began = message.is_topic_message and original.message_id == message.message_thread_id
    return None if began else original


async def take(context: Context, message: Incoming) -> None:
    """Begin a broadcast of a message that was sent before."""
    if message.media_group_id is None:
        await begin(context, content_of(message), message.message_id)
        return
    draft = await context.services.albums.find(context.user.id, message.media_group_id)
    if draft is None:
        await context.services.dialogues.expect(context.user.id, MESSAGE)
        await context.say(texts.album_lost(context.translator))
    else:
        await check_and_present(context, draft.id, content_in(draft.content))


async def begin(context: Context, content: Content, message_id: int) -> None:
    """Make a draft of it and show it, or say at once what is wrong with it."""
    if await _refused(context, content):
        return
    rules = context.services.broadcasts
    drafting = partial(rules.draft, context.user.id, context.chat_id, message_id)
    draft = await once("draft", drafting)
    await rules.set_content(draft.id, context.user.id, content)
    await card.present(context, draft.id)


async def check_and_present(context: Context, number: int, content: Content) -> None:
    """Show a draft that is complete now, or say what is wrong with it."""
    if not await _refused(context, content):
        await card.present(context, number)


async def _refused(context: Context, content: Content) -> bool:
    problems = problems_of(content)
    if problems:
        await context.services.dialogues.expect(context.user.id, MESSAGE)
        await context.say(texts.refused(context.translator, problems))
    return bool(problems)


async def hear(context: Context) -> None:
    """What was sent after /broadcast is the message, whatever it is."""
    message = context.written
    if message.media_group_id is not None:
        await gather(context)
    else:
        await begin(context, content_of(message), message.message_id)


async def gather(context: Context, *, asked: bool = True, after_command: bool = False) -> None:
    """Add an item to its album; each comes alone, also in the next run.

    Args:
        asked: the admin is composing, and is shown how far it is.
        after_command: its caption begins with a command of ours.
    """
    message, admin = context.written, context.user.id
    item, group = album_item(message), message.media_group_id
    if item is None or group is None:
        return
    first = content_of(message, after_command=after_command)
    draft = await context.services.albums.gather(
        admin, group, message.message_id, item | words_of_item(message), first
    )
    if not asked:
        return
    await context.services.dialogues.expect(admin, ALBUM, draft.id)
    count = len(content_in(draft.content).media)
    shown = texts.gathering(context.translator, draft.id, count)
    place = draft.progress_message_id
    sent = SentMessage(context.chat_id, place) if place is not None else None
    messenger = context.services.messenger
    number = await messenger.edit_or_send(sent, context.chat_id, shown, context.topic)
    await context.services.broadcasts.set_progress_message(draft.id, context.chat_id, number)


async def hear_album(context: Context, number: int) -> None:
    """Another item of the album, or a new message instead."""
    message = context.written
    draft = await context.services.broadcasts.find(number)
    group = message.media_group_id
    if group is not None and draft is not None and draft.media_group == group:
        await gather(context)
    else:
        await hear(context)


async def this(context: Context, _tap: BroadcastThis) -> None:
    """Broadcast the message that the tapped one answers."""
    if not await may_tap(context, "edit"):
        return
    await context.toast()
    query = context.given.callback_query
    answer = query.message if query is not None else None
    original = answer.reply_to_message if isinstance(answer, Incoming) else None
    if original is None:
        await context.services.dialogues.expect(context.user.id, MESSAGE)
        await context.say(texts.original_lost(context.translator))
    elif not await context.services.broadcasts.audience_count():
        await context.say(texts.nobody(context.translator))
    else:
        await take(context, original)


async def stop(context: Context, _tap: StopComposing) -> None:
    """Nothing is to be broadcast after all."""
    if not await may_tap(context, "edit"):
        return
    await context.toast()
    await context.services.dialogues.drop(context.user.id)
    await context.show(texts.not_composing(context.translator))
