"""Questions for the team: asked, answered, dismissed, and deleted when they are old."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, func, insert, or_, select, update

from bot.store.admin_models import Question, QuestionRead
from bot.store.tables import (
    Executor,
    affected,
    columns_of,
    question,
    read_all,
    read_one,
    read_tuples,
    subscriber,
)

_all = select(*columns_of(Question, QuestionRead))
_open = question.c.state == "open"


class ToAnswer(NamedTuple):
    """A question whose answer is to be sent, and its writer as far as that needs them."""

    id: int
    chat_id: int
    message_id: int | None
    answer: str
    language: str
    state: str


async def add(session: Executor, chat_id: int, message_id: int | None, now: datetime) -> int:
    """A new question, still without its words; its number, with which they are encrypted."""
    made = insert(question).values(
        chat_id=chat_id, message_id=message_id, words=b"", state="open", asked_at=now
    )
    return int((await session.execute(made.returning(question.c.id))).scalar_one())


async def set_words(session: Executor, question_id: int, words: bytes) -> None:
    """Its words, encrypted."""
    await session.execute(update(question).where(question.c.id == question_id).values(words=words))


async def count_open(session: Executor, chat_id: int | None = None) -> int:
    """How many wait for an answer: of all, or those of one writer."""
    whose = () if chat_id is None else (question.c.chat_id == chat_id,)
    counted = select(func.count()).select_from(question).where(_open, *whose)
    return int((await session.execute(counted)).scalar_one())


async def newer(session: Executor, than: int) -> tuple[int, int]:
    """How many that wait for an answer have a greater number than this, and the greatest of
    those."""
    found = select(func.count(), func.max(question.c.id)).where(_open, question.c.id > than)
    count, greatest = (await session.execute(found)).one()
    return int(count), int(greatest or than)


async def is_there(session: Executor, chat_id: int, message_id: int) -> bool:
    """Whether the message has been passed on already."""
    mine = question.c.chat_id == chat_id, question.c.message_id == message_id
    return (await session.execute(select(question.c.id).where(*mine))).first() is not None


async def open_ones(session: Executor, most: int) -> list[QuestionRead]:
    """The newest that wait for an answer, oldest first."""
    newest = _all.where(_open).order_by(question.c.id.desc()).limit(most)
    return read_all(QuestionRead, await session.execute(newest))[::-1]


async def get(session: Executor, question_id: int) -> QuestionRead | None:
    """One of any state."""
    return read_one(QuestionRead, await session.execute(_all.where(question.c.id == question_id)))


async def group(session: Executor, ids: Sequence[int], first: int) -> int:
    """Note which open ones an answer will be for; how many they are."""
    before = update(question).where(_open, question.c.grouped == first)
    await session.execute(before.values(grouped=None, answer=None))
    these = update(question).where(_open, question.c.id.in_(ids))
    return await affected(session, these.values(grouped=first, answer=None))


async def of_group(session: Executor, first: int) -> list[QuestionRead]:
    """The open ones that an answer will be for."""
    mine = _all.where(_open, question.c.grouped == first).order_by(question.c.id)
    return read_all(QuestionRead, await session.execute(mine))


async def set_answer(session: Executor, first: int, answer: str) -> int:
    """What an admin wrote for the open ones of a group; how many they are."""
    mine = update(question).where(_open, question.c.grouped == first)
    return await affected(session, mine.values(answer=answer))


async def send(session: Executor, first: int, answer: str) -> int:
    """Have this answer sent to the group; how many it is for: none if it is not theirs now."""
    mine = update(question).where(_open, question.c.grouped == first, question.c.answer == answer)
    return await affected(session, mine.values(state="sending", closed_at=None))


async def to_answer(
    session: Executor, before: datetime, now: datetime, most: int
) -> list[ToAnswer]:
    """Answers to be sent that nobody set out to send since ``before``: the caller does."""
    idle = or_(question.c.closed_at.is_(None), question.c.closed_at < before)
    due = (
        select(question.c.id)
        .where(question.c.state == "sending", idle)
        .order_by(question.c.id)
        .limit(most)
    )
    taken = (
        update(question)
        .where(question.c.id.in_(due), question.c.state == "sending", idle)
        .values(closed_at=now)
        .returning(question.c.id)
    )
    ids = (await session.execute(taken)).scalars().all()
    columns: list[Any] = [
        question.c.id,
        question.c.chat_id,
        question.c.message_id,
        question.c.answer,
        subscriber.c.language,
        subscriber.c.state,
    ]
    writer = subscriber.c.chat_id == question.c.chat_id
    found = select(*columns).join(subscriber, writer).where(question.c.id.in_(ids))
    return read_tuples(ToAnswer, await session.execute(found.order_by(question.c.id)))


async def close(
    session: Executor, ids: Sequence[int], state: str, now: datetime, *, was: str = "open"
) -> int:
    """Answered or dismissed, if it is in the state that it ``was``; how many. The words of what
    is dismissed go."""
    values: dict[str, Any] = {"state": state, "closed_at": now}
    if state == "dismissed":
        values |= {"words": b"", "answer": None}
    these = update(question).where(question.c.id.in_(ids), question.c.state == was)
    return await affected(session, these.values(**values))


async def put_back(session: Executor, question_id: int) -> None:
    """It could not be sent now, and is to be tried again."""
    mine = question.c.id == question_id, question.c.state == "sending"
    await session.execute(update(question).where(*mine).values(closed_at=None))


async def purge(session: Executor, before: datetime) -> int:
    """Delete what was asked before then, whatever became of it; how many."""
    return await affected(session, delete(question).where(question.c.asked_at < before))
