"""The demo is its own page's: what another page or name for this machine asks is refused.

A page of the internet may post a form to this machine without asking anybody, and one whose name
is made to lead here (DNS rebinding) may read the answers, and the stream of events, too.
"""

import asyncio
import json

import pytest
from yarl import URL

from tests.sandbox.conftest import TOKEN, Hand

FOREIGN = "evil.example"
READING = ["/", "/page.js", "/control/users", "/control/events", "/control/transcript"]


def port_of(hand: Hand) -> int:
    port = URL(hand.sandbox.base_url).port
    assert port is not None
    return port


async def status(hand: Hand, path: str, **headers: str) -> int:
    async with hand.session.get(hand.sandbox.base_url + path, headers=headers) as answer:
        return answer.status


class TestAnotherName:
    @pytest.mark.parametrize("path", READING)
    @pytest.mark.parametrize(
        "name", [FOREIGN, "127.0.0.1.evil.example", "localhost.evil", "[::2]", ""]
    )
    async def test_may_look_at_nothing(self, hand: Hand, path: str, name: str) -> None:
        assert await status(hand, path, Host=f"{name}:{port_of(hand)}" if name else "") == 403

    async def test_may_do_nothing_even_where_the_page_has_the_same_name(self, hand: Hand) -> None:
        name = f"{FOREIGN}:{port_of(hand)}"
        headers = {"Host": name, "Origin": f"http://{name}"}
        body = json.dumps({"first_name": "Eve"})
        url = hand.sandbox.base_url + "/control/users"
        async with hand.session.post(url, data=body, headers=headers) as answer:
            assert answer.status == 403
        assert await hand.look("users") == []

    @pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]"])
    async def test_for_this_machine_itself_is_as_good(self, hand: Hand, name: str) -> None:
        assert await status(hand, "/control/users", Host=f"{name}:{port_of(hand)}") == 200
        # A tunnel (ssh -L) ends at a port of its own.
        assert await status(hand, "/control/users", Host=f"{name}:9") == 200


class TestAnotherPage:
    @pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
    @pytest.mark.parametrize(
        "origin", [f"http://{FOREIGN}", "null", "https://127.0.0.1", "http://localhost:1"]
    )
    async def test_may_do_nothing(self, hand: Hand, origin: str, kind: str) -> None:
        body = json.dumps({"first_name": "Eve"})
        url = hand.sandbox.base_url + "/control/users"
        headers = {"Origin": origin, "Content-Type": kind}
        async with hand.session.post(url, data=body, headers=headers) as answer:
            assert answer.status == 403
        assert await hand.look("users") == []

    @pytest.mark.parametrize("path", READING)
    async def test_may_look_at_nothing(self, hand: Hand, path: str) -> None:
        assert await status(hand, path, Origin=f"http://{FOREIGN}") == 403

    async def test_is_told_from_our_own(self, hand: Hand) -> None:
        own = hand.sandbox.base_url
        assert await status(hand, "/control/users", Origin=own) == 200
        async with hand.session.get(own + "/control/events", headers={"Origin": own}) as stream:
            assert stream.status == 200
            assert await asyncio.wait_for(stream.content.readline(), 5) == b"event: clock\n"


async def test_the_bot_api_is_for_whoever_has_the_token(hand: Hand) -> None:
    assert await status(hand, f"/bot{TOKEN}/getMe", Host=FOREIGN) == 200
    assert await status(hand, "/bot1:other/getMe", Host=FOREIGN) == 401
