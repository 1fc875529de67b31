"""Queries about subscribers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    and_,
    bindparam,
    case,
    delete,
    func,
    join,
    select,
    update,
)
from sqlmodel import col

from bot.clock import zone_exists
from bot.store.models import Recipient, Subscriber, SubscriberRead
from bot.store.outbox.audience import last_ordinal
from bot.store.queries import rotations
from bot.store.tables import (
    Executor,
    affected,
    insert_into,
    pairs,
    read_one,
    read_tuples,
    rotation,
)
from bot.store.tables import subscriber as table
from bot.store.types import UTCDateTime

_with_rotation = join(table, rotation, rotation.c.chat_id == table.c.chat_id)
_theirs = {column.name: column for column in (*rotation.c, *table.c)}
# Every update asks for one of these two, so they are put together once.
_one = (
    select(*(column for name, column in _theirs.items() if name in SubscriberRead.model_fields))
    .select_from(_with_rotation)
    .where(table.c.chat_id == bindparam("chat_id"))
)
_one_locked = _one.with_for_update()
_several = (
    select(*(_theirs[name] for name in Recipient._fields))
    .select_from(_with_rotation)
    .where(table.c.chat_id.in_(bindparam("chats", expanding=True)))
)


def fixed_number(chat_id: int, purpose: str, bits: int) -> int:
    """A number that is the subscriber's own and always the same, evenly spread over all."""
    digest = blake2b(f"{purpose}:{chat_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> (64 - bits)


async def get(session: Executor, chat_id: int, *, lock: bool = False) -> SubscriberRead | None:
    """The subscriber; with ``lock``, nobody else changes them until the transaction ends."""
    found = await session.execute(_one_locked if lock else _one, {"chat_id": chat_id})
    subscriber = read_one(SubscriberRead, found)
    if subscriber is None or _exists(subscriber.zone):
        return subscriber
    return subscriber.model_copy(update={"zone": None})


async def recipients(session: Executor, chats: Iterable[int]) -> dict[int, Recipient]:
    """The subscribers with these ids, by id; unknown ids are left out."""
    found = read_tuples(Recipient, await session.execute(_several, {"chats": list(chats)}))
    return {one.chat_id: one if _exists(one.zone) else one._replace(zone=None) for one in found}


def _exists(zone: str | None) -> bool:
    return zone is None or zone_exists(zone)


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
        active_on=now.date(),
        seed=fixed_number(chat_id, "seed", 32),
    )
    if await affected(session, statement.on_conflict_do_nothing()) != 1:
        return False
    await rotations.add(session, chat_id)
    return True


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


_is_over = and_(
    table.c.paused_until.is_not(None),
    table.c.paused_until <= bindparam("now", type_=UTCDateTime),
    table.c.state == "paused",
)
_over = select(table.c.chat_id).where(_is_over).limit(bindparam("most", type_=BigInteger))
_end_pauses = (
    update(table)
    .where(table.c.chat_id.in_(_over))
    .values(state="active", paused_until=None, pause_ended=True, joined_after=last_ordinal())
)
_ended_are_said = (
    update(table)
    .where(table.c.chat_id.in_(bindparam("chats", expanding=True)))
    .values(
        state=case((_is_over, "active"), else_=table.c.state),
        joined_after=case((_is_over, last_ordinal()), else_=table.c.joined_after),
        paused_until=case((_is_over, None), else_=table.c.paused_until),
        pause_ended=False,
    )
)


async def end_pauses(session: Executor, now: datetime, most: int) -> int:
    """Up to ``most`` subscribers whose pause is over are active again; how many."""
    result: Any = await session.execute(_end_pauses, {"now": now, "most": most})
    return int(result.rowcount)


async def ended_are_said(session: Executor, chats: Iterable[int], now: datetime) -> None:
    """Pauses of these subscribers are over, and the tip that they get now says so."""
    await session.execute(_ended_are_said, {"chats": list(chats), "now": now})


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
