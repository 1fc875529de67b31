"""Leased messages that have not been started."""

from __future__ import annotations

import asyncio
import math
from collections import deque

from bot.delivery.begin_marker import BeginMarker
from bot.delivery.message import OutgoingMessage

MOST_LEASED = 512


class Queue:
    """Leased items in their order until they have a turn; what a quarter of a second takes."""

    def __init__(self, most: int, marker: BeginMarker, *, paid: bool) -> None:
        self.most = most
        # Leasing many at once takes milliseconds, in which a high rate would not be kept.
        self.least = min(most // 2, 24)
        self.paid = paid
        self.marker = marker
        self.items: deque[OutgoingMessage] = deque()
        self.can_send = asyncio.Event()

    @property
    def is_low(self) -> bool:
        """There is room for as much as is leased at once."""
        return self.most - len(self.items) >= self.least


def leased_ahead(wanted: float) -> int:
    """How many to lease ahead: enough to find a few for each exchange, and never very many."""
    return max(4, min(math.ceil(wanted), MOST_LEASED))
