"""Telegram's HTML, built from runs of text so that no tag can stay open.

A text is a row of *runs*; each run carries at most one tag and is escaped when it is rendered.
Nothing here takes ready-made markup, hence a subscriber's words can never become a tag, and a text
can be cut to any length without cutting a tag. Lengths are in UTF-16 code units, the unit of
Telegram's entity offsets and the strictest reading of its 4096 limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from string import Formatter

MESSAGE_UNITS = 4096  # Bot API: sendMessage, text, "1-4096 characters after entities parsing"
MARKUP_UNITS = 9000  # markup of about 9,500 characters was seen refused (tdlib issue 165)
ELLIPSIS = "…"
FOLD = "<blockquote expandable>{}</blockquote>"
# Lone surrogates cannot be sent as UTF-8; control characters are refused or dropped by Telegram.
_UNSENDABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"']+")


def units(text: str) -> int:
    """Length of ``text`` in UTF-16 code units."""
    return len(text) + sum(1 for character in text if character > "\uffff")


def clean(text: str) -> str:
    """The text without what cannot be sent: lone surrogates, control characters."""
    return _UNSENDABLE.sub("\ufffd", text.replace("\r\n", "\n"))


def clip(text: str, limit: int) -> str:
    """The text itself, or its beginning and an ellipsis; never longer than ``limit`` units."""
    if units(text) <= limit:
        return text
    return _head(text, limit - 1).rstrip() + ELLIPSIS if limit > 0 else ""


def one_line(text: str, limit: int) -> str:
    """Someone's words on one line, for a quotation or a button; at most ``limit`` units."""
    return clip(" ".join(clean(text).split()), limit)


def shortened(text: str, limit: int) -> str:
    """Words on one line; where they are too long, cut between two of them."""
    line = one_line(text, limit)
    if not line.endswith(ELLIPSIS) or text.endswith(ELLIPSIS):
        return line
    whole, blank, rest = line.removesuffix(ELLIPSIS).rpartition(" ")
    return f"{whole}{ELLIPSIS}" if blank and len(rest) < limit // 2 else line


def _head(text: str, limit: int) -> str:
    used = 0
    for place, character in enumerate(text):
        used += 2 if character > "\uffff" else 1
        if used > limit:
            return text[:place]
    return text


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text with at most one tag."""

    text: str
    tag: str = ""
    href: str = ""
    folded: bool = False

    def render(self) -> str:
        """The run as markup, escaped."""
        inner = _escape(self.text)
        if self.href:
            address = _escape(self.href).replace('"', "&quot;")
            return f'<a href="{address}">{inner}</a>'
        return f"<{self.tag}>{inner}</{self.tag}>" if self.tag else inner

    def beginning(self, text: str) -> Run:
        """The same run with less text."""
        return replace(self, text=text)


@dataclass(frozen=True, slots=True)
class Html:
    """A text with formatting. Made by the functions below, joined with ``+``."""

    runs: tuple[Run, ...] = ()

    def __add__(self, other: Html) -> Html:
        return Html(self.runs + other.runs)

    def __bool__(self) -> bool:
        return any(run.text.strip() for run in self.runs)

    @property
    def plain(self) -> str:
        """What a subscriber sees, without formatting."""
        return "".join(run.text for run in self.runs)

    @property
    def units(self) -> int:
        """Visible length in UTF-16 code units."""
        return units(self.plain)

    def render(self) -> str:
        """The markup; every tag is closed and every character escaped."""
        written = (run for run in self.runs if run.text)
        parts = groupby(written, key=lambda run: run.folded)
        return "".join(_part(runs, folded=folded) for folded, runs in parts)

    def clipped(self, limit: int = MESSAGE_UNITS, markup_limit: int = MARKUP_UNITS) -> Html:
        """The text itself, or its beginning and an ellipsis, with its formatting whole."""
        if self.units <= limit and units(self.render()) <= markup_limit:
            return self
        folds = sum(folded for folded, _ in groupby(run.folded for run in self.runs))
        room = markup_limit - 1 - folds * units(FOLD)
        cut = Html(tuple(self._beginning(limit - 1, room)))
        ellipsis = Run(ELLIPSIS, folded=cut.runs[-1].folded if cut.runs else False)
        return Html((*cut.runs, ellipsis))

    def _beginning(self, room: int, markup_room: int) -> Iterator[Run]:
        for run in self.runs:
            kept = run
            while kept.text and units(kept.render()) > markup_room:
                kept = run.beginning(kept.text[: len(kept.text) // 2])
            kept = run.beginning(_head(kept.text, room))
            if kept.text:
                yield kept
            if kept.text != run.text:
                return
            room -= units(kept.text)
            markup_room -= units(kept.render())


def _part(runs: Iterable[Run], *, folded: bool) -> str:
    inner = "".join(run.render() for run in runs)
    return FOLD.format(inner) if folded else inner


def text(words: str) -> Html:
    """Plain words."""
    return Html((Run(clean(words)),))


def bold(words: str) -> Html:
    """Words in bold."""
    return _tagged(words, "b")


def italic(words: str) -> Html:
    """Words in italics."""
    return _tagged(words, "i")


def folded(words: Html | str) -> Html:
    """Words in a quotation that the apps show the beginning of, and unfold at a tap."""
    inner = text(words) if isinstance(words, str) else words
    return Html(tuple(replace(run, folded=True) for run in inner.runs)) if inner else inner


def link(words: str, address: str | None) -> Html:
    """Words that open ``address``; plain words when that is no web address."""
    if address is None or not words.strip() or not _WEB_ADDRESS.fullmatch(clean(address)):
        return text(words)
    return Html((Run(clean(words), href=clean(address)),))


def _tagged(words: str, tag: str) -> Html:
    # Telegram drops an entity around blanks only; a plain run says the same.
    return Html((Run(clean(words), tag if words.strip() else ""),))


def fill(template: str, **slots: Html | str | int) -> Html:
    """A translated sentence with its ``{slots}`` filled; the template holds no markup.

    Raises:
        KeyError: when the template names a slot that is not given.
    """
    filled = Html()
    for literal, name, _, _ in Formatter().parse(template):
        filled += text(literal)
        if name is not None:
            value = slots[name]
            filled += value if isinstance(value, Html) else text(str(value))
    return filled


def join(parts: Iterable[Html], separator: str = "\n") -> Html:
    """The parts that are not empty, with ``separator`` between them."""
    joined = Html()
    for part in parts:
        if part:
            joined = joined + text(separator) + part if joined.runs else part
    return joined
