"""A running sandbox and a hand to drive it: everything goes over HTTP."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from bot.sandbox.http.server import Sandbox

TOKEN = "4242:sandbox-test"
BEGIN = datetime(2026, 3, 27, 7, 0, tzinfo=UTC)


class StoppedClock:
    """Stands still until a test moves it; also a stage for the clock buttons."""

    def __init__(self) -> None:
        self._now = BEGIN

    def now(self) -> datetime:
        return self._now

    def advance(self, **units: float) -> None:
        self._now += timedelta(**units)

    async def move(self, *, seconds: float | None, to_next_tip: bool) -> datetime:
        self.advance(**({"days": 1} if to_next_tip else {"seconds": seconds or 0}))
        return self._now


class Hand:
    """Calls the Bot API as a bot would and the control API as a test does."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession, clock: Any) -> None:
        self.sandbox = sandbox
        self.session = session
        self.clock = clock

    async def bot(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The whole answer to a call with a JSON body."""
        url = f"{self.sandbox.api_base_url}{TOKEN}/{method}"
        async with self.session.post(url, json=parameters) as answer:
            body: dict[str, Any] = await answer.json()
            assert answer.status == (200 if body["ok"] else body["error_code"])
            return body

    async def ok(self, method: str, **parameters: Any) -> Any:
        """The result of a call that must succeed."""
        body = await self.bot(method, **parameters)
        assert body["ok"], body
        return body["result"]

    async def refused(self, method: str, **parameters: Any) -> str:
        """The description of a call that must fail."""
        body = await self.bot(method, **parameters)
        assert not body["ok"], body
        return str(body["description"])

    async def control(self, path: str, status: int = 200, **fields: Any) -> Any:
        async with self.session.post(f"{self.sandbox.base_url}/control/{path}", json=fields) as a:
            body = await a.json()
            assert a.status == status, body
            return body

    async def look(self, path: str, status: int = 200) -> Any:
        async with self.session.get(f"{self.sandbox.base_url}/control/{path}") as answer:
            body = await answer.json()
            assert answer.status == status, body
            return body

    async def user(self, first_name: str = "Ada", **fields: Any) -> int:
        """A user who has not written yet."""
        shown = await self.control("users", first_name=first_name, **fields)
        return int(shown["id"])

    async def subscriber(self, first_name: str = "Ada", **fields: Any) -> int:
        """A user who wrote /start, whose update is already confirmed."""
        user = await self.user(first_name, **fields)
        said = await self.control("say", user=user, text="/start")
        await self.ok("getUpdates", offset=said["update_id"] + 1)
        return user

    async def messages(self, chat: int) -> list[dict[str, Any]]:
        shown: list[dict[str, Any]] = await self.look(f"chats/{chat}/messages")
        return shown

    async def last(self, chat: int) -> dict[str, Any]:
        return (await self.messages(chat))[-1]

    async def updates(self, **parameters: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.ok("getUpdates", **parameters)
        return found


Start = Callable[..., Awaitable[Hand]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Starts sandboxes with the options a test wants, and stops them all."""
    sandboxes: list[Sandbox] = []
    async with aiohttp.ClientSession() as session:

        async def begin(**options: Any) -> Hand:
            clock = StoppedClock()
            given = {"stage": clock, "local_mode": True, **options}
            sandbox = Sandbox(clock=clock, token=TOKEN, **given)
            await sandbox.start()
            sandboxes.append(sandbox)
            return Hand(sandbox, session, clock)

        yield begin
        for sandbox in sandboxes:
            await sandbox.stop()


@pytest.fixture
async def hand(start: Start) -> Hand:
    """A sandbox with a clock to move."""
    return await start()


@pytest.fixture
async def ada(hand: Hand) -> int:
    """A subscriber in a private chat with the bot."""
    return await hand.subscriber()


def inline(*labels: str) -> str:
    """An inline keyboard with one row, whose data are the labels in small letters."""
    row = [{"text": label, "callback_data": label.lower()} for label in labels]
    return json.dumps({"inline_keyboard": [row]})


async def ask(hand: Hand, chat: int, **more: Any) -> dict[str, int]:
    """A message with a button; where it is."""
    sent = await hand.ok(
        "sendMessage", chat_id=chat, text="<b>Sure?</b>", parse_mode="HTML",
        reply_markup=inline("Yes"), **more,
    )  # fmt: skip
    return {"chat_id": chat, "message_id": sent["message_id"]}
