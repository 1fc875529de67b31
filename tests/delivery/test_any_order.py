"""Several broadcasts at once, in any order of what can happen: the books are the server's journal.

One is sent now, one is scheduled, one comes at each one's own hour, and whatever reached somebody
may be edited and recalled. Admins confirm, pause, resume, cancel and try again; they change what
waits for its time; above a size a second one says yes or no. Senders are killed in the middle;
subscribers come and go; the clock is set back.
"""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.delivery import audience, failure_rate
from bot.delivery.confirmation import CONFIRMED
from bot.delivery.content import Content
from bot.delivery.message import Finished, OutgoingMessage
from bot.delivery.schedules import Schedule
from bot.store.database import Database
from bot.store.migrate import upgrade
from bot.telegram.responses import Outcome
from tests.delivery_harness import ADMIN, DeliveryHarness, delivery_harness
from tests.postgres import Cluster
from tests.scripted_telegram import Telegram
from tips.library import Library

OTHER_ADMIN = 98
ZONES = ("UTC", "Asia/Tokyo", "Pacific/Kiritimati", "Etc/GMT+12", "America/New_York")
CHATS = range(1, 6)
DRAFTED = 3  # now, at an instant, at a local hour
MOST_BROADCASTS = 6
OUTCOMES = {
    "sent": (Outcome("sent", message_id=7), True),
    "refused": (Outcome("refused", "too_long"), False),
    "forbids": (Outcome("refused", "forbids_voice"), False),
    "blocked": (Outcome("blocked", "blocked"), False),
    "doubt_arrived": (Outcome("in_doubt", "read_timeout"), True),
    "doubt_lost": (Outcome("in_doubt", "read_timeout"), False),
    "retry": (Outcome("retry", "bad_gateway"), False),
    "flood": (Outcome("flood", "flood", retry_after=5), False),
    "hold": (Outcome("hold", "no_connection"), False),
}
"""What Telegram answers, and whether the message arrived all the same."""

Story = list[tuple[Any, ...]]
which = st.integers(0, MOST_BROADCASTS - 1)
chats = st.sampled_from(CHATS)
how_many = st.sampled_from([1, 9])
rounds = st.tuples(st.just("round"), st.sampled_from(["sent", "sent", *sorted(OUTCOMES)]))
sending = st.one_of(
    rounds,
    st.tuples(st.just("plan")),
    st.tuples(st.just("lease"), how_many),
    st.tuples(st.just("settle"), st.sampled_from(sorted(OUTCOMES)), how_many),
    st.tuples(st.just("kill"), st.integers(0, 3)),
)
acts = st.one_of(
    st.tuples(st.sampled_from(["confirm", "pause", "resume", "cancel"]), which),
    st.tuples(st.just("retry"), which, st.booleans()),
    st.tuples(st.just("correct"), which, st.sampled_from(["edit", "recall"])),
    st.tuples(st.sampled_from(["approve", "refuse", "redraft", "reschedule"]), which),
    st.tuples(st.sampled_from(["stop", "come", "block", "forget", "mute"]), chats),
    st.tuples(st.just("wait"), st.sampled_from([6.0, 100.0, 4000.0, 40_000.0])),
    st.tuples(st.just("clock_back")),
)


