"""What can be read of someone's words in the files of a database, whatever its tables say."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def spellings(word: str) -> set[bytes]:
    """A word as a file may hold it: as it is, or in the hexadecimal digits of a dump."""
    plain = word.encode()
    return {plain, plain.hex().encode(), plain.hex().upper().encode()}


def traces(folder: Path, words: Iterable[str]) -> list[str]:
    """Which of the words stand in which files, at any depth; log, copies and side files too."""
    found = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        try:
            content = file.read_bytes()
        except FileNotFoundError:  # a segment that the server has just recycled
            continue
        found += [
            f"{word} in {file.relative_to(folder)}"
            for word in words
            if any(spelling in content for spelling in spellings(word))
        ]
    return found
