"""Edit and recall, from under the report: the new message is seen before it is everywhere."""

from __future__ import annotations

import pytest

from tests.bot_harness import BotHarness, Person


@pytest.fixture(autouse=True)
async def _sent(admin: Person, subscriber: Person) -> None:
    """A broadcast with a slip has arrived."""
    await admin.say("/broadcast Cream is goood\nRead more - https://example.org")
    await admin.tap("Send it now")
    await admin.sees("Broadcast done", "Sent: 1")


async def test_the_text_is_changed_in_every_chat_it_reached(
    admin: Person, subscriber: Person
) -> None:
    before = len(await subscriber.messages())
    await admin.tap("Edit")
    await admin.sees("Send me the new text")
    await admin.say("Cream is good")
    *_, preview, card = await admin.messages()
    assert "Cream is good" in preview["text"]
    assert "Change it to the message above?" in card["text"]
    assert "Reaches: 1 chat" in card["text"]
    await subscriber.sees("goood")
    await admin.tap("Change it now")
    await admin.sees("Changed", "Chats: 1", "Changed: 1")
    changed = await subscriber.sees("From the GutSkin team", "Cream is good")
    assert "goood" not in changed["text"]
    assert changed["keyboard"][0][0]["label"] == "Read more", "buttons stay"
    assert len(await subscriber.messages()) == before


async def test_buttons_alone_can_be_changed(admin: Person, subscriber: Person) -> None:
    await admin.tap("Edit")
    await admin.tap("Only change the buttons")
    await admin.say("nothing of the kind")
    await admin.sees("I didn't find a label and a link")
    await admin.say("Other page - https://example.org/b")
    await admin.tap("Change it now")
    changed = await subscriber.sees("goood")
    assert changed["keyboard"][0][0]["label"] == "Other page"


async def test_what_cannot_be_put_in_its_place_is_said(admin: Person) -> None:
    await admin.tap("Edit")
    await admin.send(photo=True)
    await admin.sees("Only words and buttons can change")
    await admin.say("Hello {nobody}")
    await admin.sees("Nearly there", "{nobody}")
    await admin.say("Hello")
    await admin.sees("Change it to the message above?")
    await admin.tap("Cancel")
    await admin.sees("Cancelled")


async def test_a_recall_deletes_it_everywhere(
    harness: BotHarness, admin: Person, subscriber: Person
) -> None:
    await admin.tap("Recall")
    await admin.sees("Delete it from every chat it reached?", "Reaches: 1 chat")
    await admin.tap("Delete it now")
    await admin.sees("Recalled", "Deleted: 1")
    assert not any("goood" in message["text"] for message in await subscriber.messages())
    await admin.forge("1bd:recall:1")
    await admin.sees("nothing left to delete")


async def test_after_two_days_it_is_too_late_to_recall_and_is_said(
    harness: BotHarness, admin: Person
) -> None:
    await harness.pass_time(hours=49)
    await admin.forge("1bd:recall:1")
    await admin.sees("nothing left to delete", "Too late for 1", "48 hours")


async def test_after_a_week_nobody_knows_where_it_went(harness: BotHarness, admin: Person) -> None:
    await harness.pass_time(days=9)
    assert await harness.app.run_job("retention")
    for act in ("edit", "recall"):
        await admin.forge(f"1bd:{act}:1")
        await admin.sees("nothing left to", "Out of reach: 1")
    await admin.forge("1bd:csv:1")
    await admin.sees("older than a week")


async def test_a_subscriber_s_deleted_message_is_reported_by_its_reason(
    harness: BotHarness, admin: Person, subscriber: Person
) -> None:
    await admin.tap("Edit")
    await admin.say("Cream is good")
    await harness.fault("error", method="editMessageText", chat=subscriber.id, error_code=400,
                        description="Bad Request: message to edit not found")  # fmt: skip
    await admin.tap("Change it now")
    await admin.sees("Changed", "Failed: 1", "•")


async def test_the_list_is_a_file(admin: Person) -> None:
    await admin.tap("List as a file")
    file = (await admin.messages())[-1]
    assert file["kind"] == "document"
    assert "what became of each message" in file["text"]


async def test_a_poll_that_was_forwarded_can_only_be_recalled(admin: Person) -> None:
    await admin.say("/broadcast")
    await admin.send(media="poll", text="Which?\nThis\nThat")
    await admin.tap("Send it now")
    await admin.tap("Edit")
    await admin.sees("can't be edited")
    await admin.tap("Recall it")
    await admin.sees("Delete it from every chat it reached?")


async def test_a_question_for_the_new_text_outlasts_a_restart(
    harness: BotHarness, admin: Person, subscriber: Person
) -> None:
    await admin.tap("Edit")
    await harness.restart()
    await admin.say("Cream is good")
    await admin.tap("Change it now")
    await subscriber.sees("Cream is good")
