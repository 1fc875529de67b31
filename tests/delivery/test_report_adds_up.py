"""Whatever happens to a broadcast, in whatever order: its recipients add up, each counted once."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.delivery import audience, failure_rate
from bot.delivery.message import Finished, OutgoingMessage
from bot.delivery.outbox import Outbox
from bot.store.database import Database
from bot.store.migrate import upgrade
from bot.store.queries import broadcasts
from bot.store.values import Report
from bot.telegram.responses import Outcome
from bot.texts import report as texts
from bot.texts.catalogue import translator
from tests.delivery_harness import ADMIN, DeliveryHarness, delivery_harness
from tests.postgres import Cluster
from tests.scripted_telegram import Telegram
from tips.library import Library

EN = translator("en")

Story = list[tuple[Any, ...]]
CHATS = st.integers(1, 8)
OUTCOMES = {
    "sent": Outcome("sent", message_id=1),
    "refused": Outcome("refused", "too_long"),
    "forbids": Outcome("refused", "forbids_voice"),
    "blocked": Outcome("blocked", "blocked"),
    "in_doubt": Outcome("in_doubt", "read_timeout"),
    "retry": Outcome("retry", "bad_gateway"),
    "flood": Outcome("flood", "flood", retry_after=5),
    "hold": Outcome("hold", "no_connection"),
    "migrated": Outcome("migrated", "migrated", new_chat_id=-7),
}
FINAL_LINES = (
    *("Sent", "Blocked the bot", "Their own settings say no", "Failed", "Not sure"),
    *("Too old to send", "Cancelled"),
)

comings = st.tuples(st.sampled_from(["join", "stop", "resume", "block", "forget", "pause"]), CHATS)
sendings = st.one_of(
    st.tuples(st.just("plan")),
    st.tuples(st.just("lease"), st.sampled_from([1, 9])),
    st.tuples(st.just("settle"), st.sampled_from(sorted(OUTCOMES)), st.sampled_from([1, 9])),
    st.tuples(st.just("round"), st.sampled_from(sorted(OUTCOMES))),
)
commands = st.tuples(st.sampled_from(["hold", "go_on", "cancel", "kill", "prune"]))
others = st.one_of(
    st.tuples(st.just("retry"), st.booleans()),
    st.tuples(st.just("wait"), st.sampled_from([6.0, 100.0, 90_000.0, 700_000.0])),
)
acts = st.one_of(sendings, sendings, comings, commands, others)


class Life:
    """One broadcast, its admin, its subscribers, and senders that may be killed at any moment."""

    def __init__(self, harness: DeliveryHarness) -> None:
        self.harness = harness
        self.outbox = self._new_ledger()
        self.leased: list[OutgoingMessage] = []
        self.broadcast = 0
        self.audience: set[int] = set()
        self.copied: Counter[int] = Counter()

    def _new_ledger(self) -> Outbox:
        return self.harness.new_worker().outbox

    async def begin(self) -> None:
        draft = await self.harness.broadcasts.draft(ADMIN, ADMIN, 5)
        self.broadcast = draft.id

    async def do(self, what: str, *how: Any) -> None:
        subscribers, rules = self.harness.subscribers, self.harness.broadcasts
        whose = {
            "join": self.harness.subscribe,
            "stop": self._known(subscribers.stop),
            "resume": self._known(subscribers.resume),
            "pause": self._known(subscribers.pause),
            "block": subscribers.blocked,
            "forget": self.harness.privacy.forget,
            "hold": partial(rules.pause, self.broadcast, ADMIN),
            "go_on": partial(rules.resume, self.broadcast, ADMIN),
            "cancel": partial(rules.cancel, self.broadcast, ADMIN),
            "prune": self.harness.prune,
            "retry": lambda doubt: rules.retry_failed(self.broadcast, ADMIN, in_doubt=doubt),
            "confirm": self.confirm,
            "kill": self.kill,
            "plan": self.plan,
            "lease": self.lease,
            "settle": self.settle,
            "round": self.round,
            "wait": self.wait,
        }
        act: Callable[..., Awaitable[object]] = whose[what]
        await act(*how)
        await self.adds_up()

    def _known(self, act: Callable[..., Awaitable[object]]) -> Callable[[int], Awaitable[object]]:
        async def if_known(chat: int) -> None:
            if await self.harness.subscribers.find(chat) is not None:
                await act(chat)

        return if_known

    async def confirm(self) -> None:
        rules = self.harness.broadcasts
        count = await rules.audience_count()
        await rules.offered(self.broadcast, rules.offer(count))
        active = [
            chat
            for chat in (*range(1, 9), -7)
            if (found := await self.harness.subscribers.find(chat)) and found.state == "active"
        ]
        if await rules.confirm(self.broadcast, ADMIN) == "sending":
            self.audience = set(active)

    async def kill(self) -> None:
        self.outbox, self.leased = self._new_ledger(), []

    async def plan(self) -> None:
        audiences = self.harness.planner.audiences
        await audiences.plan_chunks(await self.harness.db.read(broadcasts.lacking_rows), set())

    async def lease(self, most: int) -> None:
        exchange = await self.outbox.exchange([], [], most)
        self.leased += exchange.items

    async def settle(self, kind: str, most: int) -> None:
        clock, done = self.harness.clock, self.leased[:most]
        self.leased = self.leased[most:]
        self.copied.update(item.row.chat_id for item in done if kind == "sent")
        at, ended = clock.now(), clock.monotonic()
        finished = [Finished(item, OUTCOMES[kind], at, ended) for item in done]
        await self.outbox.exchange(finished, [], 0)

    async def round(self, kind: str) -> None:
        await self.plan()
        await self.lease(9)
        await self.settle(kind, 9)

    async def wait(self, seconds: float) -> None:
        self.harness.clock.move(seconds)
        await self.harness.subscribers.end_pauses()

    async def adds_up(self) -> Report:
        report = await self.harness.broadcasts.report(self.broadcast)
        failed = sum(report.failed.values())
        ended = report.sent + failed + report.blocked + report.in_doubt + report.too_old
        assert ended + report.cancelled + report.queued == report.total
        assert 0 <= report.under_way <= report.queued
        found = await self.harness.broadcasts.find(self.broadcast)
        assert found is not None
        if found.frozen:
            assert report.total == len(self.audience)
        if report.state in ("done", "cancelled"):
            assert report.queued == 0
            self._reads_so(report)
        return report

    def _reads_so(self, report: Report) -> None:
        """What the admin reads adds up as well."""
        said = dict(
            re.findall(
                r"^([\w ]+): ([\d,]+)$",
                texts.progress(EN, texts.Course(1), report).plain,
                re.MULTILINE,
            )
        )
        told = sum(int(said.get(line, "0").replace(",", "")) for line in FINAL_LINES)
        assert told == int(said["Audience"].replace(",", ""))

    async def end(self) -> None:
        """Nothing happens any more but sending; it takes as long as it takes."""
        await self.do("kill")
        await self.do("go_on")
        for _ in range(40):
            report = await self.adds_up()
            if report.state in ("done", "cancelled"):
                break
            await self.do("wait", 100.0)
            await self.do("plan")
            await self.do("lease", 9)
            await self.do("settle", "sent", 9)
        assert report.state in ("done", "cancelled")
        assert report.total == len(self.audience)
        assert set(self.copied) - {-7} <= self.audience


async def live(db: Database, library: Library, story: Story) -> None:
    async with delivery_harness(db, library, Telegram()) as harness:
        life = Life(harness)
        await life.begin()
        for act in story:
            await life.do(*act)
            await never_paused_without_anything_left(life)
        await life.end()


async def never_paused_without_anything_left(life: Life) -> None:
    found = await life.harness.broadcasts.find(life.broadcast)
    assert found is not None
    if found.state == "paused" and found.pause_reason == "failures":
        report = await life.harness.broadcasts.report(life.broadcast)
        assert report.queued > 0


@asynccontextmanager
async def sqlite(template: Path) -> AsyncIterator[Database]:
    with TemporaryDirectory() as folder:
        copy = Path(shutil.copy(template, folder))
        db = await Database.open(f"sqlite:///{copy}")
        try:
            yield db
        finally:
            await db.close()


async def prepare(url: str, library: Library) -> None:
    """A database with five subscribers."""
    await upgrade(url)
    db = await Database.open(url)
    try:
        async with delivery_harness(db, library, Telegram()) as harness:
            await harness.subscribe(1, 2, 3, 4, 5)
    finally:
        await db.close()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, library: Library) -> Path:
    file = tmp_path_factory.mktemp("template") / "gutskin.db"
    asyncio.run(prepare(f"sqlite:///{file}", library))
    return file


@pytest.fixture(autouse=True)
def on_a_small_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audience, "FREEZE_CHUNK", 2)
    monkeypatch.setattr(failure_rate, "FEWEST", 2)


some = st.lists(comings, max_size=3)
lives = partial(given, before=some, meanwhile=some, story=st.lists(acts, min_size=4, max_size=25))
slow = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


@settings(max_examples=50, deadline=None, suppress_health_check=slow)
@lives()
def test_a_broadcast_adds_up_whatever_happens(
    template: Path, library: Library, before: Story, meanwhile: Story, story: Story
) -> None:
    async def run() -> None:
        async with sqlite(template) as db:
            await live(db, library, [*before, ("confirm",), *meanwhile, *story])

    asyncio.run(run())


@pytest.mark.postgres
@settings(max_examples=12, deadline=None, suppress_health_check=slow)
@lives()
def test_a_broadcast_adds_up_on_postgresql_too(
    postgres: Cluster, library: Library, before: Story, meanwhile: Story, story: Story
) -> None:
    url = postgres.new_database()

    async def run() -> None:
        await prepare(url, library)
        db = await Database.open(url)
        try:
            await live(db, library, [*before, ("confirm",), *meanwhile, *story])
        finally:
            await db.close()

    asyncio.run(run())
