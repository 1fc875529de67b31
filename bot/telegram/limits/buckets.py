"""Keep a rate by two measures, and remember what each chat had. Every call is O(1).

Nothing here waits or asks for the time: whoever calls says what time it is, in seconds of a
clock that never runs backwards.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import NamedTuple, Self

# Telegram, Bots FAQ "My bot is hitting limits": 30 messages a second without paying, one a second
# to a chat, where bursts may pass, and 20 a minute to a group.
FREE_RATE = 30.0
FREE_BULK_RATE = 25.0  # what tips may take of it where more is paid for; the rest is for replies
CHAT_RATE = 1.0
CHAT_BURST = 3
GROUP_MESSAGES = 20
GROUP_SECONDS = 60.0
# Ours: edits and answers to buttons for one chat, two for each tap; whoever taps on and on shall
# not take everybody's budget.
CALL_RATE = 4.0
CALL_BURST = 8
# The same in the long run. Limits of editing and sending are shared, and there is none for
# answers to buttons, says a maintainer (tdlib/td #3034, tdlib/telegram-bot-api #648).
LONG_CALL_RATE = 1.0
LONG_CALL_BURST = 40
SERVER_BURST = 3.0  # the smallest bucket that a server enforcing the rate is assumed to have
LATENESS = 1.2  # messages
ROUNDING = 1e-9  # what adding floats may be off by; far below any timer


class Window:
    """At most ``starts`` in any span of ``seconds`` (half-open), exactly."""

    def __init__(self, starts: int, seconds: float) -> None:
        self._most = starts
        self._seconds = seconds
        self._starts: deque[float] = deque(maxlen=starts)

    def ready_at(self, leaving: int = 0) -> float:
        """The instant from which one more start is allowed that leaves ``leaving`` free."""
        known = len(self._starts) - (self._most - leaving)
        return -math.inf if known < 0 else self._starts[known] + self._seconds

    def take(self, now: float) -> None:
        self._starts.append(now)

    def give_back(self) -> None:
        self._starts.pop()

    def fit(self, starts: int, seconds: float) -> None:
        """Another measure from now on; the latest starts stay counted."""
        self._most, self._seconds = starts, seconds
        self._starts = deque(self._starts, maxlen=starts)


class Bucket:
    """A token bucket as a single number: the instant at which it will be full again.

    It is the generic cell rate algorithm of ITU-T I.371: ``burst`` tokens at most, ``rate`` new
    ones a second, no timer needed to fill it.
    """

    __slots__ = ("_factor", "_given", "burst", "full_at", "rate")

    def __init__(self, rate: float, burst: float) -> None:
        self.rate = self._given = rate
        self.burst = burst
        self._factor = 1.0
        self.full_at = -math.inf

    def ready_at(self, tokens: float = 1.0) -> float:
        """The instant at which ``tokens`` (at most ``burst``) will be there."""
        return self.full_at - (self.burst - tokens) / self.rate

    def take(self, now: float) -> None:
        self.full_at = max(self.full_at, now) + 1.0 / self.rate

    def shift(self, seconds: float) -> None:
        """Count the last take as having happened ``seconds`` later."""
        self.full_at += seconds

    def give_back(self) -> None:
        """The last take never was."""
        self.full_at -= 1.0 / self.rate

    def fit(self, rate: float, burst: float, now: float) -> None:
        """Another rate from now on, slowed as before; the tokens that are missing stay missing."""
        before = self.rate
        self._given, self.rate, self.burst = rate, rate * self._factor, burst
        if self.full_at > now:
            self.full_at = now + (self.full_at - now) * before / self.rate

    def slow_to(self, factor: float) -> None:
        """Run at this share of the rate that was given."""
        self.rate, self._factor = self._given * factor, factor


@dataclass(slots=True)
class _Chat:
    bucket: Bucket
    longer: Window | Bucket | None

    def ready_at(self) -> float:
        ready = self.bucket.ready_at()
        return max(ready, self.longer.ready_at()) if self.longer else ready

    def take(self, now: float) -> None:
        self.bucket.take(now)
        if self.longer:
            self.longer.take(now)

    def give_back(self) -> None:
        self.bucket.give_back()
        if self.longer:
            self.longer.give_back()


class Chats:
    """What each chat has had lately: ``rate`` a second with small bursts, and a longer measure.

    Two generations of memory are kept and the older is dropped as a whole, so that forgetting
    costs nothing and no more chats are held than were written to within two generations.
    """

    def __init__(self, rate: float, burst: float, *, of_messages: bool) -> None:
        self._rate = rate
        self._burst = burst
        self._of_messages = of_messages
        self._people = _Generations(burst / rate if of_messages else LONG_CALL_BURST)
        self._groups = _Generations(GROUP_SECONDS) if of_messages else self._people

    @classmethod
    def of_messages(cls) -> Self:
        """The limits of Telegram for new messages; groups get 20 a minute."""
        return cls(CHAT_RATE, CHAT_BURST, of_messages=True)

    @classmethod
    def of_calls(cls) -> Self:
        """Our own limits for what makes no message."""
        return cls(CALL_RATE, CALL_BURST, of_messages=False)

    def ready_at(self, chat_id: int | str, now: float) -> float:
        chat = self._memory(chat_id).find(chat_id, now)
        return chat.ready_at() if chat else -math.inf

    def take(self, chat_id: int | str, now: float) -> None:
        memory = self._memory(chat_id)
        chat = memory.find(chat_id, now)
        if chat is None:
            longer = self._longer(is_group=memory is not self._people)
            chat = memory.add(chat_id, _Chat(Bucket(self._rate, self._burst), longer))
        chat.take(now)

    def _longer(self, *, is_group: bool) -> Window | Bucket | None:
        if not self._of_messages:
            return Bucket(LONG_CALL_RATE, LONG_CALL_BURST)
        return Window(GROUP_MESSAGES, GROUP_SECONDS) if is_group else None

    def shift(self, chat_id: int | str, seconds: float, now: float) -> None:
        """The message that was counted last really left ``seconds`` later."""
        if chat := self._memory(chat_id).find(chat_id, now):
            chat.bucket.shift(seconds)

    def give_back(self, chat_id: int | str, now: float) -> None:
        """The message that was counted last never left."""
        if chat := self._memory(chat_id).find(chat_id, now):
            chat.give_back()

    def _memory(self, chat_id: int | str) -> _Generations:
        # Only groups and channels have negative ids or go by a name (Bot API, "chat_id").
        return self._groups if isinstance(chat_id, str) or chat_id < 0 else self._people


class _Generations:
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._permit_at = -math.inf
        self._young: dict[int | str, _Chat] = {}
        self._old: dict[int | str, _Chat] = {}

    def find(self, chat_id: int | str, now: float) -> _Chat | None:
        if now >= self._permit_at:
            self._swap(now)
        chat = self._young.get(chat_id)
        if chat is None and (chat := self._old.pop(chat_id, None)):
            self._young[chat_id] = chat
        return chat

    def add(self, chat_id: int | str, chat: _Chat) -> _Chat:
        self._young[chat_id] = chat
        return chat

    def _swap(self, now: float) -> None:
        # After a whole generation of silence what is young is too old, too.
        long_ago = now >= self._permit_at + self._seconds
        self._old = {} if long_ago else self._young
        self._young = {}
        self._permit_at = now + self._seconds


class Budget(NamedTuple):
    """What follows from the two rates."""

    slot: float
    """Seconds from one message to the next at the total rate."""
    starts: int
    """The most starts in ``seconds``, those included that only replies may have (``kept``)."""
    seconds: float
    kept: int
    burst: float
    spare: float
    """Messages by which a late timer may be late without loss."""
    bulk_needs: float
    """Tokens that have to be there for bulk to start: what it leaves is the replies' reserve."""


