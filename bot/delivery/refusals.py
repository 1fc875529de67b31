"""Says in the log which messages Telegram did not take: each kind at most once a minute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import structlog

from bot.clock import Clock
from bot.delivery.message import Finished

log = structlog.get_logger(__name__)

EVERY_SECONDS = 60.0


class Refusals:
    """Counts what was not sent by kind and reason, and tells of each now and then."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._untold: Counter[tuple[str, str]] = Counter()
        self._told_at: dict[tuple[str, str], float] = {}

    def tell(self, finished: Iterable[Finished]) -> None:
        """A line for each kind of refusal of which none was written in the last minute."""
        self._untold.update(
            (one.outcome.kind, one.outcome.reason)
            for one in finished
            if one.outcome.kind != "sent"
        )
        now = self._clock.monotonic()
        for what, times in list(self._untold.items()):
            if now - self._told_at.get(what, -EVERY_SECONDS) >= EVERY_SECONDS:
                self._told_at[what] = now
                del self._untold[what]
                kind, reason = what
                log.info("messages were not taken", count=times, kind=kind, reason=reason)
