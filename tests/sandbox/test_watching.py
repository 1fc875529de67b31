"""The control API's views, its clock and its waits; starting and stopping."""

import asyncio
import socket
from datetime import datetime
from typing import Any

import aiohttp
import orjson
import pytest
from yarl import URL

from bot.sandbox.http.server import Sandbox
from tests.sandbox.conftest import BEGIN, TOKEN, Hand, Start, StoppedClock, inline


async def read_event(stream: aiohttp.ClientResponse) -> dict[str, str]:
    """The next event of the stream, by the names of its lines."""
    fields: dict[str, str] = {}
    while line := (await stream.content.readline()).decode().strip():
        name, _, value = line.partition(": ")
        fields[name] = value
    return fields


class TestViews:
    async def test_the_transcript_tells_everything_in_order(self, hand: Hand) -> None:
        ada = await hand.user()
        await hand.control("say", user=ada, text="/start")
        sent = await hand.ok("sendMessage", chat_id=ada, text="hi", reply_markup=inline("Ok"))
        tapped = await hand.control("tap", user=ada, label="ok")
        await hand.ok("answerCallbackQuery", callback_query_id=tapped["callback_query_id"])
        place = {"chat_id": ada, "message_id": sent["message_id"]}
        await hand.ok("editMessageText", text="bye", **place)
        await hand.ok("deleteMessage", **place)
        await hand.control("block", user=ada)
        await hand.control("update", update={"poll": {}})

        events = await hand.look("transcript")

        assert [e["kind"] for e in events] == [
            "message", "message", "tapped", "answered", "edited", "deleted", "blocked", "update",
        ]  # fmt: skip
        assert [e["who"] for e in events][:4] == ["Ada", "bot", "Ada", "bot"]
        assert [e["seq"] for e in events] == list(range(1, 9))
        assert (events[1]["text"], events[1]["labels"]) == ("hi", ["Ok"])
        assert events[0]["at"] == BEGIN.isoformat()
        assert [e["seq"] for e in await hand.look("transcript?after=6")] == [7, 8]

    async def test_labels_of_a_reply_keyboard_are_told_too(self, hand: Hand, ada: int) -> None:
        await hand.ok(
            "sendMessage", chat_id=ada, text="x", reply_markup={"keyboard": [["a", "b"], ["c"]]}
        )

        assert (await hand.look("transcript"))[-1]["labels"] == ["a", "b", "c"]

    async def test_a_bounded_transcript_forgets_the_oldest(self, start: Start) -> None:
        hand = await start(transcript_limit=10)
        ada = await hand.user()
        for number in range(25):
            await hand.control("say", user=ada, text=str(number))

        events = await hand.look("transcript")

        assert 10 <= len(events) <= 20
        assert (events[-1]["seq"], events[-1]["text"]) == (25, "24")
        assert [e["seq"] for e in await hand.look("transcript?after=24")] == [25]

    async def test_calls_are_logged_with_their_outcome(self, hand: Hand, ada: int) -> None:
        await hand.bot("sendMessage", chat_id=ada, text="", colour="red")

        (call,) = await hand.look("calls?after=1&method=sendmessage")

        assert (call["status"], call["error"]) == (400, "Bad Request: message text is empty")
        assert call["parameters"] == {"chat_id": ada, "text": "", "colour": "red"}
        assert call["unknown_parameters"] == ["colour"]
        assert call["seconds"] >= 0

    async def test_messages_after_one(self, hand: Hand, ada: int) -> None:
        sent = await hand.ok("sendMessage", chat_id=ada, text="x")

        after = await hand.look(f"chats/{ada}/messages?after={sent['message_id'] - 1}")

        assert [m["text"] for m in after] == ["x"]


class TestClock:
    async def test_the_clock_is_moved_on_the_stage(self, hand: Hand) -> None:
        assert await hand.look("clock") == {"now": "2026-03-27T07:00:00+00:00"}

        moved = await hand.control("clock", seconds=90)
        assert moved == {"now": "2026-03-27T07:01:30+00:00", "reached": []}
        moved = await hand.control("clock", to_next_tip=True)
        assert moved == {"now": "2026-03-28T07:01:30+00:00", "reached": []}
        await hand.control("clock", status=400)
        await hand.control("clock", status=400, seconds=1, to_next_tip=True)

    async def test_it_is_told_who_got_something_meanwhile(self, start: Start) -> None:
        class Morning:
            async def move(self, *, seconds: float | None, to_next_tip: bool) -> datetime:
                for user in (bob, ada, bob):
                    await hand.ok("sendMessage", chat_id=user, text="A tip")
                return BEGIN

        hand = await start(stage=Morning())
        ada, bob = await hand.subscriber(), await hand.subscriber("Bob")

        assert (await hand.control("clock", to_next_tip=True))["reached"] == [bob, ada]

    async def test_without_a_stage_it_stands(self, start: Start) -> None:
        hand = await start(stage=None)

        answer = await hand.control("clock", status=409, seconds=1)

        assert answer == {"error": "this sandbox has no clock to move"}


