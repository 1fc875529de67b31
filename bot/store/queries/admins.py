"""Queries about roles and the invitations to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from bot.store.admin_models import Admin, AdminRead, Invitation, InvitationRead
from bot.store.tables import (
    Executor,
    affected,
    columns_of,
    insert_into,
    invitation,
    login,
    read_all,
    read_one,
)
from bot.store.tables import admin as table

_all = select(*columns_of(Admin, AdminRead))
_invitations = select(*columns_of(Invitation, InvitationRead))


def subject_of(user_id: int) -> str:
    """How the audit log names somebody with a role."""
    return f"admin {user_id}"


async def get(session: Executor, user_id: int, *, lock: bool = False) -> AdminRead | None:
    """Somebody with a role; with ``lock``, nobody else changes it until the transaction ends."""
    statement = _all.where(table.c.user_id == user_id)
    found = await session.execute(statement.with_for_update() if lock else statement)
    return read_one(AdminRead, found)


async def everyone(session: Executor) -> list[AdminRead]:
    """All with a role, editors first, then by how long they have had it."""
    ordered = _all.order_by(table.c.role, table.c.since, table.c.user_id)
    return read_all(AdminRead, await session.execute(ordered))


async def put(
    session: Executor, user_id: int, role: str, *, invited_by: int, since: datetime
) -> None:
    """Give somebody a role in place of the one that they had."""
    given = {"role": role, "invited_by": invited_by, "since": since}
    made = insert_into(session, table).values(user_id=user_id, **given)
    await session.execute(made.on_conflict_do_update(index_elements=["user_id"], set_=given))


async def set_role(session: Executor, user_id: int, role: str) -> None:
    """Give somebody who has a role another one."""
    await session.execute(update(table).where(table.c.user_id == user_id).values(role=role))


async def remove(session: Executor, user_id: int) -> None:
    """Take somebody's role away, and their logins."""
    await session.execute(delete(table).where(table.c.user_id == user_id))
    await session.execute(delete(login).where(login.c.user_id == user_id))


async def invite(session: Executor, **values: Any) -> None:
    """Write an invitation down."""
    await session.execute(insert(invitation).values(**values))


async def invitation_of(session: Executor, token_hash: str) -> InvitationRead | None:
    """The invitation with this fingerprint."""
    found = await session.execute(_invitations.where(invitation.c.token_hash == token_hash))
    return read_one(InvitationRead, found)


async def use(
    session: Executor, token_hash: str, user_id: int, now: datetime, owners: Sequence[int]
) -> bool:
    """Use an invitation by one of these owners up; False for one that is used or has run out."""
    valid = (
        invitation.c.token_hash == token_hash,
        invitation.c.used_at.is_(None),
        invitation.c.expires_at > now,
        invitation.c.made_by.in_(owners),
    )
    used = update(invitation).where(*valid).values(used_by=user_id, used_at=now)
    return await affected(session, used) == 1


async def purge(session: Executor, now: datetime) -> int:
    """Forget invitations that have run out, used or not; how many."""
    return await affected(session, delete(invitation).where(invitation.c.expires_at <= now))
