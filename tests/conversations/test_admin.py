"""Broadcast and figures: for admins, decided from who asks."""

from __future__ import annotations

from pathlib import Path

import pytest
from theatre import ADMIN, Person, Theatre, failing_broadcast


async def test_everyone_else_gets_the_reply_to_an_unknown_command(reader: Person) -> None:
    await reader.say("/no_such_command")
    unknown = (await reader.messages())[-1]["text"]
    for command in ("/broadcast hello", "/stats"):
        await reader.say(command)
        await reader.sees(unknown)
    await reader.forge("1bd:confirm:1")
    await reader.hears("This button does not work")
    await reader.forge("1as:7")
    await reader.hears("This button does not work")


async def test_a_broadcast_with_text_goes_to_everyone(theatre: Theatre, admin: Person) -> None:
    readers = [await theatre.reader(f"R{number}") for number in range(3)]
    await admin.say(
        "/broadcast Hello <everyone> 🌿 bold",
        entities=[
            {"type": "bot_command", "offset": 0, "length": 10},
            {"type": "bold", "offset": 31, "length": 4},
        ],
    )
    await admin.hears("Hello <everyone> 🌿 bold", "Send the message above?", "3 readers")
    await admin.sees("Expected duration: under a minute")
    assert await admin.labels() == ["Send it now", "Cancel"]
    await admin.tap("Send it now")
    await admin.sees("Broadcast done", "Sent: 3", "Blocked the bot: 0", "In doubt: 0")
    for reader in readers:
        message = await reader.sees("Hello <everyone> 🌿 bold")
        assert "<b>bold</b>" in message["html"]


async def test_a_broadcast_by_reply_copies_the_message(theatre: Theatre, admin: Person) -> None:
    reader = await theatre.reader()
    said = await admin.send(photo=True, caption="Look at this")
    await admin.say("/broadcast", reply_to=said["message_id"])
    await admin.sees("Send the message above?", "1 reader")
    await admin.tap("Send it now")
    message = (await reader.messages())[-1]
    assert message["photo"]
    assert "Look at this" in message["text"]


async def test_a_broadcast_may_be_cancelled(theatre: Theatre, admin: Person) -> None:
    reader = await theatre.reader()
    await admin.say("/broadcast Hello")
    await admin.tap("Cancel")
    await admin.sees("Cancelled. Nothing was sent.")
    await admin.forge("1bd:confirm:1")
    await admin.sees("That broadcast is over")
    assert "Hello" not in [message["text"] for message in await reader.messages()]


async def test_two_taps_on_send_send_once(theatre: Theatre, admin: Person) -> None:
    reader = await theatre.reader()
    await admin.say("/broadcast Only once")
    await admin.tap("Send it now", times=2)
    await admin.forge("1bd:confirm:1")
    await admin.hears("Already done.")
    texts = [message["text"] for message in await reader.messages()]
    assert texts.count("Only once") == 1
    await admin.sees("Broadcast done")


async def test_without_anything_to_send_it_says_how(theatre: Theatre, admin: Person) -> None:
    await admin.say("/broadcast")
    await admin.sees("Reply to a message with /broadcast")
    await admin.say("/broadcast Hello")
    await admin.sees("Nobody is subscribed right now")


@pytest.mark.parametrize("kind", ["photo", "document"])
@pytest.mark.parametrize(
    "caption", ["/broadcast", "/broadcast Look at this", "/broadcast@GutSkinBot"]
)
async def test_a_command_under_a_picture_is_answered_with_how_it_is_done(
    theatre: Theatre, admin: Person, kind: str, caption: str
) -> None:
    await theatre.reader()
    said = await admin.send(**{kind: True, "caption": caption})
    await admin.hears("Reply to a message with /broadcast")
    assert "I can only read text" not in await admin.hears()
    await admin.say("/broadcast", reply_to=said["message_id"])
    await admin.sees("Send the message above?", "1 reader")


async def test_a_reader_s_picture_tells_nothing_of_broadcasts(reader: Person) -> None:
    await reader.send(photo=True, caption="/broadcast Hello everyone")
    assert "Reply to a message" not in await reader.hears("I can only read text")


async def test_a_reader_who_blocked_is_counted_and_marked(theatre: Theatre, admin: Person) -> None:
    stays, leaves = await theatre.reader("Stays"), await theatre.reader("Leaves")
    await admin.say("/broadcast Hello")
    await theatre.fault("error", chat=leaves.id, error_code=403,
                        description="Forbidden: bot was blocked by the user")  # fmt: skip
    await admin.tap("Send it now")
    await admin.sees("Broadcast done", "Sent: 1", "Blocked the bot: 1")
    await stays.sees("Hello")
    gone = await theatre.app.house.readers.find(leaves.id)
    assert gone is not None
    assert gone.state == "blocked"


async def test_a_message_that_cannot_be_copied(theatre: Theatre, admin: Person) -> None:
    await theatre.reader()
    said = await admin.send(photo=True)
    await theatre.fault("error", method="copyMessage", error_code=400,
                        description="Bad Request: message can't be copied")  # fmt: skip
    await admin.say("/broadcast", reply_to=said["message_id"])
    await admin.sees("Telegram does not let me copy that message")


