"""Reads link buttons from the last lines of an admin's message: ``Label - https://…``.

An address without its scheme ("Our site - example.org") is taken for one, too, so that whoever
wrote it hears what is missing; behind a longer label, or with a full stop, it is prose.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.texts.message import LABEL_UNITS

_LINE = re.compile(
    r"\s*(?P<label>\S.*?)\s+[-–—]\s+(?P<url>(?:[a-z][a-z0-9+.-]*://|www\.)\S*)\s*",
    re.IGNORECASE,
)
# Ends of hosts: countries have two letters; of the others those that people have sites under.
_ENDS = (
    "[a-z]{2}|app|blog|care|clinic|club|com|dev|edu|gov|health|info|int|life|link|live|net|news|"
    "online|org|page|shop|site|store|website"
)
_BARE_LINE = re.compile(
    rf"\s*(?P<label>\S.{{0,{LABEL_UNITS - 1}}}?)\s+[-–—]\s+"
    rf"(?P<url>(?:[a-z0-9-]+\.)+(?:{_ENDS})(?::\d+)?(?:[/?#]\S*)?)\s*"
)


class LinkLines(NamedTuple):
    """A text without its last lines that are links, and these: label and address each."""

    text: str
    links: tuple[tuple[str, str], ...]


def read_link_lines(text: str) -> LinkLines:
    """What is above the link lines at the end of a text, and those lines."""
    lines = text.split("\n")
    links: list[tuple[str, str]] = []
    while lines:
        found = _link_in(lines[-1])
        if found is None and (lines[-1].strip() or not _above(lines)):
            break
        lines.pop()
        if found is not None:
            links.insert(0, (found["label"], found["url"]))
    if not links:
        return LinkLines(text, ())
    return LinkLines("\n".join(lines).rstrip(), tuple(links))


def _above(lines: list[str]) -> bool:
    """Whether an empty line at the end stands below a link."""
    filled = [line for line in lines if line.strip()]
    return bool(filled) and _link_in(filled[-1]) is not None


def _link_in(line: str) -> re.Match[str] | None:
    return _LINE.fullmatch(line) or _BARE_LINE.fullmatch(line)


def read_links(text: str) -> tuple[tuple[str, str], ...] | None:
    """The link buttons that these lines name, one each; None if a line names none."""
    lines = [line for line in text.split("\n") if line.strip()]
    found = [_link_in(line) for line in lines]
    links = tuple((one["label"], one["url"]) for one in found if one is not None)
    return links if links and len(links) == len(lines) else None
