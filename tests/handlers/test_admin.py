"""Broadcast and figures: for admins, decided from who asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bot_harness import ADMIN, BotHarness, Person, failing_broadcast


async def test_everyone_else_gets_the_reply_to_an_unknown_command(subscriber: Person) -> None:
    await subscriber.say("/no_such_command")
    unknown = (await subscriber.messages())[-1]["text"]
    for command in ("/broadcast hello", "/stats"):
        await subscriber.say(command)
        await subscriber.sees(unknown)
    await subscriber.forge("1bd:confirm:1")
    await subscriber.hears("Only the team can do that")
    await subscriber.forge("1as:7")
    await subscriber.hears("Only the team can do that")


async def test_a_broadcast_with_text_goes_to_everyone(harness: BotHarness, admin: Person) -> None:
    subscribers = [await harness.subscriber(f"R{number}") for number in range(3)]
    await admin.say(
        "/broadcast Hello <everyone> 🌿 bold",
        entities=[
            {"type": "bot_command", "offset": 0, "length": 10},
            {"type": "bold", "offset": 31, "length": 4},
        ],
    )
    await admin.hears("Hello <everyone> 🌿 bold", "Send the message above?", "3 subscribers")
    await admin.sees("Takes: under a minute")
    labels = await admin.labels()
    assert (labels[0], labels[-1]) == ("Send it now", "Cancel")
    await admin.tap("Send it now")
    await admin.sees("Broadcast done", "Sent: 3")
    for subscriber in subscribers:
        message = await subscriber.sees("Hello <everyone> 🌿 bold")
        assert "<b>bold</b>" in message["html"]


async def test_a_broadcast_by_reply_copies_the_message(harness: BotHarness, admin: Person) -> None:
    subscriber = await harness.subscriber()
    said = await admin.send(photo=True, caption="Look at this")
    await admin.say("/broadcast", reply_to=said["message_id"])
    await admin.sees("Send the message above?", "1 subscriber")
    await admin.tap("Send it now")
    message = (await subscriber.messages())[-1]
    assert message["photo"]
    assert "Look at this" in message["text"]


async def test_a_broadcast_may_be_cancelled(harness: BotHarness, admin: Person) -> None:
    subscriber = await harness.subscriber()
    await admin.say("/broadcast Hello")
    await admin.tap("Cancel")
    await admin.sees("Cancelled. Nothing was sent.")
    await admin.forge("1bd:confirm:1")
    await admin.sees("That broadcast is over")
    assert not any("Hello" in message["text"].split() for message in await subscriber.messages())


async def test_two_taps_on_send_send_once(harness: BotHarness, admin: Person) -> None:
    subscriber = await harness.subscriber()
    await admin.say("/broadcast Only once")
    await admin.tap("Send it now", times=2)
    await admin.forge("1bd:confirm:1")
    await admin.hears("That's done already.")
    texts = [message["text"] for message in await subscriber.messages()]
    assert sum("Only once" in text for text in texts) == 1
    await admin.sees("Broadcast done")


async def test_without_anything_to_send_it_says_how(harness: BotHarness, admin: Person) -> None:
    await admin.say("/broadcast")
    await admin.sees("Nobody is subscribed right now")
    await harness.subscriber()
    await admin.say("/broadcast")
    await admin.sees("Send me the message")


@pytest.mark.parametrize("kind", ["photo", "document"])
@pytest.mark.parametrize(
    "caption", ["/broadcast", "/broadcast Look at this", "/broadcast@GutSkinBot"]
)
async def test_a_command_under_a_picture_broadcasts_it(
    harness: BotHarness, admin: Person, kind: str, caption: str
) -> None:
    subscriber = await harness.subscriber()
    await admin.send(**{kind: True, "caption": caption})
    await admin.sees("Send the message above?", "1 subscriber")
    await admin.tap("Send it now")
    arrived = (await subscriber.messages())[-1]
    assert arrived["kind"] == kind
    assert "/broadcast" not in arrived["text"]


async def test_a_reader_s_picture_tells_nothing_of_broadcasts(subscriber: Person) -> None:
    await subscriber.send(photo=True, caption="/broadcast Hello everyone")
    assert "subscribers" not in await subscriber.hears("I can only read text")


async def test_a_reader_who_blocked_is_counted_and_marked(
    harness: BotHarness, admin: Person
) -> None:
    stays, leaves = await harness.subscriber("Stays"), await harness.subscriber("Leaves")
    await admin.say("/broadcast Hello")
    await harness.fault("error", chat=leaves.id, error_code=403,
                        description="Forbidden: bot was blocked by the user")  # fmt: skip
    await admin.tap("Send it now")
    await admin.sees("Broadcast done", "Sent: 1", "Blocked the bot: 1")
    await stays.sees("Hello")
    gone = await harness.app.services.subscribers.find(leaves.id)
    assert gone is not None
    assert gone.state == "blocked"


async def test_a_message_that_cannot_be_copied(harness: BotHarness, admin: Person) -> None:
    await harness.subscriber()
    said = await admin.send(photo=True)
    await harness.fault("error", method="copyMessage", error_code=400,
                        description="Bad Request: message can't be copied")  # fmt: skip
    await admin.say("/broadcast", reply_to=said["message_id"])
    await admin.sees("Telegram doesn't let me send that message on", "let bots copy that message")
    await admin.say("Something else")
    await admin.sees("Send the message above?")


async def test_failures_are_reported_with_reasons_and_may_be_tried_again(
    harness: BotHarness, admin: Person
) -> None:
    subscriber = await harness.subscriber()
    await harness.subscriber("Other")
    await admin.compose()
    await harness.fault("error", method="copyMessage", chat=subscriber.id, error_code=400,
                        description="Bad Request: wrong file identifier")  # fmt: skip
    await admin.tap("Send it now")
    await admin.sees("Sent: 1", "Failed: 1", "•")
    await admin.tap("Try the failed ones again")
    await harness.pass_time(seconds=4)
    await admin.sees("Broadcast done", "Sent: 2")
    await subscriber.sees("Hello")


async def test_a_broadcast_pauses_goes_on_and_can_be_cut_short(
    harness: BotHarness, admin: Person
) -> None:
    await harness.subscriber()
    broadcasts = harness.app.services.broadcasts
    await admin.compose()
    await harness.fault("429", method="copyMessage", retry_after=600, times=1)
    await admin.tap("Send it now")
    # While the one message is on its way there is nothing that could be held back.
    await harness.pass_time(seconds=4)
    await admin.sees("Sending", "0 of 1")
    await admin.tap("Pause")
    await admin.sees("The broadcast is on hold.")
    await admin.tap("Carry on sending")
    await admin.sees("Sending")
    await admin.tap("Cancel the rest")
    await admin.tap("Yes, cancel the rest")
    await admin.sees("Broadcast cancelled", "Sent: 0", "Cancelled: 1")
    found = await broadcasts.find(1)
    assert found is not None
    assert found.state == "cancelled"


async def test_the_progress_message_moves_at_most_every_three_seconds(
    harness: BotHarness, admin: Person
) -> None:
    for number in range(4):
        await harness.subscriber(f"R{number}")
    await admin.compose()
    await harness.fault("429", method="copyMessage", retry_after=30, times=1)
    await admin.tap("Send it now")
    before = len(await harness.calls("editMessageText"))
    for _ in range(12):
        harness.clock.move(0.5)
        await harness.app.services.progress.draw()
    assert len(await harness.calls("editMessageText")) - before <= 2
    await harness.pass_time(seconds=40)
    await admin.sees("Broadcast done", "Sent: 4")


async def test_a_deleted_progress_message_is_sent_anew(harness: BotHarness, admin: Person) -> None:
    await harness.subscriber()
    await admin.say("/broadcast Hello")
    await harness.fault("error", method="editMessageText", error_code=400,
                        description="Bad Request: message to edit not found")  # fmt: skip
    await admin.tap("Send it now")
    await harness.pass_time(seconds=4)
    await admin.sees("Broadcast done")


async def test_too_many_failures_pause_a_broadcast_and_ring(tmp_path: Path) -> None:
    async with failing_broadcast(tmp_path) as (harness, admin):
        before = len(await admin.messages())
        await admin.tap("Send it now")
        await harness.pass_time(seconds=4)
        await admin.sees("I've paused the broadcast")
        assert len(await admin.messages()) == before + 1
        await admin.tap("Cancel the rest")
        await admin.tap("Yes, cancel the rest")
        await harness.pass_time(seconds=4)
        await admin.sees("Broadcast cancelled")


async def test_an_album_of_which_one_picture_is_known_is_asked_for_again(
    harness: BotHarness, admin: Person
) -> None:
    await harness.subscriber()
    await admin.say("/start")
    chat = {"id": admin.id, "type": "private", "first_name": "Ada"}
    photo = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
    album = {"message_id": 1, "date": 1772452800, "chat": chat, "media_group_id": "7"}
    await harness.post("update", update={"message": {
        "message_id": 999, "date": 1772452800, "chat": chat, "text": "/broadcast",
        "from": {"id": admin.id, "is_bot": False, "first_name": "Ada"},
        "reply_to_message": {**album, "photo": photo},
    }})  # fmt: skip
    await harness.settle()
    await admin.sees("I only see one item of that album")


async def test_a_vanished_admin_stops_nothing(harness: BotHarness, admin: Person) -> None:
    subscriber = await harness.subscriber()
    await admin.say("/broadcast Hello")
    await harness.fault("error", method="editMessageText", chat=admin.id, times=9,
                        error_code=403, description="Forbidden: bot was blocked")  # fmt: skip
    await admin.tap("Send it now")
    await subscriber.sees("Hello")


async def test_an_admin_s_menu_and_help_have_their_commands(
    harness: BotHarness, admin: Person, subscriber: Person
) -> None:
    await admin.say("/start")
    menu = await harness.get("commands", user=ADMIN)
    assert {"broadcast", "stats"} <= {item["command"] for item in menu}
    theirs = await harness.get("commands", user=subscriber.id)
    assert "broadcast" not in {item["command"] for item in theirs}
    await admin.say("/help")
    await admin.sees("/broadcast", "/stats")
