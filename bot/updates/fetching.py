"""Tells readiness and the metrics whether updates can be fetched."""

from __future__ import annotations

from bot.clock import Clock
from bot.metrics import LastSuccess
from bot.replicas.presence import Replicas

TOO_LONG_S = 120.0  # a call is held for 50 s, and a short fault of the network is nobody's trouble


class Fetching:
    """Remembers what came of asking for updates; spans are seconds on the monotonic clock.

    It is failure that counts, not age: a call that is held while a demo's clock is moved is well.

    Args:
        polled: the age of the last good fetch, as the metrics show it.
        webhook: where Telegram posts them, if they are not asked for.
    """

    def __init__(
        self, clock: Clock, polled: LastSuccess | None = None, webhook: str | None = None
    ) -> None:
        self._clock = clock
        self._what = "posted" if webhook else "fetched"
        self.polled = LastSuccess(clock) if webhook or polled is None else polled
        self._failing_since: float | None = None
        self._why = ""

    def expect(self) -> None:
        """Note that this process is the one that asks."""
        self.polled.expect()

    def rest(self) -> None:
        """Note that another process asks, and this one does not."""
        self.polled.rest()
        self._failing_since = None

    async def wait_to_lead(self, replicas: Replicas) -> None:
        """Wait until this replica is the one that asks."""
        if not replicas.leads:
            self.rest()
        await replicas.lead()
        self.expect()

    def succeeded(self) -> None:
        """Note that an answer came, and that its updates, if any, are in the database."""
        self.polled.mark()
        self._failing_since = None

    def failed(self, why: str) -> None:
        """Note a failure, for a reason that may be shown and logged."""
        self._why = why
        if self._failing_since is None:
            self._failing_since = self._clock.monotonic()

    def troubles(self) -> list[str]:
        """Return one line if updates could not be fetched for too long."""
        if self._failing_since is None:
            return []
        seconds = self._clock.monotonic() - self._failing_since
        if seconds < TOO_LONG_S:
            return []
        return [f"no update could be {self._what} for {seconds:.0f} s: {self._why}"]
