"""What became of the broadcast that was edited, and of the one that was taken back.

Whoever has the edited one has its new words: by an edit behind the copy, or in a copy that was
made with them. Whoever got the other has seen it deleted. What nobody can correct is in doubt in
the ledger: a copy whose answer was lost, so that its number is not known.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable

from tests.bench.audit import DELIVERED, Line
from tests.bench.standin import DELETED, EDITED


def old_words(journal: Iterable[Line], number: int, words: str, unsure: set[int]) -> set[int]:
    """Chats whose copy of that broadcast does not say these words at the end."""
    said: dict[int, set[int]] = defaultdict(set)
    for line in journal:
        if line.fate in DELIVERED and line.copied in (number, EDITED):
            said[line.chat] = {line.checksum}
    wanted = {zlib.crc32(words.encode())}
    return {chat for chat, checksums in said.items() if checksums != wanted} - unsure


def left_there(journal: Iterable[Line], number: int, unsure: set[int]) -> set[int]:
    """Chats in which that broadcast was not deleted behind its last copy."""
    there: set[int] = set()
    for line in journal:
        if line.fate in DELIVERED and line.copied == number:
            there.add(line.chat)
        if line.fate in DELIVERED and line.copied == DELETED:
            there.discard(line.chat)
    return there - unsure
