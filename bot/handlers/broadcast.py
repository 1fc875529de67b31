"""A broadcast as its admin controls it: compose, preview, confirm, pause, cancel, retry."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

import structlog
from telegram import Message as Incoming
from telegram import MessageEntity
from telegram.error import BadRequest

from bot.delivery.broadcasts import CONFIRMED
from bot.handlers.context import Context
from bot.handlers.guards import may_tap
from bot.telegram.messenger import OwnWords
from bot.telegram.update_scope import once
from bot.texts import broadcast as texts
from bot.texts import errors
from bot.texts.callbacks import BroadcastDo
from bot.texts.html import units
from tips.normalise import after_first_word

log = structlog.get_logger(__name__)

POSSIBLE = {
    "confirm": ("draft",),
    "cancel": ("draft", "sending", "paused"),
    "pause": ("sending",),
    "resume": ("paused",),
    "retry": ("done",),
    "retry_sure": ("done",),
    "doubt": ("done",),
    "doubt_sure": ("done",),
    "report": ("sending", "paused", "done"),
}


async def compose(context: Context, rest: str) -> None:
    """``/broadcast`` as a reply to a message, or with a text after it; shows the preview.

    The preview is what gets copied: the admin may delete or change the original meanwhile.
    """
    if context.message is None or not (replied_to(context.message) or rest.strip()):
        await context.say(texts.how_to(context.translator))
        return
    if not await context.services.broadcasts.audience_count():
        await context.say(texts.nobody(context.translator))
        return
    preview = await _preview(context, context.message)
    if not preview:
        # Telegram may put a message off: it has no number yet, and cannot be copied.
        refused = texts.cannot_copy if preview is None else texts.not_ready
        await context.say(refused(context.translator))
        return
    rules = context.services.broadcasts
    drafting = partial(rules.draft, context.user.id, context.chat_id, preview)
    draft = await once("draft", drafting)
    offer = rules.offer(draft.shown_audience)
    await context.say(texts.preview(context.translator, draft.id, *offer))


async def _preview(context: Context, message: Incoming) -> int | None:
    messenger, original = context.services.messenger, replied_to(message)
    try:
        if original is None:
            words = words_after_command(message)
            return await messenger.send_words(context.chat_id, words, context.topic)
        if original.media_group_id is not None:
            return None
        return await messenger.copy(context.chat_id, original.message_id, context.topic)
    except BadRequest as refusal:
        log.info("a message cannot be broadcast", kind=type(refusal).__name__)
        return None


def replied_to(message: Incoming) -> Incoming | None:
    """The message that the sender replied to.

    In a topic, Telegram marks every message as a reply to the one that opened the topic.
    """
    original = message.reply_to_message
    if original is None or original.forum_topic_created is not None:
        return None
    began = message.is_topic_message and original.message_id == message.message_thread_id
    return None if began else original


def words_after_command(message: Incoming) -> OwnWords:
    """The text after the command, with its entities moved along (UTF-16 units, Bot API).

    The sender's choice of link preview is kept.
    """
    text = message.text or ""
    start = after_first_word(text)
    shift = units(text[:start])
    moved = (_moved(entity, shift) for entity in message.entities)
    entities = [entity for entity in moved if entity is not None]
    return OwnWords(text[start:], entities, message.link_preview_options)


def _moved(entity: MessageEntity, shift: int) -> MessageEntity | None:
    """The entity ``shift`` units further left; None if nothing of it is left."""
    end = entity.offset + entity.length - shift
    offset = max(0, entity.offset - shift)
    if end <= offset:
        return None
    return MessageEntity.de_json(entity.to_dict() | {"offset": offset, "length": end - offset})


async def act(context: Context, tap: BroadcastDo) -> None:
    """Confirm, cancel, pause, resume or retry a broadcast: editors only, and each step only once.

    Only its author may confirm or cancel a draft; any editor may pause, resume or cancel a
    broadcast that is being sent.
    """
    if not await may_tap(context, "look" if tap.what == "report" else "edit"):
        return
    found = await context.services.broadcasts.find(tap.broadcast)
    if found is None or found.state not in POSSIBLE[tap.what]:
        _log_refusal(context, tap, "its state")
        await context.toast(errors.already_done(context.translator))
        await _say_where_it_stands(context, tap.broadcast)
        return
    if found.state == "draft" and found.admin_id != context.user.id:
        _log_refusal(context, tap, "another admin's draft")
        await context.toast(texts.another_admins(context.translator))
        return
    await context.toast()
    steps: dict[str, Callable[[Context, int], Awaitable[bool]]] = {
        "confirm": _confirm,
        "cancel": _cancel,
        "pause": _pause,
        "resume": _resume,
        "retry": partial(_ask_for_stars, in_doubt=False),
        "retry_sure": partial(_send_if_as_shown, in_doubt=False),
        "doubt": partial(_ask_for_stars, in_doubt=True),
        "doubt_sure": partial(_send_if_as_shown, in_doubt=True),
        "report": _report,
    }
    if not await steps[tap.what](context, tap.broadcast):
        await _say_where_it_stands(context, tap.broadcast)


def _log_refusal(context: Context, tap: BroadcastDo, why: str) -> None:
    log.info(
        "an admin's act on a broadcast was refused",
        act=tap.what,
        broadcast=tap.broadcast,
        admin=context.user.id,
        why=why,
    )


async def _confirm(context: Context, broadcast: int) -> bool:
    came = await context.services.broadcasts.confirm(broadcast, context.user.id)
    if came not in CONFIRMED:
        return await _ask_anew(context, broadcast)
    if context.sent_message is not None:
        await context.services.broadcasts.set_progress_message(
            broadcast, context.sent_message.chat_id, context.sent_message.message_id
        )
    context.services.plan_soon()
    return await _under_way(context, broadcast)


async def _ask_anew(context: Context, broadcast: int) -> bool:
    """Ask again if what the admin was shown no longer holds; whether it was asked."""
    rules = context.services.broadcasts
    draft = await rules.find(broadcast)
    offer = await rules.offer_anew(broadcast, context.user.id)
    if draft is None or offer is None:
        return False
    was, cost = draft.shown_audience, draft.shown_stars
    question = texts.preview_anew(
        context.translator, broadcast, *offer, shown_audience=was, shown_stars=cost
    )
    await context.show(question)
    await rules.offered(broadcast, offer)
    return True


async def _under_way(context: Context, broadcast: int) -> bool:
    context.services.wake_worker()
    await context.services.follow_broadcast(broadcast)
    return True


async def _cancel(context: Context, broadcast: int) -> bool:
    found = await context.services.broadcasts.find(broadcast)
    if found is None or not await context.services.broadcasts.cancel(broadcast, context.user.id):
        return False
    if found.state == "draft":
        await context.show(texts.cancelled(context.translator))
        return True
    return await _under_way(context, broadcast)


async def _pause(context: Context, broadcast: int) -> bool:
    done = await context.services.broadcasts.pause(broadcast, context.user.id)
    return done and await _under_way(context, broadcast)


async def _resume(context: Context, broadcast: int) -> bool:
    done = await context.services.broadcasts.resume(broadcast, context.user.id)
    return done and await _under_way(context, broadcast)


async def _ask_for_stars(context: Context, broadcast: int, *, in_doubt: bool) -> bool:
    """Retry at once what costs nothing; tell the admin the cost of anything else first."""
    rules = context.services.broadcasts
    offer = await rules.offer_again(broadcast, in_doubt=in_doubt)
    if not offer.audience:
        return False
    if not offer.stars:
        return await _send_again(context, broadcast, in_doubt=in_doubt)
    question = texts.ask_again(context.translator, broadcast, *offer, in_doubt=in_doubt)
    # The question's message becomes the report.
    shown = await context.show(question)
    await rules.set_progress_message(broadcast, context.chat_id, shown)
    await rules.offered(broadcast, offer)
    return True


async def _send_if_as_shown(context: Context, broadcast: int, *, in_doubt: bool) -> bool:
    """Retry if the offer still holds; ask again if it is old or now costs more."""
    rules = context.services.broadcasts
    offer = await rules.offer_again(broadcast, in_doubt=in_doubt)
    if await rules.is_as_shown(broadcast, offer):
        return await _send_again(context, broadcast, in_doubt=in_doubt)
    return await _ask_for_stars(context, broadcast, in_doubt=in_doubt)


async def _send_again(context: Context, broadcast: int, *, in_doubt: bool) -> bool:
    await context.services.broadcasts.retry_failed(broadcast, context.user.id, in_doubt=in_doubt)
    return await _under_way(context, broadcast)


async def _report(context: Context, broadcast: int) -> bool:
    await context.services.follow_broadcast(broadcast)
    return True


async def _say_where_it_stands(context: Context, broadcast: int) -> None:
    """Show the state after a second tap, or a tap on the button of an old broadcast."""
    found = await context.services.broadcasts.find(broadcast)
    if found is None or found.state in {"draft", "cancelled"}:
        await context.show(texts.gone(context.translator))
    else:
        await context.services.follow_broadcast(broadcast)
