"""Faults on demand: what the bot sees, and what happened behind its back."""

import asyncio
from typing import Any

import aiohttp
import pytest

from tests.sandbox.conftest import TOKEN, Hand, Start


class TestInjected:
    @pytest.mark.parametrize(
        ("fault", "code", "description", "parameters"),
        [
            ({"kind": "429", "retry_after": 7}, 429,
             "Too Many Requests: retry after 7", {"retry_after": 7}),
            ({"kind": "500"}, 500, "Internal Server Error", None),
            ({"kind": "502"}, 502, "Bad Gateway", None),
            ({"kind": "error", "error_code": 403, "description": "Forbidden: no"},
             403, "Forbidden: no", None),
        ],
    )  # fmt: skip
    async def test_a_refusal_as_often_as_wanted(
        self, hand: Hand, ada: int, fault: dict[str, Any], code: int, description: str,
        parameters: dict[str, int] | None,
    ) -> None:  # fmt: skip
        await hand.control("faults", times=2, **fault)

        for _ in range(2):
            body = await hand.bot("sendMessage", chat_id=ada, text="x")
            assert (body["error_code"], body["description"]) == (code, description)
            assert body.get("parameters") == parameters
        await hand.ok("sendMessage", chat_id=ada, text="x")

        assert [m["text"] for m in await hand.messages(ada)] == ["/start", "x"]

    async def test_a_fault_meets_only_the_calls_meant(self, hand: Hand, ada: int) -> None:
        bob = await hand.subscriber("Bob")
        await hand.control("faults", kind="500", method="sendmessage", chat=bob)

        await hand.ok("getMe")
        await hand.updates()
        await hand.ok("sendMessage", chat_id=ada, text="x")

        assert await hand.refused("sendMessage", chat_id=bob, text="x") == "Internal Server Error"

    async def test_polls_are_met_only_by_name(self, hand: Hand) -> None:
        await hand.control("faults", kind="502")
        assert await hand.updates() == []

        await hand.control("faults", kind="429", method="getUpdates")
        assert "Too Many Requests" in await hand.refused("getUpdates")

    async def test_a_delay_takes_real_time_and_then_goes_on(self, hand: Hand, ada: int) -> None:
        await hand.control("faults", kind="delay", seconds=0.15)
        loop = asyncio.get_running_loop()
        begun = loop.time()

        await hand.ok("sendMessage", chat_id=ada, text="x")

        assert loop.time() - begun >= 0.15

    @pytest.mark.parametrize(("kind", "arrived"), [("drop_before", 0), ("drop_after", 1)])
    async def test_a_dropped_connection_before_and_after_the_work(
        self, hand: Hand, ada: int, kind: str, arrived: int
    ) -> None:
        await hand.control("faults", kind=kind, method="sendMessage")

        with pytest.raises(aiohttp.ServerDisconnectedError):
            await hand.bot("sendMessage", chat_id=ada, text="x")

        assert len(await hand.messages(ada)) == 1 + arrived
        call = (await hand.look("calls?method=sendMessage"))[-1]
        assert (call["status"], call["error"]) == (0, "connection dropped")
        await hand.ok("sendMessage", chat_id=ada, text="y")

    async def test_a_request_without_a_body_is_dropped_too(self, hand: Hand) -> None:
        # The client repeats a GET once by itself.
        await hand.control("faults", kind="drop_before", times=2)

        with pytest.raises(aiohttp.ServerDisconnectedError):
            await hand.session.get(f"{hand.sandbox.api_base_url}{TOKEN}/getMe")

    async def test_a_refused_call_is_not_processed_before_it_is_dropped(
        self, hand: Hand, ada: int
    ) -> None:
        await hand.control("faults", kind="drop_after")

        assert await hand.refused("sendMessage", chat_id=ada, text="") == (
            "Bad Request: message text is empty"
        )

    @pytest.mark.parametrize("method", ["sendMessage", "copyMessage"])
    async def test_what_is_put_off_has_no_number_yet(
        self, hand: Hand, ada: int, method: str
    ) -> None:
        sent = await hand.ok("sendMessage", chat_id=ada, text="x")
        await hand.control("faults", kind="put_off", method=method)
        more = {"text": "x"}
        if method == "copyMessage":
            more = {"from_chat_id": ada, "message_id": sent["message_id"]}

        assert (await hand.ok(method, chat_id=ada, **more))["message_id"] == 0
        assert (await hand.ok(method, chat_id=ada, **more))["message_id"] > 0

    async def test_faults_can_be_cleared(self, hand: Hand) -> None:
        await hand.control("faults", kind="500", times=9)

        async with hand.session.delete(f"{hand.sandbox.base_url}/control/faults") as answer:
            assert answer.status == 200

        await hand.ok("getMe")

    @pytest.mark.parametrize(
        ("fault", "error"),
        [
            ({"kind": "flood"}, "unknown kind of fault 'flood'"),
            ({}, "kind is missing"),
            ({"kind": "500", "times": 0}, "times must be at least 1"),
            ({"kind": "500", "often": 3}, "a fault has no often"),
            ({"kind": "429", "retry_after": "soon"}, "retry_after must be int, not 'soon'"),
        ],
    )
    async def test_a_slip_in_a_fault_is_pointed_at(
        self, hand: Hand, fault: dict[str, Any], error: str
    ) -> None:
        answer = await hand.control("faults", status=400, **fault)

        assert answer["error"].startswith(error)


class TestOverallRate:
    async def test_more_than_the_rate_is_refused_until_the_window_has_passed(
        self, start: Start
    ) -> None:
        hand = await start(overall_rate=2, rate_burst=4)
        ada = await hand.subscriber()
        for _ in range(3):
            await hand.ok("sendMessage", chat_id=ada, text="x")
        hand.clock.advance(seconds=1)
        await hand.ok("sendMessage", chat_id=ada, text="x")

        body = await hand.bot("sendMessage", chat_id=ada, text="x")
        assert body["parameters"] == {"retry_after": 1}
        await hand.ok("sendChatAction", chat_id=ada, action="typing")

        hand.clock.advance(seconds=1)
        for _ in range(3):
            await hand.ok("sendMessage", chat_id=ada, text="x")
        assert "Too Many" in await hand.refused("sendMessage", chat_id=ada, text="x")

    async def test_without_a_rate_nothing_is_counted(self, hand: Hand, ada: int) -> None:
        for _ in range(40):
            await hand.ok("sendMessage", chat_id=ada, text="x")


class TestAddress:
    async def test_another_token_is_not_let_in(self, hand: Hand) -> None:
        url = f"{hand.sandbox.api_base_url}1:wrong/getMe"

        async with hand.session.get(url) as answer:
            assert answer.status == 401
            assert await answer.json() == {
                "ok": False, "error_code": 401, "description": "Unauthorized"
            }  # fmt: skip
        assert TOKEN not in str(await hand.look("calls"))

    async def test_an_unknown_method_is_not_found(self, hand: Hand) -> None:
        body = await hand.bot("sendPigeon", chat_id=1)

        assert (body["error_code"], body["description"]) == (404, "Not Found")

    async def test_case_of_the_method_does_not_matter(self, hand: Hand) -> None:
        assert (await hand.ok("GETME"))["username"] == "GutSkinBot"
        assert (await hand.look("calls"))[0]["method"] == "getMe"
