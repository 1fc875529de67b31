"""What happened a moment ago and is not repeated: a second tap, another picture of an album."""

from __future__ import annotations

from typing import Generic, TypeVar

from bot.clock import Clock

MOST = 10_000
DOUBLE_TAP_S = 1.5
ALBUM_S = 60.0
GROUP_S = 600.0  # a group is told at most this often where the bot works
LATE_S = 3600.0  # and a person that their question came too late
Key = TypeVar("Key")


class Recently(Generic[Key]):
    """Remembers at most ``most`` keys, for ``seconds`` each."""

    def __init__(self, clock: Clock, seconds: float, most: int = MOST) -> None:
        self._clock = clock
        self._seconds = seconds
        self._most = most
        self._keys: dict[Key, tuple[float, int]] = {}  # oldest first

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, key: Key) -> bool:
        self._forget(self._clock.monotonic())
        return key in self._keys

    def note(self, key: Key, default: int) -> int:
        """The note kept with the key, or the default."""
        return self._keys[key][1] if key in self else default

    def add(self, key: Key, note: int = 0) -> None:
        """Remember the key from now on."""
        now = self._clock.monotonic()
        self._forget(now)
        self._keys.pop(key, None)
        self._keys[key] = now, note

    def _forget(self, now: float) -> None:
        while self._keys:
            oldest = next(iter(self._keys))
            at, _ = self._keys[oldest]
            if now - at < self._seconds and len(self._keys) < self._most:
                return
            del self._keys[oldest]


class Recent:
    """What handlers remember of the last minutes."""

    def __init__(self, clock: Clock) -> None:
        self.tapped = Recently[tuple[int, int]](clock, DOUBLE_TAP_S)
        self.albums = Recently[tuple[int, str]](clock, ALBUM_S)
        self.called = Recently[int](clock, GROUP_S)
        self.told_late = Recently[int](clock, LATE_S)
