"""Tips that admins took back, and how many people had got them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, bindparam, delete, func, select
from sqlmodel import col

from bot.store.admin_models import WithdrawnTip, WithdrawnTipRead
from bot.store.tables import (
    Executor,
    affected,
    columns_of,
    delivery,
    insert_into,
    read_all,
    read_one,
)
from bot.store.types import UTCDateTime

_all = select(*columns_of(WithdrawnTip, WithdrawnTipRead)).order_by(col(WithdrawnTip.at))
_ids = select(col(WithdrawnTip.tip_id))
_recipients = (
    select(delivery.c.chat_id)
    .distinct()
    .where(
        delivery.c.kind == "tip",
        delivery.c.content == bindparam("number", type_=BigInteger),
        delivery.c.state.in_(("sent", "in_doubt")),
        delivery.c.sent_at >= bindparam("since", type_=UTCDateTime),
    )
)


async def ids(session: Executor) -> frozenset[str]:
    """The ids of all tips that are withdrawn."""
    return frozenset((await session.execute(_ids)).scalars())


async def everything(session: Executor) -> list[WithdrawnTipRead]:
    """All that is withdrawn, in the order in which it was."""
    return read_all(WithdrawnTipRead, await session.execute(_all))


async def get(session: Executor, tip_id: str) -> WithdrawnTipRead | None:
    """Why and since when a tip is withdrawn; None if it is not."""
    return read_one(
        WithdrawnTipRead, await session.execute(_all.where(col(WithdrawnTip.tip_id) == tip_id))
    )


async def add(session: Executor, tip: WithdrawnTipRead) -> bool:
    """Withdraw a tip; False if it is withdrawn already, and then nothing changes."""
    made = insert_into(session, WithdrawnTip).values(**tip.model_dump())
    return bool(await affected(session, made.on_conflict_do_nothing()))


async def remove(session: Executor, tip_id: str) -> bool:
    """Withdraw a tip no longer; False if it was not."""
    there = delete(WithdrawnTip).where(col(WithdrawnTip.tip_id) == tip_id)
    return bool(await affected(session, there))


async def count_recipients(session: Executor, number: int, since: datetime) -> int:
    """To how many chats a tip was sent at ``since`` or later, as far as rows are kept."""
    counted = select(func.count()).select_from(_recipients.subquery())
    found = await session.execute(counted, {"number": number, "since": since})
    return int(found.scalar_one())
