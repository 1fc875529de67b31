"""What the server saw against what was to be sent and what was under way when the bot died.

Every figure comes from the server's journal, which has a line for each request: who, what, and
its fate (see ``tests.bench.books``). The ledger has a say in two things only: which rows were
leased at a kill, and which tips it owns up to as still in doubt at the end.

A message is *in flight at a kill* if the ledger has it leased right after the kill and it reached
the server in the life that ended there: delivered, and the bot did not live to write so. What is
leased but was not sent yet is not counted, so that this figure is not larger than it has to be.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

TIP = 0
DELIVERED = ("sent", "cut")
FIRST_SEND = 0.3
"""Seconds from a process's start in which it cannot have sent anything: what the server reads
then was still in the wires when the life before ended."""

UNDER_WAY = 0.05
"""Seconds in which a second message to someone who blocked the bot is no second try: it may
have left before the answer to the first was read, and cannot be called back."""


class Message(NamedTuple):
    """One message for one subscriber: the tip, or the broadcast of that number."""

    chat: int
    number: int


class Line(NamedTuple):
    """A line of the server's journal; ``copied`` is the broadcast's number, 0 for a tip."""

    moment: float
    chat: int
    copied: int
    checksum: int
    fate: str

    @property
    def message(self) -> Message:
        return Message(self.chat, self.copied)


class Life(NamedTuple):
    """A life of one replica: start and end on the monotonic clock, and what it held at its end."""

    born: float
    died: float
    held: frozenset[Message]

    def can_have_sent(self, line: Line) -> bool:
        """Whether the server can have read this from it; what was in the wires comes after it."""
        return self.born + FIRST_SEND <= line.moment <= self.died + FIRST_SEND


@dataclass(frozen=True)
class Audit:
    """All that is needed to judge; ``owned_up`` are messages in doubt in the ledger at the end."""

    journal: Sequence[Line]
    lives: Sequence[Life]
    wanted: frozenset[Message]
    owned_up: frozenset[Message]

    @cached_property
    def lines(self) -> dict[Message, list[Line]]:
        """The journal by message, in the order of time."""
        found: dict[Message, list[Line]] = defaultdict(list)
        for line in self.journal:
            found[line.message].append(line)
        return dict(found)

    @cached_property
    def copies(self) -> dict[Message, list[Line]]:
        """What was delivered, by message."""
        chosen = {
            message: [line for line in lines if line.fate in DELIVERED]
            for message, lines in self.lines.items()
        }
        return {message: lines for message, lines in chosen.items() if lines}

    @cached_property
    def _holders(self) -> dict[Message, list[int]]:
        """The lives that held each message at their end."""
        found: dict[Message, list[int]] = defaultdict(list)
        for number, life in enumerate(self.lives):
            for message in life.held:
                found[message].append(number)
        return found

    def _unwritten(self, fates: Iterable[str]) -> Counter[Message]:
        """At how many kills the server had given this answer and the ledger did not know it."""
        found: set[tuple[int, Message]] = set()
        for line in self.journal:
            if line.fate not in fates:
                continue
            for life in self._holders.get(line.message, ()):
                if self.lives[life].can_have_sent(line):
                    found.add((life, line.message))
        return Counter(message for _, message in found)

    @cached_property
    def in_flight(self) -> Counter[Message]:
        """At how many kills each message was in flight."""
        return self._unwritten(DELIVERED)

    @cached_property
    def after_cut(self) -> Counter[Message]:
        """Copies that follow one whose answer the server itself cut off: no kill is to blame."""
        cut = {
            message: sum(line.fate == "cut" for line in lines[:-1])
            for message, lines in self.copies.items()
        }
        return +Counter(cut)

    @cached_property
    def doubled(self) -> Counter[Message]:
        """Copies beyond the first, save those in :attr:`after_cut`."""
        more = {message: len(lines) - 1 for message, lines in self.copies.items()}
        return Counter(more) - self.after_cut

    @cached_property
    def unexplained(self) -> Counter[Message]:
        """Copies that neither a kill nor a cut explains, message by message."""
        return self.doubled - self.in_flight

    @cached_property
    def given_up(self) -> set[Message]:
        """Tips that were reset twice: the ledger says that they are in doubt, as it should."""
        missing = self.wanted - self.copies.keys()
        return {
            message
            for message in missing & self.owned_up
            if message.number == TIP
            and sum(line.fate == "reset" for line in self.lines.get(message, ())) > 1
        }

    @cached_property
    def lost(self) -> set[Message]:
        """Messages that never arrived."""
        return set(self.wanted - self.copies.keys() - self.given_up)

    @cached_property
    def second_tips(self) -> set[int]:
        """Subscribers who got two different tips; the whole run lies within one local day."""
        tips = {
            message.chat: {line.checksum for line in lines}
            for message, lines in self.copies.items()
            if message.number == TIP
        }
        return {chat for chat, different in tips.items() if len(different) > 1}

    @cached_property
    def blocked_retried(self) -> Counter[int]:
        """Tries after a refusal that the bot had lived to write down, by subscriber."""
        refusals: dict[int, list[float]] = defaultdict(list)
        for line in self.journal:
            if line.fate == "refused":
                refusals[line.chat].append(line.moment)
        tries = Counter({chat: _apart(moments) - 1 for chat, moments in refusals.items()})
        unknown: Counter[int] = Counter()
        for message, kills in self._unwritten(["refused"]).items():
            unknown[message.chat] += kills
        return tries - unknown


def _apart(moments: Sequence[float]) -> int:
    """How many of these came when the answer to the one before was known."""
    return 1 + sum(later - earlier > UNDER_WAY for earlier, later in pairwise(moments))