def budget_of(total_rate: float, bulk_rate: float) -> Budget:
    """The measures that keep these rates, both in messages a second."""
    # Where bulk may fill every second, one start more is kept for a reply.
    starts = math.ceil(total_rate)
    kept = 1 if bulk_rate > total_rate - 1 and starts == total_rate else 0
    # A hair more than a second, since not every message takes the same time to arrive.
    seconds = starts / total_rate + min(0.005, 0.15 / total_rate)
    # At a high rate the network's jitter is worth whole messages: keep clear of the edge.
    burst = SERVER_BURST - min(0.6, 0.002 * total_rate)
    # What lateness adds to a burst is taken off the rate, so that a second holds no more.
    spare = min(LATENESS, 0.007 * bulk_rate)
    needs = burst - max(1.0, spare)
    return Budget(1.0 / total_rate, starts + kept, seconds, kept, burst, spare, needs)


def free_bulk_rate(total_rate: float, bulk_rate: float) -> float:
    """Messages a second for bulk that nobody pays for, tips above all.

    All of ``bulk_rate`` while the total is free; of a total that is paid for, the free part.
    """
    return bulk_rate if total_rate <= FREE_RATE else min(bulk_rate, FREE_BULK_RATE)


class Measure:
    """A rate that is kept in any second and for a server's bucket, with a reserve for replies."""

    def __init__(self, total_rate: float, bulk_rate: float) -> None:
        budget = self.budget = budget_of(total_rate, bulk_rate)
        self.bucket = Bucket(total_rate, budget.burst)
        self._window = Window(budget.starts, budget.seconds)

    def ready_at(self) -> float:
        """The instant from which one more start is allowed."""
        return max(self._window.ready_at(), self.bucket.ready_at())

    def bulk_ready_at(self) -> float:
        """The same for bulk, which leaves the replies' reserve alone."""
        budget = self.budget
        left = self.bucket.ready_at(budget.bulk_needs)
        return max(self._window.ready_at(leaving=budget.kept), left)

    def take(self, now: float) -> None:
        self._window.take(now)
        self.bucket.take(now)

    def fit(self, total_rate: float, bulk_rate: float, now: float) -> None:
        """Other rates from now on; what has started lately stays counted."""
        budget = self.budget = budget_of(total_rate, bulk_rate)
        self._window.fit(budget.starts, budget.seconds)
        self.bucket.fit(total_rate, budget.burst, now)
