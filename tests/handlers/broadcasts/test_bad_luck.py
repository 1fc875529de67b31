"""What goes wrong between preview and report is said, and nothing is sent by halves unsaid."""

from __future__ import annotations

import pytest

from tests.bot_harness import BotHarness, Person


@pytest.fixture(autouse=True)
async def _somebody(subscriber: Person) -> None:
    """There is somebody to write to."""


@pytest.mark.parametrize("kind", [{"photo": True}, {"media": "poll", "text": "Which?\nA\nB"}])
async def test_a_message_deleted_between_preview_and_send(
    harness: BotHarness, admin: Person, subscriber: Person, kind: dict[str, object]
) -> None:
    await admin.say("/broadcast")
    said = await admin.send(**kind)
    before = len(await subscriber.messages())
    chat = harness.sandbox.world.chats[admin.id]
    deleted = harness.sandbox.world.message(chat, said["message_id"])
    assert deleted is not None
    deleted.deleted = True
    await admin.tap("Send it now")
    await admin.sees("has been deleted, so nobody got anything")
    assert len(await subscriber.messages()) == before
    await harness.pass_time(minutes=1)
    assert len(await subscriber.messages()) == before


async def test_a_text_that_was_deleted_is_sent_all_the_same(
    harness: BotHarness, admin: Person, subscriber: Person
) -> None:
    """Its words are kept with the draft."""
    await admin.say("/broadcast")
    said = await admin.say("Hello")
    chat = harness.sandbox.world.chats[admin.id]
    deleted = harness.sandbox.world.message(chat, said["message_id"])
    assert deleted is not None
    deleted.deleted = True
    await admin.tap("Send it now")
    await subscriber.sees("Hello")


async def test_whoever_switched_the_team_s_messages_off_gets_none(
    harness: BotHarness, admin: Person, subscriber: Person
) -> None:
    await harness.subscriber("Tom")
    await admin.say("/broadcast Hello")
    await admin.tap("Send it now")
    await subscriber.sees("Hello")
    await subscriber.tap("Switch team messages off")
    await subscriber.hears("No more messages from the team", "tips carry on")
    await admin.say("/broadcast Again")
    await admin.sees("1 subscriber")
    await admin.tap("Send it now")
    await admin.sees("Broadcast done", "Audience: 1", "Sent: 1")
    assert not any("Again" in message["text"] for message in await subscriber.messages())
    await subscriber.say("/settings")
    await subscriber.sees("Settings")


async def test_a_message_that_chats_refuse_is_reported_in_words_and_may_be_tried_again(
    harness: BotHarness, admin: Person, subscriber: Person
) -> None:
    await admin.send(media="voice", caption="")
    await admin.tap("Broadcast this")
    await harness.fault("error", method="copyMessage", chat=subscriber.id, error_code=400,
                        description="Bad Request: VOICE_MESSAGES_FORBIDDEN")  # fmt: skip
    await admin.tap("Send it now")
    await admin.sees("Broadcast done", "own settings say no: 1", "voice or video messages: 1")


async def test_the_progress_has_a_bar_its_rate_and_the_time_left(
    harness: BotHarness, admin: Person
) -> None:
    for number in range(3):
        await harness.subscriber(f"R{number}")
    await admin.compose()
    await harness.fault("429", method="copyMessage", retry_after=30, times=1)
    await admin.tap("Send it now")
    await harness.pass_time(seconds=4)
    await admin.sees("Sending", "of 4 (", "▱", "Time left: under a minute")
    await harness.pass_time(seconds=40)
    done = await admin.sees("Broadcast done", "Sent: 4")
    for nothing in ("Failed", "Blocked", "Not sure", "Too old", "Cancelled"):
        assert nothing not in done["text"]
