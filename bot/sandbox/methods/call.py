"""One checked call, and what several methods read from it in the same way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bot.sandbox.model.entities import FormattedText, check_entities, tidy, utf16_length
from bot.sandbox.model.errors import bad_request
from bot.sandbox.model.keyboards import Markup, read_markup
from bot.sandbox.model.markup import parse_html
from bot.sandbox.model.messages import Message
from bot.sandbox.model.people import Chat, Payload
from bot.sandbox.model.storage import StoredFile, document, photo_sizes
from bot.sandbox.model.table import Method
from bot.sandbox.model.values import Upload
from bot.sandbox.model.world import World

MAX_TEXT: Final = 4096  # UTF-16 units after entities; core.telegram.org/bots/api#sendmessage
MAX_CAPTION: Final = 1024  # likewise; core.telegram.org/bots/api#sendphoto
MAX_SOURCE_BYTES: Final = 1 << 15  # of the markup; what the open source Bot API server refuses


@dataclass(frozen=True, slots=True)
class Call:
    """A call whose parameters have passed the table."""

    world: World
    method: Method
    given: Payload
    uploads: Mapping[str, Upload] = field(default_factory=dict)  # by the name of their part

    def get(self, name: str, default: Any = None) -> Any:
        """A parameter's value; LookupError when the table gives the method no such parameter."""
        if name not in self.method.parameters:
            raise LookupError(f"{self.method.name} has no parameter {name}")
        return self.given.get(name, default)


Handler = Callable[[Call], Any]


def read_text(call: Call) -> FormattedText:
    """The text of a message; ApiError 400 when it is empty, too long or broken."""
    formatted = _formatted(call, "text", "entities")
    if not formatted.text:
        raise bad_request("message text is empty")
    if utf16_length(formatted.text) > MAX_TEXT:
        raise bad_request("message is too long")
    return formatted


def read_caption(call: Call) -> FormattedText:
    """The caption given, possibly empty; ApiError 400 when it is too long or broken."""
    formatted = _formatted(call, "caption", "caption_entities")
    if utf16_length(formatted.text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return formatted


def check_inline_text(content: Payload) -> None:
    """Refuse what an inline result would post, as `read_text` refuses a message."""
    formatted = _read(content, "message_text", "entities")
    if not formatted.text:
        raise bad_request("message text is empty")
    if utf16_length(formatted.text) > MAX_TEXT:
        raise bad_request("MESSAGE_TOO_LONG")


def caption_of(item: Payload) -> FormattedText:
    """The caption of a file that is described by itself, as an album's item is."""
    formatted = _read(item, "caption", "caption_entities")
    if utf16_length(formatted.text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return formatted


def media_of(call: Call, item: Payload) -> Payload:
    """The content of an InputMedia; its file is sent before, at an address or attached."""
    stored = call.world.files.named(item["type"], _attached(call, item["media"]))
    return _CONTENTS.get(item["type"], document)(stored)


def _attached(call: Call, given: str) -> Upload | str:
    name = given.removeprefix("attach://")
    return given if name == given else call.uploads.get(name, given)


_CONTENTS: Final[dict[str, Callable[[StoredFile], Payload]]] = {"photo": photo_sizes}


def _formatted(call: Call, text_field: str, entities_field: str) -> FormattedText:
    given = {name: call.get(name) for name in (text_field, entities_field, "parse_mode")}
    return _read(given, text_field, entities_field)


def _read(given: Payload, text_field: str, entities_field: str) -> FormattedText:
    text: str = given.get(text_field) or ""
    if len(text.encode()) > MAX_SOURCE_BYTES:
        raise bad_request("text is too long")
    mode: str = (given.get("parse_mode") or "").lower()
    if not text or mode in {"", "none"}:
        entities = given.get(entities_field) or []
        return tidy(FormattedText(text, check_entities(text, entities)))
    if mode != "html":
        # Markdown exists at Telegram, but the bot has no use for it.
        raise bad_request("unsupported parse_mode")
    return tidy(parse_html(text))


def markup_of(call: Call) -> Markup | None:
    """The reply markup given, checked; None without one or with an empty one."""
    value = call.get("reply_markup")
    if value is None:
        return None
    allowed = call.method.parameters["reply_markup"].types
    return read_markup(call.world.table, value, allowed)


def replied_to(call: Call, chat: Chat) -> Message | None:
    """The message replied to; ApiError 400 when it is gone and the reply depends on it."""
    parameters: Payload | None = call.get("reply_parameters")
    if parameters is None:
        return None
    message = call.world.message(chat, parameters["message_id"])
    if message is None and not parameters.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return message


def topic_of(call: Call, chat: Chat) -> int:
    """The topic that the call names; ApiError 400 where the chat has no such topic.

    Groups without topics take any number and do not look at it (tdlib/telegram-bot-api).
    """
    topic: int = call.given.get("message_thread_id") or 0  # some methods have no such parameter
    if topic and (chat.user is not None or chat.topics) and topic not in chat.topics:
        raise bad_request("message thread not found")
    return topic if topic in chat.topics else 0


def is_silent(call: Call) -> bool:
    """Whether the message is to come without a sound."""
    return bool(call.given.get("disable_notification"))


def send(call: Call, formatted: FormattedText, media: Payload | None = None) -> Message:
    """Put a message by the bot into the chat that the call names."""
    markup = markup_of(call)
    chat = call.world.writable_chat(call.get("chat_id"))
    return call.world.post_from_bot(
        chat,
        text=formatted.text,
        entities=formatted.entities,
        media=media or {},
        markup=markup,
        topic=topic_of(call, chat),
        silent=is_silent(call),
        reply_to=replied_to(call, chat),
    )
