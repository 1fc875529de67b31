"""Writes the numbers of new tips into the content files, which authors leave out.

The files are edited as text, a line at a time, so that the authors' layout and comments stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from tips.findings import ContentError, Finding, refuse
from tips.loading import CONTENT, FALLBACK_LANGUAGE, read_content


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


class _Item(NamedTuple):
    """An item of a list, and the line of its file that its id stands on."""

    id: str
    id_line: int


def _items(path: Path, root: Path) -> Iterator[_Item]:
    """The items of a file, in their order."""
    listed = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    for node in listed.value if isinstance(listed, yaml.SequenceNode) else []:
        key, value = next(pair for pair in node.value if pair[0].value == "id")
        if node.flow_style or key.start_mark.column != 2:
            relative = path.relative_to(root).as_posix()
            message, remedy = "not one key a line", "Lay it out as '- id: ...' and keys below"
            raise ContentError(Finding(relative, value.value, "layout", message, remedy))
        yield _Item(value.value, value.end_mark.line)
