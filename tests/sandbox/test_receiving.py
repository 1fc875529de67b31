"""How the bot gets its updates: the held poll, and the webhook with its repeats."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from bot.sandbox.model.updates import FIRST_UPDATE_ID
from tests.sandbox.conftest import Hand, Start

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


def ids(updates: list[dict[str, Any]]) -> list[int]:
    return [u["update_id"] - FIRST_UPDATE_ID for u in updates]


class TestPolling:
    async def test_updates_come_again_until_they_are_confirmed(self, hand: Hand) -> None:
        ada = await hand.user()
        for text in "abc":
            await hand.control("say", user=ada, text=text)

        assert ids(await hand.updates()) == [0, 1, 2]
        assert ids(await hand.updates(limit=2)) == [0, 1]
        assert ids(await hand.updates(offset=FIRST_UPDATE_ID + 1)) == [1, 2]
        assert ids(await hand.updates(offset=FIRST_UPDATE_ID)) == [1, 2]
        assert ids(await hand.updates(offset=FIRST_UPDATE_ID + 3)) == []

    async def test_a_negative_offset_keeps_only_the_newest(self, hand: Hand) -> None:
        ada = await hand.user()
        for text in "abc":
            await hand.control("say", user=ada, text=text)

        assert ids(await hand.updates(offset=-1)) == [2]
        assert ids(await hand.updates()) == [2]

    async def test_a_poll_is_held_until_something_happens(self, hand: Hand) -> None:
        ada = await hand.user()
        poll = asyncio.create_task(hand.updates(timeout=30))
        await _until_polled(hand)
        assert not poll.done()

        await hand.control("say", user=ada, text="x")

        assert ids(await poll) == [0]

    async def test_a_poll_ends_empty_when_its_time_is_up(self, hand: Hand) -> None:
        assert await hand.updates(timeout=1) == []

    async def test_a_second_poller_ends_the_first(self, hand: Hand) -> None:
        first = asyncio.create_task(hand.bot("getUpdates", timeout=30))
        await _until_polled(hand)

        assert await hand.updates() == []

        conflict = await first
        assert conflict["error_code"] == 409
        assert conflict["description"] == (
            "Conflict: terminated by other getUpdates request; "
            "make sure that only one bot instance is running"
        )

    async def test_polling_is_refused_while_a_webhook_is_set(self, hand: Hand) -> None:
        held = asyncio.create_task(hand.bot("getUpdates", timeout=30))
        await _until_polled(hand)
        await hand.ok("setWebhook", url="http://127.0.0.1:1/hook")

        body = await hand.bot("getUpdates")

        assert (await held)["description"] == "Conflict: terminated by setWebhook request"
        assert body["error_code"] == 409
        assert body["description"] == (
            "Conflict: can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first"
        )
        await hand.ok("deleteWebhook")
        assert await hand.updates() == []

    async def test_only_what_was_asked_for_comes(self, hand: Hand, ada: int) -> None:
        await hand.updates(allowed_updates=["message"])
        await hand.control("block", user=ada)
        said = await hand.control("say", user=ada, text="back")

        assert [list(u) for u in await hand.updates()] == [["update_id", "message"]]

        # Who had blocked the bot restarts it by writing; nobody asked for the news of it.
        assert said["update_id"] == FIRST_UPDATE_ID + 1
        await hand.updates(allowed_updates=["my_chat_member"], offset=said["update_id"] + 1)
        assert (await hand.control("say", user=ada, text="unheard"))["update_id"] is None
        assert (await hand.control("block", user=ada))["update_id"] is not None

    async def test_raw_updates_come_whatever_was_asked_for(self, hand: Hand) -> None:
        await hand.updates(allowed_updates=["message"])
        odd = {"update_id": FIRST_UPDATE_ID + 50, "message": {"chat": "nonsense"}}

        for _ in range(2):
            await hand.control("update", update=odd)
        later = await hand.control("update", update={"poll": 5})

        found = await hand.updates()
        assert found[:2] == [odd, odd]
        assert later["update_id"] == FIRST_UPDATE_ID + 51
        assert await hand.updates(offset=FIRST_UPDATE_ID + 52) == []


async def _until_polled(hand: Hand) -> None:
    """Wait until the sandbox holds a poll."""
    await asyncio.wait_for(hand.sandbox.world.updates.changed.wait(), 5)


@dataclass
class Receiver:
    """A bot's webhook that answers as it is told."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    seen: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def receive(self, request: web.Request) -> web.Response:
        self.seen.append((request.headers.get(SECRET_HEADER, ""), await request.json()))
        async with self.arrived:
            self.arrived.notify_all()
        await self.gate.wait()
        return web.Response(status=self.answers.pop(0) if self.answers else 200)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with self.arrived:
            await asyncio.wait_for(self.arrived.wait_for(condition), 10)

    @property
    def texts(self) -> list[str]:
        return [update["message"]["text"] for _, update in self.seen]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    found = Receiver()
    found.gate.set()
    app = web.Application()
    app.router.add_post("/hook", found.receive)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield found
    found.gate.set()
    await runner.cleanup()


