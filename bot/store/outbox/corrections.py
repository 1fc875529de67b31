"""The messages of a broadcast that reached somebody, which a correction changes or deletes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import BigInteger, bindparam, case, func, select

from bot.store.tables import Executor, broadcast_tally, delivery, pairs
from bot.store.types import UTCDateTime

RECALLED_FOR = timedelta(hours=48)
"""For how long Telegram deletes a message (Bot API, deleteMessage)."""

_of_broadcast = bindparam("of_broadcast", type_=BigInteger)
_arrived = (
    delivery.c.broadcast_id == _of_broadcast,
    delivery.c.state.in_(("sent", "in_doubt")),
    delivery.c.message_id > 0,
)
_since = bindparam("since", type_=UTCDateTime)


class Reached(NamedTuple):
    """How many messages of a broadcast can be named, of them those sent before an instant, and
    how many arrived whose rows are gone."""

    reached: int
    before: int
    pruned: int


_reached = select(
    func.count().label("reached"),
    func.coalesce(func.sum(case((delivery.c.sent_at < _since, 1), else_=0)), 0).label("before"),
).where(*_arrived)
_pruned = select(func.coalesce(func.sum(broadcast_tally.c.count), 0)).where(
    broadcast_tally.c.broadcast_id == _of_broadcast, broadcast_tally.c.state == "sent"
)


async def reached(session: Executor, broadcast_id: int, since: datetime) -> Reached:
    """What there is to correct of a broadcast; of it, what was sent before ``since``."""
    given = {"of_broadcast": broadcast_id, "since": since}
    found = (await session.execute(_reached, given)).one()
    pruned = (await session.execute(_pruned, {"of_broadcast": broadcast_id})).scalar_one()
    return Reached(found.reached, int(found.before), int(pruned))


_albums = select(delivery.c.id, delivery.c.album).where(
    delivery.c.id.in_(bindparam("row_ids", expanding=True)), delivery.c.album.is_not(None)
)


async def albums(session: Executor, row_ids: Sequence[int]) -> dict[int, str]:
    """The messages behind the first of an album, by row; only those that have any."""
    return pairs(await session.execute(_albums, {"row_ids": list(row_ids)}))
