"""What an admin's message says, as a broadcast sends it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from telegram import Message, MessageEntity

from bot.delivery.content import Content, LinkButton
from bot.texts.html import units
from bot.texts.link_lines import read_link_lines
from tips.normalise import after_first_word

CAPTIONED = ("animation", "audio", "document", "photo", "video", "voice")
"""Kinds of messages that Telegram lets have a caption (Bot API: copyMessage, caption)."""

OF_ALBUMS = ("photo", "video", "document", "audio")

Entity = dict[str, Any]


def content_of(message: Message, *, after_command: bool = False) -> Content:
    """The content of any message; a poll is forwarded, so that its votes count together.

    Args:
        after_command: its first word is a command of ours, and does not belong to it.
    """
    if message.text is not None:
        said = _parted(message.text, message.entities, after_command=after_command)
        chosen = message.link_preview_options
        preview = chosen.to_dict() if chosen is not None else None
        return Content(kind="text", **said, link_preview=preview)
    if message.poll is not None:
        return Content(kind="forward", is_poll=True)
    if not any(getattr(message, kind) for kind in CAPTIONED):
        return Content(kind="copy")
    said = _parted(message.caption or "", message.caption_entities, after_command=after_command)
    above = bool(message.show_caption_above_media)
    return Content(kind="copy", **said, has_caption=True, caption_above=above)


def _parted(
    text: str, entities: Iterable[MessageEntity], *, after_command: bool
) -> dict[str, Any]:
    """The text above its link lines, with what is left of its entities, and the links.

    Places are counted in UTF-16 units, as the Bot API does.
    """
    start = after_first_word(text) if after_command else 0
    said = read_link_lines(text[start:])
    first = units(text[:start])
    kept = (_within(one.to_dict(), first, first + units(said.text)) for one in entities)
    return {
        "text": said.text,
        "entities": tuple(one for one in kept if one is not None),
        "buttons": tuple(LinkButton(label, url) for label, url in said.links),
    }


def _within(entity: Entity, first: int, last: int) -> Entity | None:
    """The part of an entity between two places, counted from the first; None if there is none."""
    start = max(entity["offset"], first)
    end = min(entity["offset"] + entity["length"], last)
    return entity | {"offset": start - first, "length": end - start} if start < end else None


def album_item(message: Message) -> dict[str, Any] | None:
    """An item of an album, as ``sendMediaGroup`` takes it; None for what is in no album."""
    for kind in OF_ALBUMS:
        media = getattr(message, kind)
        if media:
            file = media[-1] if kind == "photo" else media
            spoiler = {"has_spoiler": True} if message.has_media_spoiler else {}
            return {"type": kind, "media": file.file_id, **spoiler}
    return None


def words_of_item(message: Message) -> dict[str, Any]:
    """The caption of an item behind the first, which keeps its own words."""
    if not message.caption:
        return {}
    entities = [entity.to_dict() for entity in message.caption_entities]
    return {"caption": message.caption, "caption_entities": entities}
