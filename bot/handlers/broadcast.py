"""A broadcast as its admin drives it: compose, preview, confirm, pause, cancel, retry."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import structlog
from telegram import Message as Incoming
from telegram.error import BadRequest

from bot.handlers.context import Visit
from bot.telegram.replay import once
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


async def compose(visit: Visit, rest: str) -> None:
    """``/broadcast`` as a reply to a message, or with a text after it; shows the preview.

    The preview is what will be copied: the admin may delete or change the original meanwhile.
    """
    if visit.message is None or not (replied_to(visit.message) or rest.strip()):
        await visit.say(texts.how_to(visit.language))
        return
    if not await visit.desk.broadcasts.audience_count():
        await visit.say(texts.nobody(visit.language))
        return
    preview = await _preview(visit, visit.message)
    if not preview:
        # Where Telegram puts a message off, it has no number yet, and nobody could copy it.
        refused = texts.cannot_copy if preview is None else texts.not_ready
        await visit.say(refused(visit.language))
        return
    rules = visit.desk.broadcasts
    drafting = partial(rules.draft, visit.user.id, visit.chat_id, preview)
    draft = await once("draft", drafting)
    offer = rules.offer(draft.shown_audience)
    await visit.say(texts.preview(draft.id, *offer, visit.language))


async def _preview(visit: Visit, message: Incoming) -> int | None:
    chat, original = visit.desk.chat, replied_to(message)
    try:
        if original is None:
            words = words_after_command(message)
            return await chat.send_words(visit.chat_id, words, visit.topic)
        if original.media_group_id is not None:
            return None
        return await chat.copy(visit.chat_id, original.message_id, visit.topic)
    except BadRequest as refusal:
        log.info("a message cannot be broadcast", kind=type(refusal).__name__)
        return None


def replied_to(message: Incoming) -> Incoming | None:
    """The message that the sender replied to.

    In a topic Telegram says of everything that it replies to the message that began the topic.
    """
    original = message.reply_to_message
    if original is None or original.forum_topic_created is not None:
        return None
    began = message.is_topic_message and original.message_id == message.message_thread_id
    return None if began else original


def words_after_command(message: Incoming) -> dict[str, Any]:
    """The text after the command with its formatting moved along (UTF-16 units, Bot API).

    What the sender chose for the preview of its link stays with it.
    """
    text = message.text or ""
    start = after_first_word(text)
    shift = units(text[:start])
    entities = []
    for entity in message.entities:
        end = entity.offset + entity.length - shift
        offset = max(0, entity.offset - shift)
        if end > offset:
            entities.append(entity.to_dict() | {"offset": offset, "length": end - offset})
    words: dict[str, Any] = {"text": text[start:], "entities": entities}
    if message.link_preview_options is not None:
        words["link_preview_options"] = message.link_preview_options.to_dict()
    return words


async def act(visit: Visit, tap: BroadcastDo) -> None:
    """Confirm, cancel, pause, go on, retry: admins only, and only once each.

    A draft is its author's alone; what is under way any admin may pause, resume or cancel.
    """
    if not visit.desk.is_admin(visit.user):
        log.warning("somebody who is no admin tried to act on a broadcast", act=tap.what)
        await visit.toast(errors.bad_button(visit.language))
        return
    found = await visit.desk.broadcasts.find(tap.broadcast)
    if found is None or found.state not in POSSIBLE[tap.what]:
        _log_refusal(visit, tap, "its state")
        await visit.toast(errors.already_done(visit.language))
        await _say_where_it_stands(visit, tap.broadcast)
        return
    if found.state == "draft" and found.admin_id != visit.user.id:
        _log_refusal(visit, tap, "another admin's draft")
        await visit.toast(texts.another_admins(visit.language))
        return
    await visit.toast()
    steps: dict[str, Callable[[Visit, int], Awaitable[bool]]] = {
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
    if not await steps[tap.what](visit, tap.broadcast):
        await _say_where_it_stands(visit, tap.broadcast)


def _log_refusal(visit: Visit, tap: BroadcastDo, why: str) -> None:
    log.info(
        "an admin's act on a broadcast was refused",
        act=tap.what,
        broadcast=tap.broadcast,
        admin=visit.user.id,
        why=why,
    )


async def _confirm(visit: Visit, broadcast: int) -> bool:
    if not await visit.desk.broadcasts.confirm(broadcast, visit.user.id):
        return await _ask_anew(visit, broadcast)
    if visit.spot is not None:
        await visit.desk.broadcasts.set_progress_message(
            broadcast, visit.spot.chat_id, visit.spot.message_id
        )
    return await _under_way(visit, broadcast)


async def _ask_anew(visit: Visit, broadcast: int) -> bool:
    """Whether the admin has to look again, because what they were shown no longer holds."""
    rules = visit.desk.broadcasts
    draft = await rules.find(broadcast)
    offer = await rules.offer_anew(broadcast, visit.user.id)
    if draft is None or offer is None:
        return False
    was, cost = draft.shown_audience, draft.shown_stars
    question = texts.preview_anew(
        broadcast, *offer, visit.language, shown_audience=was, shown_stars=cost
    )
    await visit.show(question)
    await rules.offered(broadcast, offer)
    return True


async def _under_way(visit: Visit, broadcast: int) -> bool:
    visit.desk.wake_sender()
    await visit.desk.follow_broadcast(broadcast)
    return True


async def _cancel(visit: Visit, broadcast: int) -> bool:
    found = await visit.desk.broadcasts.find(broadcast)
    if found is None or not await visit.desk.broadcasts.cancel(broadcast, visit.user.id):
        return False
    if found.state == "draft":
        await visit.show(texts.cancelled(visit.language))
        return True
    return await _under_way(visit, broadcast)


async def _pause(visit: Visit, broadcast: int) -> bool:
    done = await visit.desk.broadcasts.pause(broadcast, visit.user.id)
    return done and await _under_way(visit, broadcast)


async def _resume(visit: Visit, broadcast: int) -> bool:
    done = await visit.desk.broadcasts.resume(broadcast, visit.user.id)
    return done and await _under_way(visit, broadcast)


async def _ask_for_stars(visit: Visit, broadcast: int, *, in_doubt: bool) -> bool:
    """What costs nothing is done at once; of a cost the admin hears before it arises."""
    rules = visit.desk.broadcasts
    offer = await rules.offer_again(broadcast, in_doubt=in_doubt)
    if not offer.audience:
        return False
    if not offer.stars:
        return await _send_again(visit, broadcast, in_doubt=in_doubt)
    question = texts.ask_again(broadcast, *offer, visit.language, in_doubt=in_doubt)
    # The report goes on where the question now stands.
    shown = await visit.show(question)
    await rules.set_progress_message(broadcast, visit.chat_id, shown)
    await rules.offered(broadcast, offer)
    return True


async def _send_if_as_shown(visit: Visit, broadcast: int, *, in_doubt: bool) -> bool:
    """The answer to a question that is old, or was about fewer, is another question."""
    rules = visit.desk.broadcasts
    offer = await rules.offer_again(broadcast, in_doubt=in_doubt)
    if await rules.is_as_shown(broadcast, offer):
        return await _send_again(visit, broadcast, in_doubt=in_doubt)
    return await _ask_for_stars(visit, broadcast, in_doubt=in_doubt)


async def _send_again(visit: Visit, broadcast: int, *, in_doubt: bool) -> bool:
    await visit.desk.broadcasts.retry_failed(broadcast, visit.user.id, in_doubt=in_doubt)
    return await _under_way(visit, broadcast)


async def _report(visit: Visit, broadcast: int) -> bool:
    await visit.desk.follow_broadcast(broadcast)
    return True


async def _say_where_it_stands(visit: Visit, broadcast: int) -> None:
    """The second of two taps, or a button of a broadcast that is over."""
    found = await visit.desk.broadcasts.find(broadcast)
    if found is None or found.state in {"draft", "cancelled"}:
        await visit.show(texts.gone(visit.language))
    else:
        await visit.desk.follow_broadcast(broadcast)
