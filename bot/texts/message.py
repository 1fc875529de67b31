"""What a text function returns: words and keyboard, ready for the Bot API, sent by others."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from bot.texts.callbacks import Callback, encode
from bot.texts.html import Html, join, one_line, shortened

LABEL_UNITS = 35  # what an app shows of a label on a narrow screen
PLACE_UNITS = 60  # a place is sent as it stands on its key, so it is cut only where it must be
PLACEHOLDER_UNITS = 64  # Bot API: ReplyKeyboardMarkup, input_field_placeholder
CAPTION_UNITS = 1024  # Bot API: sendPhoto, caption, "0-1024 characters after entities parsing"
TOAST_UNITS = 200  # Bot API: answerCallbackQuery, text

Markup = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Button:
    """An inline button: words, and what a tap does.

    It tells the bot ``data``, opens ``url``, or has a chat chosen in which ``inline`` is asked of
    the bot.
    """

    label: str
    data: Callback | None = None
    url: str | None = None
    inline: str | None = None

    def __post_init__(self) -> None:
        if [self.data, self.url, self.inline].count(None) != 2:
            raise ValueError("a button does one thing")
        object.__setattr__(self, "label", shortened(self.label, LABEL_UNITS) or "…")

    def markup(self) -> Markup:
        """Bot API: InlineKeyboardButton."""
        if self.data is not None:
            return {"text": self.label, "callback_data": encode(self.data)}
        if self.inline is not None:
            return {"text": self.label, "switch_inline_query": self.inline}
        return {"text": self.label, "url": self.url}


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class ReplyKeyboard:
    """A keyboard in place of the subscriber's own; a tap sends the label as a message."""

    rows: tuple[tuple[str, ...], ...]
    location_label: str | None = None
    one_time: bool = True
    placeholder: str = ""

    def markup(self) -> Markup:
        """Bot API: ReplyKeyboardMarkup."""
        rows: list[list[Markup]] = []
        if self.location_label:
            rows.append([{"text": self.location_label, "request_location": True}])
        rows += [[{"text": one_line(label, PLACE_UNITS)} for label in row] for row in self.rows]
        markup: Markup = {
            "keyboard": rows,
            "resize_keyboard": True,
            "one_time_keyboard": self.one_time,
        }
        if self.placeholder:
            markup["input_field_placeholder"] = one_line(self.placeholder, PLACEHOLDER_UNITS)
        return markup


@dataclass(frozen=True, slots=True)
class Message:
    """One message: markup within Telegram's limits, and at most one keyboard."""

    html: str
    buttons: Rows = ()
    reply: ReplyKeyboard | None = None
    remove_reply: bool = False
    silent_links: bool = True
    plain: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if [bool(self.buttons), self.reply is not None, self.remove_reply].count(True) > 1:
            raise ValueError("a message has one keyboard, or takes one away")

    def below(self, line: Html) -> Message:
        """The message with a line above it; it has to leave room for that."""
        html, plain = f"{line.render()}\n\n{self.html}", f"{line.plain}\n\n{self.plain}"
        return replace(self, html=html, plain=plain)

    def then(self, other: Message) -> Message:
        """The message and another one as one, each with its words and buttons in their order."""
        html, plain = f"{self.html}\n\n{other.html}", f"{self.plain}\n\n{other.plain}"
        return replace(self, html=html, plain=plain, buttons=(*self.buttons, *other.buttons))

    def above(self, row: tuple[Button, ...]) -> Message:
        """The message with a row of buttons below its own."""
        return replace(self, buttons=(*self.buttons, row))

    def markup(self) -> Markup | None:
        """Bot API: ``reply_markup``, or None where the message has no keyboard."""
        if self.buttons:
            return {"inline_keyboard": [[b.markup() for b in row] for row in self.buttons]}
        if self.reply is not None:
            return self.reply.markup()
        return {"remove_keyboard": True} if self.remove_reply else None

    def payload(self, chat_id: int) -> Markup:
        """Bot API: the parameters of ``sendMessage``."""
        payload: Markup = {"chat_id": chat_id, "text": self.html, "parse_mode": "HTML"}
        if self.silent_links:
            payload["link_preview_options"] = {"is_disabled": True}
        markup = self.markup()
        if markup is not None:
            payload["reply_markup"] = markup
        return payload


def page(
    *paragraphs: Html,
    buttons: Rows = (),
    reply: ReplyKeyboard | None = None,
    remove_reply: bool = False,
) -> Message:
    """A message of paragraphs with an empty line between; cut at Telegram's limit if it must."""
    whole = join(paragraphs, "\n\n").clipped()
    return Message(
        whole.render(),
        tuple(row for row in buttons if row),
        reply,
        remove_reply,
        plain=whole.plain,
    )


def choice(label: str, data: Callback, *, on: bool) -> Button:
    """A button of something that is chosen, with a tick, or could be."""
    return Button(f"✓ {label}" if on else label, data)


def toast(words: str) -> str:
    """The short note over the chat that answers a tap; plain text, at most 200 units."""
    return one_line(words, TOAST_UNITS)
