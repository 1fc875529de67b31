"""The rules about personal data: its export, its erasure, and how long it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import structlog

from bot.admins.audit import Audit
from bot.clock import Clock
from bot.store.database import Database
from bot.store.queries import admins, personal, subscribers
from bot.store.values import NOBODY
from bot.subscribers import schedule
from tips.current import CurrentContent, current
from tips.library import Library
from tips.models import EVERY_THEME
from tips.rotation import decode_recent

log = structlog.get_logger(__name__)

TIP_NUMBERS = ("content", "last_number")
"""Columns that hold a tip's number."""

AT_ONCE = 50
"""People erased in one transaction."""

Export = dict[str, list[dict[str, Any]]]


class Erasure(NamedTuple):
    """Whether anything was erased, and broadcasts of this admin that stay until they are done."""

    erased: bool
    under_way: list[int]


class Privacy:
    """Personal data, by the chat's id.

    Args:
        home: the operator's zone, where whoever's own nobody knows is taken to be.
    """

    def __init__(
        self, db: Database, clock: Clock, content: Library | CurrentContent, home: str
    ) -> None:
        self._db = db
        self._clock = clock
        self._home = home
        self._audit = Audit(db, clock)
        self._content = current(content)

    async def export(self, chat_id: int) -> Export:
        """Everything stored about a person, as JSON-ready rows by table; empty tables are left
        out.

        The update that asked for it is included (``inbox``), without its words.
        """
        async with self._db.read() as session:
            (person,) = await personal.find(session, chat_id)
            found = await personal.rows(session, person)
        return {table: [self._plain(row) for row in rows] for table, rows in found.items()}

    async def keeps(self, chat_id: int) -> bool:
        """Whether anything is stored, besides an update that is being answered."""
        return bool((await self.export(chat_id)).keys() - {"inbox"})

    async def forget(self, chat_id: int) -> Erasure:
        """Erase every row about the person, everywhere.

        A broadcast that is being sent needs its admin and its message, and stays.
        """
        now = self._clock.now()
        async with self._db.write() as session:
            (person,) = await personal.find(session, chat_id)
            had = await admins.get(session, chat_id)
            erased = await schedule.erase(session, person, now, self._home)
            if had is not None:
                role, subject = {"role": had.role}, admins.subject_of(NOBODY)
                await self._audit.record(session, NOBODY, "left", subject, role)
            return Erasure(erased, await personal.under_way(session, chat_id))

    async def erase_long_gone(self, after: timedelta) -> int:
        """Erase everybody who left, or never finished subscribing, so long ago; how many."""
        before, total = self._clock.now() - after, 0
        while True:
            async with self._db.write() as session:
                chats = await subscribers.long_gone(session, before, AT_ONCE)
                for person in await personal.find(session, *chats):
                    await schedule.erase(session, person, self._clock.now(), self._home)
            total += len(chats)
            if len(chats) < AT_ONCE:
                break
        if total:
            log.info("subscribers who left long ago were erased", count=total)
        return total

    def _plain(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._value(name, value) for name, value in row.items()}

    def _value(self, name: str, value: Any) -> Any:
        if name == "seen":
            numbers = (number for number in range(value.bit_length()) if value >> number & 1)
            return [self._tip(number) for number in numbers]
        if name == "recent":
            return [self._tip(number) for number in decode_recent(value)]
        if name == "themes":
            return self._themes(value)
        if name in TIP_NUMBERS and value is not None:
            return self._tip(value)
        return value.isoformat() if isinstance(value, date | datetime) else value

    def _themes(self, mask: int) -> str | list[str]:
        """The ids of the themes, or that it is all of them, new ones included."""
        chosen = [theme.id for theme in self._content.library.themes if mask >> theme.bit & 1]
        return "all" if mask == EVERY_THEME else chosen

    def _tip(self, number: int) -> str | int:
        """A tip's id, or the number of one that the content has no more."""
        whole = self._content.now.whole
        return whole.by_number(number).id if number in whole.topic_of else number
