"""Queries about the audit log."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, select

from bot.store.admin_models import Audit, AuditRead
from bot.store.tables import Executor, affected, columns_of, read_all
from bot.store.tables import audit as table


async def add(
    session: Executor,
    *,
    at: datetime,
    actor: int,
    act: str,
    subject: str,
    before: str | None,
    after: str | None,
) -> None:
    """Write an entry down; ``before`` and ``after`` are JSON."""
    made = {"at": at, "actor": actor, "act": act, "subject": subject}
    await session.execute(insert(table).values(**made, before=before, after=after))


async def entries(
    session: Executor,
    *,
    limit: int,
    before_id: int | None = None,
    after_id: int | None = None,
    since: datetime | None = None,
) -> list[AuditRead]:
    """Entries, newest first; with ``after_id`` those next above it."""
    statement = select(*columns_of(Audit, AuditRead)).limit(limit)
    if before_id is not None:
        statement = statement.where(table.c.id < before_id)
    if since is not None:
        statement = statement.where(table.c.at >= since)
    if after_id is None:
        statement = statement.order_by(table.c.id.desc())
        return read_all(AuditRead, await session.execute(statement))
    above = statement.where(table.c.id > after_id).order_by(table.c.id)
    return read_all(AuditRead, await session.execute(above))[::-1]


async def prune(session: Executor, *, before: datetime) -> int:
    """Delete entries from before then; how many."""
    return await affected(session, delete(table).where(table.c.at < before))
