"""Methods that change or remove a message."""

from datetime import timedelta
from typing import Final

from bot.sandbox.methods.call import (
    Call,
    Handler,
    caption_of,
    markup_of,
    media_of,
    read_caption,
    read_text,
)
from bot.sandbox.model.entities import FormattedText
from bot.sandbox.model.errors import NOT_MODIFIED, bad_request
from bot.sandbox.model.keyboards import Markup
from bot.sandbox.model.messages import Message
from bot.sandbox.model.people import Chat, Payload
from bot.sandbox.model.world import World

FILES: Final = {"animation", "audio", "document", "photo", "video"}
DELETABLE_FOR: Final = timedelta(hours=48)  # core.telegram.org/bots/api#deletemessage


def edit_message_text(call: Call) -> Payload:
    """New text; without a keyboard given, the old one goes."""
    text = read_text(call)
    markup = markup_of(call)
    message = _editable(call)
    if message.media:
        raise bad_request("there is no text in the message to edit")
    return _edited(call.world, message, text, markup)


def edit_message_caption(call: Call) -> Payload:
    """New caption of a picture or a file."""
    caption = read_caption(call)
    markup = markup_of(call)
    message = _editable(call)
    if not message.media or "location" in message.media:
        raise bad_request("there is no caption in the message to edit")
    return _edited(call.world, message, caption, markup)


def edit_message_media(call: Call) -> Payload:
    """Another picture or file with a caption of its own, also in place of a text."""
    item: Payload = call.get("media")
    caption, markup = caption_of(item), markup_of(call)
    message = _editable(call)
    if message.media and message.kind not in FILES:
        raise bad_request("there is no media in the message to edit")
    return _edited(call.world, message, caption, markup, media_of(call, item))


def edit_message_reply_markup(call: Call) -> Payload:
    """New keyboard under the same content, or none."""
    markup = markup_of(call)
    message = _editable(call)
    return _edited(call.world, message, FormattedText(message.text, message.entities), markup)


def _editable(call: Call) -> Message:
    if call.get("inline_message_id") is not None:
        raise bad_request("MESSAGE_ID_INVALID")
    if call.get("chat_id") is None:
        raise bad_request("chat_id is empty")
    if call.get("message_id") is None:
        raise bad_request("message identifier is not specified")
    chat = call.world.writable_chat(call.get("chat_id"))
    message = call.world.message(chat, call.get("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if not message.from_bot or _has_other_keyboard(message.markup):
        raise bad_request("message can't be edited")
    return message


def _has_other_keyboard(markup: Markup | None) -> bool:
    return markup is not None and "inline_keyboard" not in markup


def _edited(
    world: World,
    message: Message,
    text: FormattedText,
    markup: Markup | None,
    media: Payload | None = None,
) -> Payload:
    before = (message.text, message.entities, message.markup, message.media)
    after = (text.text, text.entities, markup, message.media if media is None else media)
    if before == after:
        raise bad_request(NOT_MODIFIED)
    message.text, message.entities, message.markup, message.media = after
    message.edit_date = world.timestamp()
    world.record("edited", message)
    return message.payload()


def delete_message(call: Call) -> bool:
    """Remove a message, within 48 hours."""
    world = call.world
    chat = world.writable_chat(call.get("chat_id"))
    message = world.message(chat, call.get("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    if not _deletable(world, message):
        raise bad_request("message can't be deleted for everyone")
    _delete(world, message)
    return True


def delete_messages(call: Call) -> bool:
    """Remove several; those that are gone or too old stay as they are."""
    chat: Chat = call.world.writable_chat(call.get("chat_id"))
    found = (call.world.message(chat, message_id) for message_id in call.get("message_ids"))
    for message in found:
        if message is not None and _deletable(call.world, message):
            _delete(call.world, message)
    return True


def _deletable(world: World, message: Message) -> bool:
    return world.timestamp() - message.date <= DELETABLE_FOR.total_seconds()


def _delete(world: World, message: Message) -> None:
    message.deleted = True
    world.record("deleted", message)


METHODS: Final[dict[str, Handler]] = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageMedia": edit_message_media,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
}
