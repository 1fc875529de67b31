"""A broadcast's rows in the outbox, one for each recipient: freezing, cancelling, trying again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Integer,
    Select,
    String,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from bot.store.broadcasts import OPEN_STATES, change, get, is_in
from bot.store.many import Filling
from bot.store.tables import Executor, broadcast_tally, delivery, insert_into, rows_in
from bot.store.tables import broadcast as table
from bot.store.tables import subscriber as reader
from bot.store.types import EPOCH, UTCDateTime
from bot.store.values import LEFT_REASONS

BEFORE_ALL_CHATS = -(2**63)
AFTER_ALL_CHATS = 2**63 - 1

_cursor = bindparam("cursor", type_=BigInteger)
_end_of_chunk = (
    select(reader.c.chat_id)
    .where(reader.c.state == "active", reader.c.chat_id > _cursor)
    .order_by(reader.c.chat_id)
    .limit(1)
    .offset(bindparam("chunk", type_=BigInteger))
)
_instant = bindparam("due", type_=UTCDateTime)
_rows: dict[str, Any] = {
    "kind": literal("broadcast", String),
    "broadcast_id": bindparam("which", type_=BigInteger),
    "chat_id": reader.c.chat_id,
    "state": literal("queued", String),
    "due_at": _instant,
    "ready_at": _instant,
    "not_after": bindparam("end", type_=UTCDateTime),
    "attempts": literal(0, Integer),
    "doubts": literal(0, Integer),
}
_audience = select(*_rows.values()).where(
    reader.c.state == "active",
    reader.c.chat_id > _cursor,
    reader.c.chat_id <= bindparam("last", type_=BigInteger),
    reader.c.created_at <= _instant,
)
_fill = Filling(delivery, list(_rows), _audience, "which", "due", "end", "cursor", "last")


async def freeze_chunk(session: Executor, broadcast_id: int, chunk: int) -> bool:
    """Queue the broadcast for the next ``chunk`` readers; whether its audience is complete now.

    Readers are taken in the order of their ids behind the cursor, so a crash resumes there.
    """
    found = await get(session, broadcast_id, lock=True)
    if found is None or found.frozen or found.state not in OPEN_STATES:
        return True
    cursor = await _cursor_of(session, broadcast_id)
    given = {"cursor": cursor, "chunk": chunk - 1}
    end = (await session.execute(_end_of_chunk, given)).scalar()
    values = {
        "which": broadcast_id,
        "due": found.confirmed_at,
        "end": found.not_after,
        "cursor": cursor,
        "last": end if end is not None else AFTER_ALL_CHATS,
    }
    await _fill.run(session, values)
    if end is not None:
        await change(session, broadcast_id, {"cursor": end})
        return False
    await change(session, broadcast_id, {"frozen": True})
    return True


async def _cursor_of(session: Executor, broadcast_id: int) -> int:
    cursor = (
        await session.execute(select(table.c.cursor).where(table.c.id == broadcast_id))
    ).scalar()
    return BEFORE_ALL_CHATS if cursor is None else int(cursor)


async def counts(session: Executor, broadcast_id: int) -> dict[tuple[str, str], int]:
    """Rows by (state, reason), those already pruned included; no reason is an empty one."""
    reason = func.coalesce(delivery.c.reason, "")
    live = (
        select(delivery.c.state, reason, func.count())
        .where(delivery.c.broadcast_id == broadcast_id)
        .group_by(delivery.c.state, reason)
    )
    pruned = select(
        broadcast_tally.c.state, broadcast_tally.c.reason, broadcast_tally.c.count
    ).where(broadcast_tally.c.broadcast_id == broadcast_id)
    found: dict[tuple[str, str], int] = {}
    for statement in (live, pruned):
        for state, why, count in (await session.execute(statement)).all():
            found[state, why] = found.get((state, why), 0) + count
    return found


_waiting = (
    select(delivery.c.id)
    .where(rows_in("queued"))
    .where(delivery.c.broadcast_id == bindparam("which", type_=BigInteger))
    .limit(bindparam("most", type_=BigInteger))
)
_cancel_chunk = (
    update(delivery)
    .where(delivery.c.id.in_(_waiting))
    .values(state="cancelled", reason="cancelled")
)


async def cancel_chunk(session: Executor, broadcast_id: int, most: int) -> int:
    """Cancel up to ``most`` queued rows of the broadcast; how many."""
    result: Any = await session.execute(_cancel_chunk, {"which": broadcast_id, "most": most})
    return int(result.rowcount)


async def cancelled_with_queued_rows(session: Executor) -> list[int]:
    """Broadcasts that were cancelled and of which something waits all the same."""
    waits = exists().where(rows_in("queued")).where(delivery.c.broadcast_id == table.c.id)
    return list(
        (await session.execute(select(table.c.id).where(is_in("cancelled"), waits))).scalars()
    )


_behind = (
    delivery.c.broadcast_id == bindparam("which", type_=BigInteger),
    delivery.c.chat_id > bindparam("behind", type_=BigInteger),
)
_end_of_rows = (
    select(delivery.c.chat_id)
    .where(*_behind)
    .order_by(delivery.c.chat_id)
    .limit(1)
    .offset(bindparam("chunk", type_=BigInteger))
)
_again = (
    update(delivery)
    .where(*_behind, delivery.c.chat_id <= bindparam("last", type_=BigInteger))
    .where(delivery.c.state.in_(bindparam("states", expanding=True)))
    .where(or_(delivery.c.reason.is_(None), delivery.c.reason.not_in(LEFT_REASONS)))
    .values(
        state="queued",
        reason=None,
        ready_at=bindparam("now", type_=UTCDateTime),
        not_after=bindparam("end", type_=UTCDateTime),
        attempts=0,
    )
)


class Requeued(NamedTuple):
    """What one chunk did: how many rows wait again, and the last chat looked at (None: all)."""

    rows: int
    last: int | None


async def queue_again_chunk(
    session: Executor,
    broadcast_id: int,
    behind: int,
    most: int,
    *,
    now: datetime,
    end: datetime,
    in_doubt: bool,
) -> Requeued:
    """Queue failed rows again among the next ``most`` behind the chat ``behind``.

    Save those of readers who left; those in doubt only if wanted.
    """
    given = {"which": broadcast_id, "behind": behind}
    found = (await session.execute(_end_of_rows, {**given, "chunk": most - 1})).scalar()
    values = {
        **given,
        "last": found if found is not None else AFTER_ALL_CHATS,
        "states": ["failed", "in_doubt"] if in_doubt else ["failed"],
        "now": now,
        "end": end,
    }
    result: Any = await session.execute(_again, values)
    return Requeued(int(result.rowcount), found)


def _any_in(state: str) -> Select[Any]:
    return (
        select(literal(1, Integer))
        .where(rows_in(state))
        .where(delivery.c.broadcast_id == bindparam("which", type_=BigInteger))
        .limit(1)
    )


_any_queued = _any_in("queued")
_any_leased = _any_in("leased").where(delivery.c.lease_until > EPOCH)


async def has_work(session: Executor, broadcast_id: int) -> bool:
    """Whether any row of the broadcast is still queued or leased."""
    for statement in (_any_queued, _any_leased):
        if (await session.execute(statement, {"which": broadcast_id})).first() is not None:
            return True
    return False


_next_ready = (
    select(delivery.c.ready_at)
    .where(rows_in("queued"))
    .where(delivery.c.broadcast_id == bindparam("which", type_=BigInteger))
    .order_by(delivery.c.ready_at)
    .limit(1)
)


async def next_ready(session: Executor, broadcast_id: int) -> datetime | None:
    """When the broadcast's first queued row may be sent; None when none is queued."""
    instant: datetime | None = (
        await session.execute(_next_ready, {"which": broadcast_id})
    ).scalar()
    return instant


async def add_tally(session: Executor, amounts: Mapping[tuple[int, str, str], int]) -> None:
    """Add pruned rows, by (broadcast, state, reason), to what reports still show."""
    rows = [
        {"broadcast_id": which, "state": state, "reason": reason, "count": n}
        for (which, state, reason), n in sorted(amounts.items())
    ]
    if rows:
        made = insert_into(session, broadcast_tally).values(rows)
        keys = [broadcast_tally.c[name] for name in ("broadcast_id", "state", "reason")]
        more = {"count": broadcast_tally.c.count + made.excluded.count}
        await session.execute(made.on_conflict_do_update(index_elements=keys, set_=more))
