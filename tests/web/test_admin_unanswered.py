"""The admin page while Telegram does not answer: what cannot be is said, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.admins.roles import Role
from tests.bot_harness import BotHarness
from tests.logbook import captured
from tests.web.page_stage import (
    EDITOR,
    Window,
    confirm,
    draft,
    page_of,
    with_page,
    with_role,
    write,
)

AWAY = {"times": 3}  # for as often as one call is tried
FLOOD = {"retry_after": 600}
NOTICE = "Telegram isn&#39;t answering at the moment, so nobody&#39;s got it."
LOGGED = "Telegram did not answer the admin page; nothing was sent"


@pytest.mark.parametrize(("kind", "fault"), [("502", AWAY), ("429", FLOOD)])
async def test_a_photo_is_not_sent_before_telegram_says_that_it_is_there(
    paged: BotHarness, kind: str, fault: dict[str, int]
) -> None:
    admin, rita = await paged.admin(), await paged.subscriber()
    await admin.send(photo=True, caption="/broadcast A picture")
    async with page_of(paged, admin) as view:
        await paged.fault(kind, method="editMessageReplyMarkup", **fault)
        with captured("WARNING") as logged:
            status, page = await view.send("/broadcasts/1/confirm", "/broadcasts/1")
        assert (status, NOTICE in page, "Send it" in page) == (200, True, True), page
        assert LOGGED in logged.getvalue()
        assert not any("A picture" in str(one) for one in await rita.messages())
        await paged.pass_time(minutes=11)
        await confirm(view)
        await paged.settle()
    await rita.sees("A picture")


async def test_whoever_blocked_the_bot_can_still_send_what_is_in_their_chat(
    paged: BotHarness,
) -> None:
    admin, rita = await paged.admin(), await paged.subscriber()
    await admin.send(photo=True, caption="/broadcast A picture")
    async with page_of(paged, admin) as view:
        await paged.fault(
            "error", method="editMessageReplyMarkup", error_code=403,
            description="Forbidden: bot was blocked by the user",
        )  # fmt: skip
        status, page = await view.send("/broadcasts/1/confirm", "/broadcasts/1")
        assert (status, "Done." in page) == (200, True), page
        await paged.settle()
    await rita.sees("A picture")


async def test_a_test_that_did_not_get_through_blames_nobody_s_chat(paged: BotHarness) -> None:
    admin, _ = await paged.admin(), await paged.subscriber()
    async with page_of(paged, admin) as view:
        await draft(view)
        await paged.fault("502", method="sendMessage")
        with captured("WARNING") as logged:
            status, page = await view.send("/broadcasts/1/test", "/broadcasts/1")
        assert (status, NOTICE in page, "started the bot" in page) == (200, True, False), page
        assert LOGGED in logged.getvalue()
        _, page = await view.send("/broadcasts/1/test", "/broadcasts/1")
        assert "The test is in your chat." in page


async def test_every_act_is_done_though_no_chat_can_be_told(tmp_path: Path) -> None:
    async with with_page(tmp_path, approval_above=0) as harness:
        admin, _ = await harness.admin(), await harness.subscriber()
        editor = await with_role(harness, Role.EDITOR, EDITOR)
        await editor.say("/start")
        async with page_of(harness, admin) as author, page_of(harness, editor) as other:
            for text in ("One", "Two"):
                await write(author, text, when="at", at="2026-03-03T09:00")
            await harness.fault("429", retry_after=600, times=1000)
            acts: list[tuple[Window, int, str, str]] = [
                (author, 1, "confirm", "quicker"),
                (other, 1, "approve", "Done."),
                (other, 2, "cancel", "Done."),
            ]
            for view, number, act, said in acts:
                status, page = await view.send(
                    f"/broadcasts/{number}/{act}", f"/broadcasts/{number}"
                )
                assert (status, said in page) == (200, True), act
            page = await write(author, "Three")
            assert "no other admin" in page
