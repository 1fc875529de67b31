"""What the texts need of a subscriber; the store's model has it all and more."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

EVERY_DAY = 0b1111111


class SubscriberView(Protocol):
    """A subscriber and their settings, as far as they are put into words.

    ``state`` is ``new``, ``active``, ``paused``, ``stopped``, ``blocked`` or ``gone``;
    ``weekdays`` has bit 0 for Monday; ``local_minute`` counts from local midnight; a pause
    without end has no ``paused_until``; ``zone_lost`` says that tips were agreed on, but the zone
    has left the time-zone data since.
    """

    @property
    def state(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def zone(self) -> str | None: ...
    @property
    def local_minute(self) -> int | None: ...
    @property
    def weekdays(self) -> int: ...
    @property
    def themes(self) -> int: ...
    @property
    def audience(self) -> str: ...
    @property
    def quiet(self) -> bool: ...
    @property
    def announcements(self) -> bool: ...
    @property
    def paused_until(self) -> datetime | None: ...
    @property
    def zone_lost(self) -> bool: ...
