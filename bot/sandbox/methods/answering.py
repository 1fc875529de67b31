"""Methods that answer taps and inline queries, and show that the bot is at work."""

from typing import Final

from bot.sandbox.methods.call import Call, Handler
from bot.sandbox.model import inline
from bot.sandbox.model.errors import QUERY_TOO_OLD, bad_request
from bot.sandbox.model.people import Payload

MAX_TOAST: Final = 200  # characters; core.telegram.org/bots/api#answercallbackquery
_ACTIONS: Final = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
    "upload_document", "choose_sticker", "find_location", "record_video_note",
    "upload_video_note", "record_audio", "upload_audio", "cancel",
}  # fmt: skip


def answer_callback_query(call: Call) -> bool:
    """End a tap's waiting, once and in time; the text is kept as the message's toast."""
    text, alert = call.get("text") or "", bool(call.get("show_alert"))
    if len(text) > MAX_TOAST:
        raise bad_request("MESSAGE_TOO_LONG")
    query = call.world.take_query(call.get("callback_query_id"))
    if query is None:
        raise bad_request(QUERY_TOO_OLD)
    if text:
        query.message.toast, query.message.alert = text, alert
    call.world.journal.transcript.add(
        kind="answered",
        chat=query.message.chat.id,
        who="bot",
        user=query.user.id,
        message_id=query.message.message_id,
        callback_query_id=query.id,
        text=text,
        alert=alert,
        labels=[],
    )
    return True


def answer_inline_query(call: Call) -> bool:
    """Results for an inline query, once."""
    world = call.world
    user = world.inline_queries.pop(call.get("inline_query_id"), None)
    if user is None:
        raise bad_request(QUERY_TOO_OLD)
    results: list[Payload] = call.get("results")
    ids = [result["id"] for result in results]
    if len(set(ids)) < len(ids):
        raise bad_request("RESULT_ID_DUPLICATE")
    inline.answered(world, call.get("inline_query_id"), results)
    world.journal.transcript.add(
        kind="inline_answered",
        inline_query_id=call.get("inline_query_id"),
        chat=user.id,
        who="bot",
        user=user.id,
        text="",
        labels=[result.get("title", result["type"]) for result in results],
        results=results,
        personal=bool(call.get("is_personal")),
        cache_time=call.get("cache_time", 300),
    )
    return True


def send_chat_action(call: Call) -> bool:
    """Checked and counted; the page does not show it."""
    if call.get("action") not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = call.world.writable_chat(call.get("chat_id"))
    chat.actions += 1
    return True


METHODS: Final[dict[str, Handler]] = {
    "answerCallbackQuery": answer_callback_query,
    "answerInlineQuery": answer_inline_query,
    "sendChatAction": send_chat_action,
}