async def test_failures_are_reported_with_reasons_and_may_be_tried_again(
    theatre: Theatre, admin: Person
) -> None:
    reader = await theatre.reader()
    await theatre.reader("Other")
    await admin.say("/broadcast Hello")
    await theatre.fault("error", method="copyMessage", chat=reader.id, error_code=400,
                        description="Bad Request: not enough rights")  # fmt: skip
    await admin.tap("Send it now")
    await admin.sees("Sent: 1", "Failed: 1", "•")
    await admin.tap("Try the failed ones again")
    await theatre.pass_time(seconds=4)
    await admin.sees("Broadcast done", "Sent: 2", "Failed: 0")
    await reader.sees("Hello")


async def test_a_broadcast_pauses_goes_on_and_can_be_cut_short(
    theatre: Theatre, admin: Person
) -> None:
    await theatre.reader()
    broadcasts = theatre.app.house.broadcasts
    await admin.say("/broadcast Hello")
    await theatre.fault("429", method="copyMessage", retry_after=600, times=1)
    await admin.tap("Send it now")
    # While the one message is on its way there is nothing that could be held back.
    await theatre.pass_time(seconds=4)
    await admin.sees("Sending", "0 of 1")
    await admin.tap("Pause")
    await admin.sees("The broadcast is paused.")
    await admin.tap("Go on")
    await admin.sees("Sending")
    await admin.tap("Cancel the rest")
    await admin.sees("Broadcast cancelled", "Sent: 0", "Cancelled: 1")
    found = await broadcasts.find(1)
    assert found is not None
    assert found.state == "cancelled"


async def test_the_progress_message_moves_at_most_every_three_seconds(
    theatre: Theatre, admin: Person
) -> None:
    for number in range(4):
        await theatre.reader(f"R{number}")
    await admin.say("/broadcast Hello")
    await theatre.fault("429", method="copyMessage", retry_after=30, times=1)
    await admin.tap("Send it now")
    before = len(await theatre.calls("editMessageText"))
    for _ in range(12):
        theatre.clock.move(0.5)
        await theatre.app.house.progress.draw()
    assert len(await theatre.calls("editMessageText")) - before <= 2
    await theatre.pass_time(seconds=40)
    await admin.sees("Broadcast done", "Sent: 4")


async def test_a_deleted_progress_message_is_sent_anew(theatre: Theatre, admin: Person) -> None:
    await theatre.reader()
    await admin.say("/broadcast Hello")
    await theatre.fault("error", method="editMessageText", error_code=400,
                        description="Bad Request: message to edit not found")  # fmt: skip
    await admin.tap("Send it now")
    await theatre.pass_time(seconds=4)
    await admin.sees("Broadcast done")


async def test_too_many_failures_pause_a_broadcast_and_ring(tmp_path: Path) -> None:
    async with failing_broadcast(tmp_path) as (theatre, admin):
        before = len(await admin.messages())
        await admin.tap("Send it now")
        await theatre.pass_time(seconds=4)
        await admin.sees("I paused the broadcast by myself")
        assert len(await admin.messages()) == before + 1
        await admin.tap("Cancel the rest")
        await theatre.pass_time(seconds=4)
        await admin.sees("Broadcast cancelled")


async def test_an_album_cannot_be_copied_and_a_vanished_admin_stops_nothing(
    theatre: Theatre, admin: Person
) -> None:
    reader = await theatre.reader()
    await admin.say("/start")
    chat = {"id": admin.id, "type": "private", "first_name": "Ada"}
    photo = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
    album = {"message_id": 1, "date": 1772452800, "chat": chat, "media_group_id": "7"}
    await theatre.post("update", update={"message": {
        "message_id": 999, "date": 1772452800, "chat": chat, "text": "/broadcast",
        "from": {"id": admin.id, "is_bot": False, "first_name": "Ada"},
        "reply_to_message": {**album, "photo": photo},
    }})  # fmt: skip
    await theatre.settle()
    await admin.sees("Telegram does not let me copy that message")
    await admin.say("/broadcast Hello")
    await theatre.fault("error", method="editMessageText", chat=admin.id, times=9,
                        error_code=403, description="Forbidden: bot was blocked")  # fmt: skip
    await admin.tap("Send it now")
    await reader.sees("Hello")


@pytest.mark.parametrize("days", [1, 7, 30])
async def test_figures(theatre: Theatre, admin: Person, days: int) -> None:
    await theatre.reader()
    await theatre.to_next_tip()
    await admin.say("/stats")
    await admin.sees("The last day", "Subscribers: 1", "Tips: 1 sent")
    if days > 1:
        await admin.tap(f"{days} days")
    await admin.sees("Lateness: median", "Active: 1", "New: 1")


async def test_an_admin_s_menu_and_help_have_their_commands(
    theatre: Theatre, admin: Person, reader: Person
) -> None:
    await admin.say("/start")
    menu = await theatre.get("commands", user=ADMIN)
    assert {"broadcast", "stats"} <= {item["command"] for item in menu}
    theirs = await theatre.get("commands", user=reader.id)
    assert "broadcast" not in {item["command"] for item in theirs}
    await admin.say("/help")
    await admin.sees("/broadcast", "/stats")