class TestWaiting:
    async def test_a_wait_ends_with_the_chats_next_event(self, hand: Hand, ada: int) -> None:
        bob = await hand.subscriber("Bob")
        seq = (await hand.look("transcript"))[-1]["seq"]
        waiting = asyncio.create_task(hand.look(f"wait?after={seq}&chat={ada}&timeout=30"))
        await hand.control("say", user=bob, text="not this")
        assert not waiting.done()

        await hand.ok("sendMessage", chat_id=ada, text="this")

        assert [e["text"] for e in await waiting] == ["this"]
        everywhere = await hand.look(f"wait?after={seq}")
        assert [e["text"] for e in everywhere] == ["not this", "this"]
        assert await hand.look(f"wait?after={seq + 2}&timeout=0.05") == []

    async def test_idle_means_confirmed_and_nothing_in_progress(self, hand: Hand) -> None:
        assert await hand.look("idle") == {"idle": True}
        ada = await hand.user()
        said = await hand.control("say", user=ada, text="x")
        unfinished = await hand.look("idle?timeout=0.1", status=408)
        assert unfinished == {"idle": False, "unfinished": 1}

        waiting = asyncio.create_task(hand.look("idle?timeout=30"))
        await hand.updates(offset=said["update_id"] + 1)

        assert await waiting == {"idle": True}

    async def test_a_call_in_progress_is_not_idle(self, hand: Hand) -> None:
        await hand.control("faults", kind="delay", seconds=0.2)
        call = asyncio.create_task(hand.ok("getMe"))
        while not hand.sandbox.world.calls_in_progress:
            await hand.look("clock")

        await hand.look("idle?timeout=0.05", status=408)
        await call
        await hand.look("idle")

    async def test_the_page_hears_of_everything(self, hand: Hand, ada: int) -> None:
        async with hand.session.get(f"{hand.sandbox.base_url}/control/events?after=0") as stream:
            heard: dict[str, list[Any]] = {"clock": [], "transcript": [], "call": []}
            await hand.ok("sendMessage", chat_id=ada, text="hi")
            while len(heard["transcript"]) < 2 or not heard["call"]:
                event = await read_event(stream)
                heard[event["event"]].append(orjson.loads(event["data"]))

        assert heard["clock"][0]["now"] == BEGIN.isoformat()
        assert [e["text"] for e in heard["transcript"]] == ["/start", "hi"]
        assert heard["call"][0]["method"] == "sendMessage"

    async def test_a_page_that_lost_the_stream_hears_what_it_missed(
        self, hand: Hand, ada: int
    ) -> None:
        address = f"{hand.sandbox.base_url}/control/events"
        seq = (await hand.look("transcript"))[-1]["seq"]
        await hand.ok("sendMessage", chat_id=ada, text="missed")

        async with hand.session.get(address, headers={"Last-Event-ID": str(seq)}) as stream:
            await read_event(stream)
            event = await read_event(stream)

        assert (orjson.loads(event["data"])["text"], event["id"]) == ("missed", str(seq + 1))

    async def test_a_new_page_hears_of_nothing_old(self, hand: Hand, ada: int) -> None:
        await hand.ok("sendMessage", chat_id=ada, text="old")
        async with hand.session.get(f"{hand.sandbox.base_url}/control/events") as stream:
            await read_event(stream)
            await hand.ok("sendMessage", chat_id=ada, text="new")
            event = await read_event(stream)
            while event["event"] != "transcript":
                event = await read_event(stream)

        assert orjson.loads(event["data"])["text"] == "new"

    async def test_a_page_that_is_closed_is_no_error(
        self, start: Start, caplog: pytest.LogCaptureFixture
    ) -> None:
        hand = await start()
        ada = await hand.subscriber()
        stream = await hand.session.get(f"{hand.sandbox.base_url}/control/events")
        await stream.content.readline()
        stream.close()
        for _ in range(5):
            await hand.ok("sendMessage", chat_id=ada, text="hi")
        await hand.sandbox.stop()
        assert caplog.records == []


class TestServer:
    async def test_stopping_lets_everyone_go(self) -> None:
        clock = StoppedClock()
        sandbox = Sandbox(clock=clock, token=TOKEN)
        await sandbox.start()
        async with aiohttp.ClientSession() as session:
            hand = Hand(sandbox, session, clock)
            await hand.ok("sendMessage", chat_id=await hand.subscriber(), text="x")
            stream = await session.get(f"{sandbox.base_url}/control/events")
            held = [
                asyncio.create_task(hand.updates(timeout=30)),
                asyncio.create_task(hand.look("wait?after=99&timeout=30")),
                asyncio.create_task(hand.look("idle?timeout=30&settle=30", status=408)),
            ]
            await asyncio.wait_for(sandbox.world.updates.changed.wait(), 5)
            await stream.content.readline()

            await sandbox.stop()
            await sandbox.stop()

            answers = await asyncio.gather(*held)
            assert answers == [[], [], {"idle": False, "unfinished": 0}]
            await stream.content.read()

    async def test_addresses(self) -> None:
        async with Sandbox(clock=StoppedClock(), token=TOKEN) as sandbox:
            port = sandbox.base_url.rpartition(":")[2]
            assert sandbox.base_url == f"http://127.0.0.1:{port}" != "http://127.0.0.1:0"
            assert sandbox.api_base_url == f"{sandbox.base_url}/bot"
            assert sandbox.file_base_url == f"{sandbox.base_url}/file/bot"
            assert sandbox.page_url == f"{sandbox.base_url}/"

    async def test_a_taken_port_is_an_error(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            sandbox = Sandbox(clock=StoppedClock(), token=TOKEN, port=port)
            with pytest.raises(OSError, match="in use"):
                await sandbox.start()
            await sandbox.stop()

    async def test_only_files_of_the_page_are_served(self, hand: Hand) -> None:
        async with hand.session.get(hand.sandbox.page_url) as page:
            assert (page.status, page.content_type) == (200, "text/html")
            assert page.headers["Cache-Control"] == "no-store"
            policy = page.headers["Content-Security-Policy"]
            assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
            assert "unsafe" not in policy
        for path in ("nothing.js", "..%2Fserver.py", "%2e%2e%2fserver.py"):
            url = URL(f"{hand.sandbox.base_url}/{path}", encoded=True)
            async with hand.session.get(url) as answer:
                assert answer.status == 404
