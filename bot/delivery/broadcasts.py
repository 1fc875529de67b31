"""All rules about broadcasts, each kind in a file of its own, and where each broadcast stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from types import MappingProxyType

from bot.clock import Clock
from bot.config import Settings
from bot.delivery.confirmation import Confirmation
from bot.delivery.corrections import Corrections
from bot.delivery.drafts import Drafts
from bot.delivery.offers import Offer
from bot.delivery.recipients_file import recipients_file
from bot.delivery.report import report_of
from bot.delivery.trial import Api
from bot.delivery.under_way import UnderWay
from bot.store.database import Database
from bot.store.outbox import corrections, recipients
from bot.store.outbox_models import BroadcastRead
from bot.store.queries import broadcasts as store
from bot.store.values import Report
from bot.subscribers.schedule import KEPT_DAYS

NO_THEMES: Mapping[str, int] = MappingProxyType({})


class Broadcasts(Drafts, Confirmation, UnderWay, Corrections):
    """Rules about broadcasts. State changes are conditional: the second of two taps is a no-op.

    Every act leaves a line in the log, with the admin's id (0: the operator at the command line),
    and what changed something an entry in the audit log.

    Args:
        api: what tests leave by; without it there are none.
        themes: the bits of the themes that there are, by id; filters name them.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        settings: Settings,
        api: Api | None = None,
        *,
        themes: Mapping[str, int] = NO_THEMES,
    ) -> None:
        super().__init__(db, clock, settings, api)
        self.themes = themes

    async def report(self, broadcast_id: int) -> Report:
        """Counts by state.

        Raises:
            LookupError: there is no such broadcast.
        """
        async with self._db.read() as session:
            found = await self._get(session, broadcast_id)
            counts = await recipients.counts(session, broadcast_id)
            recalled = await corrections.is_recalled(session, broadcast_id)
            return report_of(found, counts, may_be_repeated=not recalled)

    async def counted(self, found: Sequence[BroadcastRead]) -> dict[int, Report]:
        """The counts of each of these by its number; what could be tried again is left out."""
        async with self._db.read() as session:
            counts = await recipients.counts_of_each(session, [one.id for one in found])
        return {one.id: report_of(one, counts[one.id], may_be_repeated=False) for one in found}

    async def recipients_csv(self, broadcast_id: int) -> bytes:
        """A CSV file (UTF-8) of what became of each recipient whose row is still there.

        Raises:
            LookupError: there is no such broadcast.
        """
        async with self._db.read() as session:
            await self._get(session, broadcast_id)
        return await recipients_file(self._db, broadcast_id)

    async def offer_again(self, broadcast_id: int, *, in_doubt: bool) -> Offer:
        """What it takes to send again what failed, or with ``in_doubt`` that, too.

        Raises:
            LookupError: there is no such broadcast.
        """
        async with self._db.read() as session:
            kind = (await self._get(session, broadcast_id)).kind
        report = await self.report(broadcast_id)
        count = report.failed_again + (report.doubt_again if in_doubt else 0)
        return self.offer(count, kind)

    async def set_progress_message(
        self, broadcast_id: int, chat_id: int, message_id: int | None
    ) -> None:
        """Where the admin sees the progress; without a message, a new one comes into the chat."""
        async with self._db.write() as session:
            values = {"progress_chat_id": chat_id, "progress_message_id": message_id}
            await store.change(session, broadcast_id, values)

    async def take_to_show(self, broadcast: BroadcastRead, chat_id: int) -> bool:
        """Have its progress shown in this chat from now on; False where another replica chose one
        meanwhile."""
        values = {"progress_chat_id": chat_id, "progress_message_id": None}
        as_read = store.is_shown_in(broadcast.progress_chat_id)
        async with self._db.write() as session:
            return await store.change(session, broadcast.id, values, as_read)

    async def running(self) -> list[BroadcastRead]:
        """Broadcasts that are sending or paused, oldest first."""
        return await self._db.read(lambda session: store.in_states(session, store.OPEN_STATES))

    async def recent(self, limit: int) -> list[BroadcastRead]:
        """The newest broadcasts, drafts included, newest first."""
        return await self._db.read(partial(store.newest, limit=limit))

    async def scheduled(self) -> list[BroadcastRead]:
        """Broadcasts that wait for their time, the next one first."""
        return await self._db.read(store.scheduled)

    async def waiting(self) -> list[BroadcastRead]:
        """Broadcasts that wait for a second admin's approval, oldest first."""
        return await self._db.read(lambda session: store.in_states(session, ("waiting",)))

    async def to_be_shown(self) -> list[BroadcastRead]:
        """Broadcasts whose admin has not been shown everything, oldest first."""
        return await self._db.read(store.to_be_shown)

    async def last_sent(self) -> int | None:
        """The newest broadcast of which it is still known who got it."""
        since = self._clock.now() - timedelta(days=KEPT_DAYS)
        return await self._db.read(partial(store.last_message, since=since))

    async def reported(self, broadcast_id: int) -> None:
        """The last report has reached the admin, or never will."""
        over = store.is_in("done", "cancelled")
        async with self._db.write() as session:
            await store.change(session, broadcast_id, {"reported_at": self._clock.now()}, over)
