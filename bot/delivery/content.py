"""What a broadcast says, as its admin wrote it; what is wrong with it; how it reads filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from pydantic import BaseModel

from bot.texts import announcement
from bot.texts.html import MESSAGE_UNITS, units
from bot.texts.message import LABEL_UNITS

CAPTION_UNITS = 1024  # Bot API: copyMessage, caption, "0-1024 characters after entities parsing"
MOST_BUTTONS = 3
MOST_OF_ALBUM = 10  # Bot API: sendMediaGroup, "must include 2-10 items"
NAME_UNITS = 64  # Telegram takes no longer first name; a stranger's answer is cut
URL_UNITS = 2048
PLACEHOLDERS: Mapping[str, int] = {"first_name": NAME_UNITS, "next_tip": 48}
"""What may stand in braces, and the most units it becomes."""

_BRACES = re.compile(r"\{([A-Za-z][A-Za-z0-9_]*)\}")
_HOST = re.compile(r"[^\s.]+(\.[^\s.]+)+")

Entity = dict[str, Any]
Code = Literal[
    "empty",
    "too_long",
    "unknown_placeholder",
    "no_caption",
    "too_many_buttons",
    "no_buttons",
    "empty_label",
    "long_label",
    "bad_link",
    "bare_link",
    "album_size",
]


class LinkButton(NamedTuple):
    """A button below the message that opens a web address."""

    label: str
    url: str


class Content(BaseModel, frozen=True, extra="forbid"):
    """What is sent, in ``broadcast.content``; without it the message is copied as it is.

    ``copy`` is anything Telegram copies, ``forward`` a poll whose votes count together, which can
    have neither label nor button of ours. ``text`` is the text, or the caption, as the admin wrote
    it, with its ``entities`` (Bot API, UTF-16) and its placeholders as typed; ``has_caption`` says
    whether Telegram lets this kind have one. ``media`` are an album's items as ``sendMediaGroup``
    takes them: ``copyMessages`` would take no label. Their caption is ``text``. ``is_poll`` says
    that there is a choice between ``forward`` and ``copy``.
    """

    kind: Literal["text", "copy", "forward", "album"]
    text: str = ""
    entities: tuple[Entity, ...] = ()
    has_caption: bool = False
    buttons: tuple[LinkButton, ...] = ()
    media: tuple[dict[str, Any], ...] = ()
    caption_above: bool = False
    link_preview: dict[str, Any] | None = None
    silent: Literal["night", "always", "never"] = "night"
    is_poll: bool = False

    @property
    def carries_text(self) -> bool:
        """Whether the label has a text or a caption to stand in."""
        return self.kind in ("text", "album") or (self.kind == "copy" and self.has_caption)

    @property
    def takes_links(self) -> bool:
        """Whether it can have link buttons."""
        return self.kind in ("text", "copy")

    @property
    def placeholders(self) -> frozenset[str]:
        """The known placeholders in its text."""
        return frozenset(_BRACES.findall(self.text)) & PLACEHOLDERS.keys()

    def with_words(self, written: Content) -> Content:
        """The same with the other one's text, and its buttons if it has any."""
        return self.model_copy(
            update={
                "text": written.text,
                "entities": written.entities,
                "buttons": written.buttons or self.buttons,
                "link_preview": written.link_preview if self.kind == "text" else None,
            }
        )

    def rewritten(self, written: Content) -> Content:
        """What has not been sent, with a text in place of its words; anything else, and a text
        where there are no words, takes its place altogether."""
        if written.kind == "text" and self.carries_text:
            return self.with_words(written)
        kept: dict[str, Any] = {"silent": self.silent}
        if written.kind in ("text", "copy"):
            kept["buttons"] = written.buttons or self.buttons
        return written.model_copy(update=kept)

    def stored(self) -> str:
        """What ``broadcast.content`` holds."""
        return self.model_dump_json(exclude_defaults=True)


class Problem(NamedTuple):
    """Why a content cannot be sent: what, where (``text``, ``button 2``, a placeholder as typed),
    and by how many units it is too long."""

    code: Code
    place: str = "text"
    over: int = 0


@lru_cache(64)
def read_content(stored: str) -> Content:
    """The content that was stored; the worker asks for every message.

    Raises:
        ValueError: it is none.
    """
    return Content.model_validate_json(stored)


