"""What several sets of queues share: room in memory, and what each chat has had of the work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

AHEAD = 1.5  # items: what is in hand may be a whole one behind what was begun last
FEWEST_SHARES = 1024  # of that many chats the share is remembered before any is forgotten
Item = TypeVar("Item")


class Room:
    """Limits how much lies in memory at once, in whatever unit its users count."""

    def __init__(self, size: int) -> None:
        self._left = size

    def take(self, size: int) -> bool:
        """Take ``size`` if that much is left; return whether it was."""
        if size > self._left:
            return False
        self._left -= size
        return True

    @property
    def is_there(self) -> bool:
        """Return whether any room is left."""
        return self._left > 0

    def force(self, size: int) -> None:
        """Take ``size`` even if less is left."""
        self._left -= size

    def give(self, size: int) -> None:
        """Give ``size`` back."""
        self._left += size


class Shares:
    """Counts what each chat has had (start-time fair queueing).

    Time here is virtual: it is the share of the item that was begun last.
    """

    def __init__(self) -> None:
        self._now = 0.0
        self._had: dict[int, float] = {}
        self._most = FEWEST_SHARES

    def __len__(self) -> int:
        """Count the keys whose share is remembered."""
        return len(self._had)

    def of(self, key: int) -> float:
        """Return the key's share: a silent key is ahead of all others, and saves up no more."""
        return max(self._now - AHEAD, self._had.get(key, -AHEAD))

    def is_silent(self, share: float) -> bool:
        """Return whether the share is that of a key which has had nothing lately."""
        return share < self._now - 1.0

    def had_one(self, key: int, share: float) -> None:
        """Count an item of the key that was begun in its order, with the share it had."""
        self._now = max(self._now, share)
        self.had_one_ahead(key, share)

    def had_one_ahead(self, key: int, share: float) -> None:
        """Count an item that went before others, which says nothing of what those have had."""
        self._had[key] = share + 1.0
        if len(self) >= self._most:
            # Who has had no more than the present is like who has had nothing.
            self._had = {key: at for key, at in self._had.items() if at > self._now - AHEAD}
            self._most = max(FEWEST_SHARES, 2 * len(self))


class Common(Generic[Item]):
    """What several sets of queues have in common: room in memory, and what each chat has had.

    Args:
        room: how much may lie in memory.
        size_of: what an item takes of it.
    """

    def __init__(self, room: int | Room, size_of: Callable[[Item], int] = lambda _item: 1) -> None:
        self.room = Room(room) if isinstance(room, int) else room
        self.size_of = size_of
        self.shares = Shares()

    def for_others(self) -> Common[Item]:
        """Share the room, and count shares apart, with queues of other keys."""
        return Common(self.room, self.size_of)
