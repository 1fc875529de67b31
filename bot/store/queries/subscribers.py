"""Queries about subscribers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    LargeBinary,
    bindparam,
    delete,
    func,
    select,
    update,
)
from sqlmodel import col

from bot.clock import zone_exists
from bot.store.models import AnyRecipient, Recipient, Subscriber, SubscriberRead
from bot.store.outbox.audience import last_ordinal
from bot.store.outbox.many import Many
from bot.store.tables import (
    Executor,
    affected,
    columns_of,
    insert_into,
    is_sqlite,
    pairs,
    read_all,
    read_one,
)
from bot.store.tables import subscriber as table
from bot.store.types import UTCDateTime, set_to_bytes
from tips.rotation import NUMBER_BYTES

# Every update asks for one of these two, so they are put together once.
_one = select(*columns_of(Subscriber, SubscriberRead)).where(
    col(Subscriber.chat_id) == bindparam("chat_id")
)
_one_locked = _one.with_for_update()
_several = select(*columns_of(Subscriber, Recipient)).where(
    table.c.chat_id.in_(bindparam("chats", expanding=True))
)


def fixed_number(chat_id: int, purpose: str, bits: int) -> int:
    """A number that is the subscriber's own and always the same, evenly spread over all."""
    digest = blake2b(f"{purpose}:{chat_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> (64 - bits)


async def get(session: Executor, chat_id: int, *, lock: bool = False) -> SubscriberRead | None:
    """The subscriber; with ``lock``, nobody else changes them until the transaction ends."""
    found = await session.execute(_one_locked if lock else _one, {"chat_id": chat_id})
    subscriber = read_one(SubscriberRead, found)
    return _with_zone_that_exists(subscriber) if subscriber else None


async def get_many(session: Executor, chats: Iterable[int]) -> dict[int, Recipient]:
    """The subscribers with these ids, by id; unknown ids are left out."""
    found = await session.execute(_several, {"chats": list(chats)})
    return {one.chat_id: _with_zone_that_exists(one) for one in read_all(Recipient, found)}


def _with_zone_that_exists(found: AnyRecipient) -> AnyRecipient:
    if found.zone is None or zone_exists(found.zone):
        return found
    return found.model_copy(update={"zone": None})


_states = select(table.c.chat_id, table.c.state).where(
    table.c.chat_id.in_(bindparam("chats", expanding=True))
)


async def states(session: Executor, chats: Iterable[int]) -> dict[int, str]:
    """Each subscriber's state by id; unknown ids are left out."""
    return pairs(await session.execute(_states, {"chats": list(chats)}))


async def add(
    session: Executor,
    chat_id: int,
    *,
    language: str,
    source: str | None,
    themes: int,
    now: datetime,
) -> bool:
    """A new subscriber; False when they are known already (nothing is changed then)."""
    statement = insert_into(session, Subscriber).values(
        chat_id=chat_id,
        state="new",
        language=language,
        weekdays=127,
        themes=themes,
        audience="both",
        source=source,
        created_at=now,
        seed=fixed_number(chat_id, "seed", 32),
        seen=0,
        recent=b"",
    )
    return await affected(session, statement.on_conflict_do_nothing()) == 1


async def change(
    session: Executor, chat_id: int, values: Mapping[str, Any], *conditions: ColumnElement[bool]
) -> bool:
    """Set ``values`` if the subscriber is known and ``conditions`` hold; whether that was so."""
    statement = (
        update(Subscriber).where(col(Subscriber.chat_id) == chat_id, *conditions).values(**values)
    )
    return await affected(session, statement) == 1


async def activate(session: Executor, chat_id: int, values: Mapping[str, Any]) -> None:
    """The subscriber is active from now on; broadcasts confirmed before are not for them."""
    await change(session, chat_id, {**values, "state": "active", "joined_after": last_ordinal()})


class Mark(NamedTuple):
    """That a subscriber got a tip: what they had seen when it was chosen, and what they have now.

    ``recent`` are the numbers of the tips sent last, with this one. ``before`` is None where the
    tip was chosen in an earlier life of the program.
    """

    chat_id: int
    number: int
    topic: str
    before: int | None = None
    after: int = 0
    recent: bytes = b""


_mark = (
    update(table)
    .where(table.c.chat_id == bindparam("of_chat"))
    .values(
        seen=bindparam("new_seen", type_=LargeBinary),
        recent=bindparam("new_recent", type_=LargeBinary),
        last_topic=bindparam("new_topic"),
        last_number=bindparam("new_number"),
    )
)
_MARKED = ("new_seen", "new_recent", "new_topic", "new_number", "of_chat")
_write_marks = Many(_mark, *_MARKED)
_write_unchanged = Many(
    _mark.where(table.c.seen == bindparam("seen_before", type_=LargeBinary)),
    *_MARKED,
    "seen_before",
)


async def mark_seen(session: Executor, marks: Sequence[Mark]) -> None:
    """Store that these subscribers got these tips, whatever else they were given meanwhile."""
    if marks and is_sqlite(session):
        rows = [
            (*_row(mark, mark.after, mark.recent), set_to_bytes(mark.before))
            for mark in marks
            if mark.before is not None
        ]
        if await _write_unchanged.run(session, rows) == len(marks):
            return
    if marks:
        await _mark_one_by_one(session, marks)


async def _mark_one_by_one(session: Executor, marks: Sequence[Mark]) -> None:
    present = await _seen_now(session, [mark.chat_id for mark in marks])
    rows = []
    for mark in marks:
        seen, recent = present.get(mark.chat_id, (None, b""))
        if seen is None or _is_marked(mark, seen):
            continue
        if seen == mark.before:
            rows.append(_row(mark, mark.after, mark.recent))
        else:
            numbers = recent + mark.number.to_bytes(NUMBER_BYTES, "little")
            rows.append(_row(mark, seen | 1 << mark.number, numbers))
    await _write_marks.run(session, rows)


def _is_marked(mark: Mark, seen: int) -> bool:
    return bool(seen >> mark.number & 1) and seen != mark.before


def _row(mark: Mark, seen: int, recent: bytes) -> tuple[Any, ...]:
    return set_to_bytes(seen), recent, mark.topic, mark.number, mark.chat_id


async def _seen_now(session: Executor, chats: Iterable[int]) -> dict[int, tuple[int, bytes]]:
    columns = (table.c.chat_id, table.c.seen, table.c.recent)
    statement = select(*columns).where(table.c.chat_id.in_(list(chats)))
    rows = (await session.execute(statement.order_by(table.c.chat_id).with_for_update())).all()
    return {chat_id: (seen, recent) for chat_id, seen, recent in rows}


_over = (
    select(table.c.chat_id)
    .where(
        table.c.paused_until.is_not(None),
        table.c.paused_until <= bindparam("now", type_=UTCDateTime),
        table.c.state == "paused",
    )
    .limit(bindparam("most", type_=BigInteger))
)
_end_pauses = (
    update(table)
    .where(table.c.chat_id.in_(_over))
    .values(state="active", paused_until=None, joined_after=last_ordinal())
)


async def end_pauses(session: Executor, now: datetime, most: int) -> int:
    """Up to ``most`` subscribers whose pause is over are active again; how many."""
    result: Any = await session.execute(_end_pauses, {"now": now, "most": most})
    return int(result.rowcount)


async def restore_state(session: Executor, chat_id: int) -> None:
    """The subscriber is again what they were before they left."""
    values = {
        "state": func.coalesce(col(Subscriber.state_before), "new"),
        "state_before": None,
        "left_at": None,
        "joined_after": last_ordinal(),
        "left_reason": None,
        "refused_days": 0,
        "refused_at": None,
    }
    await session.execute(
        update(Subscriber).where(col(Subscriber.chat_id) == chat_id).values(**values)
    )


async def erase(session: Executor, chat_id: int) -> bool:
    """Delete the subscriber; what hangs on them by foreign key goes with them."""
    return (
        await affected(session, delete(Subscriber).where(col(Subscriber.chat_id) == chat_id)) == 1
    )


async def long_gone(session: Executor, before: datetime, most: int) -> list[int]:
    """Up to ``most`` subscribers who blocked the bot, or were gone, before then; and those
    who came before then and never finished subscribing."""
    left = col(Subscriber.state).in_(("blocked", "gone"))
    lost = left & (func.coalesce(col(Subscriber.left_at), col(Subscriber.created_at)) < before)
    unfinished = (col(Subscriber.state) == "new") & (col(Subscriber.created_at) < before)
    statement = select(col(Subscriber.chat_id)).where(lost | unfinished).limit(most)
    return list((await session.execute(statement)).scalars())


async def count_by_state(session: Executor) -> dict[str, int]:
    """How many subscribers are in each state."""
    statement = select(col(Subscriber.state), func.count()).group_by(col(Subscriber.state))
    return pairs(await session.execute(statement))


async def lost_zones(session: Executor) -> dict[str, int]:
    """How many subscribers have a zone that is not (any more) in the data, by its name."""
    statement = (
        select(col(Subscriber.zone), func.count())
        .where(col(Subscriber.zone).is_not(None))
        .group_by(col(Subscriber.zone))
    )
    counted = pairs(await session.execute(statement))
    return {zone: count for zone, count in counted.items() if not zone_exists(zone)}


async def count_by_source(session: Executor, since: datetime) -> dict[str, int]:
    """How many subscribers arrived since then, by deep link."""
    statement = (
        select(col(Subscriber.source), func.count())
        .where(col(Subscriber.created_at) >= since, col(Subscriber.source).is_not(None))
        .group_by(col(Subscriber.source))
    )
    return pairs(await session.execute(statement))
