"""Queries about sending the outbox: lease rows, settle them, take back what others dropped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    String,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal_column,
    not_,
    null,
    select,
    update,
)

from bot.retry import MOST_CRASHES
from bot.store.outbox.kinds import BROADCAST, FROM_SUBSCRIPTION
from bot.store.outbox.many import Many
from bot.store.tables import Executor, read_tuples, rows_in
from bot.store.tables import delivery as table
from bot.store.types import UTCDateTime, seconds_between

RECLAIM_AT_ONCE = 500
DROPPED = "lease_expired"


class Leased(NamedTuple):
    """A row that is ours to send until the lease ends.

    ``fresh`` is the seconds until it is too late, at the moment of leasing, ``late`` those since
    it was due, and ``ready`` those since it may be sent; ``dropped`` says that its last holder
    went silent with it.
    """

    id: int
    kind: str
    broadcast_id: int | None
    subscription_id: int | None
    chat_id: int
    content: int | None
    local_date: date | None
    attempts: int
    doubts: int
    fresh: float
    late: float
    dropped: bool
    ready: float

    @property
    def is_repeated(self) -> bool:
        """It is sent once more when it is in doubt; a broadcast's waits for its admin's word."""
        return self.kind != BROADCAST

    @property
    def stale(self) -> bool:
        """It is too late."""
        return self.fresh < 0


class Settled(NamedTuple):
    """What becomes of a leased row; ``state`` is the one it goes to.

    ``retry_at`` is when it may be leased again (None: its place in the queue stays as it was), and
    like ``sent_at`` an aware instant. ``uncounted`` (0 or 1) takes the attempt back; ``doubt``
    (0 or 1) counts one more doubt. ``message_id``, ``sent_at`` and ``album`` are kept of a sent
    row alone.
    """

    id: int
    state: str
    reason: str | None = None
    message_id: int | None = None
    sent_at: datetime | None = None
    retry_at: datetime | None = None
    uncounted: int = 0
    doubt: int = 0
    album: str | None = None


def _now() -> Any:
    return bindparam("now", type_=UTCDateTime)


def _lease_of(condition: ColumnElement[bool], **values: Any) -> Any:
    ready = (
        select(table.c.id)
        .where(rows_in("queued"))
        .where(condition, table.c.ready_at <= _now())
        .order_by(table.c.ready_at)
        .limit(bindparam("most", type_=BigInteger))
        .with_for_update(skip_locked=True)
    )
    return (
        update(table)
        .where(table.c.id.in_(ready))
        .values(
            state="leased",
            lease_owner=bindparam("owner", type_=String),
            lease_until=bindparam("until", type_=UTCDateTime),
            attempts=table.c.attempts + 1,
            **values,
        )
        .returning(
            table.c.id,
            table.c.kind,
            table.c.broadcast_id,
            table.c.subscription_id,
            table.c.chat_id,
            table.c.content,
            table.c.local_date,
            table.c.attempts,
            table.c.doubts,
            seconds_between(_now(), table.c.not_after).label("fresh"),
            seconds_between(table.c.due_at, _now()).label("late"),
            (func.coalesce(table.c.reason, "") == DROPPED).label("dropped"),
            seconds_between(table.c.ready_at, _now()).label("ready"),
        )
    )


_lease_tips = _lease_of(FROM_SUBSCRIPTION)
_lease_broadcast = _lease_of(
    table.c.broadcast_id == bindparam("of_broadcast", type_=BigInteger),
    begun=bindparam("is_begun", type_=Boolean),
)


async def lease(
    session: Executor,
    owner: str,
    *,
    now: datetime,
    until: datetime,
    most: int,
    broadcast_id: int | None = None,
    begun: bool = False,
) -> list[Leased]:
    """Take up to ``most`` ready tips (or rows of one broadcast), the longest ready first."""
    given: dict[str, Any] = {"owner": owner, "now": now, "until": until, "most": most}
    statement = _lease_tips if broadcast_id is None else _lease_broadcast
    if broadcast_id is not None:
        given |= {"of_broadcast": broadcast_id, "is_begun": begun}
    leased = read_tuples(Leased, await session.execute(statement, given))
    # They come in the order of the table. Whoever was told to wait would be tried before others
    # again and again there, and could hold up for good whoever stands behind.
    return sorted(leased, key=lambda row: -row.ready)


_ours = (
    table.c.id == bindparam("row_id"),
    rows_in("leased"),
    table.c.lease_owner == bindparam("owner"),
)
_mark_begun = (
    update(table)
    .where(table.c.id.in_(bindparam("row_ids", expanding=True)))
    .where(table.c.state == "leased", table.c.lease_owner == bindparam("owner"))
    .values(begun=True)
    .returning(table.c.id)
)


async def mark_begun(session: Executor, owner: str, row_ids: Sequence[int]) -> set[int]:
    """Mark rows as begun on condition that their lease is still ``owner``'s; which were."""
    found = await session.execute(_mark_begun, {"row_ids": list(row_ids), "owner": owner})
    return {row.id for row in found.all()}


