"""A message of the sandbox, as the Bot API reports it and as the page shows it."""

from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.model.entities import Entity
from bot.sandbox.model.keyboards import Markup, inline_buttons, shown_inline, shown_reply
from bot.sandbox.model.people import Chat, Payload, User
from bot.sandbox.model.safe_html import render


@dataclass(slots=True)
class Message:
    """`date` and `edit_date` in Unix seconds; `media` holds the content fields but the text.

    `topic` is the number of the message that began the topic it stands in, 0 outside of topics.
    `album` is shared by the messages of one album; `via` is the bot whose inline result this is;
    `votes` are the options of a poll that each user chose.
    """

    message_id: int
    chat: Chat
    date: int
    sender: User
    from_bot: bool
    text: str = ""
    entities: list[Entity] = field(default_factory=list)
    media: Payload = field(default_factory=dict)
    markup: Markup | None = None
    reply_to: "Message | None" = None
    origin: Payload | None = None
    topic: int = 0
    album: str = ""
    silent: bool = False
    via: User | None = None
    votes: dict[int, list[int]] = field(default_factory=dict)
    edit_date: int | None = None
    deleted: bool = False
    toast: str = ""
    alert: bool = False

    def payload(self, *, nested: bool = False) -> Payload:
        """A Message of the Bot API; a message replied to is shown without its own reply."""
        body: Payload = {"message_id": self.message_id}
        if self.chat.type == "channel":
            body["sender_chat"] = self.chat.payload()
        else:
            body["from"] = self.sender.payload()
        body["chat"] = self.chat.payload()
        body["date"] = self.date
        self._add_circumstances(body, nested=nested)
        text, entities = ("caption", "caption_entities") if self.media else ("text", "entities")
        if self.text:
            body[text] = self.text
        if self.entities:
            body[entities] = self.entities
        body.update(self.media)
        if self.markup is not None and "inline_keyboard" in self.markup:
            body["reply_markup"] = self.markup
        return body

    def _add_circumstances(self, body: Payload, *, nested: bool) -> None:
        if self.edit_date is not None:
            body["edit_date"] = self.edit_date
        if self.origin is not None:
            body["forward_origin"] = self.origin
        if self.via is not None:
            body["via_bot"] = self.via.payload()
        if self.album:
            body["media_group_id"] = self.album
        if self.topic:
            body |= {"message_thread_id": self.topic, "is_topic_message": True}
        if self.reply_to is not None and not nested:
            body["reply_to_message"] = self.reply_to.payload(nested=True)

    @property
    def labels(self) -> list[str]:
        """Labels of the inline buttons, else of the reply keyboard's."""
        if inline := inline_buttons(self.markup):
            return [button["text"] for button in inline]
        rows = (self.markup or {}).get("keyboard", [])
        return [button["text"] for row in rows for button in row]

    @property
    def kind(self) -> str:
        """What it carries: "text", "photo", "location", …"""
        return next(iter(self.media), "text")

    def shown(self) -> Payload:
        """What the chat sees of it now."""
        reply_to = self.reply_to.message_id if self.reply_to else None
        body: dict[str, Any] = {
            "message_id": self.message_id,
            "date": self.date,
            "from_bot": self.from_bot,
            "from": self.sender.first_name,
            "text": self.text,
            "html": render(self.text, self.entities),
            "entities": self.entities,
            "kind": self.kind,
            "keyboard": shown_inline(self.markup),
            "reply_keyboard": shown_reply(self.markup),
            "reply_to": reply_to,
            "topic": self.topic,
            "forwarded": self.origin is not None,
            "edited": self.edit_date is not None,
            "deleted": self.deleted,
            "photo": "photo" in self.media,
            "location": self.media.get("location"),
            "media": self.media,
            "album": self.album,
            "silent": self.silent,
            "via": self.via.username if self.via else "",
            "votes": self.votes.get(self.chat.id, []),
        }
        if self.toast:
            body |= {"toast": self.toast, "alert": self.alert}
        return body
