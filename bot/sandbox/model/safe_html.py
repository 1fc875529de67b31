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
}
_LINKS: Final = {"text_link", "url", "bot_command"}
_BLOCKS: Final = {"pre", "blockquote", "expandable_blockquote"}
_PLAIN: Final = ("<span>", "</span>")
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
        blocks = [entity for entity in entities if entity["type"] in _BLOCKS]
        self._block_starts = {entity["offset"] for entity in blocks}
        self._block_ends = {_end(entity) for entity in blocks}
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
            self._out.append(escape(self._between(start, end)))
        self._close_until(ordered[-1])
        return "".join(self._out)

    def _between(self, start: int, end: int) -> str:
        """The text of a stretch; a block stands on lines of its own, so its line breaks go."""
        text = self._slice(start, end)
        if start in self._block_ends:
            text = text.removeprefix("\n")
        return text.removesuffix("\n") if end in self._block_starts else text

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
        self._out.append(self._tags(entity)[0])
        self._open.append(entity)

    def _tags(self, entity: Entity) -> tuple[str, str]:
        # A link within a link would end the outer one and leave an empty one behind.
        if entity["type"] in _LINKS and not any(e["type"] in _LINKS for e in self._open):
            return self._link(entity)
        return _TAGS.get(entity["type"], _PLAIN)

    def _link(self, entity: Entity) -> tuple[str, str]:
        words = self._slice(entity["offset"], _end(entity))
        if entity["type"] == "bot_command":
            return f'<a class="command" href="#" data-command="{escape(words)}">', "</a>"
        url = entity.get("url") or words
        if not url.lower().startswith(_SAFE_SCHEMES):
            return _PLAIN
        return f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">', "</a>"


def _end(entity: Entity) -> int:
    end: int = entity["offset"] + entity["length"]
    return end
