"""A broadcast's rows in the outbox, one for each recipient: counting, cancelling, trying again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    Integer,
    Select,
    bindparam,
    func,
    literal,
    or_,
    select,
    union_all,
    update,
)

from bot.store.outbox.audience import AFTER_ALL_CHATS
from bot.store.outbox.corrections import is_held, is_recalled
from bot.store.outbox_models import BroadcastRead
from bot.store.queries.broadcasts import OPEN_STATES, change, get, is_in
from bot.store.tables import (
    Executor,
    broadcast_tally,
    delivery,
    insert_into,
    read_tuples,
    rows_in,
)
from bot.store.tables import broadcast as table
from bot.store.types import EPOCH, UTCDateTime
from bot.store.values import LEFT_REASONS, NOBODY

BY_ADMIN = "cancelled"
"""The reason of rows that were cancelled with their broadcast."""


class Count(NamedTuple):
    """How many recipients are in a state for a reason ("": none); ``kept`` says that their rows
    are still there, so that they could be tried again."""

    state: str
    reason: str
    rows: int
    kept: bool


_of_broadcast = bindparam("of_broadcast", type_=BigInteger)
_reason = func.coalesce(delivery.c.reason, "")
_of_broadcasts = bindparam("of_broadcasts", type_=BigInteger, expanding=True)
# In one statement, since rows move from the one table to the other.
_counts = union_all(
    select(
        delivery.c.broadcast_id,
        delivery.c.state,
        _reason.label("reason"),
        func.count().label("rows"),
        literal(True, Boolean).label("kept"),
    )
    .where(delivery.c.broadcast_id.in_(_of_broadcasts))
    .group_by(delivery.c.broadcast_id, delivery.c.state, _reason),
    select(
        broadcast_tally.c.broadcast_id,
        broadcast_tally.c.state,
        broadcast_tally.c.reason,
        broadcast_tally.c.count,
        literal(False, Boolean),
    ).where(broadcast_tally.c.broadcast_id.in_(_of_broadcasts)),
)


async def counts(session: Executor, broadcast_id: int) -> list[Count]:
    """What became of the broadcast's recipients, those included whose rows are gone."""
    return (await counts_of_each(session, [broadcast_id]))[broadcast_id]


async def counts_of_each(session: Executor, ids: Sequence[int]) -> dict[int, list[Count]]:
    """The same of several broadcasts, by their numbers."""
    found: dict[int, list[Count]] = {number: [] for number in ids}
    for number, *count in await session.execute(_counts, {"of_broadcasts": [*ids]}):
        found[number].append(Count(*count))
    return found


class Listing(NamedTuple):
    """What became of one recipient."""

    chat_id: int
    state: str
    reason: str | None
    due_at: datetime
    sent_at: datetime | None
    message_id: int | None


async def listing(
    session: Executor, broadcast_id: int, after_chat: int, most: int
) -> list[Listing]:
    """The next ``most`` recipients behind ``after_chat``, by their ids."""
    found = (
        select(*(delivery.c[name] for name in Listing._fields))
        .where(delivery.c.broadcast_id == broadcast_id, delivery.c.chat_id > after_chat)
        .order_by(delivery.c.chat_id)
        .limit(most)
    )
    return read_tuples(Listing, await session.execute(found))


_waiting = (
    select(delivery.c.id)
    .where(rows_in("queued"))
    .where(delivery.c.broadcast_id == _of_broadcast)
    .order_by(delivery.c.ready_at)
    .limit(bindparam("most", type_=BigInteger))
    # Whoever has one locked is leasing it, and may have sent it by the time they let it go.
    .with_for_update(skip_locked=True)
)
_cancel_chunk = (
    update(delivery).where(delivery.c.id.in_(_waiting)).values(state="cancelled", reason=BY_ADMIN)
)


async def cancel_chunk(session: Executor, broadcast_id: int, most: int) -> int:
    """Cancel up to ``most`` queued rows of the broadcast that nobody is leasing; how many."""
    result: Any = await session.execute(
        _cancel_chunk, {"of_broadcast": broadcast_id, "most": most}
    )
    return int(result.rowcount)


# One look for each of them into the index of what waits, by its order: without that SQLite reads
# all recipients of each, and as ``EXISTS`` PostgreSQL may read all that waits.
_first_queued = (
    select(delivery.c.ready_at)
    .where(rows_in("queued"))
    .where(delivery.c.broadcast_id == table.c.id)
    .order_by(delivery.c.ready_at)
    .limit(1)
    .scalar_subquery()
)
_cancelled_with_queued_rows = (
    select(table.c.id)
    .where(table.c.state == "cancelled", _first_queued.is_not(None))
    .order_by(table.c.id)
)


async def cancelled_with_queued_rows(session: Executor) -> list[int]:
    """Broadcasts that were cancelled and of which something waits all the same."""
    return list((await session.execute(_cancelled_with_queued_rows)).scalars())


_after_chat = (
    delivery.c.broadcast_id == _of_broadcast,
    delivery.c.chat_id > bindparam("after_chat", type_=BigInteger),
)
_end_of_rows = (
    select(delivery.c.chat_id)
    .where(*_after_chat)
    .order_by(delivery.c.chat_id)
    .limit(1)
    .offset(bindparam("skip_chats", type_=BigInteger))
)
_again = (
    update(delivery)
    .where(*_after_chat, delivery.c.chat_id <= bindparam("last_chat", type_=BigInteger))
    .where(delivery.c.state.in_(bindparam("states", expanding=True)))
    .where(or_(delivery.c.reason.is_(None), delivery.c.reason.not_in(LEFT_REASONS)))
    .values(
        state="queued",
        reason=None,
        ready_at=bindparam("now", type_=UTCDateTime),
        not_after=bindparam("new_not_after", type_=UTCDateTime),
        attempts=0,
    )
)


