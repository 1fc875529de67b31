"""Who answers what may be a sign of danger: its chat's queue, or whoever goes past it. Only one.

Such an update waits in its place like all others, in memory or in the rows, while it is looked
through; when it is a sign it is answered at once, and left out where its turn comes.
"""

from __future__ import annotations

from collections.abc import Iterable


class Claims:
    """The numbers of updates of which it matters."""

    def __init__(self) -> None:
        self._open: set[int] = set()  # nobody has begun them yet
        self._ahead: set[int] = set()  # answered, or about to be, before their turn
        self._queued: set[int] = set()  # of both, those that wait in memory
        self._answered: set[int] = set()  # ahead, and still waiting there

    def watch(self, update_ids: Iterable[int]) -> None:
        """They may turn out to be signs; to be said before anybody can read their rows."""
        self._open.update(update_ids)

    def calm(self, update_id: int) -> None:
        """It is no sign, or none that goes before others."""
        self._open.discard(update_id)

    def queued(self, update_ids: Iterable[int]) -> None:
        """They wait in memory from now on, and their turn will come."""
        watched = self._open | self._ahead
        self._queued.update(number for number in update_ids if number in watched)

    def is_ahead(self, update_id: int) -> bool:
        """Whether its row has to be left out by whoever reads rows back."""
        return update_id in self._ahead

    def is_open(self, update_id: int) -> bool:
        """Whether it still may be answered before its turn."""
        return update_id in self._open or update_id in self._ahead

    def claim(self, update_id: int) -> bool:
        """Answer it before its turn, unless that has come."""
        if update_id in self._open:
            self._open.discard(update_id)
            self._ahead.add(update_id)
        return update_id in self._ahead

    def begin(self, update_id: int) -> bool:
        """Its turn has come; whether it is still to be answered."""
        self._open.discard(update_id)
        self._queued.discard(update_id)
        if update_id in self._answered:
            self._answered.discard(update_id)
            self._ahead.discard(update_id)
            return False
        return update_id not in self._ahead

    def answered(self, update_id: int) -> None:
        """Its row is done, and nobody is reading rows; it may still wait in memory."""
        if update_id in self._queued:
            self._answered.add(update_id)
        else:
            self._ahead.discard(update_id)
