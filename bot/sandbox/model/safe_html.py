"""Text and entities as HTML that is safe to put into a page."""

from html import escape
from itertools import pairwise
from typing import Final

from bot.sandbox.model.entities import Entity, sort_entities

_TAGS: Final = {
    "bold": ("<b>", "</b>"),
    "italic": ("<i>", "</i>"),
    "underline": ("<u>", "</u>"),
    "strikethrough": ("<s>", "</s>"),
    "spoiler": ('<span class="spoiler">', "</span>"),
    "code": ("<code>", "</code>"),
    "pre": ("<pre>", "</pre>"),
    "blockquote": ("<blockquote>", "</blockquote>"),
    "expandable_blockquote": ('<blockquote class="expandable">', "</blockquote>"),
    "bot_command": ('<a class="command" href="#">', "</a>"),
}
_SAFE_SCHEMES: Final = ("http://", "https://", "tg://", "mailto:", "tel:")


def render(text: str, entities: list[Entity]) -> str:
    """HTML of `text`: everything escaped, entities as tags, always well nested."""
    if not entities:
        return escape(text)
    return _Renderer(text, sort_entities(entities)).render()


class _Renderer:
    def __init__(self, text: str, entities: list[Entity]) -> None:
        self._units = text.encode("utf-16-le", "replace")
        self._entities = entities
        self._open: list[Entity] = []
        self._out: list[str] = []

    def render(self) -> str:
        borders = {0, len(self._units) // 2}
        for entity in self._entities:
            borders |= {entity["offset"], _end(entity)}
        ordered = sorted(borders)
        for start, end in pairwise(ordered):
            self._close_until(start)
            self._open_at(start)
            self._out.append(escape(self._slice(start, end)))
        self._close_until(ordered[-1])
        return "".join(self._out)

    def _slice(self, start: int, end: int) -> str:
        return self._units[2 * start : 2 * end].decode("utf-16-le", "replace")

    def _close_until(self, position: int) -> None:
        """Close what ended; what overlaps it is closed with it and opened again."""
        ended = [index for index, e in enumerate(self._open) if _end(e) <= position]
        if not ended:
            return
        reopened = [e for e in self._open[ended[0] :] if _end(e) > position]
        while len(self._open) > ended[0]:
            self._out.append(self._tags(self._open.pop())[1])
        for entity in reopened:
            self._start(entity)

    def _open_at(self, position: int) -> None:
        for entity in self._entities:
            if entity["offset"] == position:
                self._start(entity)

    def _start(self, entity: Entity) -> None:
        self._open.append(entity)
        self._out.append(self._tags(entity)[0])

    def _tags(self, entity: Entity) -> tuple[str, str]:
        if entity["type"] in {"text_link", "url"}:
            url = entity.get("url") or self._slice(entity["offset"], _end(entity))
            if url.lower().startswith(_SAFE_SCHEMES):
                link = f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">'
                return link, "</a>"
        return _TAGS.get(entity["type"], ("<span>", "</span>"))


def _end(entity: Entity) -> int:
    end: int = entity["offset"] + entity["length"]
    return end
