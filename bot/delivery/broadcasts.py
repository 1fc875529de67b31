"""The rules about broadcasts: draft, confirm, pause, resume, cancel, retry, report."""

from __future__ import annotations

from datetime import datetime

from bot.clock import Clock
from bot.config import Settings
from bot.store.database import Database
from bot.store.values import Broadcast, Report


class Broadcasts:
    """Rules about broadcasts. State changes are conditional: the second of two taps is a no-op."""

    def __init__(self, db: Database, clock: Clock, settings: Settings) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings

    async def draft(self, admin_id: int, source_chat_id: int, source_message_id: int) -> Broadcast:
        """Remember the admin's message as a draft; nothing is sent yet."""
        raise NotImplementedError

    async def find(self, broadcast_id: int) -> Broadcast | None:
        """The broadcast, or None."""
        raise NotImplementedError

    async def audience_count(self) -> int:
        """How many readers would get it now: those who are active."""
        raise NotImplementedError

    def expected_seconds(self, count: int) -> float:
        """How long ``count`` messages take at the operator's rate, in seconds."""
        raise NotImplementedError

    def stars_cost(self, count: int) -> float:
        """Telegram Stars that ``count`` messages cost; 0 at the free rate.

        Bot API, sendMessage, allow_paid_broadcast: 0.1 Stars per message.
        """
        raise NotImplementedError

    async def confirm(
        self, broadcast_id: int, admin_id: int, *, not_after: datetime | None = None
    ) -> bool:
        """Freeze the audience and start; False if it is not this admin's draft (any more).

        ``not_after`` (default: a day from now) is when unsent messages become too old. Wake the
        sender afterwards.
        """
        raise NotImplementedError

    async def cancel(self, broadcast_id: int, admin_id: int) -> bool:
        """End it; what is queued is cancelled. Any admin may."""
        raise NotImplementedError

    async def pause(self, broadcast_id: int, admin_id: int) -> bool:
        """Hold it where it is; messages under way still arrive."""
        raise NotImplementedError

    async def resume(self, broadcast_id: int, admin_id: int) -> bool:
        """Go on after a pause. Wake the sender afterwards."""
        raise NotImplementedError

    async def retry_failed(self, broadcast_id: int, *, in_doubt: bool = False) -> int:
        """Queue failed messages again (blocked readers never); with ``in_doubt`` those too.

        Returns how many were queued. Wake the sender afterwards.
        """
        raise NotImplementedError

    async def report(self, broadcast_id: int) -> Report:
        """Counts by state.

        Raises:
            LookupError: there is no such broadcast.
        """
        raise NotImplementedError

    async def set_progress_message(self, broadcast_id: int, chat_id: int, message_id: int) -> None:
        """Where the admin sees the progress."""
        raise NotImplementedError

    async def running(self) -> list[Broadcast]:
        """Broadcasts that are sending or paused, oldest first."""
        raise NotImplementedError
