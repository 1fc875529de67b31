"""The content as it is now: one holder, whose content is changed as a whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Lock

from tips import reactions, rotation
from tips.library import Library
from tips.search.word_search import LibrarySearch


@dataclass(frozen=True)
class Snapshot:
    """All content at one moment.

    ``whole`` is what was read, ``library`` the same without the tips that were ``withdrawn``.
    ``by_words`` searches the whole; what it finds has to be looked for in ``library``.
    """

    whole: Library
    library: Library
    by_words: LibrarySearch | None
    withdrawn: frozenset[str] = frozenset()


@dataclass
class _Held:
    """What one task holds on to; nothing any more once it has ended."""

    of: CurrentContent
    snapshot: Snapshot | None


_held: ContextVar[_Held | None] = ContextVar("held", default=None)


class CurrentContent:
    """Holds the content; whoever works with content asks it anew each time, in any thread."""

    def __init__(self, library: Library, by_words: LibrarySearch | None = None) -> None:
        self._latest = Snapshot(library, library, by_words)
        self._changing = Lock()

    @property
    def now(self) -> Snapshot:
        """The content at this moment, or the one that this task holds on to."""
        held = _held.get()
        own = held.snapshot if held is not None and held.of is self else None
        return own or self._latest

    @property
    def latest(self) -> Snapshot:
        """The content at this moment, whatever this task holds on to."""
        return self._latest

    @property
    def library(self) -> Library:
        """What is sent, shown and found."""
        return self.now.library

    @contextmanager
    def held(self) -> Iterator[None]:
        """Within, this task sees one content, whatever is changed meanwhile."""
        held = _Held(self, self._latest)
        token = _held.set(held)
        try:
            yield
        finally:
            # Timers begun within keep the variable: they must not keep the content.
            held.snapshot = None
            _held.reset(token)

    def replace(self, whole: Library, by_words: LibrarySearch | None) -> None:
        """Take other content, without the tips that are withdrawn."""
        with self._changing:
            withdrawn = self._latest.withdrawn
            self._take(Snapshot(whole, whole.without(withdrawn), by_words, withdrawn))

    def withdraw(self, withdrawn: AbstractSet[str]) -> bool:
        """Leave out the tips with these ids and no others; whether that changes anything."""
        if withdrawn == self._latest.withdrawn:
            return False
        with self._changing:
            latest = self._latest
            left = latest.whole.without(withdrawn)
            self._take(Snapshot(latest.whole, left, latest.by_words, frozenset(withdrawn)))
        return True

    def _take(self, snapshot: Snapshot) -> None:
        self._latest = snapshot
        # They would keep the content of before in memory.
        rotation.forget_libraries()
        reactions.forget_libraries()


class ThemeBits(Mapping[str, int]):
    """The bit of each theme by its id, as the content has them at the moment."""

    def __init__(self, content: CurrentContent) -> None:
        self._content = content

    @property
    def _bits(self) -> dict[str, int]:
        return {theme.id: theme.bit for theme in self._content.library.themes}

    def __getitem__(self, theme: str) -> int:
        return self._bits[theme]

    def __iter__(self) -> Iterator[str]:
        return iter(self._bits)

    def __len__(self) -> int:
        return len(self._bits)


def current(given: Library | CurrentContent) -> CurrentContent:
    """The holder itself, or one of a library that stays as it is."""
    return given if isinstance(given, CurrentContent) else CurrentContent(given)
