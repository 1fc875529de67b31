"""The messages of a broadcast, or of a tip, that reached somebody, which a correction changes or
deletes. ``corrects`` is the number of a broadcast, or stands for a tip (:func:`of_tip`).

Its rows are made of those of what it corrects, once nothing of that is under way any more. Until
then the corrected one is held, so that nobody is missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    String,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    update,
)

from bot.store.outbox.audience import BEFORE_ALL_CHATS, Frozen, insert_rows
from bot.store.outbox.kinds import TIP
from bot.store.outbox_models import BroadcastRead
from bot.store.queries.broadcasts import IS_OPEN, OPEN_STATES, change, is_in
from bot.store.tables import Executor, broadcast_tally, delivery, pairs, rows_in
from bot.store.tables import broadcast as table
from bot.store.types import EPOCH, MICROSECOND, UTCDateTime, plus_microseconds

RECALLED_FOR = timedelta(hours=48)
"""For how long Telegram deletes a message (Bot API, deleteMessage)."""

_of_broadcast = bindparam("of_broadcast", type_=BigInteger)


_number = bindparam("number", type_=BigInteger)


def of_tip(number: int) -> int:
    """What ``corrects`` holds for the tip of this number: below 0, which no broadcast has."""
    return -1 - number


def _of_tip(number: Any) -> ColumnElement[bool]:
    return and_(delivery.c.kind == TIP, delivery.c.content == number)


def _of(corrects: int) -> ColumnElement[bool]:
    """The rows of what is corrected."""
    if corrects < 0:
        return _of_tip(of_tip(corrects))
    return and_(delivery.c.broadcast_id == corrects)


def _arrived(its_rows: ColumnElement[bool]) -> ColumnElement[bool]:
    """That a row's message has arrived, or may have, and that its number is known."""
    return and_(its_rows, delivery.c.state.in_(("sent", "in_doubt")), delivery.c.message_id > 0)


_since = bindparam("since", type_=UTCDateTime)


class Reach(NamedTuple):
    """How many messages of a broadcast can be edited; how many of them are too old to recall; how
    many more arrived and cannot be corrected, as their rows are gone."""

    reached: int
    too_late: int
    pruned: int = 0

    def of(self, kind: str) -> int:
        """How many messages an ``edit`` or a ``recall`` changes."""
        return self.reached - (self.too_late if kind == "recall" else 0)


_reached = select(
    func.count().label("reached"),
    func.coalesce(func.sum(case((delivery.c.sent_at < _since, 1), else_=0)), 0).label("too_late"),
).where(_arrived(delivery.c.broadcast_id == _of_broadcast))
_pruned = select(func.coalesce(func.sum(broadcast_tally.c.count), 0)).where(
    broadcast_tally.c.broadcast_id == _of_broadcast, broadcast_tally.c.state == "sent"
)


# Somebody may have had a tip twice: one message of theirs is corrected.
_chat = func.count(delivery.c.chat_id.distinct())
_reached_by_tip = select(
    _chat.label("reached"), _chat.filter(delivery.c.sent_at < _since).label("too_late")
).where(_arrived(_of_tip(_number)))


async def reach_of(session: Executor, broadcast_id: int, now: datetime) -> Reach:
    """What there is to correct of it now."""
    since = now - RECALLED_FOR
    if broadcast_id < 0:
        about = {"number": of_tip(broadcast_id), "since": since}
        tips = (await session.execute(_reached_by_tip, about)).one()
        return Reach(tips.reached, int(tips.too_late))
    given = {"of_broadcast": broadcast_id, "since": since}
    found = (await session.execute(_reached, given)).one()
    pruned = (await session.execute(_pruned, {"of_broadcast": broadcast_id})).scalar_one()
    return Reach(found.reached, int(found.too_late), int(pruned))


_albums = select(delivery.c.id, delivery.c.album).where(
    delivery.c.id.in_(bindparam("row_ids", expanding=True)), delivery.c.album.is_not(None)
)


async def albums(session: Executor, row_ids: Sequence[int]) -> dict[int, str]:
    """The messages behind the first of an album, by row; only those that have any."""
    return pairs(await session.execute(_albums, {"row_ids": list(row_ids)}))


_is_correction = table.c.corrects == _of_broadcast
_recall = select(table.c.id).where(
    _is_correction, table.c.kind == "recall", is_in(*OPEN_STATES, "done")
)
_begins = select(table.c.id).where(_is_correction, IS_OPEN, not_(table.c.frozen))


