"""The start: what Telegram refuses, or cannot take for a moment."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest

from bot.app import build
from bot.clock import MovableClock
from bot.sandbox.http.server import Sandbox
from bot.services import StartError
from bot.telegram.setup import PICTURE
from tests.bot_harness import MONDAY, TOKEN, settings_for
from tests.logbook import captured


async def test_menu_and_descriptions_that_fail_do_not_stop_the_bot(tmp_path: Path) -> None:
    clock = MovableClock(MONDAY, flowing=True)
    async with Sandbox(clock=clock, token=TOKEN) as sandbox:
        async with aiohttp.ClientSession(sandbox.base_url) as session:
            for method in ("setMyCommands", "setMyDescription", "setMyShortDescription"):
                fault = {"method": method, "kind": "500", "times": 9}
                async with session.post("/control/faults", json=fault) as response:
                    assert response.status == 200
        with captured() as log:
            async with build(settings_for(sandbox, tmp_path), clock=clock):
                pass
    assert log.getvalue().count("did not take a setting") >= 3


async def test_a_wrong_token_is_told_in_one_line_without_it(tmp_path: Path) -> None:
    clock = MovableClock(MONDAY, flowing=True)
    wrong = "111111:another-token-that-nobody-knows"
    async with Sandbox(clock=clock, token=TOKEN) as sandbox:
        app = build(settings_for(sandbox, tmp_path, token=wrong), clock=clock)
        with pytest.raises(StartError, match="BotFather") as failure:
            await app.start()
        await app.stop()
        assert wrong not in repr(app) + str(failure.value) + str(failure.value.__cause__)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://bot.example.org/x", "An HTTPS URL must be provided for webhook"),
        ("https://127.0.0.1/x", "IP address 127.0.0.1 is reserved"),
    ],
)
async def test_a_refused_webhook_is_one_line_with_telegrams_reason(
    tmp_path: Path, url: str, reason: str
) -> None:
    clock = MovableClock(MONDAY, flowing=True)
    async with Sandbox(clock=clock, token=TOKEN) as sandbox:
        more = {"webhook_url": url, "webhook_secret": "a-secret_1"}
        app = build(settings_for(sandbox, tmp_path, **more), clock=clock)
        with pytest.raises(StartError) as failure:
            await app.start()
        await app.stop()
    line = str(failure.value)
    # PTB writes Telegram's words in small letters.
    assert f"telegram refuses the webhook (bad webhook: {reason.lower()})" in line.lower()
    assert "GUTSKIN_WEBHOOK_URL" in line
    assert "\n" not in line


HOOK = {"webhook_url": "https://bot.example.org/x", "webhook_secret": "a-secret_1"}


@pytest.mark.parametrize(
    ("method", "code", "reason", "line", "more"),
    [
        ("getMe", 400, "Logged out", "Telegram refuses this bot (Logged out)", {}),
        (
            "deleteWebhook",
            403,
            "Forbidden: not here",
            "Telegram refuses to let updates be fetched (Forbidden: not here)",
            {},
        ),
        (
            "setWebhook",
            403,
            "Forbidden: not here",
            "Telegram refuses the webhook (Forbidden: not here): correct GUTSKIN_WEBHOOK_URL",
            HOOK,
        ),
        (
            "setWebhook",
            409,
            "Conflict: not now",
            "Telegram refuses the webhook (Conflict: not now): correct GUTSKIN_WEBHOOK_URL",
            HOOK,
        ),
        (
            "setWebhook",
            401,
            "Unauthorized",
            "Telegram does not know this token: copy it again from @BotFather into GUTSKIN_TOKEN",
            HOOK,
        ),
    ],
)
async def test_whatever_telegram_refuses_at_the_start_is_one_line_with_its_reason(
    tmp_path: Path, method: str, code: int, reason: str, line: str, more: dict[str, str]
) -> None:
    clock = MovableClock(MONDAY, flowing=True)
    async with Sandbox(clock=clock, token=TOKEN) as sandbox:
        fault = {"kind": "error", "method": method, "error_code": code, "description": reason}
        async with (
            aiohttp.ClientSession(sandbox.base_url) as session,
            session.post("/control/faults", json=fault | {"times": 9}) as response,
        ):
            assert response.status == 200
        app = build(settings_for(sandbox, tmp_path, **more), clock=clock)
        with pytest.raises(StartError) as failure:
            await app.start()
        await app.stop()
    assert str(failure.value) == line


@pytest.mark.parametrize("kind", ["500", "502"])
async def test_telegram_may_be_out_of_order_for_a_moment_at_the_start(
    tmp_path: Path, kind: str
) -> None:
    clock = MovableClock(MONDAY, flowing=True)
    async with Sandbox(clock=clock, token=TOKEN) as sandbox:
        async with aiohttp.ClientSession(sandbox.base_url) as session:
            fault = {"method": "deleteWebhook", "kind": kind, "times": 1}
            async with session.post("/control/faults", json=fault) as response:
                assert response.status == 200
        async with build(settings_for(sandbox, tmp_path), clock=clock):
            pass


async def test_a_bot_without_a_picture_is_given_one_and_one_that_is_there_stays(
    tmp_path: Path,
) -> None:
    clock = MovableClock(MONDAY, flowing=True)
    async with Sandbox(clock=clock, token=TOKEN) as sandbox:
        settings = settings_for(sandbox, tmp_path)
        for _start in range(2):
            async with build(settings, clock=clock):
                pass
        calls = list(sandbox.world.journal.calls.after(0))
    asked = [call for call in calls if call["method"] == "getUserProfilePhotos"]
    given = [call for call in calls if call["method"] == "setMyProfilePhoto"]
    assert [call["status"] for call in asked] == [200, 200]
    assert [call["status"] for call in given] == [200]
    assert PICTURE.read_bytes()[:3] == b"\xff\xd8\xff", "Telegram takes a JPEG"
