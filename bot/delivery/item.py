"""One leased message on its way through the sender."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from bot.delivery.outcome import Outcome
from bot.delivery.rendering import Parts
from bot.store.leases import Leased
from bot.store.subscribers import Mark


class Item:
    """A leased row, ready to be sent. ``left`` says that its reader has just been lost."""

    __slots__ = ("left", "mark", "parts", "row", "send_before")

    def __init__(self, row: Leased, parts: Parts, mark: Mark | None, send_before: float) -> None:
        self.row = row
        self.parts = parts
        self.mark = mark
        self.send_before = send_before
        self.left = False


class Finished(NamedTuple):
    """An attempt that ended, and when."""

    item: Item
    outcome: Outcome
    at: datetime
