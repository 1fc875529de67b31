"""Queries about saved audiences, and lists of subscribers that admins hand in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, select

from bot.store.outbox_models import Segment, SegmentRead
from bot.store.tables import Executor, affected, columns_of, insert_into, listed, read_all, segment
from bot.store.tables import subscriber as people

CHATS_AT_ONCE = 500


async def every(session: Executor) -> list[SegmentRead]:
    """All saved audiences, by name."""
    found = select(*columns_of(Segment, SegmentRead)).order_by(segment.c.name)
    return read_all(SegmentRead, await session.execute(found))


async def save(session: Executor, name: str, filter_: str, made_by: int, now: datetime) -> None:
    """Keep the audience under this name, in place of one that has it."""
    values = {"filter": filter_, "made_by": made_by, "made_at": now}
    made = insert_into(session, segment).values(name=name, **values)
    await session.execute(made.on_conflict_do_update(index_elements=["name"], set_=values))


async def drop(session: Executor, name: str) -> bool:
    """Forget the audience of this name; whether there was one."""
    return await affected(session, delete(segment).where(segment.c.name == name)) == 1


async def list_exists(session: Executor, list_id: int) -> bool:
    """Whether anybody is on this list."""
    found = select(listed.c.chat_id).where(listed.c.list_id == list_id).limit(1)
    return (await session.execute(found)).first() is not None


async def next_list(session: Executor) -> int:
    """A number that no list has."""
    last = select(func.coalesce(func.max(listed.c.list_id), 0))
    return int((await session.execute(last)).scalar_one()) + 1


async def add_to_list(session: Executor, list_id: int, chats: Iterable[int]) -> int:
    """Put those of the chats that are subscribers' on the list; how many."""
    wanted, known = list(chats), 0
    for first in range(0, len(wanted), CHATS_AT_ONCE):
        some = wanted[first : first + CHATS_AT_ONCE]
        there = select(people.c.chat_id).where(people.c.chat_id.in_(some))
        rows = [
            {"list_id": list_id, "chat_id": chat}
            for chat in (await session.execute(there)).scalars()
        ]
        if rows:
            await session.execute(listed.insert(), rows)
        known += len(rows)
    return known
