"""What the stand-in writes down: who got what, how often, and in which second."""

from __future__ import annotations

import time
import zlib
from collections import Counter
from typing import Any

import orjson


class Books:
    """Everything that is counted between two resets."""

    def __init__(self) -> None:
        self.delivered: Counter[int] = Counter()
        self.journal: list[tuple[float, int, int, int, str]] = []
        self.times: list[float] = []
        self.requests = 0
        self.floods = 0
        self.replies: list[float] = []
        self.cpu = time.process_time()

    def busiest_second(self) -> int:
        first, most = 0, 0
        for last, moment in enumerate(self.times):
            while moment - self.times[first] >= 1.0:
                first += 1
            most = max(most, last - first + 1)
        return most

    def bucket_needed(self, rate: float) -> float:
        """The smallest token bucket that would have let all of this through at ``rate``."""
        full_at = deepest = 0.0
        for moment in self.times:
            full_at = max(full_at, moment) + 1.0 / rate
            deepest = max(deepest, (full_at - moment) * rate)
        return deepest

    def summary(self) -> dict[str, Any]:
        copies = sum(self.delivered.values())
        return {
            "requests": self.requests,
            "copies": copies,
            "chats": len(self.delivered),
            "doubled": copies - len(self.delivered),
            "floods": self.floods,
            "busiest_second": self.busiest_second(),
            "bucket_needed": {rate: self.bucket_needed(rate) for rate in (30, 1000)},
            "first": self.times[0] if self.times else 0.0,
            "last": self.times[-1] if self.times else 0.0,
            "cpu": time.process_time() - self.cpu,
            "replies": self.replies,
        }

    def note(self, chat: int, body: bytes, fate: str, change: int = 0) -> None:
        """One more line in the journal of a server with faults: when, who, what, and its fate.

        What: the id of the message copied (0 for a text), or the ``change`` made to one, and a
        checksum: of the last line of a caption, else of the whole request. Fates: ``sent``,
        ``cut`` (delivered, the answer cut off), ``reset`` (neither), ``failed`` (502) and
        ``refused`` (blocked).
        """
        given = orjson.loads(body) if body.startswith(b"{") else {}
        copied = given["message_id"] if "from_chat_id" in given else change
        words = given.get("caption")
        checksum = zlib.crc32(body if words is None else words.splitlines()[-1].encode())
        self.journal.append((time.monotonic(), chat, copied, checksum, fate))
