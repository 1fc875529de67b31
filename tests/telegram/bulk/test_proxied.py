"""The bulk path through a proxy: the same meanings, and no password told."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from bot.telegram.bulk.pool import PooledTransport
from bot.telegram.bulk.proxied import ProxiedTransport, open_transport
from bot.telegram.errors import InDoubt, NoAnswerError, NotSent
from tests.telegram.faulty_server import (
    OK,
    TOKEN,
    FaultyServer,
    answer,
    drops,
    keeps_silent,
    says,
)


@pytest.fixture
async def proxy() -> AsyncIterator[FaultyServer]:
    async with FaultyServer() as server:
        yield server


@pytest.fixture
async def transport(proxy: FaultyServer) -> AsyncIterator[ProxiedTransport]:
    transport = through(proxy)
    yield transport
    await transport.close()


def through(proxy: FaultyServer, **more: int) -> ProxiedTransport:
    address = SecretStr(f"http://joe:hunter2@127.0.0.1:{proxy.port}")
    base = "http://telegram.invalid/bot"
    transport = open_transport(base, TOKEN, proxy=address, read_timeout=0.1, **more)
    assert isinstance(transport, ProxiedTransport)
    return transport


def test_without_a_proxy_it_is_the_lean_wire() -> None:
    assert type(open_transport("http://127.0.0.1/bot", TOKEN)) is PooledTransport


async def test_a_call_goes_to_the_proxy_with_its_password(
    transport: ProxiedTransport, proxy: FaultyServer
) -> None:
    assert (await transport.call("sendMessage", b"{}")).body == OK

    assert proxy.requests[0].startswith(b"POST http://telegram.invalid/bot123456:")
    assert b"Proxy-Authorization: Basic am9lOmh1bnRlcjI=" in proxy.requests[0]


@pytest.mark.parametrize("behaviour", [drops, keeps_silent, says(b"garbage\r\n\r\n")])
async def test_what_was_sent_and_not_answered_is_in_doubt(
    transport: ProxiedTransport, proxy: FaultyServer, behaviour: object
) -> None:
    proxy.script.append(behaviour)  # type: ignore[arg-type]

    with pytest.raises(InDoubt):
        await transport.call("sendMessage", b"{}")
    assert proxy.copies == 1


async def test_a_proxy_that_is_away_means_certainly_not_sent() -> None:
    async with FaultyServer() as gone:
        transport = through(gone)

    with pytest.raises(NotSent, match="proxy unreachable"):
        await transport.call("sendMessage", b"{}")
    await transport.close()


async def test_a_429_says_how_long_to_wait(
    transport: ProxiedTransport, proxy: FaultyServer
) -> None:
    proxy.script.append(says(answer(b"busy", "429 Too Many Requests", "Retry-After: 17")))

    assert await transport.call("sendMessage", b"{}") == (429, b"busy", 17.0)


async def test_neither_token_nor_password_is_told(
    transport: ProxiedTransport, proxy: FaultyServer
) -> None:
    proxy.script += [drops, keeps_silent]
    texts = [repr(transport)]
    for _ in range(2):
        with pytest.raises(NoAnswerError) as caught:
            await transport.call("sendMessage", b"{}")
        texts += [*traceback.format_exception(caught.value), repr(caught.value.__context__)]

    assert not [text for text in texts if "hunter2" in text or TOKEN.get_secret_value() in text]


async def test_what_is_closed_meanwhile_says_whether_it_was_sent(proxy: FaultyServer) -> None:
    transport = through(proxy, connections=1)
    proxy.script.append(keeps_silent)
    first, second = transport.begin("sendMessage", b"{}"), transport.begin("sendMessage", b"{}")
    await proxy.arrived.wait()

    await transport.close()
    late = transport.begin("sendMessage", b"{}")

    outcomes = await asyncio.gather(first, second, late, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [InDoubt, NotSent, NotSent]
    assert {str(outcome) for outcome in outcomes} == {"closed"}
    assert proxy.copies == 1


async def test_a_call_that_is_given_up_disturbs_no_other(
    transport: ProxiedTransport, proxy: FaultyServer
) -> None:
    proxy.script.append(keeps_silent)
    call = transport.begin("sendMessage", b"{}")
    await proxy.arrived.wait()
    call.cancel()

    assert (await transport.call("sendMessage", b"{}")).status == 200
    assert call.cancelled()


def test_another_kind_of_proxy_is_refused_at_once_and_not_repeated() -> None:
    with pytest.raises(ValueError, match="http://") as caught:
        open_transport("http://127.0.0.1/bot", TOKEN, proxy=SecretStr("socks5://joe:hunter2@x"))
    assert "hunter2" not in str(caught.value)
