"""The bulk path through a proxy: the same meanings, and no password told."""

from __future__ import annotations

import traceback
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from bot.delivery.errors import InDoubt, NoAnswerError, NotSent
from bot.delivery.proxied import ProxiedWire, open_wire
from bot.delivery.wire import Wire
from tests.transport.rude import OK, TOKEN, RudeServer, answer, drops, keeps_silent, says


@pytest.fixture
async def proxy() -> AsyncIterator[RudeServer]:
    async with RudeServer() as server:
        yield server


@pytest.fixture
async def wire(proxy: RudeServer) -> AsyncIterator[Wire]:
    wire = through(proxy)
    await wire.start()
    yield wire
    await wire.close()


def through(proxy: RudeServer, host: str = "http://telegram.invalid") -> Wire:
    address = SecretStr(f"http://joe:hunter2@127.0.0.1:{proxy.port}")
    return open_wire(f"{host}/bot", TOKEN, proxy=address, read_timeout=0.1)


def test_without_a_proxy_it_is_the_lean_wire() -> None:
    assert type(open_wire("http://127.0.0.1/bot", TOKEN)) is Wire


async def test_a_call_goes_to_the_proxy_with_its_password(wire: Wire, proxy: RudeServer) -> None:
    assert await wire.call("sendMessage", b"{}") == (200, OK)

    assert proxy.requests[0].startswith(b"POST http://telegram.invalid/bot123456:")
    assert b"Proxy-Authorization: Basic am9lOmh1bnRlcjI=" in proxy.requests[0]


@pytest.mark.parametrize("behaviour", [drops, keeps_silent, says(b"garbage\r\n\r\n")])
async def test_what_was_sent_and_not_answered_is_in_doubt(
    wire: Wire, proxy: RudeServer, behaviour: object
) -> None:
    proxy.script.append(behaviour)  # type: ignore[arg-type]

    with pytest.raises(InDoubt):
        await wire.call("sendMessage", b"{}")
    assert proxy.copies == 1


async def test_a_proxy_that_is_away_means_certainly_not_sent() -> None:
    async with RudeServer() as gone:
        wire = through(gone)
    await wire.start()

    with pytest.raises(NotSent, match="proxy unreachable"):
        await wire.call("sendMessage", b"{}")
    await wire.close()


async def test_a_proxy_that_refuses_the_tunnel_means_certainly_not_sent(proxy: RudeServer) -> None:
    proxy.script.append(says(answer(b"", "407 Proxy Authentication Required")))
    wire = through(proxy, "https://telegram.invalid")
    await wire.start()

    with pytest.raises(NotSent, match="proxy refused") as caught:
        await wire.call("sendMessage", b"{}")
    await wire.close()
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


async def test_neither_token_nor_password_is_told(wire: Wire, proxy: RudeServer) -> None:
    proxy.script += [drops, keeps_silent]
    texts = [repr(wire)]
    for _ in range(2):
        with pytest.raises(NoAnswerError) as caught:
            await wire.call("sendMessage", b"{}")
        texts += [*traceback.format_exception(caught.value), repr(caught.value.__context__)]

    assert not [text for text in texts if "hunter2" in text or TOKEN.get_secret_value() in text]


async def test_it_has_to_be_started() -> None:
    wire = ProxiedWire("http://telegram.invalid/bot", TOKEN, proxy=SecretStr("http://127.0.0.1"))

    with pytest.raises(RuntimeError, match="start"):
        await wire.call("sendMessage", b"{}")
    await wire.close()
