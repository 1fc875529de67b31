"""The real bot on a sandbox stage: people who say, tap and see; a clock to move.

Everything goes over HTTP: people act through the sandbox's control API, the bot answers through
its Bot API. People take some seconds for each act, so that the bot's pace never makes a test wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from bot import simulation
from bot.app import App, build
from bot.clock import MovableClock
from bot.config import Settings, load_settings
from bot.sandbox.http.server import Sandbox
from tests.databases import put_sqlite

TOKEN = "424242:the-token-of-the-theatre-0123456789"
ADMIN = 9000
MONDAY = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ACT_SECONDS = 5.0
LONGEST_WAIT_S = 60.0


@dataclass
class BotHarness:
    """One bot, its Telegram and its clock."""

    sandbox: Sandbox
    clock: MovableClock
    settings: Settings
    session: aiohttp.ClientSession
    app: App
    people: dict[int, Person] = field(default_factory=dict)

    @property
    def last_event(self) -> int:
        """The number of the newest event in any chat; 0 before the first."""
        return self.sandbox.world.journal.transcript.last_seq

    async def post(self, path: str, **body: Any) -> Any:
        async with self.session.post(f"/control/{path}", json=body) as response:
            answer = await response.json(content_type=None)
            assert response.status == 200, (path, response.status, answer)
            return answer

    async def get(self, path: str, **query: Any) -> Any:
        async with self.session.get(f"/control/{path}", params=query) as response:
            answer = await response.json(content_type=None)
            assert response.status == 200, (path, response.status, answer)
            return answer

    async def person(self, name: str = "Rita", language: str = "en", **more: Any) -> Person:
        user = await self.post("users", first_name=name, language_code=language, **more)
        person = self.people[user["id"]] = Person(self, user["id"], name)
        return person

    async def admin(self) -> Person:
        return await self.person("Ada", id=ADMIN)

    async def subscriber(
        self, name: str = "Rita", place: str = "Berlin", hour: str = "08:00", **more: Any
    ) -> Person:
        """Someone who has subscribed."""
        person = await self.person(name, **more)
        await person.begin()
        await person.say(place)
        await person.tap(hour)
        return person

    async def settle(self) -> None:
        """Wait until the bot has done all that there is to do; a test that hangs fails."""
        async with asyncio.timeout(LONGEST_WAIT_S):
            for _ in range(3):
                await self.get("idle", timeout=45, settle=0)
                await self.app.inbox.idle()
            await simulation.settle(self.app)
            await self.get("idle", timeout=45, settle=0)

    async def pass_time(self, seconds: float = 0, **span: float) -> datetime:
        """Let time pass, living through everything that is due meanwhile."""
        seconds += span.pop("minutes", 0) * 60
        seconds += span.pop("hours", 0) * 3600 + span.pop("days", 0) * 86400
        assert not span
        async with asyncio.timeout(LONGEST_WAIT_S):
            now = await simulation.move(self.app, self.clock, seconds)
        await self.settle()
        return now

    async def to_next_tip(self) -> datetime:
        now = await simulation.move_to_next_tip(self.app, self.clock)
        await self.settle()
        return now

    async def calls(self, method: str = "", after: int = 0) -> list[dict[str, Any]]:
        return list(await self.get("calls", method=method, after=after))

    async def restart(self) -> None:
        """End the bot, and begin it again with the same database."""
        await self.app.stop()
        self.app = build(self.settings, clock=self.clock)
        await self.app.start()
        await self.settle()

    async def copies(self) -> list[dict[str, Any]]:
        """The copies of an admin's message that went to others: not what they were shown."""
        calls = await self.calls("copyMessage")
        return [call for call in calls if str(call["parameters"]["chat_id"]) != str(ADMIN)]

    async def fault(self, kind: str, **more: Any) -> None:
        await self.post("faults", kind=kind, **more)


