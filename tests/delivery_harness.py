"""What delivers, without the rest of the bot: planner, worker and rules over one database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import select

from bot.clock import MovableClock
from bot.clock_trust import ClockTrust
from bot.config import Settings, load_settings
from bot.delivery.announcing import OnEvent
from bot.delivery.broadcasts import Broadcasts
from bot.delivery.content import Content
from bot.delivery.outbox import Event
from bot.delivery.planner import Planner
from bot.delivery.rendering import TipRenderer
from bot.delivery.retention import Retention
from bot.delivery.worker import DeliveryWorker
from bot.metrics import Metrics
from bot.store import tables
from bot.store.database import Database
from bot.subscribers.privacy import Privacy
from bot.subscribers.service import Subscribers
from bot.telegram.bulk.pool import PooledTransport
from bot.telegram.limits.limiter import SendLimiter
from tests.scripted_telegram import TOKEN, Telegram
from tips.library import Library

ADMIN = 99
EIGHT = datetime(2026, 6, 2, 8, 0, tzinfo=UTC)


@dataclass
class DeliveryHarness:
    """Everything the sender works with."""

    db: Database
    clock: MovableClock
    library: Library
    settings: Settings
    telegram: Telegram
    transport: PooledTransport
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.subscribers = Subscribers(self.db, self.clock, self.library, self.settings)
        self.privacy = Privacy(self.db, self.clock, self.library, self.settings.default_timezone)
        self.planner = Planner(self.db, self.clock, self.library, self.settings)
        themes = {theme.id: theme.bit for theme in self.library.themes}
        self.broadcasts = Broadcasts(self.db, self.clock, self.settings, themes=themes)
        self.worker = self.new_worker()

    def new_worker(
        self,
        limiter: SendLimiter | None = None,
        transport: PooledTransport | None = None,
        metrics: Metrics | None = None,
        trust: ClockTrust | None = None,
        on_event: OnEvent | None = None,
        db: Database | None = None,
    ) -> DeliveryWorker:
        return DeliveryWorker(
            db or self.db,
            self.clock,
            self.settings,
            transport or self.transport,
            limiter,
            TipRenderer(self.library),
            on_event=on_event or self._remember,
            metrics=metrics,
            trust=trust,
        )

    async def _remember(self, event: Event) -> None:
        self.events.append(event)

    async def subscribe(self, *chats: int) -> None:
        """Subscribers who get their tip at 08:00 UTC."""
        for chat in chats:
            await self.subscribers.arrive(chat, "en")
            await self.subscribers.set_zone(chat, "UTC")
            await self.subscribers.set_hour(chat, 480)

    async def fill(self, chats: range) -> None:
        """The same for many, straight into the tables."""
        await self.subscribe(chats.start)
        async with self.db.write() as session:
            for table in (tables.subscriber, tables.subscription, tables.rotation):
                first = select(table).where(table.c.chat_id == chats.start)
                like = dict((await session.execute(first)).mappings().one())
                rows = [{**like, "chat_id": chat} for chat in chats[1:]]
                for beside, row in enumerate(rows, 1):
                    for seat in row.keys() & {"id", "seat"}:
                        row[seat] += beside
                await session.execute(table.insert(), rows)

    async def morning(self, day: int = 2) -> None:
        """It is past 08:00 and the spread window on that day of June; tips are planned."""
        self.clock.move_to(EIGHT.replace(day=day))
        await self.planner.tick()
        self.clock.move(self.settings.spread_minutes * 60)

    async def confirmed(self, content: Content | None = None) -> int:
        """A broadcast that has just been confirmed; nobody has a row yet."""
        draft = await self.broadcasts.draft(ADMIN, ADMIN, 5)
        if content is not None:
            assert await self.broadcasts.set_content(draft.id, ADMIN, content)
        assert await self.broadcasts.confirm(draft.id, ADMIN) == "sending"
        return draft.id

    async def broadcast(self, content: Content | None = None) -> int:
        """A confirmed broadcast whose rows are made."""
        broadcast = await self.confirmed(content)
        await self.plan_audiences()
        return broadcast

    async def correct(
        self, broadcast: int, kind: Literal["edit", "recall"], content: Content | None = None
    ) -> int:
        """A confirmed edit or recall; its rows are made as far as they can be."""
        draft = await self.broadcasts.correct(broadcast, ADMIN, kind, content)
        assert draft is not None
        assert await self.broadcasts.confirm(draft.id, ADMIN) == "sending"
        await self.plan_audiences()
        return draft.id

    async def plan_audiences(self) -> None:
        """Begin what is due, make every row that broadcasts lack, and cancel those of what is
        cancelled."""
        broken: set[int] = set()
        while await self.planner.serve(broken):
            pass

    async def prune(self) -> int:
        """The hour's housekeeping; how many rows went."""
        retention = Retention(self.db, self.clock, ClockTrust(self.clock))
        pruned = await retention.prune()
        await retention.fold()
        return pruned

    async def rows(self) -> list[Any]:
        async with self.db.read() as session:
            order = tables.delivery.c.id
            return list((await session.execute(select(tables.delivery).order_by(order))).all())

    async def states(self) -> list[tuple[str, str | None]]:
        return [(row.state, row.reason) for row in await self.rows()]


@asynccontextmanager
async def delivery_harness(
    db: Database,
    library: Library,
    telegram: Telegram,
    *,
    connections: int = 8,
    read_timeout: float = 20.0,
    **settings: Any,
) -> AsyncIterator[DeliveryHarness]:
    """A harness at noon on 1 June 2026."""
    given = load_settings(token=TOKEN, admin_ids="99", in_flight=8, **settings)
    clock = MovableClock(datetime(2026, 6, 1, 12, 0, tzinfo=UTC))
    transport = telegram.transport(connections, read_timeout)
    try:
        yield DeliveryHarness(db, clock, library, given, telegram, transport)
    finally:
        await transport.close()
