"""Writes into the content files what authors do not write: numbers and reviews.

The files are edited as text, a line at a time, so that the authors' layout and comments stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import chain, pairwise
from pathlib import Path

import yaml

from tips.findings import ContentError, Finding, refuse
from tips.loading import CONTENT, FALLBACK_LANGUAGE, read_content
from tips.models import Verdict


def assign_numbers(root: Path = CONTENT, language: str = FALLBACK_LANGUAGE) -> dict[str, int]:
    """Give every tip without a number the next free one, in its file, below its id.

    A number once used, in a tip or in the ledger of withdrawn ones, is never given again, and
    gaps are not filled. Returns the new numbers by tip id.

    Raises:
        ContentError: a file cannot be read, or is not laid out as one key a line.
    """
    content = read_content(root, language, refuse)
    used = {tip.number for tip in content.tips if tip.id not in content.unnumbered}
    used |= {tip.number for tip in content.retired.tips}
    free = max(used, default=-1) + 1
    given: dict[str, int] = {}
    for path in sorted((root / content.language / "tips").glob("*.yaml")):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        # From the last item up, so that line numbers stay right; numbers still rise downwards.
        missing = [item for item in _items(path, root) if item.id in content.unnumbered]
        for offset, item in reversed(list(enumerate(missing))):
            lines.insert(item.id_line + 1, f"  number: {free + offset}\n")
            given[item.id] = free + offset
        free += len(missing)
        if missing:
            path.write_text("".join(lines), encoding="utf-8")
    return dict(sorted(given.items(), key=lambda pair: pair[1]))


def record_review(
    item_id: str,
    on: date,
    outcome: Verdict,
    root: Path = CONTENT,
    language: str = FALLBACK_LANGUAGE,
) -> Path:
    """Write when a tip or answer was reviewed and with what outcome, in place of an older review.

    Returns the file that holds it.

    Raises:
        KeyError: no tip or answer has this id.
        ContentError: the file cannot be read, or is not laid out as one key a line.
    """
    folder = root / language
    for path in sorted(chain(folder.glob("tips/*.yaml"), folder.glob("answers/*.yaml"))):
        text = path.read_text(encoding="utf-8")
        if not re.search(rf"^- id: {re.escape(item_id)}\s*(?:#.*)?$", text, re.MULTILINE):
            continue
        lines = text.splitlines(keepends=True)
        item = next(item for item in _items(path, root) if item.id == item_id)
        kept = _without_review(lines[item.start : item.end])
        kept.append(f"  reviewed: {{on: {on.isoformat()}, outcome: {outcome}}}\n")
        lines[item.start : item.end] = kept
        path.write_text("".join(lines), encoding="utf-8")
        return path
    raise KeyError(item_id)


class _Item:
    """The lines that one item of a list takes up in its file."""

    def __init__(self, name: str, id_line: int, start: int, end: int) -> None:
        self.id = name
        self.id_line = id_line
        self.start = start
        self.end = end


def _items(path: Path, root: Path) -> Iterator[_Item]:
    """The items of a file with their lines, blank lines and comments after them left out."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    listed = yaml.compose(text, Loader=yaml.CSafeLoader)
    nodes = listed.value if isinstance(listed, yaml.SequenceNode) else []
    starts = [node.start_mark.line for node in nodes] + [len(lines)]
    for node, (start, following) in zip(nodes, pairwise(starts), strict=True):
        end = following
        while not lines[end - 1].strip() or lines[end - 1].startswith("#"):
            end -= 1
        key, value = next(pair for pair in node.value if pair[0].value == "id")
        if node.flow_style or key.start_mark.column != 2:
            relative = path.relative_to(root).as_posix()
            message, remedy = "not one key a line", "Lay it out as '- id: ...' and keys below"
            raise ContentError(Finding(relative, value.value, "layout", message, remedy))
        yield _Item(value.value, value.end_mark.line, start, end)


def _without_review(lines: list[str]) -> list[str]:
    """The lines of an item without its ``reviewed`` key, however many lines that takes."""
    kept: list[str] = []
    inside = False
    for line in lines:
        if line.startswith("  ") and not line.startswith("   "):
            inside = line.startswith("  reviewed:")
        if not inside:
            kept.append(line)
    if kept and not kept[-1].endswith("\n"):
        kept[-1] += "\n"
    return kept
