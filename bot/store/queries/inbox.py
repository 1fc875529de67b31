"""Queries about updates from Telegram: stored before they are confirmed, erased once done.

Bodies come and go encrypted (``bot/store/cipher.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlmodel import col

from bot.store.outbox_models import Arrived, Inbox
from bot.store.tables import Executor, affected, columns_of, insert_into, pairs, read_all


async def put(session: Executor, updates: Sequence[Arrived], now: datetime) -> list[int]:
    """Store updates; the ids of those that are new, in their order. Repeats are left out."""
    if not updates:
        return []
    rows = [{**update.model_dump(), "received_at": now} for update in updates]
    made = insert_into(session, Inbox).values(rows).on_conflict_do_nothing()
    stored = set((await session.execute(made.returning(col(Inbox.update_id)))).scalars())
    return [update.update_id for update in updates if update.update_id in stored]


async def open_by_chat(session: Executor) -> dict[int | None, int]:
    """How many updates that are not yet done each chat has; chats without any are left out."""
    chat = col(Inbox.chat_id)
    open_ones = (col(Inbox.done_at).is_(None), col(Inbox.body).is_not(None))
    counted = select(chat, func.count()).where(*open_ones).group_by(chat)
    return pairs(await session.execute(counted))


async def pending(
    session: Executor, limit: int = 1000, after: int | None = None, chat_id: int | None = None
) -> list[Arrived]:
    """Updates not yet done, lowest id first, from above ``after`` on, of one chat if given."""
    statement = select(*columns_of(Inbox, Arrived)).where(
        col(Inbox.done_at).is_(None), col(Inbox.body).is_not(None)
    )
    if after is not None:
        statement = statement.where(col(Inbox.update_id) > after)
    if chat_id is not None:
        statement = statement.where(col(Inbox.chat_id) == chat_id)
    ordered = statement.order_by(col(Inbox.update_id)).limit(limit)
    return read_all(Arrived, await session.execute(ordered))


async def pending_count(session: Executor) -> int:
    """How many updates wait."""
    statement = select(func.count()).select_from(Inbox).where(col(Inbox.done_at).is_(None))
    return int((await session.execute(statement)).scalar_one())


async def set_tries(session: Executor, update_id: int, tries: int) -> None:
    """How often an update that is not done was begun after a crash."""
    open_one = (col(Inbox.update_id) == update_id, col(Inbox.done_at).is_(None))
    await session.execute(update(Inbox).where(*open_one).values(tries=tries))


async def done(session: Executor, ids: Iterable[int], now: datetime) -> int:
    """Mark updates as processed; only their ids stay. How many were still open."""
    change = update(Inbox).where(col(Inbox.update_id).in_(list(ids)), col(Inbox.done_at).is_(None))
    return await affected(session, change.values(done_at=now, chat_id=None, body=None))


async def purge(session: Executor, before: datetime) -> int:
    """Forget ids of updates received before then and done; how many."""
    old = (col(Inbox.received_at) < before, col(Inbox.done_at).is_not(None))
    return await affected(session, delete(Inbox).where(*old))


async def forget_chat(session: Executor, chat_id: int) -> None:
    """No update leads to this chat any more; open ones are done with."""
    await session.execute(
        update(Inbox)
        .where(col(Inbox.chat_id) == chat_id)
        .values(
            chat_id=None,
            body=None,
            done_at=func.coalesce(col(Inbox.done_at), col(Inbox.received_at)),
        )
    )
