"""Who gets a broadcast: whoever was in its audience when it was confirmed, each with a row.

Writing a row for everyone takes too long for one transaction, so rows are made in chunks, and
meanwhile people come and go. Whoever comes is told from whoever was there by the order in which
broadcasts are confirmed (``subscriber.joined_after``), which no clock can disturb; whoever is
about to leave gets their row before they do (:func:`freeze_one`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    String,
    bindparam,
    func,
    literal,
    or_,
    select,
)

from bot.store.outbox.kinds import BROADCAST
from bot.store.outbox.many import Filling
from bot.store.queries.broadcasts import IS_OPEN, OPEN_STATES, change, get
from bot.store.tables import Executor, delivery, subscriber
from bot.store.tables import broadcast as table
from bot.store.types import UTCDateTime

BEFORE_ALL_CHATS = -(2**63)
AFTER_ALL_CHATS = 2**63 - 1

EVERYONE = "active"
AUDIENCES: dict[str, ColumnElement[bool]] = {EVERYONE: subscriber.c.state == "active"}
"""Who belongs to an audience, by its name in ``broadcast.audience``. Another is a line more."""

_cursor = bindparam("cursor", type_=BigInteger)


def _end_of_chunk(belongs: ColumnElement[bool]) -> Select[Any]:
    return (
        select(subscriber.c.chat_id)
        .where(belongs, subscriber.c.chat_id > _cursor)
        .order_by(subscriber.c.chat_id)
        .limit(1)
        .offset(bindparam("skip_chats", type_=BigInteger))
    )


_ends = {name: _end_of_chunk(belongs) for name, belongs in AUDIENCES.items()}


def _row(broadcast_id: Any, due_at: Any, not_after: Any) -> dict[str, Any]:
    return {
        "kind": literal(BROADCAST, String),
        "broadcast_id": broadcast_id,
        "chat_id": subscriber.c.chat_id,
        "state": literal("queued", String),
        "due_at": due_at,
        "ready_at": due_at,
        "not_after": not_after,
        "attempts": literal(0, Integer),
        "doubts": literal(0, Integer),
    }


_of_chunk = _row(
    bindparam("of_broadcast", type_=BigInteger),
    bindparam("due_at", type_=UTCDateTime),
    bindparam("not_after", type_=UTCDateTime),
)
_given = ("of_broadcast", "due_at", "not_after", "cursor", "last_chat", "ordinal")


def _chunk(belongs: ColumnElement[bool]) -> Select[Any]:
    return select(*_of_chunk.values()).where(
        belongs,
        subscriber.c.chat_id > _cursor,
        subscriber.c.chat_id <= bindparam("last_chat", type_=BigInteger),
        subscriber.c.joined_after < bindparam("ordinal", type_=BigInteger),
    )


_fills = {
    name: Filling(delivery, list(_of_chunk), _chunk(belongs), *_given)
    for name, belongs in AUDIENCES.items()
}

_of_one = _row(table.c.id, table.c.confirmed_at, table.c.not_after)
_one = select(*_of_one.values()).where(
    subscriber.c.chat_id == bindparam("of_chat", type_=BigInteger),
    or_(*((table.c.audience == name) & belongs for name, belongs in AUDIENCES.items())),
    IS_OPEN,
    table.c.frozen.is_(False),
    func.coalesce(table.c.cursor, BEFORE_ALL_CHATS) < subscriber.c.chat_id,
    subscriber.c.joined_after < table.c.ordinal,
)
_fill_one = Filling(delivery, list(_of_one), _one, "of_chat")


def last_ordinal() -> ScalarSelect[Any]:
    """How many broadcasts have been confirmed: what ``joined_after`` is set to on joining."""
    every = table.alias()
    return select(func.coalesce(func.max(every.c.ordinal), 0)).scalar_subquery()


def next_ordinal() -> ColumnElement[int]:
    """The place in that order of the broadcast that is being confirmed."""
    return last_ordinal() + 1


async def count(session: Executor, audience: str = EVERYONE) -> int:
    """How many subscribers a broadcast to this audience would reach now."""
    statement = select(func.count()).select_from(subscriber).where(AUDIENCES[audience])
    return int((await session.execute(statement)).scalar_one())


class Frozen(NamedTuple):
    """What one chunk did: whether no more are to be made, and whether this one was the last."""

    complete: bool
    just_now: bool


async def freeze_chunk(session: Executor, broadcast_id: int, most: int) -> Frozen:
    """Queue the broadcast for the next ``most`` subscribers of its audience.

    Subscribers are taken in the order of their ids behind the cursor, so a crash resumes there.
    """
    found = await get(session, broadcast_id, lock=True)
    if found is None or found.frozen or found.state not in OPEN_STATES:
        return Frozen(complete=True, just_now=False)
    cursor = found.cursor if found.cursor is not None else BEFORE_ALL_CHATS
    given = {"cursor": cursor, "skip_chats": most - 1}
    end = (await session.execute(_ends[found.audience], given)).scalar()
    values = {
        "of_broadcast": broadcast_id,
        "due_at": found.confirmed_at,
        "not_after": found.not_after,
        "cursor": cursor,
        "last_chat": end if end is not None else AFTER_ALL_CHATS,
        "ordinal": found.ordinal,
    }
    await _fills[found.audience].run(session, values)
    if end is not None:
        await change(session, broadcast_id, {"cursor": end})
        return Frozen(complete=False, just_now=False)
    await change(session, broadcast_id, {"frozen": True})
    return Frozen(complete=True, just_now=True)


async def freeze_one(session: Executor, chat_id: int) -> None:
    """Queue every broadcast whose rows are still being made and that is this subscriber's.

    To be called before anything happens that would make it look as if they had not been there.
    """
    await _fill_one.run(session, {"of_chat": chat_id})
