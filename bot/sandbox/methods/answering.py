"""Methods that answer taps and inline queries, and show that the bot is at work."""

import re
from typing import Final

from bot.sandbox.methods.call import Call, Handler, check_inline_text
from bot.sandbox.model import inline
from bot.sandbox.model.errors import QUERY_TOO_OLD, bad_request
from bot.sandbox.model.keyboards import read_markup
from bot.sandbox.model.people import Payload

MAX_RESULTS: Final = 50  # core.telegram.org/bots/api#answerinlinequery
MAX_RESULT_ID_BYTES: Final = 64  # core.telegram.org/bots/api#inlinequeryresultarticle
MAX_OFFSET_BYTES: Final = 64  # likewise, next_offset
_START_PARAMETER: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
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
    _check_results(call, results)
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


def _check_results(call: Call, results: list[Payload]) -> None:
    """In the words of Telegram's messages.setInlineBotResults."""
    if len(results) > MAX_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    ids = [result["id"] for result in results]
    if any(not 1 <= len(number.encode()) <= MAX_RESULT_ID_BYTES for number in ids):
        raise bad_request("RESULT_ID_INVALID")
    if len(set(ids)) < len(ids):
        raise bad_request("RESULT_ID_DUPLICATE")
    if len((call.get("next_offset") or "").encode()) > MAX_OFFSET_BYTES:
        raise bad_request("NEXT_OFFSET_INVALID")
    for result in results:
        content = result.get("input_message_content") or {}
        if result["type"] == "article" or "message_text" in content:
            check_inline_text(content)
        if result.get("reply_markup") is not None:
            read_markup(call.world.table, result["reply_markup"], ("InlineKeyboardMarkup",))
    parameter = (call.get("button") or {}).get("start_parameter")
    if parameter is not None and not _START_PARAMETER.fullmatch(parameter):
        raise bad_request("START_PARAM_INVALID")


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