_released = {"lease_owner": null(), "lease_until": null()}
_sent = (
    update(table)
    .where(*_ours)
    .values(
        state=literal_column("'sent'", String),
        reason=null(),
        message_id=bindparam("new_message_id"),
        sent_at=bindparam("new_sent_at", type_=UTCDateTime),
        **_released,
    )
)
_retry_at = bindparam("retry_at", type_=UTCDateTime)


def _not_too_late(instant: Any) -> Any:
    """That instant, or when the row is too old and is to be let go."""
    return case((instant > table.c.not_after, table.c.not_after), else_=instant)


_other = (
    update(table)
    .where(*_ours)
    .values(
        state=bindparam("new_state"),
        reason=bindparam("new_reason"),
        ready_at=_not_too_late(func.coalesce(_retry_at, table.c.ready_at)),
        attempts=table.c.attempts - bindparam("uncounted", type_=BigInteger),
        doubts=table.c.doubts + bindparam("doubt", type_=BigInteger),
        **_released,
    )
)


_CHANGED = ("new_state", "new_reason", "retry_at", "uncounted", "doubt")
_write_sent = Many(_sent, "new_message_id", "new_sent_at", "row_id", "owner")
_write_other = Many(_other, *_CHANGED, "row_id", "owner")
# Before the row is settled, after which its lease is nobody's.
_write_album = Many(
    update(table).where(*_ours).values(album=bindparam("new_album")),
    "new_album",
    "row_id",
    "owner",
)


async def settle(session: Executor, owner: str, outcomes: Iterable[Settled]) -> None:
    """Write outcomes down, each on condition that the row's lease is still ``owner``'s."""
    sent: list[tuple[Any, ...]] = []
    other: list[tuple[Any, ...]] = []
    albums: list[tuple[Any, ...]] = []
    for one in outcomes:
        if one.album:
            albums.append((one.album, one.id, owner))
        if one.state == "sent":
            sent.append((one.message_id, one.sent_at, one.id, owner))
        else:
            changes = (one.state, one.reason, one.retry_at, one.uncounted, one.doubt)
            other.append((*changes, one.id, owner))
    await _write_album.run(session, albums)
    await _write_sent.run(session, sent)
    await _write_other.run(session, other)


async def forget(session: Executor, row_ids: Sequence[int]) -> None:
    """Delete rows: whoever they were for has been erased."""
    await session.execute(delete(table).where(table.c.id.in_(row_ids)))


_set_content = Many(
    update(table).where(table.c.id == bindparam("row_id")).values(content=bindparam("number")),
    "row_id",
    "number",
)


async def set_content(session: Executor, chosen: Sequence[tuple[int, int]]) -> None:
    """Remember which tip (row id, number) each row carries, so that a repeat repeats it."""
    await _set_content.run(session, chosen)


_of_broadcast = table.c.kind == BROADCAST
_final = case((_of_broadcast, table.c.begun), else_=table.c.attempts >= MOST_CRASHES)
_never_begun = and_(_of_broadcast, not_(table.c.begun))
_expired = (
    select(table.c.id)
    .where(rows_in("leased"))
    .where(table.c.lease_until < _now())
    .order_by(table.c.lease_until)
    .limit(RECLAIM_AT_ONCE)
    .with_for_update(skip_locked=True)
)
_reclaim = (
    update(table)
    .where(table.c.id.in_(_expired))
    .values(
        state=case((_final, "in_doubt"), else_="queued"),
        reason=DROPPED,
        ready_at=_now(),
        attempts=table.c.attempts - case((_never_begun, 1), else_=0),
        doubts=table.c.doubts + case((_final, 1), else_=0),
        **_released,
    )
    .returning(table.c.kind, table.c.state, table.c.chat_id, table.c.content)
)


class Reclaimed(NamedTuple):
    """A row whose holder went silent, and its new state."""

    kind: str
    state: str
    chat_id: int
    content: int | None

    @property
    def is_doubt(self) -> bool:
        """It may have been sent; a broadcast's that was not begun was not."""
        return self.kind != BROADCAST or self.state == "in_doubt"


async def reclaim(session: Executor, now: datetime) -> list[Reclaimed]:
    """Take back up to 500 rows whose lease has ended: maybe sent, maybe not, so in doubt.

    A tip goes back to the queue, since most rows that a crash leaves behind were never started;
    not for ever, though, lest a bot that crashes again and again pesters the same subscribers. A
    broadcast's that was begun waits for the admin's word; one that was not is as it was before.
    """
    return read_tuples(Reclaimed, await session.execute(_reclaim, {"now": now}))


async def next_ready(session: Executor) -> datetime | None:
    """When the first queued tip may be sent; None when the queue is empty."""
    queued = rows_in("queued")
    statement = (
        select(table.c.ready_at)
        .where(queued, FROM_SUBSCRIPTION)
        .order_by(table.c.ready_at)
        .limit(1)
    )
    instant: datetime | None = (await session.execute(statement)).scalar()
    return instant