@dataclass
class Person:
    """Someone with Telegram on their phone."""

    harness: BotHarness
    id: int
    name: str
    seen: int = 0

    async def _act(self, path: str, **body: Any) -> Any:
        self.harness.clock.move(ACT_SECONDS)
        self.seen = self.harness.last_event
        answer = await self.harness.post(path, user=self.id, **body)
        await self.harness.settle()
        return answer

    async def say(self, text: str, **more: Any) -> Any:
        return await self._act("say", text=text, **more)

    async def begin(self, link: str = "") -> None:
        """Come, agree to what is said about data, and say who the tips are for."""
        await self.say(f"/start {link}".strip())
        await self.tap("Yes, start")
        await self.tap("Both of us")

    async def send(self, **more: Any) -> Any:
        return await self._act("say", **more)

    async def compose(self, words: str = "Hello") -> None:
        """As an admin: write a picture for everyone, with these words; it will be copied."""
        await self.send(photo=True, caption=f"/broadcast {words}")

    async def share(self, latitude: float, longitude: float, **more: Any) -> None:
        await self._act("location", latitude=latitude, longitude=longitude, **more)

    async def tap(self, label: str, **more: Any) -> Any:
        return await self._act("tap", label=label, **more)

    async def ask_inline(self, words: str) -> Any:
        """Type the bot's name and some words in another chat."""
        return await self._act("inline", query=words)

    async def choose_inline(self, query_id: str, result_id: str) -> None:
        """Post a result in the chat with the bot."""
        await self._act("inline/choose", inline_query_id=query_id, result_id=result_id)

    async def forge(self, data: str, **more: Any) -> Any:
        """Tap a button with made-up data on the newest message of the bot."""
        message_id = more.pop("message_id", None) or (await self.messages())[-1]["message_id"]
        return await self._act("tap", message_id=message_id, data=data, **more)

    async def block(self) -> None:
        await self._act("block")

    async def unblock(self) -> None:
        await self._act("unblock")

    async def answers(self) -> list[dict[str, Any]]:
        """What came from the bot since this person's last act: sent, edited, toasts."""
        events = await self.harness.get("transcript", after=self.seen)
        return [event for event in events if event["chat"] == self.id and event["who"] == "bot"]

    async def messages(self) -> list[dict[str, Any]]:
        """The bot's messages as this person sees them now, oldest first."""
        shown = await self.harness.get(f"chats/{self.id}/messages")
        return [item for item in shown if item["from_bot"] and not item["deleted"]]

    async def sees(self, *words: str) -> dict[str, Any]:
        """The newest message of the bot holds all these words; that message."""
        newest = (await self.messages())[-1]
        for word in words:
            assert word in newest["text"], f"{word!r} is not in {newest['text']!r}"
        return newest

    async def hears(self, *words: str) -> str:
        """Among what came since the last act, all these words; the whole of it."""
        answers = "\n---\n".join(str(event["text"]) for event in await self.answers())
        for word in words:
            assert word in answers, f"{word!r} is not in {answers!r}"
        return answers

    async def hears_nothing(self) -> None:
        answers = await self.answers()
        assert answers == [], answers

    async def labels(self) -> list[str]:
        """The labels under the newest message that has buttons."""
        for message in reversed(await self.messages()):
            if message["keyboard"]:
                return [button["label"] for row in message["keyboard"] for button in row]
        return []

    async def tips(self) -> list[dict[str, Any]]:
        """The tips this person got."""
        return [item for item in await self.messages() if "Try today:" in item["text"]]


def settings_for(sandbox: Sandbox, folder: Path, **more: Any) -> Settings:
    given: dict[str, Any] = {
        "token": TOKEN,
        "api_base_url": sandbox.api_base_url,
        "admin_ids": frozenset({ADMIN}),
        "data_dir": folder,
        "webhook_port": 0,
        "health_port": 0 if "webhook_url" in more else None,
        "spread_minutes": 0.0,
    }
    return load_settings(**{**given, **more})


@asynccontextmanager
async def open_harness(
    folder: Path, *, start: datetime = MONDAY, **more: Any
) -> AsyncIterator[BotHarness]:
    """Raise the curtain; ``more`` are settings, and whether inline mode is on."""
    clock = MovableClock(start, flowing=True)
    # A webhook on this machine is nothing that Telegram itself would call.
    local, inline = "webhook_url" in more, more.pop("inline_mode", True)
    async with Sandbox(clock=clock, token=TOKEN, local_mode=local, inline_mode=inline) as sandbox:
        settings = settings_for(sandbox, folder, **more)
        if settings.database_url is None:
            put_sqlite(settings.data_dir / "gutskin.db")
        async with (
            aiohttp.ClientSession(sandbox.base_url) as session,
            build(settings, clock=clock) as app,
        ):
            harness = BotHarness(sandbox, clock, settings, session, app)
            try:
                yield harness
            finally:
                if harness.app is not app:
                    await harness.app.stop()


@asynccontextmanager
async def failing_broadcast(folder: Path) -> AsyncIterator[tuple[BotHarness, Person]]:
    """An admin before the confirmation of a broadcast that Telegram will refuse to copy."""
    strict = {"broadcast_pause_window": 10, "broadcast_pause_share": 0.2, "in_flight": 1}
    async with open_harness(folder, **strict) as harness:
        admin = await harness.admin()
        # Enough that some still wait when ten have failed, beside those leased ahead.
        for number in range(20):
            await harness.subscriber(f"R{number}")
        await admin.compose()
        await harness.fault("error", method="copyMessage", times=20, error_code=400,
                            description="Bad Request: wrong file identifier")  # fmt: skip
        yield harness, admin
