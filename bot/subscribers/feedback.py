"""The rules about tips taken, saved and rated."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, NamedTuple

from bot.clock import Clock
from bot.config import Settings
from bot.figures import Votes
from bot.store.database import Database
from bot.store.models import SubscriberRead, TipVoteRead
from bot.store.queries import counters, feedback, rotations, tip_tallies
from bot.store.tables import Executor
from bot.store.values import Said
from bot.store.values import Vote as VoteResult
from bot.subscribers import schedule
from bot.subscribers.calendar import local_date
from bot.subscribers.next_tip import choose, mark_of
from tips.current import CurrentContent, current
from tips.library import Library
from tips.models import Tip
from tips.reactions import Change, Reaction, WhyNot, change_of, put_off
from tips.rotation import DISLIKES_IN_A_ROW, Vote, decode_recent, drop_suggestion

WEEK = 7
Thumbs = Literal["tip", "answer"]


class Kept(NamedTuple):
    """A subscriber's saved tips, newest first, and how many were withdrawn since."""

    tips: list[Tip]
    withdrawn: int


class Feedback:
    """The part of ``Subscribers`` about single tips and answers."""

    def __init__(
        self, db: Database, clock: Clock, content: Library | CurrentContent, settings: Settings
    ) -> None:
        self._db = db
        self._clock = clock
        self._content = current(content)
        self._home = settings.default_timezone

    @property
    def _library(self) -> Library:
        return self._content.library

    async def take_tip(self, chat_id: int) -> Tip | None:
        """A tip at once, marked as seen; the schedule stays as it is. None if no tip fits."""
        now = self._clock.now()
        async with self._db.write() as session:
            subscriber = await schedule.known(session, chat_id, now)
            recipient = subscriber.recipient
            chosen = choose(self._library, recipient, _local_date(subscriber, now))
            if chosen is None:
                return None
            await rotations.mark_seen(session, [mark_of(recipient, chosen)])
            return self._library.by_number(chosen.number)

    async def vote_tip(self, chat_id: int, tip_id: str, vote: int) -> VoteResult:
        """+1, -1 or 0 (taken back) for a tip; three thumbs down on a topic ask to drop it."""
        _check_vote(vote)
        async with self._db.write() as session:
            await schedule.known(session, chat_id, self._clock.now())
            before = await feedback.vote_tip(session, chat_id, tip_id, vote, self._clock.now())
            if before is None:
                return VoteResult(vote, changed=False, ask_drop_theme=None)
            await self._count(session, "tip", before, vote)
            thumbs = {tip_id: _moved(before, vote)}
            await tip_tallies.add(session, self._clock.now(), thumbs)
            votes = await feedback.tip_votes(session, chat_id)
            await self._put_off(session, chat_id, votes)
        drop = self._worth_dropping(votes, tip_id) if vote < 0 else None
        return VoteResult(vote, changed=True, ask_drop_theme=drop)

    async def _count(self, session: Executor, of: Thumbs, before: int, vote: int) -> None:
        moved = _moved(before, vote)
        thumbs = {f"{of}_up": moved.up, f"{of}_down": moved.down}
        await counters.add(session, self._clock.now(), thumbs)

    async def say_why_not(self, chat_id: int, tip_id: str, why_not: WhyNot) -> Change | None:
        """Why a tip with a thumb down was not for them; what comes last because of it.

        None where the tip has no thumb down (any more): then nothing changes.
        """
        async with self._db.write() as session:
            await schedule.known(session, chat_id, self._clock.now())
            if not await feedback.say_why_not(session, chat_id, tip_id, why_not):
                return None
            await self._put_off(session, chat_id, await feedback.tip_votes(session, chat_id))
        return change_of(self._library.tip(tip_id), why_not)

    async def _put_off(self, session: Executor, chat_id: int, votes: list[TipVoteRead]) -> None:
        """Derive what comes last from all that was said of tips, so that a vote that is taken
        back takes its effect back, too."""
        tips = {tip.id: tip for tip in self._library.tips}
        reactions = [
            Reaction(tips[one.tip_id], WhyNot(one.why_not), one.at.date())
            for one in votes
            if one.why_not and one.tip_id in tips
        ]
        await feedback.put_off(session, chat_id, put_off(reactions, self._clock.now().date()))

    async def save(self, chat_id: int, tip_id: str) -> bool:
        """Save a tip; False if it is saved already."""
        async with self._db.write() as session:
            await schedule.known(session, chat_id, self._clock.now())
            return await feedback.save(session, chat_id, tip_id, self._clock.now())

    async def unsave(self, chat_id: int, tip_id: str) -> bool:
        """Remove a saved tip; False if it was not saved."""
        async with self._db.write() as session:
            return await feedback.unsave(session, chat_id, tip_id)

    async def said_of_tip(self, chat_id: int, tip_id: str) -> Said:
        """The subscriber's vote on a tip and whether it is saved, for the buttons under it."""
        async with self._db.read() as session:
            return await feedback.on_tip(session, chat_id, tip_id)

    async def saved(self, chat_id: int) -> Kept:
        """The tips that the subscriber saved and the library still has."""
        async with self._db.read() as session:
            ids = await feedback.saved_ids(session, chat_id)
        known = {tip.id: tip for tip in self._library.tips}
        tips = [known[tip_id] for tip_id in ids if tip_id in known]
        return Kept(tips, len(ids) - len(tips))

    def last_tips(self, subscriber: SubscriberRead) -> list[Tip]:
        """The tips of a week, one a day, that the subscriber had last; the newest first."""
        numbers = decode_recent(subscriber.recent)[::-1][:WEEK]
        known = self._library.topic_of
        return [self._library.by_number(number) for number in numbers if number in known]

    async def vote_answer(self, chat_id: int, answer_id: str, vote: int) -> bool:
        """+1, -1 or 0 for an answer; whether anything changed."""
        _check_vote(vote)
        async with self._db.write() as session:
            await schedule.known(session, chat_id, self._clock.now())
            now = self._clock.now()
            before = await feedback.vote_answer(session, chat_id, answer_id, vote, now)
            if before is None:
                return False
            await self._count(session, "answer", before, vote)
            return True

    async def miss(self, chat_id: int, answer_id: str) -> bool:
        """ "Not what I asked": stored by the answer's id, never by the words."""
        async with self._db.write() as session:
            await schedule.known(session, chat_id, self._clock.now())
            now = self._clock.now()
            new = await feedback.add_miss(session, chat_id, answer_id, now)
            await counters.add(session, now, {"missed": int(new)})
            return new

    async def asked(self, outcome: Literal["answered", "unsure", "unanswered"]) -> None:
        """Count a question by what became of it; nothing of its words or writer is kept."""
        async with self._db.write() as session:
            await counters.add(session, self._clock.now(), {outcome: 1})

    def _worth_dropping(self, votes: list[TipVoteRead], tip_id: str) -> str | None:
        """The topic to offer dropping: asked at every third dislike in a row, not at each."""
        topics = {tip.id: tip.topic for tip in self._library.tips}
        own = [one for one in votes if one.tip_id in topics and one.tip_id != tip_id]
        judged = [Vote(topics[one.tip_id], one.vote > 0) for one in own]
        if tip_id in topics:
            judged.append(Vote(topics[tip_id], liked=False))
        topic = drop_suggestion(judged)
        in_a_row = 0
        for vote in reversed([one for one in judged if one.topic == topic]):
            if vote.liked:
                break
            in_a_row += 1
        return topic if topic and in_a_row % DISLIKES_IN_A_ROW == 0 else None


def _local_date(subscriber: SubscriberRead, now: datetime) -> date:
    return local_date(now, subscriber.zone or "UTC")


def _moved(before: int, vote: int) -> Votes:
    """What changes of all thumbs as one vote takes the place of another."""
    return Votes((vote == 1) - (before == 1), (vote == -1) - (before == -1))


def _check_vote(vote: int) -> None:
    if vote not in (-1, 0, 1):
        raise ValueError("a vote is +1, -1 or 0")
