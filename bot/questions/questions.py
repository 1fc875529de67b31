"""The rules about questions for the team: what is kept, for how long, and who is answered."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any, NamedTuple

import orjson
import structlog

from bot.admins.audit import Audit
from bot.clock import Clock
from bot.store.admin_models import QuestionRead
from bot.store.cipher import BodyCipher, UndecryptableError
from bot.store.database import Database
from bot.store.queries import heartbeat
from bot.store.queries import questions as store
from bot.store.queries.questions import ToAnswer

log = structlog.get_logger(__name__)

KEPT = timedelta(days=30)
"""How long a question is kept at most, whatever became of it."""

MOST_OPEN = 5
"""How many open questions one person may have."""

MOST_SHOWN = 300
"""How many open questions are grouped; older ones come up as these are answered."""

TOLD = "questions"
"""The heartbeat by which it is known when the team was last told of new ones, and of which."""

TOLD_EVERY = timedelta(hours=1)
AT_ONCE = 20
TAKEN_FOR = timedelta(minutes=2)
"""After which an answer that somebody set out to send, and did not, is sent by another."""


class Passed(StrEnum):
    """What came of passing a question on."""

    PASSED = "passed"
    ALREADY = "already"
    TOO_MANY = "too_many"


class OpenQuestion(NamedTuple):
    """A question that waits for an answer: no name, no number of a chat."""

    id: int
    words: str
    asked_at: datetime


class Answer(NamedTuple):
    """What an admin wrote, with its entities (Bot API)."""

    text: str
    entities: tuple[dict[str, Any], ...] = ()
    link_preview: dict[str, Any] | None = None

    def stored(self) -> str:
        """As the rows hold it."""
        return orjson.dumps(self._asdict()).decode()

    @classmethod
    def read(cls, stored: str) -> Answer:
        """The answer that was stored."""
        given = orjson.loads(stored)
        return cls(given["text"], tuple(given["entities"]), given["link_preview"])

    @property
    def mark(self) -> str:
        """Tells it from other answers, for a button."""
        return f"{zlib.crc32(self.stored().encode()):08x}"


class Questions:
    """Questions that their writers passed on, without anything that tells who they are."""

    def __init__(
        self, db: Database, clock: Clock, cipher: BodyCipher, audit: Audit | None = None
    ) -> None:
        self._db = db
        self._clock = clock
        self._cipher = cipher
        self._audit = audit or Audit(db, clock)

    async def pass_on(self, chat_id: int, message_id: int, words: str) -> Passed:
        """Keep a question for the team; its writer has said yes to that."""
        async with self._db.write() as session:
            if await store.is_there(session, chat_id, message_id):
                return Passed.ALREADY
            if await store.count_open(session, chat_id) >= MOST_OPEN:
                return Passed.TOO_MANY
            made = await store.add(session, chat_id, message_id, self._clock.now())
            await store.set_words(session, made, self._cipher.encrypt(made, words.encode()))
        return Passed.PASSED

    async def count_open(self) -> int:
        """How many questions wait for an answer."""
        return await self._db.read(store.count_open)

    async def take_news(self) -> int:
        """How many have come of which the team is to be told now; whoever takes them tells it.

        0 within an hour of the last time, in whichever replica or run that was.
        """
        now = self._clock.now()
        async with self._db.write() as session:
            last = await heartbeat.last(session, TOLD)
            count, newest = await store.newer(session, int(last.detail) if last else 0)
            before = now - TOLD_EVERY
            if count and await heartbeat.beat_anew(session, TOLD, now, before, str(newest)):
                return count
        return 0

    async def open_ones(self) -> list[OpenQuestion]:
        """The questions that wait for an answer, oldest first; what cannot be read is left out."""
        found = await self._db.read(lambda session: store.open_ones(session, MOST_SHOWN))
        return [one for row in found if (one := self._opened(row)) is not None]

    def _opened(self, row: QuestionRead) -> OpenQuestion | None:
        try:
            words = self._cipher.decrypt(row.id, row.words).decode()
        except (UndecryptableError, UnicodeDecodeError):
            return None  # of before the bot's token was changed; it goes when it is old
        return OpenQuestion(row.id, words, row.asked_at)

    async def begin_answer(self, ids: Sequence[int]) -> int:
        """Have the next answer be for these; how many of them still wait."""
        async with self._db.write() as session:
            return await store.group(session, ids, min(ids))

    async def write(self, first: int, answer: Answer) -> int:
        """Note what an admin wrote for the group of ``first``; how many people it is for."""
        stored = answer.stored()
        return await self._db.write(partial(store.set_answer, first=first, answer=stored))

    async def written(self, first: int) -> Answer | None:
        """What was last written for the group, or to the question."""
        found = await self._db.read(partial(store.get, question_id=first))
        return Answer.read(found.answer) if found is not None and found.answer else None

    async def send(self, first: int, mark: str, by: int) -> int:
        """Have the answer sent that bears this mark; to how many. 0: somebody was quicker."""
        async with self._db.write() as session:
            waiting = await store.of_group(session, first)
            answers = {row.answer for row in waiting if row.answer}
            meant = next((one for one in answers if Answer.read(one).mark == mark), None)
            count = await store.send(session, first, meant) if meant else 0
            if count:
                after = {"people": count}
                await self._audit.record(session, by, "answer", f"question {first}", after=after)
        return count

    async def dismiss(self, ids: Sequence[int], by: int) -> int:
        """Answer none of these; their words go at once. How many."""
        async with self._db.write() as session:
            count = await store.close(session, ids, "dismissed", self._clock.now())
            if count:
                subject, after = f"question {min(ids)}", {"questions": count}
                await self._audit.record(session, by, "dismiss", subject, after=after)
        return count

    async def take_to_answer(self) -> list[ToAnswer]:
        """The next answers to send; whoever takes them sends them."""
        now = self._clock.now()
        return await self._db.write(
            partial(store.to_answer, before=now - TAKEN_FOR, now=now, most=AT_ONCE)
        )

    async def answered(self, question_id: int, *, arrived: bool) -> None:
        """Its answer arrived, or never will."""
        state, now = "answered" if arrived else "dismissed", self._clock.now()
        async with self._db.write() as session:
            await store.close(session, [question_id], state, now, was="sending")

    async def put_back(self, question_id: int) -> None:
        """Its answer could not be sent now."""
        await self._db.write(partial(store.put_back, question_id=question_id))

    async def purge(self) -> int:
        """Delete what is older than :data:`KEPT`; how many."""
        before = self._clock.now() - KEPT
        gone = await self._db.write(partial(store.purge, before=before))
        if gone:
            log.info("old questions were deleted", count=gone)
        return gone
