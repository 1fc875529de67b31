"""Queries about which tips subscribers have had."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    LargeBinary,
    bindparam,
    select,
    update,
)

from bot.store.outbox.many import Many
from bot.store.tables import Executor, is_sqlite, subscriber
from bot.store.tables import rotation as table
from bot.store.types import set_to_bytes
from tips.rotation import NUMBER_BYTES

BELOW_ALL_SEATS = -(2**62)


async def add(session: Executor, chat_id: int) -> None:
    """The row of a new subscriber, who has had nothing."""
    made = table.insert().values(seat=_without_seat(chat_id), chat_id=chat_id, seen=0, recent=b"")
    await session.execute(made)


async def take_seat(session: Executor, chat_id: int, seat: int | None) -> None:
    """The subscriber's row lies where their subscription does; None: they have none."""
    place = _without_seat(chat_id) if seat is None else seat
    await session.execute(update(table).where(table.c.chat_id == chat_id).values(seat=place))


def _without_seat(chat_id: int) -> int:
    return BELOW_ALL_SEATS + chat_id


class Mark(NamedTuple):
    """That a subscriber got a tip: what they had seen when it was chosen, and what they have now.

    ``recent`` are the numbers of the tips sent last, with this one. ``seat`` is where their row
    was then. ``before`` is None where the tip was chosen in an earlier life of the program.
    """

    chat_id: int
    number: int
    topic: str
    before: int | None = None
    after: int = 0
    recent: bytes = b""
    seat: int = 0


_MARKED = ("new_seen", "new_recent", "new_topic", "new_number", "of_chat")
_of_chat = bindparam("of_chat", type_=BigInteger)
_mark = update(table).values(
    seen=bindparam("new_seen", type_=LargeBinary),
    recent=bindparam("new_recent", type_=LargeBinary),
    last_topic=bindparam("new_topic"),
    last_number=bindparam("new_number"),
)
_as_before = (
    table.c.seat == bindparam("of_seat", type_=BigInteger),
    table.c.chat_id == _of_chat,
    table.c.seen == bindparam("seen_before", type_=LargeBinary),
)
_write_marks = Many(_mark.where(table.c.chat_id == _of_chat), *_MARKED)
_write_unchanged = Many(_mark.where(*_as_before), *_MARKED, "of_seat", "seen_before")


async def mark_seen(session: Executor, marks: Sequence[Mark]) -> None:
    """Store that these subscribers got these tips, whatever else they were given meanwhile."""
    if marks and is_sqlite(session):
        rows = [
            (*_row(mark, mark.after, mark.recent), mark.seat, set_to_bytes(mark.before))
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


# Whoever changes settings locks the subscriber first: else each could wait for the other.
_now_of = (
    select(table.c.chat_id, table.c.seen, table.c.recent)
    .join(subscriber, subscriber.c.chat_id == table.c.chat_id)
    .where(table.c.chat_id.in_(bindparam("chats", expanding=True)))
    .order_by(table.c.chat_id)
    .with_for_update()
)


async def _seen_now(session: Executor, chats: Iterable[int]) -> dict[int, tuple[int, bytes]]:
    rows = (await session.execute(_now_of, {"chats": list(chats)})).all()
    return {chat_id: (seen, recent) for chat_id, seen, recent in rows}
