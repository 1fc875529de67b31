"""Of the replies that wait for the same budget the lowest rank goes first, and the rate holds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.clock import MovableClock
from bot.telegram.limits.limiter import SendLimiter
from bot.telegram.limits.permits import RankedLock

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SIGN, PERSON, GROUP = (0, 0.0), (1, 0.0), (2, 0.0)


async def turn_the_loop() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


class Replies:
    """Replies to chats of their own, and when each started."""

    def __init__(self) -> None:
        self.clock = MovableClock(NOON)
        self.limiter = SendLimiter(self.clock, 30, 25, jitter=lambda: 0.0)
        self.started: list[tuple[str, float]] = []
        self.tasks: list[asyncio.Task[None]] = []

    def wait(self, name: str, rank: tuple[float, ...]) -> asyncio.Task[None]:
        task = asyncio.create_task(self._reply(name, len(self.tasks) + 1, rank))
        self.tasks.append(task)
        return task

    async def _reply(self, name: str, chat: int, rank: tuple[float, ...]) -> None:
        await self.limiter.reply(chat, rank=rank)
        self.started.append((name, self.clock.monotonic()))

    async def all_of_them(self) -> None:
        while not all(task.done() for task in self.tasks):
            self.clock.move(0.005)
            await turn_the_loop()

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.started]


async def test_a_sign_leaves_within_one_slot_of_a_hundred_that_wait() -> None:
    replies = Replies()
    for number in range(100):
        replies.wait(f"p{number}", PERSON)
    await turn_the_loop()
    replies.clock.move(0.5)
    await turn_the_loop()
    before, at = len(replies.started), replies.clock.monotonic()
    replies.wait("sign", SIGN)
    await replies.all_of_them()
    # Whoever waits for the slot by then gives way, too.
    assert replies.names.index("sign") == before
    assert dict(replies.started)["sign"] - at <= 1 / 30 + 0.01
    assert replies.names[:before] + replies.names[before + 1 :] == [f"p{n}" for n in range(100)]


async def test_the_rate_holds_whoever_goes_first() -> None:
    replies = Replies()
    for number in range(150):
        replies.wait(str(number), (SIGN, PERSON, GROUP)[number % 3])
    await replies.all_of_them()
    starts = [at for _, at in replies.started]
    for start in starts:
        assert sum(start <= other < start + 1.0 for other in starts) <= 30
    ranks = [int(name) % 3 for name in replies.names]
    # The first few had begun before the others came.
    assert ranks[5:] == sorted(ranks[5:])


async def test_a_group_waits_while_persons_do() -> None:
    replies = Replies()
    for number in range(50):
        replies.wait(f"g{number}", GROUP)
    await turn_the_loop()
    for number in range(20):
        replies.wait(f"p{number}", PERSON)
    await replies.all_of_them()
    persons = [place for place, name in enumerate(replies.names) if name.startswith("p")]
    assert persons == list(range(persons[0], persons[0] + 20))
    assert persons[0] <= 4


@pytest.mark.parametrize("which", [0, 1, 2])
async def test_whoever_stops_waiting_holds_nobody_up(which: int) -> None:
    lock, done = RankedLock(), []

    async def hold(number: int, rank: Callable[[int], float]) -> None:
        async with lock.permit((rank(number),), lock.ticket()):
            await asyncio.sleep(0)
            done.append(number)

    tasks = [asyncio.create_task(hold(number, lambda n: -n)) for number in range(4)]
    await asyncio.sleep(0)
    tasks[which].cancel()
    await asyncio.wait(tasks, timeout=5)
    assert all(task.done() for task in tasks)
    left = [number for number in (0, 3, 2, 1) if number != which]
    assert done == left
    async with lock.permit((9,), lock.ticket()):
        assert not lock.is_wanted_before((99,))


async def test_whoever_is_cancelled_at_the_moment_of_the_turn_passes_it_on() -> None:
    lock, done = RankedLock(), []

    async def hold(name: str) -> None:
        async with lock.permit((), lock.ticket()):
            done.append(name)

    async with lock.permit((), lock.ticket()):
        first, second = asyncio.create_task(hold("first")), asyncio.create_task(hold("second"))
        await asyncio.sleep(0)
    first.cancel()  # it has been handed the lock, and has not run yet
    await asyncio.wait([first, second], timeout=5)
    assert done == ["second"]
