"""What waits for its time is edited: words, audience, options; all of it or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot_harness import BotHarness, Person, open_harness


@pytest.fixture(autouse=True)
async def _readers(harness: BotHarness, subscriber: Person) -> None:
    """Rita in Berlin, Tom in Tokyo, who chose a child's tips."""
    await harness.subscriber("Tom", "Tokyo")


async def schedule(admin: Person, words: str = "First news") -> None:
    """Have a broadcast wait for tomorrow morning."""
    await admin.say(f"/broadcast {words}")
    await admin.tap("When")
    await admin.tap("Tomorrow 09:00")
    await admin.tap("Back")
    await admin.tap("Schedule it")


async def begin_edit(admin: Person, number: int = 1) -> None:
    await admin.say("/scheduled")
    await admin.tap(f"Change no. {number}")
    await admin.tap("Edit it")


async def texts_of(person: Person) -> str:
    return "\n".join(message["text"] for message in await person.messages())


async def states(harness: BotHarness) -> dict[int, str]:
    every = await harness.app.services.broadcasts.recent(20)
    return {one.id: one.state for one in every}


async def test_its_words(harness: BotHarness, admin: Person, subscriber: Person) -> None:
    await schedule(admin, "Helo\nRead more - https://example.org")
    await begin_edit(admin)
    await admin.sees("Send this instead of no. 1?", "tomorrow, Tuesday, 09:00")
    await admin.tap("Change the words")
    await admin.say("Hello, {first_name}")
    *_, shown, _card = await admin.messages()
    assert "Hello, " in shown["text"]
    await admin.sees("Send this instead of no. 1?", "Buttons: Read more")
    assert (await states(harness))[1] == "scheduled"
    await admin.tap("Schedule it")
    await admin.sees("Scheduled: no. 2", "tomorrow, Tuesday, 09:00")
    await admin.say("/scheduled")
    assert await admin.labels() == ["Change no. 2"]
    await harness.pass_time(days=1)
    assert "Hello, Rita" in await texts_of(subscriber)
    assert "Helo" not in await texts_of(subscriber)
    assert await states(harness) == {1: "cancelled", 2: "done"}


async def test_its_audience_and_its_sound(
    harness: BotHarness, admin: Person, subscriber: Person
) -> None:
    tom = next(one for one in harness.people.values() if one.name == "Tom")
    await schedule(admin)
    await begin_edit(admin)
    await admin.tap("Audience")
    await admin.tap("Where")
    await admin.tap("Asia")
    await admin.tap("Back")
    await admin.tap("Back")
    await admin.tap("Options")
    await admin.tap("Always quiet")
    await admin.tap("Back")
    await admin.tap("Schedule it")
    await admin.sees("Scheduled: no. 2", "Only: in Asia", "Sound: always quiet", "1 subscriber")
    await harness.pass_time(days=1)
    assert "First news" in await texts_of(tom)
    assert "First news" not in await texts_of(subscriber)


async def test_a_picture_takes_the_place_of_the_whole_and_a_text_of_its_caption(
    harness: BotHarness, admin: Person, subscriber: Person
) -> None:
    await schedule(admin)
    await begin_edit(admin)
    await admin.tap("Change the words")
    await admin.send(photo=True, caption="A pictur")
    await admin.sees("Send this instead of no. 1?")
    await admin.tap("Change the words")
    await admin.say("A picture")
    await admin.tap("Schedule it")
    await harness.pass_time(days=1)
    last = (await subscriber.messages())[-1]
    assert (last["kind"], "A picture" in last["text"]) == ("photo", True)


async def test_left_as_it_was(harness: BotHarness, admin: Person, subscriber: Person) -> None:
    await schedule(admin)
    await begin_edit(admin)
    await admin.tap("Change the words")
    await admin.say("Something else")
    await admin.tap("Leave it as it was")
    await admin.sees("Scheduled: no. 1")
    await harness.pass_time(days=1)
    assert "First news" in await texts_of(subscriber)
    assert "Something else" not in await texts_of(subscriber)


