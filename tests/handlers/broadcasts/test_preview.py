"""What an admin is shown before a broadcast is what subscribers get, or it is not offered."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot_harness import BotHarness, Person

ADDRESS = "https://example.org/a-long-read"


async def write(harness: BotHarness, admin: Person, **more: Any) -> None:
    """An admin's message with fields that the sandbox's people cannot set."""
    chat = {"id": admin.id, "type": "private", "first_name": "Ada"}
    worker = {"id": admin.id, "is_bot": False, "first_name": "Ada"}
    message = {"message_id": 999, "date": 1772452800, "chat": chat, "from": worker, **more}
    await harness.post("update", update={"message": message})
    await harness.settle()


@pytest.mark.parametrize(
    "options",
    [
        {"is_disabled": True},
        {"url": ADDRESS, "prefer_small_media": True, "show_above_text": True},
        {"url": ADDRESS, "prefer_large_media": True},
    ],
)
async def test_what_the_sender_chose_for_the_preview_of_a_link_is_kept(
    harness: BotHarness, admin: Person, options: dict[str, Any]
) -> None:
    await harness.subscriber()
    await admin.say("/start")
    begun = len(await harness.calls("sendMessage"))
    text = f"/broadcast Read this: {ADDRESS}"
    await write(harness, admin, text=text, link_preview_options=options)
    words, _question = (await harness.calls("sendMessage"))[begun:]
    assert words["parameters"]["text"].endswith(f"Read this: {ADDRESS}")
    assert words["parameters"]["link_preview_options"] == options


async def test_who_chose_nothing_leaves_the_preview_to_telegram(
    harness: BotHarness, admin: Person
) -> None:
    await harness.subscriber()
    await admin.say(f"/broadcast Read this: {ADDRESS}")
    words = (await harness.calls("sendMessage"))[-2]
    assert words["parameters"]["text"].endswith(f"Read this: {ADDRESS}")
    assert "link_preview_options" not in words["parameters"]


async def test_a_preview_that_telegram_has_put_off_changes_nothing_of_what_is_sent(
    harness: BotHarness, admin: Person
) -> None:
    subscriber = await harness.subscriber()
    said = await admin.send(photo=True, caption="Look at this")
    await harness.fault("put_off", method="copyMessage")
    await admin.say("/broadcast", reply_to=said["message_id"])
    await admin.sees("Send the message above?")
    await admin.tap("Send it now")
    await subscriber.sees("Look at this")