class World:
    """The broadcasts, who gets them, who sends them, and what has arrived."""

    def __init__(self, harness: DeliveryHarness) -> None:
        self.harness = harness
        self.broadcasts: list[int] = []
        self.outbox = harness.new_worker().outbox
        self.leased: list[OutgoingMessage] = []
        self.arrived: Counter[tuple[int, int]] = Counter()
        self.doubtful: set[tuple[int, int]] = set()
        self.doubts_sent_again: Counter[int] = Counter()
        self.totals: dict[int, int] = {}
        self.forgotten: set[int] = set()
        self.kinds: defaultdict[int, str] = defaultdict(lambda: "message")
        self.awaits_yes: set[int] = set()
        """Broadcasts above the size, until a second admin agrees."""
        self.replaced: set[int] = set()

    @property
    def rules(self) -> Any:
        return self.harness.broadcasts

    async def begin(self) -> None:
        now = self.harness.clock.now()
        tomorrow = (now + timedelta(days=1)).date()
        for schedule in (
            Schedule(),
            Schedule(at=now + timedelta(hours=1)),
            Schedule(local_date=tomorrow, local_minute=540, late="skip"),
        ):
            draft = await self.rules.draft(ADMIN, ADMIN, 5)
            words = Content(kind="text", text="News", has_caption=False)
            assert await self.rules.set_content(draft.id, ADMIN, words)
            assert await self.rules.set_schedule(draft.id, ADMIN, schedule)
            self.broadcasts.append(draft.id)

    async def do(self, what: str, *how: Any) -> None:
        await getattr(self, what)(*how)
        await self.check()

    def _id(self, number: int) -> int:
        return self.broadcasts[number % len(self.broadcasts)]

    # What admins do

    async def confirm(self, number: int) -> None:
        await self._confirm(self._id(number))

    async def _confirm(self, broadcast: int) -> None:
        draft, offer = await self.rules.find(broadcast), await self.rules.offer_of(broadcast)
        await self.rules.offered(broadcast, offer)
        came = await self.rules.confirm(broadcast, draft.admin_id)
        above = self.harness.settings.approval_above
        if came in CONFIRMED:
            needs_yes = above is not None and offer.audience > above and draft.kind != "recall"
            assert (came == "waiting") is needs_yes
        if came == "waiting":
            self.awaits_yes.add(broadcast)
        if came in CONFIRMED and draft.replaces is not None:
            self.replaced.add(draft.replaces)

    async def approve(self, number: int) -> None:
        broadcast = await self.rules.find(self._id(number))
        assert not await self.rules.approve(broadcast.id, broadcast.admin_id)
        if await self.rules.approve(broadcast.id, ADMIN + OTHER_ADMIN - broadcast.admin_id):
            self.awaits_yes.remove(broadcast.id)

    async def refuse(self, number: int) -> None:
        broadcast = await self.rules.find(self._id(number))
        if broadcast.state == "waiting":
            assert await self.rules.cancel(broadcast.id, OTHER_ADMIN)

    async def redraft(self, number: int) -> None:
        """Begin to change what waits; a later act confirms that, or none does."""
        if len(self.broadcasts) >= MOST_BROADCASTS:
            return
        made = await self.rules.redraft(self._id(number), OTHER_ADMIN)
        if made is not None:
            self.broadcasts.append(made.id)

    async def pause(self, number: int) -> None:
        await self.rules.pause(self._id(number), ADMIN)

    async def resume(self, number: int) -> None:
        await self.rules.resume(self._id(number), ADMIN)

    async def cancel(self, number: int) -> None:
        await self.rules.cancel(self._id(number), OTHER_ADMIN)

    async def retry(self, number: int, doubt: bool) -> None:
        broadcast = self._id(number)
        if await self.rules.retry_failed(broadcast, ADMIN, in_doubt=doubt) and doubt:
            self.doubts_sent_again[broadcast] += 1

    async def reschedule(self, number: int) -> None:
        later = self.harness.clock.now() + timedelta(minutes=30)
        await self.rules.reschedule(self._id(number), OTHER_ADMIN, Schedule(at=later))

    async def correct(self, number: int, kind: str) -> None:
        if len(self.broadcasts) >= MOST_BROADCASTS:
            return
        words = Content(kind="text", text="Better news", has_caption=False)
        made = await self.rules.correct(
            self._id(number), ADMIN, kind, words if kind == "edit" else None
        )
        if made is not None:
            self.broadcasts.append(made.id)
            self.kinds[made.id] = kind
            await self._confirm(made.id)

    # What senders do

    async def plan(self) -> None:
        broken: set[int] = set()
        await self.harness.planner.serve(broken)
        assert broken == set()

    async def lease(self, most: int) -> None:
        exchange = await self.outbox.exchange([], [], most)
        self.leased += exchange.items

    async def settle(self, kind: str, most: int) -> None:
        done, self.leased = self.leased[:most], self.leased[most:]
        outcome, arrives = OUTCOMES[kind]
        await self._mark_begun(done)
        for item in done:
            self._note(item, arrives=arrives, doubtful=outcome.kind == "in_doubt")
        at, ended = self.harness.clock.now(), self.harness.clock.monotonic()
        finished = [Finished(item, outcome, at, ended) for item in done]
        await self.outbox.exchange(finished, [], 0)

    async def round(self, kind: str) -> None:
        await self.plan()
        await self.lease(9)
        await self.settle(kind, 9)

    async def kill(self, begun: int) -> None:
        """The sender dies; so many messages had left, and nobody wrote down that they arrived."""
        left = self.leased[:begun]
        await self._mark_begun(left)
        for item in left:
            self._note(item, arrives=True, doubtful=True)
        self.outbox, self.leased = self.harness.new_worker().outbox, []

    async def _mark_begun(self, items: list[OutgoingMessage]) -> None:
        ours = await self.outbox.mark_begun([item.row.id for item in items])
        items[:] = [item for item in items if item.row.id in ours]

    def _note(self, item: OutgoingMessage, *, arrives: bool, doubtful: bool) -> None:
        if item.row.broadcast_id is None:
            return
        what = (item.row.broadcast_id, item.row.chat_id)
        self.arrived[what] += arrives
        if doubtful:
            self.doubtful.add(what)

    # What else happens

    async def stop(self, chat: int) -> None:
        if await self.harness.subscribers.find(chat) is not None:
            await self.harness.subscribers.stop(chat)

    async def come(self, chat: int) -> None:
        await join(self.harness, chat)
        await self.harness.subscribers.unblocked(chat)
        await self.harness.subscribers.resume(chat)

    async def block(self, chat: int) -> None:
        await self.harness.subscribers.blocked(chat)

    async def forget(self, chat: int) -> None:
        self.forgotten.add(chat)
        await self.harness.privacy.forget(chat)

    async def mute(self, chat: int) -> None:
        if await self.harness.subscribers.find(chat) is not None:
            await self.harness.subscribers.set_announcements(chat, on=False)

    async def wait(self, seconds: float) -> None:
        self.harness.clock.move(seconds)

    async def clock_back(self) -> None:
        self.harness.clock.set_wall(-1800.0)

    # What must be so

    async def check(self) -> None:
        rows = await self.harness.rows()
        for broadcast in self.broadcasts:
            await self._adds_up(broadcast)
            self._once_each(broadcast)
            here = [row for row in rows if row.broadcast_id == broadcast]
            self._books_are_the_journal(broadcast, here)
        self._nothing_left_without_a_yes()

    def _nothing_left_without_a_yes(self) -> None:
        """What a second admin has not agreed to, and what was changed, reaches nobody."""
        came = {broadcast for (broadcast, _), copies in self.arrived.items() if copies}
        assert not came & (self.awaits_yes | self.replaced)

    async def _adds_up(self, broadcast: int) -> None:
        report, found = await self.rules.report(broadcast), await self.rules.find(broadcast)
        ended = report.sent + sum(report.failed.values()) + report.blocked
        ended += report.in_doubt + report.too_old + report.cancelled
        assert ended + report.queued == report.total
        if report.state in ("done", "cancelled"):
            assert ended == report.total
        if found.frozen:
            assert self.totals.setdefault(broadcast, report.total) == report.total

    def _once_each(self, broadcast: int) -> None:
        """A message comes once; once more at most for each time that an admin said so."""
        if self.kinds[broadcast] == "message":
            most = 1 + self.doubts_sent_again[broadcast]
            copies = {chat: n for (one, chat), n in self.arrived.items() if one == broadcast}
            assert all(number <= most for number in copies.values()), copies

    def _books_are_the_journal(self, broadcast: int, rows: list[Any]) -> None:
        said = {row.chat_id for row in rows if row.state == "sent"}
        came = {chat for (one, chat), n in self.arrived.items() if one == broadcast and n}
        unsure = {chat for one, chat in self.doubtful if one == broadcast}
        assert said <= came
        assert came - said <= unsure | self.forgotten

    async def end(self) -> None:
        """Nothing happens any more but sending, for as long as it takes."""
        await self.kill(0)
        for _ in range(40):
            open_ones = await self.rules.running()
            if not open_ones and not await self.rules.scheduled():
                break
            for one in open_ones:
                await self.rules.resume(one.id, ADMIN)
            await self.wait(8000.0)
            await self.round("sent")
        await self.check()
        reports = [await self.rules.report(broadcast) for broadcast in self.broadcasts]
        assert {one.state for one in reports} <= {"draft", "waiting", "done", "cancelled"}


