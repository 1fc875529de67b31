"""Decides who answers what may be a warning sign: its chat's queue, or the signs' own queue.

Such an update waits in its place like all others, in memory or in the rows, while it is looked
through; when it is a sign it is answered at once, and its chat's queue leaves it out.
"""

from __future__ import annotations

from collections.abc import Iterable


class Claims:
    """The numbers of the updates that may be, or were, answered ahead of their chat's queue."""

    def __init__(self) -> None:
        self._open: set[int] = set()  # nobody has begun them yet
        self._ahead: set[int] = set()  # answered, or about to be, ahead of their queue
        self._queued: set[int] = set()  # of both, those that wait in memory
        self._answered: set[int] = set()  # ahead, and still waiting there

    def __len__(self) -> int:
        """Count the updates that are remembered."""
        return len(self._open | self._ahead | self._queued | self._answered)

    def watch(self, update_ids: Iterable[int]) -> None:
        """Watch updates that may be signs; to be called before their rows can be read."""
        self._open.update(update_ids)

    def calm(self, update_id: int) -> None:
        """Leave an update to its chat's queue: it is no sign, or none that goes before others."""
        self._open.discard(update_id)

    def queued(self, update_ids: Iterable[int]) -> None:
        """Note that updates wait in memory, where their chat's queue will reach them."""
        watched = self._open | self._ahead
        self._queued.update(number for number in update_ids if number in watched)

    def is_ahead(self, update_id: int) -> bool:
        """Return whether whoever reads rows back has to leave its row out."""
        return update_id in self._ahead

    def is_open(self, update_id: int) -> bool:
        """Return whether it may still be answered ahead of its chat's queue."""
        return update_id in self._open or update_id in self._ahead

    def claim(self, update_id: int) -> bool:
        """Claim it for an answer ahead of its queue; return False if the queue has begun it."""
        if update_id in self._open:
            self._open.discard(update_id)
            self._ahead.add(update_id)
        return update_id in self._ahead

    def begin(self, update_id: int) -> bool:
        """Begin it from its chat's queue; return whether it is still to be answered."""
        self._open.discard(update_id)
        self._queued.discard(update_id)
        if update_id in self._answered:
            self._answered.discard(update_id)
            self._ahead.discard(update_id)
            return False
        return update_id not in self._ahead

    def answered(self, update_id: int) -> None:
        """Note that its row is done; to be called while nobody reads rows."""
        if update_id in self._queued:
            self._answered.add(update_id)
        else:
            self._ahead.discard(update_id)
