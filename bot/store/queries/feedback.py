"""Queries about what subscribers keep and think: saved tips, thumbs, misses; ids only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, update
from sqlalchemy import select as core_select
from sqlmodel import col, select

from bot.store.models import (
    AnswerVote,
    Miss,
    Saved,
    Subscriber,
    Table,
    TipVote,
    TipVoteRead,
)
from bot.store.tables import (
    Executor,
    affected,
    answer_vote,
    columns_of,
    insert_into,
    miss,
    read_all,
    saved,
    tip_vote,
)
from bot.store.types import UTCDateTime
from bot.store.values import Said


async def save(session: Executor, chat_id: int, tip_id: str, now: datetime) -> bool:
    """Keep a tip; False when it is kept already."""
    return await _add(session, Saved, chat_id=chat_id, tip_id=tip_id, at=now)


async def unsave(session: Executor, chat_id: int, tip_id: str) -> bool:
    """Let a tip go; False when it was not kept."""
    return await _remove(session, Saved, chat_id=chat_id, tip_id=tip_id)


async def saved_ids(session: Executor, chat_id: int) -> list[str]:
    """Ids of kept tips, newest first."""
    statement = (
        select(Saved.tip_id)
        .where(Saved.chat_id == chat_id)
        .order_by(col(Saved.at).desc(), col(Saved.tip_id))
    )
    return list((await session.execute(statement)).scalars())


async def vote_tip(
    session: Executor, chat_id: int, tip_id: str, vote: int, now: datetime
) -> int | None:
    """A thumb (+1, -1) or none (0) on a tip; what it was before, or None if it was the same."""
    return await _vote(session, TipVote, vote, now, chat_id=chat_id, tip_id=tip_id)


async def vote_answer(
    session: Executor, chat_id: int, answer_id: str, vote: int, now: datetime
) -> int | None:
    """A thumb (+1, -1) or none (0) on an answer; what it was before, or None likewise."""
    return await _vote(session, AnswerVote, vote, now, chat_id=chat_id, answer_id=answer_id)


async def _vote(
    session: Executor,
    votes: type[TipVote | AnswerVote],
    vote: int,
    now: datetime,
    **key: int | str,
) -> int | None:
    same = [getattr(votes, name) == value for name, value in key.items()]
    given = (await session.execute(select(votes.vote).where(*same))).scalar()
    before = int(given or 0)
    if vote == before:
        return None
    if vote == 0:
        await _remove(session, votes, **key)
    elif not await _add(session, votes, **key, vote=vote, at=now):
        anew: dict[str, Any] = {"vote": vote, "at": now}
        if votes is TipVote:
            anew["why_not"] = None
        await session.execute(update(votes).where(*same).values(anew))
    return before


async def _add(session: Executor, model: type[Table], **values: Any) -> bool:
    made = insert_into(session, model).values(**values)
    return await affected(session, made.on_conflict_do_nothing()) == 1


async def _remove(session: Executor, model: type[Table], **key: Any) -> bool:
    same = [getattr(model, name) == value for name, value in key.items()]
    return await affected(session, delete(model).where(*same)) == 1


async def tip_votes(session: Executor, chat_id: int) -> list[TipVoteRead]:
    """The subscriber's thumbs, oldest first."""
    thumbs = core_select(*columns_of(TipVote, TipVoteRead)).where(col(TipVote.chat_id) == chat_id)
    ordered = thumbs.order_by(col(TipVote.at), col(TipVote.tip_id))
    return read_all(TipVoteRead, await session.execute(ordered))


async def on_tip(session: Executor, chat_id: int, tip_id: str) -> Said:
    """What the subscriber has said of one tip: their vote, and whether they keep it."""
    mine = TipVote.chat_id == chat_id, TipVote.tip_id == tip_id
    voted = select(TipVote.vote, TipVote.why_not).where(*mine)
    kept = select(Saved.tip_id).where(Saved.chat_id == chat_id, Saved.tip_id == tip_id)
    said = (await session.execute(voted)).first()
    vote, why_not = (0, None) if said is None else (said[0], said[1])
    is_kept = (await session.execute(kept)).first() is not None
    return Said(vote, saved=is_kept, why_not=why_not)


async def say_why_not(session: Executor, chat_id: int, tip_id: str, why_not: str) -> bool:
    """Why the tip was not for them; False where they gave it no thumb down."""
    theirs = col(TipVote.chat_id) == chat_id, col(TipVote.tip_id) == tip_id
    change = update(TipVote).where(*theirs, col(TipVote.vote) == -1).values(why_not=why_not)
    return await affected(session, change) == 1


async def put_off(session: Executor, chat_id: int, written: str | None) -> None:
    """What comes last from now on, as ``tips.reactions`` writes it."""
    change = update(Subscriber).where(col(Subscriber.chat_id) == chat_id)
    await session.execute(change.values(put_off=written))


async def tip_ratings(session: Executor, since: datetime) -> dict[str, dict[str, int]]:
    """Thumbs since then by tip: ``up``, ``down``, and each reason that was given."""
    tip_id, vote, why_not = col(TipVote.tip_id), col(TipVote.vote), col(TipVote.why_not)
    counted = core_select(tip_id, vote, why_not, func.count()).where(col(TipVote.at) >= since)
    found: dict[str, dict[str, int]] = {}
    for tip, thumb, reason, count in await session.execute(
        counted.group_by(tip_id, vote, why_not)
    ):
        row = found.setdefault(tip, {})
        for name in ("up" if thumb > 0 else "down", reason):
            if name is not None:
                row[name] = row.get(name, 0) + count
    return found


_reasons = (
    core_select(col(TipVote.tip_id), col(TipVote.why_not), func.count())
    .where(
        col(TipVote.why_not).is_not(None), col(TipVote.at) >= bindparam("since", type_=UTCDateTime)
    )
    .group_by(col(TipVote.tip_id), col(TipVote.why_not))
)


async def reasons(session: Executor, since: datetime) -> dict[str, dict[str, int]]:
    """How often each reason for a thumb down was given since then, by tip; read from an index."""
    found: dict[str, dict[str, int]] = {}
    for tip, reason, count in await session.execute(_reasons, {"since": since}):
        found.setdefault(tip, {})[str(reason)] = count
    return found


async def add_miss(session: Executor, chat_id: int, answer_id: str, now: datetime) -> bool:
    """Remember that an answer missed; False when that is known."""
    return await _add(session, Miss, chat_id=chat_id, answer_id=answer_id, at=now)


async def merge(session: Executor, old: int, new: int) -> None:
    """What ``old`` kept and thought is ``new``'s, where ``new`` has nothing of its own."""
    for table in (saved, tip_vote, answer_vote, miss):
        mine = table.alias()
        key = next(column.name for column in table.primary_key if column.name != "chat_id")
        has_it = core_select(mine.c.chat_id).where(
            mine.c.chat_id == new, mine.c[key] == table.c[key]
        )
        change = update(table).where(table.c.chat_id == old, ~has_it.exists())
        await session.execute(change.values(chat_id=new))