async def join(harness: DeliveryHarness, chat: int) -> None:
    await harness.subscribers.arrive(chat, "en")
    await harness.subscribers.set_zone(chat, ZONES[chat % len(ZONES)])
    await harness.subscribers.set_hour(chat, 480)


async def live(db: Database, library: Library, story: Story, above: int | None) -> None:
    async with delivery_harness(db, library, Telegram(), approval_above=above) as harness:
        world = World(harness)
        await world.begin()
        for act in story:
            await world.do(*act)
        await world.end()


async def prepare(url: str, library: Library) -> None:
    await upgrade(url)
    db = await Database.open(url)
    try:
        async with delivery_harness(db, library, Telegram()) as harness:
            for chat in CHATS:
                await join(harness, chat)
    finally:
        await db.close()


@asynccontextmanager
async def copied(template: Path) -> AsyncIterator[Database]:
    with TemporaryDirectory() as folder:
        db = await Database.open(f"sqlite:///{shutil.copy(template, folder)}")
        try:
            yield db
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


confirmations = [("confirm", number) for number in range(DRAFTED)]
stories = st.lists(st.one_of(sending, sending, acts), min_size=6, max_size=30)
sizes = st.sampled_from([None, None, 1])
"""The size above which a second admin is asked: none, or one that nearly all are above."""

lives = partial(given, first=st.permutations(confirmations), story=stories, above=sizes)
slow = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


@settings(max_examples=25, deadline=None, suppress_health_check=slow)
@lives()
def test_in_any_order_the_books_are_the_journal(
    template: Path, library: Library, first: Story, story: Story, above: int | None
) -> None:
    async def run() -> None:
        async with copied(template) as db:
            await live(db, library, [*first, *story], above)

    asyncio.run(run())


@pytest.mark.postgres
@settings(max_examples=6, deadline=None, suppress_health_check=slow)
@lives()
def test_on_postgresql_too(
    postgres: Cluster, library: Library, first: Story, story: Story, above: int | None
) -> None:
    url = postgres.new_database()

    async def run() -> None:
        await prepare(url, library)
        db = await Database.open(url)
        try:
            await live(db, library, [*first, *story], above)
        finally:
            await db.close()

    asyncio.run(run())
