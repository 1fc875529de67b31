"""What happened, in order: the transcript of the chats and the log of Bot API calls."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any, Protocol

from bot.sandbox.model.signals import Signal

Record = dict[str, Any]


class SandboxClock(Protocol):
    """What the sandbox needs of a clock."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class Log:
    """Numbered records, oldest first; `limit` bounds how many are kept (None keeps all)."""

    def __init__(self, clock: SandboxClock, changed: Signal, limit: int | None) -> None:
        self._clock = clock
        self._changed = changed
        self._limit = limit
        self._records: list[Record] = []
        self._dropped = 0

    @property
    def last_seq(self) -> int:
        """Number of the newest record; 0 before the first."""
        return self._dropped + len(self._records)

    def add(self, **fields: Any) -> Record:
        """Append a record with its number and instant, and wake the waiters."""
        record: Record = {"seq": self.last_seq + 1, "at": self._clock.now().isoformat(), **fields}
        self._records.append(record)
        # Trimming half at a time keeps appending O(1).
        if self._limit is not None and len(self._records) > 2 * self._limit:
            surplus = len(self._records) - self._limit
            del self._records[:surplus]
            self._dropped += surplus
        self._changed.notify()
        return record

    def after(self, seq: int) -> Iterator[Record]:
        """Records with a number greater than `seq`."""
        return islice(self._records, max(0, seq - self._dropped), None)


class Journal:
    """The two logs and the signal that either has grown."""

    def __init__(self, clock: SandboxClock, transcript_limit: int | None, call_limit: int) -> None:
        self.changed = Signal()
        self.transcript = Log(clock, self.changed, transcript_limit)
        self.calls = Log(clock, self.changed, call_limit)