async def is_recalled(session: Executor, broadcast_id: int) -> bool:
    """Whether it is being taken back, or was."""
    return (await session.execute(_recall, {"of_broadcast": broadcast_id})).first() is not None


async def is_held(session: Executor, broadcast_id: int) -> bool:
    """Whether nothing of it may leave, since a correction of it is gathering its rows."""
    return (await session.execute(_begins, {"of_broadcast": broadcast_id})).first() is not None


async def hold(session: Executor, correction: BroadcastRead, now: datetime) -> None:
    """Have what it corrects wait, and end earlier corrections: what they say holds no more.

    An edit ends no recall.
    """
    held = {"state": "paused", "pause_reason": "correction"}
    await change(session, correction.corrects or 0, held, is_in("sending"))
    earlier = (table.c.corrects == correction.corrects) & (table.c.id != correction.id) & IS_OPEN
    if correction.kind != "recall":
        earlier &= table.c.kind == correction.kind
    ended = {"state": "cancelled", "pause_reason": None, "finished_at": now}
    await session.execute(update(table).where(earlier).values(**ended))


async def let_go(session: Executor, broadcast_id: int) -> None:
    """Let it go on, if it waits for a correction, and none is gathering its rows any more."""
    if not await is_held(session, broadcast_id):
        values = {"state": "sending", "pause_reason": None}
        await change(session, broadcast_id, values, table.c.pause_reason == "correction")


async def freeze_chunk(
    session: Executor, correction: BroadcastRead, most: int, now: datetime
) -> Frozen:
    """Queue the correction of the next ``most`` messages, in the order of their chats.

    While any message of what it corrects, or of an earlier correction, is under way, nothing is
    done; the corrected one is held.
    """
    if correction.frozen or correction.state not in OPEN_STATES:
        return Frozen(complete=True, just_now=False)
    if await _is_under_way(session, correction):
        return Frozen(complete=False, just_now=False, waits=True)
    behind = delivery.c.chat_id > (
        correction.cursor if correction.cursor is not None else BEFORE_ALL_CHATS
    )
    here = _arrived(_of(correction.corrects or 0)) & behind
    ends = select(delivery.c.chat_id).where(here).order_by(delivery.c.chat_id)
    end = (await session.execute(ends.limit(1).offset(most - 1))).scalar()
    await _add_rows(session, correction, here if end is None else here & _until(end))
    if end is not None:
        await change(session, correction.id, {"cursor": end})
        return Frozen(complete=False, just_now=False)
    await _complete(session, correction, now)
    return Frozen(complete=True, just_now=True)


def _until(chat_id: int) -> ColumnElement[bool]:
    return delivery.c.chat_id <= chat_id


async def _is_under_way(session: Executor, correction: BroadcastRead) -> bool:
    # What it has leased itself is no reason to wait: it would make one chunk a tick.
    related = select(table.c.id).where(
        or_(table.c.id == correction.corrects, table.c.corrects == correction.corrects),
        table.c.id != correction.id,
    )
    leased = exists().where(
        rows_in("leased"),
        delivery.c.lease_until > EPOCH,
        or_(delivery.c.broadcast_id.in_(related), _of(correction.corrects or 0)),
    )
    return bool((await session.execute(select(leased))).scalar_one())


async def _add_rows(
    session: Executor, correction: BroadcastRead, here: ColumnElement[bool]
) -> None:
    row = {
        "chat_id": delivery.c.chat_id,
        "state": literal("queued", String),
        "not_after": _not_after(correction),
        "content": delivery.c.message_id,
        "album": delivery.c.album,
    }
    await insert_rows(session, correction.id, here, correction.confirmed_at, row)


def _not_after(correction: BroadcastRead) -> ColumnElement[Any]:
    """When it is too late for a row: a message that is too old cannot be deleted."""
    end = literal(correction.not_after, UTCDateTime)
    if correction.kind != "recall":
        return end
    sent = func.coalesce(delivery.c.sent_at, delivery.c.due_at, type_=UTCDateTime)
    limit = plus_microseconds(sent, literal(RECALLED_FOR // MICROSECOND, BigInteger))
    return case((limit < end, limit), else_=end)


async def _complete(session: Executor, correction: BroadcastRead, now: datetime) -> None:
    """All have a row: what is left of the corrected one says the new words, or is not sent."""
    await change(session, correction.id, {"frozen": True})
    original = correction.corrects or 0
    if correction.kind == "recall":
        ended = {"state": "cancelled", "pause_reason": None, "finished_at": now}
        await change(session, original, ended, is_in(*OPEN_STATES))
    else:
        await change(session, original, {"content": correction.content})
        await let_go(session, original)
