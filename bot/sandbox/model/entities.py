"""Formatted text: UTF-16 lengths, cleaning, trimming, and the checks of entities given apart.

Rules and wording follow the behaviour of Telegram's own library (TDLib); lengths are counted in
UTF-16 units, the strictest reading of "characters after entities parsing".
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from bot.sandbox.model.errors import bad_request

Entity = dict[str, Any]

MAX_ENTITIES: Final = 100  # more are ignored: core.telegram.org/bots/api#formatting-options
_REMOVED: Final = re.compile("[\r\u2028-\u202e]")
_BLANKED: Final = re.compile("[\x00-\x09\x0b-\x0c\x0e-\x1f]")
_INVISIBLE: Final = re.compile("[\\s\u00ad\u180e\u200b-\u200f\u2060-\u2064\u2800\u3164\ufeff]*")
_COMMAND: Final = re.compile(r"(?<![\w/<>@.])/\w{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])", re.ASCII)
_URL: Final = re.compile(r"(?<![\w@/])https?://[^\s<>\"]*[^\s<>\".,;:!?'\)\]]")
# Which of two entities over the same stretch comes first.
_ORDER: Final = {
    "blockquote": 0, "expandable_blockquote": 0, "pre": 1, "code": 2, "text_link": 3,
    "text_mention": 3, "bold": 4, "italic": 5, "underline": 6, "strikethrough": 7, "spoiler": 8,
    "custom_emoji": 9,
}  # fmt: skip
_OPAQUE: Final = {"pre", "code", "text_link", "text_mention"}
_DETECTED: Final = {"bot_command", "url"}  # a client may have marked them itself


@dataclass(slots=True)
class FormattedText:
    """Text as shown, with its entities (offsets and lengths in UTF-16 units)."""

    text: str = ""
    entities: list[Entity] = field(default_factory=list)


def utf16_length(text: str) -> int:
    """Length of `text` in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def sort_entities(entities: list[Entity]) -> list[Entity]:
    """By beginning, the longer first, then by kind, as Telegram reports them."""
    return sorted(entities, key=lambda e: (e["offset"], -e["length"], _ORDER.get(e["type"], 10)))


def check_entities(text: str, entities: list[Entity]) -> list[Entity]:
    """Entities given beside a text, refused when they leave it or cut a surrogate pair."""
    inside = _inside_pairs(text)
    end_of_text = utf16_length(text)
    for entity in entities:
        offset, length = entity["offset"], entity["length"]
        if offset < 0 or length < 0 or offset > end_of_text:
            raise bad_request("ENTITY_BOUNDS_INVALID")
        if offset + length > end_of_text:
            raise bad_request(
                f"entity beginning at UTF-16 offset {offset} ends after the end of the text "
                f"at UTF-16 offset {offset + length}"
            )
        if offset in inside:
            raise bad_request(
                f"entity begins in a middle of a UTF-16 symbol at byte offset {offset}"
            )
        if offset + length in inside:
            raise bad_request(
                f"entity beginning at UTF-16 offset {offset} ends in a middle of a UTF-16 symbol "
                f"at byte offset {offset + length}"
            )
    return [entity for entity in entities if entity["length"] > 0]


def _inside_pairs(text: str) -> set[int]:
    """Offsets between the two halves of a surrogate pair."""
    inside: set[int] = set()
    position = 0
    for character in text:
        if character > "\uffff":
            inside.add(position + 1)
            position += 1
        position += 1
    return inside


def tidy(formatted: FormattedText) -> FormattedText:
    """As stored by Telegram: no control characters, trimmed, entities sorted, commands found."""
    text = _BLANKED.sub(" ", formatted.text)
    entities = formatted.entities
    if _REMOVED.search(text):
        text, entities = _without_removed(text, entities)
    text, entities = _trimmed(text, entities)
    if not _INVISIBLE.sub("", text):
        return FormattedText()
    found = _detected(text, [e for e in entities if e["type"] in _OPAQUE | _DETECTED])
    return FormattedText(text, sort_entities(entities + found)[:MAX_ENTITIES])


def _without_removed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Every character that goes is one UTF-16 unit, so offsets move by how many went before."""
    gone = [utf16_length(text[: m.start()]) for m in _REMOVED.finditer(text)]
    moved = []
    for entity in entities:
        start, end = entity["offset"], entity["offset"] + entity["length"]
        new_start = start - sum(1 for at in gone if at < start)
        new_end = end - sum(1 for at in gone if at < end)
        moved.append({**entity, "offset": new_start, "length": new_end - new_start})
    return _REMOVED.sub("", text), moved


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    shown = text.strip()
    if shown == text and all(e["length"] > 0 for e in entities):
        return text, entities
    lead = utf16_length(text[: len(text) - len(text.lstrip())])
    limit = utf16_length(shown)
    kept = []
    for entity in entities:
        start = min(max(entity["offset"] - lead, 0), limit)
        end = min(max(entity["offset"] + entity["length"] - lead, 0), limit)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return shown, kept


def _detected(text: str, taken: list[Entity]) -> list[Entity]:
    """Bot commands and links that Telegram marks by itself, outside code and links."""
    found: list[Entity] = []
    for kind, pattern in (("bot_command", _COMMAND), ("url", _URL)):
        for match in pattern.finditer(text):
            offset = utf16_length(text[: match.start()])
            length = utf16_length(match.group())
            if not any(
                e["offset"] < offset + length and offset < e["offset"] + e["length"]
                for e in taken + found
            ):
                found.append({"type": kind, "offset": offset, "length": length})
    return found
