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

from bot.clock import zone_exists
from bot.store.outbox.audience import last_ordinal
from bot.store.outbox.many import Many
from bot.store.tables import Executor, affected, insert_into, is_sqlite
from bot.store.tables import subscriber as table
from bot.store.types import UTCDateTime
from bot.store.values import Subscriber
from tips.rotation import NUMBER_BYTES

FIELDS = (
    "chat_id",
    "state",
    "language",
    "zone",
    "local_minute",
    "weekdays",
    "themes",
    "audience",
    "source",
    "created_at",
    "consent_version",
    "consent_at",
    "paused_until",
    "expecting",
    "seed",
    "seen",
    "recent",
    "last_topic",
    "last_number",
    "refused_days",
    "refused_at",
)
SEEN, ZONE = FIELDS.index("seen"), FIELDS.index("zone")
_all = select(*(table.c[name] for name in FIELDS))
_one = _all.where(table.c.chat_id == bindparam("chat"))
_several = _all.where(table.c.chat_id.in_(bindparam("chats", expanding=True)))


def seen_to_bytes(seen: int) -> bytes:
    """The bitmap over tip numbers as it is stored, lowest numbers first."""
    return seen.to_bytes((seen.bit_length() + 7) // 8, "little")


def seen_from_bytes(stored: bytes) -> int:
    """The bitmap over tip numbers as a whole number."""
    return int.from_bytes(stored, "little")


def fixed_number(chat_id: int, purpose: str, bits: int) -> int:
    """A number that is the subscriber's own and always the same, evenly spread over all."""
    digest = blake2b(f"{purpose}:{chat_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> (64 - bits)


def _value(row: Sequence[Any]) -> Subscriber:
    fields = list(row)
    fields[SEEN] = seen_from_bytes(fields[SEEN])
    if fields[ZONE] is not None and not zone_exists(fields[ZONE]):
        fields[ZONE] = None
    return Subscriber(*fields)


async def get(session: Executor, chat_id: int, *, lock: bool = False) -> Subscriber | None:
    """The subscriber; with ``lock``, nobody else changes them until the transaction ends."""
    statement = _one.with_for_update() if lock else _one
    row = (await session.execute(statement, {"chat": chat_id})).first()
    return None if row is None else _value(row)


async def get_many(session: Executor, chats: Iterable[int]) -> dict[int, Subscriber]:
    """The subscribers with these ids, by id; unknown ids are left out."""
    rows = (await session.execute(_several, {"chats": list(chats)})).all()
    return {row[0]: _value(row) for row in rows}


_states = select(table.c.chat_id, table.c.state).where(
    table.c.chat_id.in_(bindparam("chats", expanding=True))
)


async def states(session: Executor, chats: Iterable[int]) -> dict[int, str]:
    """Each subscriber's state by id; unknown ids are left out."""
    rows = (await session.execute(_states, {"chats": list(chats)})).all()
    return {row[0]: row[1] for row in rows}


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
    statement = insert_into(session, table).values(
        chat_id=chat_id,
        state="new",
        language=language,
        weekdays=127,
        themes=themes,
        audience="both",
        source=source,
        created_at=now,
        seed=fixed_number(chat_id, "seed", 32),
        seen=b"",
        recent=b"",
    )
    return await affected(session, statement.on_conflict_do_nothing()) == 1


async def change(
    session: Executor, chat_id: int, values: Mapping[str, Any], *conditions: ColumnElement[bool]
) -> bool:
    """Set ``values`` if the subscriber is known and ``conditions`` hold; whether that was so."""
    statement = update(table).where(table.c.chat_id == chat_id, *conditions).values(**values)
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
    .where(table.c.chat_id == bindparam("chat"))
    .values(
        seen=bindparam("bits", type_=LargeBinary),
        recent=bindparam("numbers", type_=LargeBinary),
        last_topic=bindparam("topic"),
        last_number=bindparam("number"),
    )
)
_MARKED = ("bits", "numbers", "topic", "number", "chat")
_write_marks = Many(_mark, *_MARKED)
_write_unchanged = Many(
    _mark.where(table.c.seen == bindparam("before", type_=LargeBinary)), *_MARKED, "before"
)


async def mark_seen(session: Executor, marks: Sequence[Mark]) -> None:
    """Store that these subscribers got these tips, whatever else they were given meanwhile."""
    if marks and is_sqlite(session):
        rows = [
            (*_row(mark, mark.after, mark.recent), seen_to_bytes(mark.before))
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
    return seen_to_bytes(seen), recent, mark.topic, mark.number, mark.chat_id


async def _seen_now(session: Executor, chats: Iterable[int]) -> dict[int, tuple[int, bytes]]:
    columns = (table.c.chat_id, table.c.seen, table.c.recent)
    statement = select(*columns).where(table.c.chat_id.in_(list(chats)))
    rows = (await session.execute(statement.order_by(table.c.chat_id).with_for_update())).all()
    return {chat_id: (seen_from_bytes(seen), recent) for chat_id, seen, recent in rows}


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
        "state": func.coalesce(table.c.state_before, "new"),
        "state_before": None,
        "left_at": None,
        "joined_after": last_ordinal(),
        "left_reason": None,
        "refused_days": 0,
        "refused_at": None,
    }
    await session.execute(update(table).where(table.c.chat_id == chat_id).values(**values))


async def erase(session: Executor, chat_id: int) -> bool:
    """Delete the subscriber; what hangs on them by foreign key goes with them."""
    return await affected(session, delete(table).where(table.c.chat_id == chat_id)) == 1


async def long_gone(session: Executor, before: datetime, most: int) -> list[int]:
    """Up to ``most`` subscribers who blocked the bot, or were gone, before then; and those
    who came before then and never finished subscribing."""
    left = table.c.state.in_(("blocked", "gone"))
    lost = left & (func.coalesce(table.c.left_at, table.c.created_at) < before)
    unfinished = (table.c.state == "new") & (table.c.created_at < before)
    statement = select(table.c.chat_id).where(lost | unfinished).limit(most)
    return list((await session.execute(statement)).scalars())


async def count_by_state(session: Executor) -> dict[str, int]:
    """How many subscribers are in each state."""
    statement = select(table.c.state, func.count()).group_by(table.c.state)
    rows = (await session.execute(statement)).all()
    return {row[0]: row[1] for row in rows}


async def lost_zones(session: Executor) -> dict[str, int]:
    """How many subscribers have a zone that is not (any more) in the data, by its name."""
    statement = (
        select(table.c.zone, func.count()).where(table.c.zone.is_not(None)).group_by(table.c.zone)
    )
    rows = (await session.execute(statement)).all()
    return {row[0]: row[1] for row in rows if not zone_exists(row[0])}


async def count_by_source(session: Executor, since: datetime) -> dict[str, int]:
    """How many subscribers arrived since then, by deep link."""
    statement = (
        select(table.c.source, func.count())
        .where(table.c.created_at >= since, table.c.source.is_not(None))
        .group_by(table.c.source)
    )
    rows = (await session.execute(statement)).all()
    return {row[0]: row[1] for row in rows}