async def test_of_two_admins_who_edit_at_once_one_is_told_it_is_too_late(
    harness: BotHarness, admin: Person, other: Person, subscriber: Person
) -> None:
    await schedule(admin)
    for one, words in ((admin, "Ada's"), (other, "Bea's")):
        await begin_edit(one)
        await one.tap("Change the words")
        await one.say(f"{words} words")
    await asyncio.gather(admin.tap("Schedule it"), other.tap("Schedule it"))
    await harness.settle()
    waiting = [number for number, state in (await states(harness)).items() if state == "scheduled"]
    assert len(waiting) == 1
    said = [await texts_of(one) for one in (admin, other)]
    assert sum("Your change wasn't made" in words for words in said) == 1
    await harness.pass_time(days=1)
    got = await texts_of(subscriber)
    assert ("Ada's words" in got) + ("Bea's words" in got) == 1
    assert "First news" not in got


async def test_its_author_is_told_what_another_admin_made_of_it(
    admin: Person, other: Person
) -> None:
    await schedule(admin)
    await begin_edit(other)
    await other.tap("Schedule it")
    await admin.sees("Another admin changed your broadcast 1. It's no. 2 now")


async def test_begun_meanwhile_nothing_changes_and_edit_leads_to_what_arrived(
    harness: BotHarness, admin: Person, subscriber: Person
) -> None:
    await schedule(admin)
    await begin_edit(admin)
    await admin.tap("Change the words")
    await admin.say("Too late")
    await harness.pass_time(hours=21, minutes=30)
    await admin.tap("Schedule it")
    assert "When shall I send it?" in await texts_of(admin)  # its own time has passed, too
    await admin.tap("Now")
    await admin.tap("Back")
    await admin.tap("Send it now")
    said = await texts_of(admin)
    assert "Too late: no. 1 has begun" in said
    assert "Your change wasn't made" in said
    await admin.tap("Show no. 1")
    await admin.sees("Broadcast done")
    assert "Too late" not in await texts_of(subscriber)


async def test_a_message_that_was_deleted_changes_nothing(
    harness: BotHarness, admin: Person, subscriber: Person
) -> None:
    await schedule(admin)
    await begin_edit(admin)
    await admin.tap("Change the words")
    said = await admin.send(photo=True, caption="A picture")
    deleted = harness.sandbox.world.message(
        harness.sandbox.world.chats[admin.id], said["message_id"]
    )
    assert deleted is not None
    deleted.deleted = True
    await admin.tap("Schedule it")
    await admin.sees("has been deleted")
    assert await states(harness) == {1: "scheduled", 2: "draft"}


class TestApproval:
    @pytest.fixture
    async def harness(self, tmp_path: Path) -> AsyncIterator[BotHarness]:
        async with open_harness(tmp_path, approval_above=1) as stage:
            yield stage

    async def test_a_change_after_a_yes_needs_another_yes(
        self, harness: BotHarness, admin: Person, other: Person, subscriber: Person
    ) -> None:
        await schedule(admin)
        await other.tap("Yes, send it")
        await begin_edit(admin)
        await admin.tap("Change the words")
        await admin.say("Other words")
        await admin.tap("Schedule it")
        await admin.sees("Waiting for another admin: no. 2")
        await other.sees("May this go out? No. 2")
        await harness.pass_time(days=2)
        assert "First news" not in await texts_of(subscriber)
        assert await states(harness) == {1: "cancelled", 2: "waiting"}

    async def test_a_yes_to_the_old_words_is_none_to_the_new_ones(
        self, harness: BotHarness, admin: Person, other: Person
    ) -> None:
        await schedule(admin)
        await begin_edit(admin)
        await admin.tap("Change the words")
        await admin.say("Other words")
        await admin.tap("Schedule it")
        await other.forge("1bd:approve:1")
        await other.hears("That's done already.")
        assert await states(harness) == {1: "cancelled", 2: "waiting"}
        await other.say("/scheduled")
        await other.tap("Change no. 2")
        await other.sees("It's big enough to need your yes")
        await other.tap("Show it to me")
        assert "Other words" in await texts_of(other)
        await other.tap("Yes, send it")
        assert await states(harness) == {1: "cancelled", 2: "scheduled"}
