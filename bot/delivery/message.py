"""One leased message on its way through the worker."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from bot.delivery.broadcast_requests import Named
from bot.delivery.rendering import Parts
from bot.store.outbox.kinds import CORRECTION
from bot.store.outbox.leases import Leased
from bot.store.queries.rotations import Mark
from bot.telegram.responses import Outcome


class OutgoingMessage:
    """A leased row, ready to be sent.

    ``left`` says that its subscriber has just been lost, ``refused`` that Telegram did not know
    them lately, ``may_start`` that its row is marked as begun or need not be; ``leased_at`` and
    ``send_before`` are on the monotonic clock. ``named`` makes its request once Telegram has told
    the subscriber's first name.
    """

    __slots__ = (
        "leased_at",
        "left",
        "mark",
        "may_start",
        "named",
        "parts",
        "refused",
        "row",
        "send_before",
    )

    def __init__(
        self,
        row: Leased,
        parts: Parts,
        mark: Mark | None,
        leased_at: float,
        send_before: float,
    ) -> None:
        self.row = row
        self.leased_at = leased_at
        self.parts = parts
        self.mark = mark
        self.send_before = send_before
        self.named: Named | None = None
        self.left = self.refused = False
        self.may_start = row.is_repeated or parts.repeatable

    @property
    def is_repeated(self) -> bool:
        """It is sent once more when it is in doubt; what is new to many waits for a word of its
        admin."""
        return self.row.is_repeated or self.parts.repeatable


class Finished(NamedTuple):
    """An attempt that ended, and when: ``ended`` is on the monotonic clock.

    ``suspect`` says that it means nothing for the message or the subscriber.
    """

    item: OutgoingMessage
    outcome: Outcome
    at: datetime
    ended: float
    suspect: bool = False

    @property
    def is_sent(self) -> bool:
        """Telegram has it."""
        return self.outcome.kind == "sent"

    @property
    def kind(self) -> str:
        """What it is counted as: a tip, a broadcast, or the correction of one."""
        return CORRECTION if self.item.parts.repeatable else self.item.row.kind

    @property
    def lateness(self) -> float:
        """Seconds from due to the end of the attempt."""
        return self.item.row.late + self._since_leased

    @property
    def fresh(self) -> float:
        """Seconds from the end of the attempt until the message is too late."""
        return self.item.row.fresh - self._since_leased

    @property
    def _since_leased(self) -> float:
        return self.ended - self.item.leased_at