class TestWebhook:
    async def test_updates_are_posted_with_the_secret_in_order(
        self, hand: Hand, receiver: Receiver
    ) -> None:
        ada = await hand.user()
        await hand.control("say", user=ada, text="waiting")

        await hand.ok("setWebhook", url=receiver.url, secret_token="abc-DEF_1")
        await hand.control("say", user=ada, text="next")
        await hand.look("idle?settle=0.01")

        assert receiver.texts == ["waiting", "next"]
        assert {secret for secret, _ in receiver.seen} == {"abc-DEF_1"}

    async def test_a_refused_update_is_posted_again(self, hand: Hand, receiver: Receiver) -> None:
        ada = await hand.user()
        receiver.answers = [500, 503]
        await hand.ok("setWebhook", url=receiver.url)

        await hand.control("say", user=ada, text="one")
        await hand.control("say", user=ada, text="two")
        await hand.look("idle")

        assert receiver.texts == ["one", "one", "one", "two"]
        info = await hand.ok("getWebhookInfo")
        assert info["last_error_message"] == "Wrong response from the webhook: 503"
        assert info["pending_update_count"] == 0

    async def test_one_slow_chat_does_not_hold_up_another(
        self, hand: Hand, receiver: Receiver
    ) -> None:
        ada, bob = await hand.user(), await hand.user("Bob")
        receiver.gate.clear()
        await hand.ok("setWebhook", url=receiver.url)
        await hand.control("say", user=ada, text="ada 1")
        await hand.control("say", user=ada, text="ada 2")
        await hand.control("say", user=bob, text="bob")

        await receiver.until(lambda: len(receiver.seen) == 2)

        assert sorted(receiver.texts) == ["ada 1", "bob"]
        assert (await hand.ok("getWebhookInfo"))["pending_update_count"] == 3

    async def test_what_was_not_delivered_waits_for_polling(
        self, hand: Hand, receiver: Receiver
    ) -> None:
        ada = await hand.user()
        receiver.gate.clear()
        await hand.ok("setWebhook", url=receiver.url, max_connections=500)
        assert (await hand.ok("getWebhookInfo"))["max_connections"] == 100
        await hand.control("say", user=ada, text="one")
        await hand.control("say", user=ada, text="two")
        await receiver.until(lambda: len(receiver.seen) == 1)

        await hand.ok("deleteWebhook")

        assert ids(await hand.updates(timeout=5)) == [0, 1]

    async def test_waiting_updates_can_be_dropped(self, hand: Hand, receiver: Receiver) -> None:
        ada = await hand.user()
        receiver.gate.clear()
        await hand.control("say", user=ada, text="never seen")
        await hand.ok("setWebhook", url=receiver.url, drop_pending_updates=True)
        await hand.control("say", user=ada, text="one")
        await hand.control("say", user=ada, text="two")
        await receiver.until(lambda: len(receiver.seen) == 1)

        await hand.ok("deleteWebhook", drop_pending_updates=True)

        assert receiver.texts == ["one"]
        assert await hand.updates(timeout=1) == []

    async def test_nobody_there_is_told_in_the_info(self, hand: Hand) -> None:
        ada = await hand.user()
        await hand.ok(
            "setWebhook", url="http://127.0.0.1:1/hook", ip_address="127.0.0.1",
            allowed_updates=["message"],
        )  # fmt: skip
        await hand.control("say", user=ada, text="x")
        await hand.look("idle?timeout=0.2", status=408)

        info = await hand.ok("getWebhookInfo")

        assert info["last_error_message"].startswith("Connection failed: ")
        assert (info["ip_address"], info["allowed_updates"]) == ("127.0.0.1", ["message"])
        assert info["pending_update_count"] == 1

    async def test_updates_without_a_chat_are_posted_too(
        self, hand: Hand, receiver: Receiver
    ) -> None:
        await hand.ok("setWebhook", url=receiver.url)
        for content in ({"poll": 5}, {"poll": {"from": "x"}}, {"message": {"message": "x"}}):
            await hand.control("update", update=content)

        await hand.look("idle")

        assert len(receiver.seen) == 3

    @pytest.mark.parametrize(
        ("given", "error"),
        [
            ({"url": "ftp://a.org"}, "invalid webhook URL specified"),
            ({"url": "https://"}, "invalid webhook URL specified"),
            ({"url": "https://a.org:99999"}, "invalid webhook URL specified"),
            ({"url": "http://a.org", "secret_token": "ä"},
             "secret token contains unallowed characters"),
            ({"url": "http://a.org", "secret_token": "x" * 257}, "secret token is too long"),
            ({}, 'parameter "url" is required'),
        ],
    )  # fmt: skip
    async def test_what_is_no_webhook(self, hand: Hand, given: dict[str, str], error: str) -> None:
        assert await hand.refused("setWebhook", **given) == f"Bad Request: {error}"

    @pytest.mark.parametrize(
        ("url", "error"),
        [
            ("http://bot.example.org/hook", "An HTTPS URL must be provided for webhook"),
            ("https://bot.example.org:8080/hook",
             "Webhook can be set up only on ports 80, 88, 443 or 8443"),
            ("https://127.0.0.1/hook", "IP address 127.0.0.1 is reserved"),
            ("https://localhost/hook", "IP address 127.0.0.1 is reserved"),
            ("https://192.168.0.7:8443/hook", "IP address 192.168.0.7 is reserved"),
            ("https://[2001:db8::1]/hook", "IPv6-only addresses are not allowed"),
        ],
    )  # fmt: skip
    async def test_telegram_itself_calls_only_public_https(
        self, start: Start, url: str, error: str
    ) -> None:
        hand = await start(local_mode=False)
        assert await hand.refused("setWebhook", url=url) == f"Bad Request: bad webhook: {error}"
        for port in ("", ":443", ":80", ":88", ":8443"):
            await hand.ok("setWebhook", url=f"https://bot.example.org{port}/hook")

    async def test_an_empty_address_removes_the_webhook(self, hand: Hand) -> None:
        await hand.ok("setWebhook", url="http://127.0.0.1:1/hook")

        await hand.ok("setWebhook", url="")

        info = await hand.ok("getWebhookInfo")
        assert (info["url"], "max_connections" in info) == ("", False)
