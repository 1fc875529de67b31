"""Queries about logins into the admin page: one-time links, and the sessions they become."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, select

from bot.store.admin_models import Login, LoginRead
from bot.store.tables import Executor, affected, columns_of, read_one
from bot.store.tables import login as table

_all = select(*columns_of(Login, LoginRead))


async def add(session: Executor, login: LoginRead) -> None:
    """Write a link or a session down; somebody's earlier links do not hold any more."""
    if not login.session:
        earlier = delete(table).where(table.c.user_id == login.user_id, ~table.c.session)
        await session.execute(earlier)
    await session.execute(insert(table).values(**login.model_dump()))


async def use(session: Executor, token_hash: str, now: datetime) -> int | None:
    """Use a link up; whose it was, or None for one that does not hold."""
    valid = table.c.token_hash == token_hash, ~table.c.session, table.c.expires_at > now
    found = await session.execute(delete(table).where(*valid).returning(table.c.user_id))
    return found.scalar()


async def session_of(session: Executor, token_hash: str, now: datetime) -> LoginRead | None:
    """The session with this fingerprint, if it still lasts."""
    valid = table.c.token_hash == token_hash, table.c.session, table.c.expires_at > now
    return read_one(LoginRead, await session.execute(_all.where(*valid)))


async def end(session: Executor, token_hash: str) -> None:
    """End a session."""
    await session.execute(delete(table).where(table.c.token_hash == token_hash))


async def purge(session: Executor, now: datetime) -> int:
    """Delete what has run out; how many."""
    return await affected(session, delete(table).where(table.c.expires_at <= now))
