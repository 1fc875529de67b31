"""Answers from whoever stands between Telegram and the bot: none of them is taken for Telegram's.

PTB goes by the status alone; a login page's 403 would count as a subscriber who blocked the bot,
and its 404 as a token that is not known any more, which ends the bot.
"""

from __future__ import annotations

import traceback
from collections.abc import AsyncIterator

import pytest
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError

from bot.telegram.errors import InDoubt, NotSent
from bot.telegram.request import AiohttpRequest, FloodWait
from tests.telegram.faulty_server import FaultyServer, answer, says
from tests.telegram.test_request import refuses

PAGE = b"<html>Please log in to the hotel's network</html>"


@pytest.fixture
async def server() -> AsyncIterator[FaultyServer]:
    async with FaultyServer() as server:
        yield server


async def asked(server: FaultyServer, reply: bytes) -> Exception:
    """What a call ends with that gets this answer."""
    server.script.append(says(reply))
    async with AiohttpRequest() as request:
        with pytest.raises(NetworkError) as caught:
            await request.post(f"{server.address}x/sendMessage")
    return caught.value


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 407, 408, 409])
async def test_a_page_in_telegrams_place_means_certainly_not_sent(
    server: FaultyServer, status: int
) -> None:
    error = await asked(server, answer(PAGE, f"{status} No", "Location: http://hotel.invalid"))

    assert isinstance(error, NotSent)
    assert not isinstance(error, BadRequest)
    assert "hotel" not in "".join(traceback.format_exception(error))


@pytest.mark.parametrize(("status", "kind"), [(500, InDoubt), (502, NotSent), (503, NotSent)])
async def test_a_gateway_s_page_is_not_repeated(
    server: FaultyServer, status: int, kind: type[Exception]
) -> None:
    error = await asked(server, answer(PAGE, f"{status} No"))

    assert isinstance(error, kind)
    assert "hotel" not in "".join(traceback.format_exception(error))


async def test_what_is_too_large_for_the_gateway_is_refused_for_good(server: FaultyServer) -> None:
    assert isinstance(await asked(server, answer(PAGE, "413 Too Large")), BadRequest)


@pytest.mark.parametrize(("header", "seconds"), [("Retry-After: 17", 17.0), ("X: 1", 1.0)])
async def test_a_429_in_telegrams_place_is_waited_out(
    server: FaultyServer, header: str, seconds: float
) -> None:
    server.script.append(says(answer(PAGE, "429 No", header)))

    async with AiohttpRequest() as request:
        with pytest.raises(FloodWait) as caught:
            await request.post(f"{server.address}x/sendMessage")
    assert caught.value.seconds == seconds


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequest),
        (401, InvalidToken),
        (403, Forbidden),
        (404, InvalidToken),
        (409, Conflict),
    ],
)
async def test_telegrams_own_refusals_stay_what_they_are(
    server: FaultyServer, status: int, kind: type[Exception]
) -> None:
    server.script.append(says(refuses(status, "No: something")))

    async with AiohttpRequest() as request:
        with pytest.raises(kind):
            await request.post(f"{server.address}x/sendMessage")