def content_in(stored: str | None) -> Content:
    """What a broadcast says; a plain copy has neither words nor links of ours."""
    return read_content(stored) if stored else Content(kind="copy")


def problems_of(content: Content) -> list[Problem]:
    """All that Telegram would refuse, or a reader would see as a mistake; nothing when fine."""
    return [*_of_text(content), *_of_buttons(content), *_of_album(content)]


def _of_text(content: Content) -> Iterator[Problem]:
    if content.kind == "text" and not content.text.strip():
        yield Problem("empty")
    if content.text and not content.carries_text:
        yield Problem("no_caption")
    most = MESSAGE_UNITS if content.kind == "text" else CAPTION_UNITS
    over = longest(content) - most
    if content.carries_text and over > 0:
        yield Problem("too_long", over=over)
    for name in dict.fromkeys(_BRACES.findall(content.text)):
        if name not in PLACEHOLDERS:
            yield Problem("unknown_placeholder", f"{{{name}}}")


def longest(content: Content) -> int:
    """The most UTF-16 units that the message has in any language, labelled and filled in."""
    filled = _BRACES.sub(
        lambda found: "x" * PLACEHOLDERS.get(found[1], len(found[0])), content.text
    )
    return units(filled) + announcement.most_units_around(album=content.kind == "album")


def _of_buttons(content: Content) -> Iterator[Problem]:
    if content.buttons and content.kind in ("forward", "album"):
        yield Problem("no_buttons", "buttons")
    if len(content.buttons) > MOST_BUTTONS:
        yield Problem("too_many_buttons", "buttons")
    for number, button in enumerate(content.buttons, 1):
        place = f"button {number}"
        if not button.label.strip():
            yield Problem("empty_label", place)
        if units(button.label) > LABEL_UNITS:
            yield Problem("long_label", place, units(button.label) - LABEL_UNITS)
        if not is_link(button.url):
            bare = is_link(f"https://{button.url}")
            yield Problem("bare_link" if bare else "bad_link", place)


def is_link(url: str) -> bool:
    """Whether Telegram takes it for a button: a web address with a host, and nothing around it."""
    if len(url) > URL_UNITS or re.search(r"\s", url):
        return False
    try:
        found = urlsplit(url)
        _ = found.port
    except ValueError:
        return False
    return found.scheme in ("http", "https") and bool(_HOST.fullmatch(found.hostname or ""))


def _of_album(content: Content) -> Iterator[Problem]:
    if content.kind == "album" and not 2 <= len(content.media) <= MOST_OF_ALBUM:
        yield Problem("album_size", "album")


class Filled(NamedTuple):
    """A text and its entities, ready to be sent."""

    text: str
    entities: tuple[Entity, ...] = ()

    def below(self, line: str) -> Filled:
        """Below a line in bold and an empty one."""
        shift = units(line) + 2
        moved = (one | {"offset": one["offset"] + shift} for one in self.entities)
        bold = {"type": "bold", "offset": 0, "length": units(line)}
        if not self.text:
            return Filled(line, (bold,))
        return Filled(f"{line}\n\n{self.text}", (bold, *moved))

    def above(self, line: str) -> Filled:
        """Above an empty line and this one."""
        return Filled(f"{self.text}\n\n{line}", self.entities)


def fill(content: Content, values: Mapping[str, str]) -> Filled:
    """The text with its known placeholders replaced, and its entities moved along."""
    parts, edges, read, shift = [], [], 0, 0
    for found in _BRACES.finditer(content.text):
        value = values.get(found[1])
        if value is None:
            continue
        before = content.text[read : found.start()]
        parts += [before, value]
        start = units(content.text[: found.start()])
        shift += units(value) - units(found[0])
        edges.append((start, start + units(found[0]), shift))
        read = found.end()
    text = "".join([*parts, content.text[read:]])
    return Filled(text, tuple(_moved(one, edges) for one in content.entities))


def _moved(entity: Entity, edges: list[tuple[int, int, int]]) -> Entity:
    """The entity where its words are now; one that begins or ends inside a placeholder covers
    what that became."""
    first, last = entity["offset"], entity["offset"] + entity["length"]
    start, end, before = first, last, 0
    for opens, closes, shift in edges:
        if closes <= first:
            start = first + shift
        elif opens < first:
            start = opens + before
        if closes <= last or opens < last:
            end = max(last, closes) + shift
        before = shift
    return entity | {"offset": start, "length": end - start}
