"""Queries about what subscribers keep and think: saved tips, thumbs, misses; ids only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Table as CoreTable
from sqlalchemy import delete, func, select, update

from bot.store.tables import Executor, affected, answer_vote, insert_into, miss, saved, tip_vote


async def save(session: Executor, chat_id: int, tip_id: str, now: datetime) -> bool:
    """Keep a tip; False when it is kept already."""
    made = insert_into(session, saved).values(chat_id=chat_id, tip_id=tip_id, at=now)
    return await affected(session, made.on_conflict_do_nothing()) == 1


async def unsave(session: Executor, chat_id: int, tip_id: str) -> bool:
    """Let a tip go; False when it was not kept."""
    gone = delete(saved).where(saved.c.chat_id == chat_id, saved.c.tip_id == tip_id)
    return await affected(session, gone) == 1


async def saved_ids(session: Executor, chat_id: int) -> list[str]:
    """Ids of kept tips, newest first."""
    statement = (
        select(saved.c.tip_id)
        .where(saved.c.chat_id == chat_id)
        .order_by(saved.c.at.desc(), saved.c.tip_id)
    )
    return list((await session.execute(statement)).scalars())


async def vote_tip(session: Executor, chat_id: int, tip_id: str, vote: int, now: datetime) -> bool:
    """A thumb (+1, -1) or none (0) on a tip; whether anything changed."""
    return await _vote(session, tip_vote, {"chat_id": chat_id, "tip_id": tip_id}, vote, now)


async def vote_answer(
    session: Executor, chat_id: int, answer_id: str, vote: int, now: datetime
) -> bool:
    """A thumb (+1, -1) or none (0) on an answer; whether anything changed."""
    key = {"chat_id": chat_id, "answer_id": answer_id}
    return await _vote(session, answer_vote, key, vote, now)


async def _vote(
    session: Executor, table: CoreTable, key: dict[str, Any], vote: int, now: datetime
) -> bool:
    same = [table.c[name] == value for name, value in key.items()]
    if vote == 0:
        return await affected(session, delete(table).where(*same)) == 1
    made = insert_into(session, table).values(**key, vote=vote, at=now)
    if await affected(session, made.on_conflict_do_nothing()) == 1:
        return True
    change = update(table).where(*same, table.c.vote != vote).values(vote=vote, at=now)
    return await affected(session, change) == 1


async def tip_votes(session: Executor, chat_id: int) -> list[tuple[str, int]]:
    """The subscriber's thumbs as (tip id, vote), oldest first."""
    statement = (
        select(tip_vote.c.tip_id, tip_vote.c.vote)
        .where(tip_vote.c.chat_id == chat_id)
        .order_by(tip_vote.c.at, tip_vote.c.tip_id)
    )
    return [(tip, vote) for tip, vote in (await session.execute(statement)).all()]


async def on_tip(session: Executor, chat_id: int, tip_id: str) -> tuple[int, bool]:
    """The subscriber's vote on one tip (0: none), and whether they keep it."""
    voted = select(tip_vote.c.vote).where(
        tip_vote.c.chat_id == chat_id, tip_vote.c.tip_id == tip_id
    )
    kept = select(saved.c.tip_id).where(saved.c.chat_id == chat_id, saved.c.tip_id == tip_id)
    vote = (await session.execute(voted)).scalar()
    return vote or 0, (await session.execute(kept)).first() is not None


async def add_miss(session: Executor, chat_id: int, answer_id: str, now: datetime) -> bool:
    """Remember that an answer missed; False when that is known."""
    made = insert_into(session, miss).values(chat_id=chat_id, answer_id=answer_id, at=now)
    return await affected(session, made.on_conflict_do_nothing()) == 1


async def merge(session: Executor, old: int, new: int) -> None:
    """What ``old`` kept and thought is ``new``'s, where ``new`` has nothing of its own."""
    for table in (saved, tip_vote, answer_vote, miss):
        mine = table.alias()
        key = next(column.name for column in table.primary_key if column.name != "chat_id")
        has_it = select(mine.c.chat_id).where(mine.c.chat_id == new, mine.c[key] == table.c[key])
        change = update(table).where(table.c.chat_id == old, ~has_it.exists())
        await session.execute(change.values(chat_id=new))


async def counts(session: Executor, since: datetime) -> dict[str, int]:
    """Thumbs and misses since then: ``tip_up``, ``tip_down``, ``answer_up``, …, ``misses``."""
    found: dict[str, int] = {}
    for name, table in (("tip", tip_vote), ("answer", answer_vote)):
        statement = select(table.c.vote, func.count()).where(table.c.at >= since)
        rows = (await session.execute(statement.group_by(table.c.vote))).all()
        votes = {vote: count for vote, count in rows}  # noqa: C416 (rows are not pairs to mypy)
        found[f"{name}_up"], found[f"{name}_down"] = votes.get(1, 0), votes.get(-1, 0)
    statement_misses = select(func.count()).select_from(miss).where(miss.c.at >= since)
    found["misses"] = int((await session.execute(statement_misses)).scalar_one())
    return found
