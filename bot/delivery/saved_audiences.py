"""The rules about whom a broadcast is for: filters, audiences with a name, lists from a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from bot.admins.audit import Facts
from bot.delivery import schedules
from bot.delivery.audiences import Filter, FilterError, read_filter, resolve, written
from bot.delivery.offers import Offers
from bot.store.outbox import audience
from bot.store.outbox.wanted import Wanted, wanted_of
from bot.store.outbox_models import BroadcastRead
from bot.store.queries import broadcasts as store
from bot.store.queries import segments
from bot.store.tables import Executor
from bot.subscribers.schedule import KEPT_DAYS

NAME = re.compile(r"\S(.{0,38}\S)?")
"""What a saved audience may be called."""


class SavedFilter(NamedTuple):
    """An audience with a name."""

    name: str
    filter: Filter
    made_by: int
    made_at: datetime


class ListAdded(NamedTuple):
    """A list of subscribers: its number, how many are on it, and how many ids nobody has."""

    list_id: int
    known: int
    unknown: int


class SavedAudiences(Offers):
    """Counts audiences, and keeps those that have a name or a list."""

    themes: Mapping[str, int]
    """The bits of the themes that there are, by id; filters name them."""

    async def audience_count(self) -> int:
        """How many subscribers get what is for everyone: who is active and takes announcements."""
        today = self._clock.now().date()
        return await self._db.read(partial(audience.count, today=today))

    async def count_filter(self, made: Filter) -> int:
        """How many a broadcast to this audience would reach now.

        Raises:
            FilterError: it names something that there is not.
        """
        now = self._clock.now()
        async with self._db.read() as session:
            wanted = await self._resolve(session, made, now)
            return await audience.count(session, now.date(), wanted)

    async def segments(self) -> list[SavedFilter]:
        """The audiences that admins saved, by name."""
        found = await self._db.read(segments.every)
        return [SavedFilter(s.name, read_filter(s.filter), s.made_by, s.made_at) for s in found]

    async def save_segment(self, name: str, made: Filter, admin_id: int) -> None:
        """Save an audience under this name, in place of one that has it.

        Raises:
            FilterError: it names something that there is not.
            ValueError: the name is empty or longer than 40 characters.
        """
        if not NAME.fullmatch(name):
            raise ValueError("a name has 1 to 40 characters, in one line")
        now = self._clock.now()
        async with self._db.write() as session:
            await self._resolve(session, made, now)
            await segments.save(session, name, _as_json(made), admin_id, now)
            subject, after = f"audience {name}", {"audience": written(made)}
            await self._audit.record(session, admin_id, "save", subject, after=after)

    async def drop_segment(self, name: str, admin_id: int) -> bool:
        """Forget a saved audience; False where there is none of this name."""
        async with self._db.write() as session:
            done = await segments.drop(session, name)
            if done:
                await self._audit.record(session, admin_id, "drop", f"audience {name}")
        return done

    async def add_list(self, ids: Iterable[int], admin_id: int) -> ListAdded:
        """Make a list of those of these chats that are subscribers'."""
        every = dict.fromkeys(ids)
        chats = [chat for chat in every if abs(chat) < 2**63]
        async with self._db.write() as session:
            list_id = await segments.next_list(session)
            known = await segments.add_to_list(session, list_id, chats)
            unknown = len(every) - known
            after = {"known": known, "unknown": unknown}
            await self._audit.record(session, admin_id, "add list", f"list {list_id}", after=after)
        return ListAdded(list_id, known, unknown)

    async def _aimed_at(self, session: AsyncSession, made: Filter, now: datetime) -> Facts:
        """The audience as its broadcast's row has it."""
        wanted = await self._resolve(session, made, now)
        if made == Filter():
            return {"filter": None, "wanted": None}
        return {"filter": _as_json(made), "wanted": _as_json(wanted)}

    async def _resolve(self, session: AsyncSession, made: Filter, now: datetime) -> Wanted:
        wanted = resolve(made, self.themes)
        for broadcast_id in made.without:
            await _check_had(session, broadcast_id, now)
        if made.list_id is not None and not await segments.list_exists(session, made.list_id):
            raise FilterError("no_such_list", f"list={made.list_id}")
        return wanted


async def _check_had(session: Executor, broadcast_id: int, at: datetime) -> None:
    """Whether it can be told at that instant who had this one."""
    found, place = await store.get(session, broadcast_id), f"not={broadcast_id}"
    if found is None or found.confirmed_at is None or found.kind != "message":
        raise FilterError("no_such_broadcast", place)
    if (found.send_at or found.confirmed_at) < at - timedelta(days=KEPT_DAYS):
        raise FilterError("too_long_ago", place)


async def can_tell(session: Executor, broadcast: BroadcastRead, now: datetime) -> bool:
    """Whether it will still be known whom it leaves out when it begins."""
    begins = max(schedules.schedule_of(broadcast).begins or now, now)
    try:
        for broadcast_id in wanted_of(broadcast).without:
            await _check_had(session, broadcast_id, begins)
    except FilterError:
        return False
    return True


def _as_json(value: Filter | Wanted) -> str:
    return value.model_dump_json(exclude_defaults=True)
