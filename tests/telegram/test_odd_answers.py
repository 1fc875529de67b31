"""Answers that are JSON and yet no answer: each is a failure with a name, and no traceback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from telegram.error import BadRequest, Conflict, InvalidToken, NetworkError

from bot.telegram.client import Client, PollRequest
from bot.telegram.errors import InDoubt, NotSent
from bot.telegram.reading import Broken
from bot.telegram.request import AiohttpRequest, FloodWait
from tests.telegram.faulty_server import FaultyServer, answer, says


@pytest.fixture
async def server() -> AsyncIterator[FaultyServer]:
    async with FaultyServer() as server:
        yield server


@pytest.mark.parametrize("request_of", [AiohttpRequest, PollRequest])
@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"7", b'"ok"', b"{}", b'{"ok":true}', b'{"ok":"yes"}', b'{"ok":true',
     b"\xff\xfe", b"<html>hello</html>"],
)  # fmt: skip
async def test_a_success_without_a_result_may_have_been_one(
    server: FaultyServer, request_of: type[AiohttpRequest], body: bytes
) -> None:
    server.script.append(says(answer(body)))
    async with request_of() as request:
        with pytest.raises(NetworkError) as caught:
            await request.post(f"{server.address}x/sendMessage")
    assert isinstance(caught.value, InDoubt)
    assert "hello" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "kind"),
    [(400, BadRequest), (401, InvalidToken), (409, Conflict), (429, FloodWait), (500, InDoubt),
     (502, NotSent), (0, InDoubt), ("x", InDoubt), (None, InDoubt)],
)  # fmt: skip
async def test_a_refusal_under_the_status_of_a_success_is_a_refusal(
    server: FaultyServer, code: Any, kind: type[Exception]
) -> None:
    named = b'"%s"' % code.encode() if isinstance(code, str) else b"%s" % str(code).encode()
    body = b'{"ok":false,"error_code":%s,"description":"No"}' % named.replace(b"None", b"null")
    server.script.append(says(answer(body)))
    async with AiohttpRequest() as request:
        with pytest.raises(kind):
            await request.post(f"{server.address}x/sendMessage")


async def poll(server: FaultyServer, body: bytes) -> Any:
    server.script.append(says(answer(body)))
    async with PollRequest() as request:
        client = Client("7:x", base_url=server.address, get_updates_request=request)
        return await client.raw_updates(offset=None, limit=100, hold=0)


async def test_updates_are_read_as_far_as_they_can_be(server: FaultyServer) -> None:
    body = b'{"ok":true,"result":[{"update_id":1},{"update_id":2,"x":"\xff"},{"update_id":3,"x":'
    assert await poll(server, body) == [
        {"update_id": 1},
        {"update_id": 2, "x": "\ufffd"},
        Broken(3, cut=True),
    ]


@pytest.mark.parametrize("result", [b"{}", b"7", b"null", b'"x"', b"true"])
async def test_updates_that_are_no_list_are_a_failure(server: FaultyServer, result: bytes) -> None:
    with pytest.raises(NetworkError, match="without updates"):
        await poll(server, b'{"ok":true,"result":%s}' % result)
