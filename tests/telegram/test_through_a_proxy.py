"""The whole bot behind a proxy: whatever it says goes that way, tips and broadcasts included."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bot_harness import TOKEN, BotHarness, open_harness
from tests.telegram.proxy import HttpProxy


def went_through(proxy: HttpProxy, method: str) -> int:
    return bytes(proxy.passed).count(f"/bot{TOKEN}/{method} HTTP/1.1".encode())


async def all_went_through(harness: BotHarness, proxy: HttpProxy, method: str) -> bool:
    return 0 < len(await harness.calls(method)) == went_through(proxy, method)


async def test_a_tip_and_a_broadcast_reach_their_reader_through_the_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with HttpProxy() as proxy:
        monkeypatch.setenv("GUTSKIN_PROXY_URL", proxy.address.get_secret_value())
        async with open_harness(tmp_path) as harness:
            subscriber = await harness.subscriber()
            shown_at_once = len(await subscriber.tips())
            await harness.to_next_tip()
            assert len(await subscriber.tips()) == shown_at_once + 1

            admin = await harness.admin()
            news = await admin.send(photo=True, caption="News for all of you")
            await admin.say("/broadcast", reply_to=news["message_id"])
            await admin.tap("Send it now")
            await subscriber.sees("News for all of you")

            assert await all_went_through(harness, proxy, "sendMessage")
            assert await all_went_through(harness, proxy, "copyMessage")
