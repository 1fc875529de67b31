"""The whole bot behind a proxy: whatever it says goes that way, tips and broadcasts included."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conversations.theatre import TOKEN, Theatre, open_theatre
from tests.transport.relay import Relay


def went_through(proxy: Relay, method: str) -> int:
    return bytes(proxy.passed).count(f"/bot{TOKEN}/{method} HTTP/1.1".encode())


async def all_went_through(theatre: Theatre, proxy: Relay, method: str) -> bool:
    return 0 < len(await theatre.calls(method)) == went_through(proxy, method)


async def test_a_tip_and_a_broadcast_reach_their_reader_through_the_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Relay() as proxy:
        monkeypatch.setenv("GUTSKIN_PROXY_URL", proxy.address.get_secret_value())
        async with open_theatre(tmp_path) as theatre:
            reader = await theatre.reader()
            shown_at_once = len(await reader.tips())
            await theatre.to_next_tip()
            assert len(await reader.tips()) == shown_at_once + 1

            admin = await theatre.admin()
            news = await admin.say("News for all of you")
            await admin.say("/broadcast", reply_to=news["message_id"])
            await admin.tap("Send it now")
            await reader.sees("News for all of you")

            assert await all_went_through(theatre, proxy, "sendMessage")
            assert await all_went_through(theatre, proxy, "copyMessage")
