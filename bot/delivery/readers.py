"""The rules about readers: what handlers may ask for and change, each in one short transaction."""

from __future__ import annotations

from typing import Any

from bot.clock import Clock
from bot.config import Settings
from bot.store.database import Database
from bot.store.values import Arrival, Subscriber, Upcoming, Vote
from tips.library import Library
from tips.models import Tip


class Readers:
    """Rules about readers. Every method is idempotent; changes are conditional updates.

    Methods that change settings return the reader as they now are; ``changed`` on it tells
    whether this call changed anything. They raise ``UnknownReaderError`` for a reader who never
    arrived or was forgotten, and ``ValueError`` for a value that no button offers.
    """

    def __init__(self, db: Database, clock: Clock, library: Library, settings: Settings) -> None:
        self._db = db
        self._clock = clock
        self._library = library
        self._settings = settings

    async def arrive(
        self, chat_id: int, *, language: str = "en", source: str | None = None
    ) -> Arrival:
        """Greet whoever wrote: make the row (state ``new``), or bring back one who blocked.

        A stopped reader stays stopped: ``resume`` brings them back. ``source`` (at most 64
        characters are kept) and ``language`` count the first time only.
        """
        raise NotImplementedError

    async def find(self, chat_id: int) -> Subscriber | None:
        """The reader, or None."""
        raise NotImplementedError

    async def consent(self, chat_id: int, version: str) -> Subscriber:
        """Keep which text was agreed to and when; the same version again keeps the first instant."""
        raise NotImplementedError

    async def expect(self, chat_id: int, what: str | None) -> Subscriber:
        """What the reader's next typed message answers: ``zone``, ``hour``, … or nothing."""
        raise NotImplementedError

    async def set_zone(self, chat_id: int, zone: str) -> Subscriber:
        """Move the reader to ``zone`` (IANA name). No local date gets a second tip by it.

        With zone and hour both known for the first time the reader is subscribed, and since the
        first tip is given at once, the daily ones begin on the next local date.
        """
        raise NotImplementedError

    async def set_hour(self, chat_id: int, minute: int) -> Subscriber:
        """Tips at ``minute`` (0..1439) after local midnight; completes a subscription likewise."""
        raise NotImplementedError

    async def set_weekdays(self, chat_id: int, mask: int) -> Subscriber:
        """Tips on these weekdays (1..127, bit 0 is Monday)."""
        raise NotImplementedError

    async def set_themes(self, chat_id: int, mask: int) -> Subscriber:
        """Tips from these themes (at least one of the library's)."""
        raise NotImplementedError

    async def set_audience(self, chat_id: int, audience: str) -> Subscriber:
        """``both``, ``adult`` (no tips for parents) or ``parent`` (none for adults only)."""
        raise NotImplementedError

    async def set_language(self, chat_id: int, language: str) -> Subscriber:
        """Texts in ``language`` from now on."""
        raise NotImplementedError

    async def pause(self, chat_id: int, days: int | None = None) -> Subscriber:
        """No tips for ``days`` (1..365) days, or until ``resume``. Skips exactly so many tips."""
        raise NotImplementedError

    async def resume(self, chat_id: int) -> Subscriber:
        """Tips again: ends a pause or a stop. Someone without zone or hour stays ``new``."""
        raise NotImplementedError

    async def stop(self, chat_id: int) -> Subscriber:
        """No tips any more; settings and saved tips stay."""
        raise NotImplementedError

    async def forget(self, chat_id: int) -> bool:
        """Erase every row about the reader, everywhere; whether there was one."""
        raise NotImplementedError

    async def blocked(self, chat_id: int) -> bool:
        """The reader blocked the bot: nothing is sent until they come back; settings stay."""
        raise NotImplementedError

    async def unblocked(self, chat_id: int) -> bool:
        """The reader unblocked the bot: back to what they were before."""
        raise NotImplementedError

    async def move_chat(self, old: int, new: int) -> bool:
        """A group became a supergroup: everything moves to ``new``, merging if it is known."""
        raise NotImplementedError

    async def next_tip(self, subscriber: Subscriber) -> Upcoming | None:
        """When the next daily tip comes; None while paused without end, stopped or incomplete."""
        raise NotImplementedError

    async def take_tip(self, chat_id: int) -> Tip | None:
        """A tip at once, marked as seen; the schedule is not touched. None if no tip fits."""
        raise NotImplementedError

    async def themes_left(self, chat_id: int) -> dict[str, int]:
        """Per theme id: how many tips that fit this reader are still unseen."""
        raise NotImplementedError

    async def vote_tip(self, chat_id: int, tip_id: str, vote: int) -> Vote:
        """+1, -1 or 0 (taken back) for a tip; three thumbs down on a topic ask to drop it."""
        raise NotImplementedError

    async def save(self, chat_id: int, tip_id: str) -> bool:
        """Keep a tip; False when it is kept already."""
        raise NotImplementedError

    async def unsave(self, chat_id: int, tip_id: str) -> bool:
        """Let a kept tip go; False when it was not kept."""
        raise NotImplementedError

    async def saved(self, chat_id: int, page: int = 0, *, size: int = 10) -> list[str]:
        """Ids of kept tips, newest first, ``size`` a page from page 0."""
        raise NotImplementedError

    async def saved_count(self, chat_id: int) -> int:
        """How many tips the reader keeps."""
        raise NotImplementedError

    async def vote_answer(self, chat_id: int, answer_id: str, vote: int) -> bool:
        """+1, -1 or 0 for an answer; whether anything changed."""
        raise NotImplementedError

    async def miss(self, chat_id: int, answer_id: str) -> bool:
        """ "That was not my question": remembered by the answer's id, never by the words."""
        raise NotImplementedError

    async def export(self, chat_id: int) -> dict[str, Any]:
        """Everything kept about the reader, as plain JSON-ready values; {} when unknown."""
        raise NotImplementedError
