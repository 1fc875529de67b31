"""Methods that put a message into a chat."""

from itertools import pairwise
from typing import Final

from bot.sandbox.methods.call import (
    Call,
    Handler,
    caption_of,
    is_silent,
    markup_of,
    media_of,
    read_caption,
    read_text,
    replied_to,
    send,
    topic_of,
)
from bot.sandbox.model.entities import FormattedText
from bot.sandbox.model.errors import bad_request
from bot.sandbox.model.messages import Message
from bot.sandbox.model.people import Chat, Payload
from bot.sandbox.model.polls import again, poll
from bot.sandbox.model.storage import document, photo_sizes, voice


def send_message(call: Call) -> Payload:
    """Text, with all of Telegram's checks."""
    return send(call, read_text(call)).payload()


def send_photo(call: Call) -> Payload:
    """A picture: uploaded, sent before, or at an address (which is not fetched)."""
    caption = read_caption(call)
    stored = call.world.files.named("photo", call.get("photo"))
    return send(call, caption, photo_sizes(stored)).payload()


def send_document(call: Call) -> Payload:
    """A file, as `send_photo` takes it."""
    caption = read_caption(call)
    stored = call.world.files.named("document", call.get("document"))
    return send(call, caption, document(stored)).payload()


def send_voice(call: Call) -> Payload:
    """A recording, as `send_photo` takes it."""
    caption = read_caption(call)
    stored = call.world.files.named("voice", call.get("voice"))
    return send(call, caption, voice(stored, call.get("duration") or 0)).payload()


def send_poll(call: Call) -> Payload:
    """A question with answers to tap."""
    settings = ("is_anonymous", "type", "allows_multiple_answers", "correct_option_ids")
    given = {name: call.get(name) for name in settings if call.get(name) is not None}
    options: list[str] = [option["text"] for option in call.get("options")]
    content = poll(call.world, call.get("question"), options, **given)
    return send(call, FormattedText(), content).payload()


def send_media_group(call: Call) -> list[Payload]:
    """An album of pictures, or of files."""
    chat = call.world.writable_chat(call.get("chat_id"))
    album, topic = call.world.new_query_id(), topic_of(call, chat)
    reply_to = replied_to(call, chat)
    contents = [(media_of(call, item), caption_of(item)) for item in call.get("media")]
    sent = [
        call.world.post_from_bot(
            chat,
            text=caption.text,
            entities=caption.entities,
            media=media,
            album=album,
            topic=topic,
            silent=is_silent(call),
            reply_to=reply_to,
        )
        for media, caption in contents
    ]
    return [message.payload() for message in sent]


def send_location(call: Call) -> Payload:
    """A point on the map."""
    latitude, longitude = call.get("latitude"), call.get("longitude")
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise bad_request("wrong location specified")
    location = {"latitude": latitude, "longitude": longitude}
    for name in ("horizontal_accuracy", "live_period"):
        if call.get(name) is not None:
            location[name] = call.get(name)
    return send(call, FormattedText(), {"location": location}).payload()


def copy_message(call: Call) -> Payload:
    """The content of a message without its sender; keyboards are not copied."""
    markup = markup_of(call)
    chat = call.world.writable_chat(call.get("chat_id"))
    original = call.world.message(
        call.world.chat(call.get("from_chat_id")), call.get("message_id")
    )
    if original is None:
        raise bad_request("message to copy not found")
    text = FormattedText(original.text, original.entities)
    if original.media and call.get("caption") is not None:
        text = read_caption(call)
    copied = call.world.post_from_bot(
        chat,
        text=text.text,
        entities=text.entities,
        media=again(call.world, original.media),
        markup=markup,
        topic=topic_of(call, chat),
        silent=is_silent(call),
        reply_to=replied_to(call, chat),
    )
    return {"message_id": copied.message_id}


def copy_messages(call: Call) -> list[Payload]:
    """Several messages of one chat; missing ones are skipped silently."""
    chat, originals = _originals(call)
    if not originals:
        raise bad_request("there are no messages to copy")
    albums = {m.album: call.world.new_query_id() for m in originals if m.album}
    return [
        _copied(call, chat, original, albums.get(original.album, "")) for original in originals
    ]


def _copied(call: Call, chat: Chat, original: Message, album: str) -> Payload:
    bare = bool(original.media) and bool(call.get("remove_caption"))
    copied = call.world.post_from_bot(
        chat,
        text="" if bare else original.text,
        entities=[] if bare else original.entities,
        media=again(call.world, original.media),
        topic=topic_of(call, chat),
        album=album,
        silent=is_silent(call),
    )
    return {"message_id": copied.message_id}


def _originals(call: Call) -> tuple[Chat, list[Message]]:
    chat = call.world.writable_chat(call.get("chat_id"))
    source = call.world.chat(call.get("from_chat_id"))
    ids: list[int] = call.get("message_ids")
    if any(later <= earlier for earlier, later in pairwise(ids)):
        raise bad_request("message identifiers must be in a strictly increasing order")
    found = (call.world.message(source, message_id) for message_id in ids)
    return chat, [message for message in found if message is not None]


def forward_message(call: Call) -> Payload:
    """A message with the name of who wrote it."""
    chat = call.world.writable_chat(call.get("chat_id"))
    original = call.world.message(
        call.world.chat(call.get("from_chat_id")), call.get("message_id")
    )
    if original is None:
        raise bad_request("message to forward not found")
    return _forwarded(call, chat, original).payload()


def forward_messages(call: Call) -> list[Payload]:
    """Several messages of one chat; missing ones are skipped."""
    chat, originals = _originals(call)
    if not originals:
        raise bad_request("there are no messages to forward")
    return [{"message_id": _forwarded(call, chat, m).message_id} for m in originals]


def _forwarded(call: Call, chat: Chat, original: Message) -> Message:
    return call.world.post_from_bot(
        chat,
        text=original.text,
        entities=original.entities,
        media=original.media,
        origin=_origin(original),
        silent=is_silent(call),
        topic=topic_of(call, chat),
    )


def _origin(original: Message) -> Payload:
    if original.chat.type == "channel":
        channel = {"chat": original.chat.payload(), "message_id": original.message_id}
        return {"type": "channel", "date": original.date, **channel}
    return {"type": "user", "date": original.date, "sender_user": original.sender.payload()}


METHODS: Final[dict[str, Handler]] = {
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "sendVoice": send_voice,
    "sendPoll": send_poll,
    "sendMediaGroup": send_media_group,
    "sendLocation": send_location,
    "copyMessage": copy_message,
    "copyMessages": copy_messages,
    "forwardMessage": forward_message,
    "forwardMessages": forward_messages,
}
