"""Reads link buttons from the last lines of an admin's message: ``Label - https://…``."""

from __future__ import annotations

import re
from typing import NamedTuple

_LINE = re.compile(
    r"\s*(?P<label>\S.*?)\s+[-–—]\s+(?P<url>(?:[a-z][a-z0-9+.-]*://|www\.)\S*)\s*",
    re.IGNORECASE,
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
        found = _LINE.fullmatch(lines[-1])
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
    return bool(filled) and _LINE.fullmatch(filled[-1]) is not None


def read_links(text: str) -> tuple[tuple[str, str], ...] | None:
    """The link buttons that these lines name, one each; None if a line names none."""
    lines = [line for line in text.split("\n") if line.strip()]
    found = [_LINE.fullmatch(line) for line in lines]
    links = tuple((one["label"], one["url"]) for one in found if one is not None)
    return links if links and len(links) == len(lines) else None