async def may_not_leave(session: Executor, broadcast_id: int) -> bool:
    """Whether nothing of it may be sent (again): it is taken back, or about to be corrected."""
    return await is_recalled(session, broadcast_id) or await is_held(session, broadcast_id)


def is_lost(broadcast: BroadcastRead) -> bool:
    """Whether nobody knows (any more) what it says: its admin is erased.

    What was written at the command line has no message in a chat, and all of its content.
    """
    no_source = broadcast.source_chat_id == NOBODY and broadcast.kind != "recall"
    return no_source and broadcast.content is None


class Requeued(NamedTuple):
    """What one chunk did: how many rows wait again, and the last chat looked at (None: all)."""

    rows: int
    last_chat: int | None


async def queue_again_chunk(
    session: Executor,
    broadcast_id: int,
    after_chat: int,
    most: int,
    *,
    now: datetime,
    not_after: datetime,
    in_doubt: bool,
) -> Requeued:
    """Queue failed rows again among the next ``most`` behind ``after_chat``.

    Save those of subscribers who left; those in doubt only if wanted. With the first of them the
    broadcast is under way again; one that was cancelled stays so.
    """
    found = await get(session, broadcast_id, lock=True)
    if found is None or found.state not in (*OPEN_STATES, "done"):
        return Requeued(0, None)
    if is_lost(found) or await may_not_leave(session, broadcast_id):
        return Requeued(0, None)
    given = {"of_broadcast": broadcast_id, "after_chat": after_chat}
    last = (await session.execute(_end_of_rows, {**given, "skip_chats": most - 1})).scalar()
    values = {
        **given,
        "last_chat": last if last is not None else AFTER_ALL_CHATS,
        "states": ["failed", "in_doubt"] if in_doubt else ["failed"],
        "now": now,
        "new_not_after": not_after,
    }
    result: Any = await session.execute(_again, values)
    if result.rowcount:
        under_way = {"state": "sending", "pause_reason": None, "finished_at": None}
        await change(session, broadcast_id, {**under_way, "reported_at": None})
    return Requeued(int(result.rowcount), last)


def _any_in(state: str) -> Select[Any]:
    return (
        select(literal(1, Integer))
        .where(rows_in(state))
        .where(delivery.c.broadcast_id == _of_broadcast)
        .limit(1)
    )


_any_queued = _any_in("queued").order_by(delivery.c.ready_at)
_any_leased = _any_in("leased").where(delivery.c.lease_until > EPOCH)


async def has_queued(session: Executor, broadcast_id: int) -> bool:
    """Whether any row of the broadcast waits to be sent."""
    return (await session.execute(_any_queued, {"of_broadcast": broadcast_id})).first() is not None


async def has_work(session: Executor, broadcast_id: int) -> bool:
    """Whether any row of the broadcast is still queued or leased."""
    if await has_queued(session, broadcast_id):
        return True
    return (await session.execute(_any_leased, {"of_broadcast": broadcast_id})).first() is not None


async def finish(session: Executor, broadcast_id: int, now: datetime) -> bool:
    """Call the broadcast done if nothing of it is left; whether that is so now."""
    if await has_work(session, broadcast_id):
        return False
    values = {"state": "done", "pause_reason": None, "finished_at": now}
    return await change(session, broadcast_id, values, is_in(*OPEN_STATES), table.c.frozen)


_ready = (
    select(func.count())
    .where(rows_in("queued"))
    .where(delivery.c.broadcast_id == _of_broadcast)
    .where(delivery.c.ready_at <= bindparam("now", type_=UTCDateTime))
)


async def count_ready(session: Executor, broadcast_id: int, now: datetime) -> int:
    """How many of the broadcast's queued rows may be sent by then."""
    found = await session.execute(_ready, {"of_broadcast": broadcast_id, "now": now})
    return int(found.scalar_one())


_next_ready = (
    select(delivery.c.ready_at)
    .where(rows_in("queued"))
    .where(delivery.c.broadcast_id == _of_broadcast)
    .order_by(delivery.c.ready_at)
    .limit(1)
)


async def next_ready(session: Executor, broadcast_id: int) -> datetime | None:
    """When the broadcast's first queued row may be sent; None when none is queued."""
    instant: datetime | None = (
        await session.execute(_next_ready, {"of_broadcast": broadcast_id})
    ).scalar()
    return instant


_last_ready = _next_ready.order_by(None).order_by(delivery.c.ready_at.desc())


async def last_ready(session: Executor, broadcast_id: int) -> datetime | None:
    """When the last of the broadcast's queued rows may be sent; None when none is queued."""
    instant: datetime | None = (
        await session.execute(_last_ready, {"of_broadcast": broadcast_id})
    ).scalar()
    return instant


async def add_tally(session: Executor, amounts: Mapping[tuple[int, str, str], int]) -> None:
    """Add pruned rows, by (broadcast, state, reason), to what reports still show."""
    rows = [
        {"broadcast_id": broadcast_id, "state": state, "reason": reason, "count": n}
        for (broadcast_id, state, reason), n in sorted(amounts.items())
    ]
    if rows:
        made = insert_into(session, broadcast_tally).values(rows)
        keys = [broadcast_tally.c[name] for name in ("broadcast_id", "state", "reason")]
        more = {"count": broadcast_tally.c.count + made.excluded.count}
        await session.execute(made.on_conflict_do_update(index_elements=keys, set_=more))
