"""Queries about updates from Telegram: stored before they are confirmed, erased once done.

Bodies come and go encrypted (``bot/store/cipher.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, func, select, update

from bot.store.tables import Executor, affected, insert_into
from bot.store.tables import inbox as table


class Arrived(NamedTuple):
    """An update: its id, the chat it belongs to (if any), its JSON, encrypted.

    ``tries`` is how often it was begun after a crash, and did not end.
    """

    update_id: int
    chat_id: int | None
    body: bytes
    tries: int = 0


async def put(session: Executor, updates: Sequence[Arrived], now: datetime) -> list[int]:
    """Store updates; the ids of those that are new, in their order. Repeats are left out."""
    if not updates:
        return []
    rows = [{**update._asdict(), "received_at": now} for update in updates]
    made = insert_into(session, table).values(rows).on_conflict_do_nothing()
    stored = set((await session.execute(made.returning(table.c.update_id))).scalars())
    return [update.update_id for update in updates if update.update_id in stored]


async def open_by_chat(session: Executor) -> dict[int | None, int]:
    """How many updates that are not yet done each chat has; chats without any are left out."""
    chat = table.c.chat_id
    open_ones = (table.c.done_at.is_(None), table.c.body.is_not(None))
    counted = select(chat, func.count()).where(*open_ones).group_by(chat)
    return {row[0]: row[1] for row in await session.execute(counted)}


async def pending(
    session: Executor, limit: int = 1000, after: int | None = None, chat_id: int | None = None
) -> list[Arrived]:
    """Updates not yet done, lowest id first, from above ``after`` on, of one chat if given."""
    columns = (table.c.update_id, table.c.chat_id, table.c.body, table.c.tries)
    statement = select(*columns).where(table.c.done_at.is_(None), table.c.body.is_not(None))
    if after is not None:
        statement = statement.where(table.c.update_id > after)
    if chat_id is not None:
        statement = statement.where(table.c.chat_id == chat_id)
    rows = (await session.execute(statement.order_by(table.c.update_id).limit(limit))).all()
    return [Arrived(*row) for row in rows]


async def pending_count(session: Executor) -> int:
    """How many updates wait."""
    statement = select(func.count()).select_from(table).where(table.c.done_at.is_(None))
    return int((await session.execute(statement)).scalar_one())


async def set_tries(session: Executor, update_id: int, tries: int) -> None:
    """How often an update that is not done was begun after a crash."""
    open_one = (table.c.update_id == update_id, table.c.done_at.is_(None))
    await session.execute(update(table).where(*open_one).values(tries=tries))


async def done(session: Executor, ids: Iterable[int], now: datetime) -> int:
    """Mark updates as processed; only their ids stay. How many were still open."""
    change = update(table).where(table.c.update_id.in_(list(ids)), table.c.done_at.is_(None))
    return await affected(session, change.values(done_at=now, chat_id=None, body=None))


async def purge(session: Executor, before: datetime) -> int:
    """Forget ids of updates received before then and done; how many."""
    old = (table.c.received_at < before, table.c.done_at.is_not(None))
    return await affected(session, delete(table).where(*old))


async def forget_chat(session: Executor, chat_id: int) -> None:
    """No update leads to this chat any more; open ones are done with."""
    await session.execute(
        update(table)
        .where(table.c.chat_id == chat_id)
        .values(
            chat_id=None, body=None, done_at=func.coalesce(table.c.done_at, table.c.received_at)
        )
    )
