"""The card: one message with audience, time and options, and exact tests beside it."""

from __future__ import annotations

import pytest

from bot.delivery.audiences import parse_filter
from tests.bot_harness import BotHarness, Person


@pytest.fixture(autouse=True)
async def _readers(harness: BotHarness, subscriber: Person) -> None:
    """Rita in Berlin, for both; Tom in Tokyo, for himself."""
    tom = await harness.person("Tom")
    await tom.say("/start")
    await tom.tap("Yes, start")
    await tom.tap("Just me")
    await tom.say("Tokyo")
    await tom.tap("08:00")


async def cards(admin: Person) -> list[str]:
    """The cards that stand in the chat."""
    return [m["text"] for m in await admin.messages() if "Send the message above?" in m["text"]]


async def test_choices_change_the_one_card_and_its_count(admin: Person) -> None:
    await admin.say("/broadcast Hello")
    await admin.sees("To: everyone", "2 subscribers")
    before = len(await admin.messages())
    await admin.tap("Audience")
    await admin.tap("Where")
    await admin.tap("Asia")
    await admin.sees("Only: in Asia", "1 subscriber")
    assert "✓ Asia" in await admin.labels()
    await admin.tap("Europe")
    await admin.sees("Asia or Europe", "2 subscribers")
    await admin.tap("✓ Europe")
    await admin.tap("Back")
    await admin.tap("Back")
    await admin.sees("Send the message above?", "Only: in Asia", "1 subscriber")
    assert len(await admin.messages()) == before
    await admin.tap("Send it now")
    await admin.sees("Broadcast done", "Audience: 1", "Sent: 1")


async def test_parts_are_combined_and_everyone_takes_them_back(admin: Person) -> None:
    await admin.say("/broadcast Hello")
    await admin.tap("Audience")
    await admin.tap("Who it's for")
    await admin.tap("Adults")
    await admin.sees("Only: tips for adults", "1 subscriber")
    await admin.tap("Back")
    await admin.tap("Active lately")
    await admin.tap("In the last 7 days")
    await admin.sees("tips for adults; wrote or tapped in the last 7 days", "1 subscriber")
    await admin.tap("Back")
    await admin.tap("Joined")
    await admin.tap("Earlier than 30 days ago")
    await admin.sees("joined before", "0 subscribers")
    await admin.tap("Back")
    await admin.tap("Everyone")
    await admin.sees("To: everyone", "2 subscribers")


async def test_an_audience_can_be_typed_and_a_slip_is_told_with_its_remedy(
    admin: Person, subscriber: Person
) -> None:
    await admin.say("/broadcast Hello")
    await admin.tap("Audience")
    await admin.tap("Type it")
    await admin.sees("for=child zone=Europe/*")
    await admin.say("zone=Mars/*")
    await admin.sees("There's no time zone “Mars/*”", "Nothing has changed")
    await admin.say("theme=moon")
    await admin.sees("There's no theme “moon”", "skin")
    await admin.say("for=both zone=Europe/*")
    await admin.sees("Send the message above?", "tips for both; in Europe", "1 subscriber")
    assert len(await cards(admin)) == 1, "the one that stood above has gone"
    await admin.tap("Send it now")
    await subscriber.sees("Hello")


@pytest.mark.parametrize(
    ("taps", "typed", "seen"),
    [
        ([], "for=both zone=Europe/*", "Only: tips for both; in Europe"),
        (["Where", "Asia"], "for=both", "Only: tips for both\n"),
        ([], "for=kids", "“kids” should be adult, child or both"),
        (["Who it's for"], "For=child", "I don't know the part “For=child”"),
        ([], "zones=Europe/* for=child", "I don't know the part “zones=Europe/*”"),
        ([], "joined>soon", "“joined>soon”"),
    ],
)
async def test_an_audience_can_be_typed_where_buttons_offer_it(
    admin: Person, taps: list[str], typed: str, seen: str
) -> None:
    await admin.say("/broadcast Hello")
    for label in ["Audience", *taps]:
        await admin.tap(label)
    await admin.say(typed)
    assert seen in (await admin.messages())[-1]["text"]
    await admin.say("country=DE")
    took = "Send the message above?" in (await admin.messages())[-1]["text"]
    assert took is not seen.startswith("Only"), "a slip leaves the screen, an audience closes it"


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("does milk make eczema worse", "milk"),
        ("who is this for", "GutSkin"),
        ("for=child I can't breathe and my lips are swelling", "emergency number"),
        ("thank you", "welcome"),
    ],
)
async def test_what_is_no_audience_is_answered_as_ever_and_the_screen_stays(
    admin: Person, said: str, answered: str
) -> None:
    await admin.say("/broadcast Hello")
    await admin.tap("Audience")
    await admin.say(said)
    assert answered in (await admin.messages())[-1]["text"]
    await admin.say("zone=Europe/*")
    await admin.sees("Send the message above?", "Only: in Europe", "1 subscriber")


@pytest.mark.parametrize("leave", ["Back", "Asia, all", "/help"])
async def test_an_audience_that_no_screen_asks_for_is_no_broadcast_s(
    harness: BotHarness, admin: Person, leave: str
) -> None:
    rules = harness.app.services.broadcasts
    await rules.save_segment("Asia, all", parse_filter("zone=Asia/*"), admin.id)
    await admin.say("/broadcast Hello")
    await admin.tap("Audience")
    if leave == "Asia, all":
        await admin.tap("Saved ones")
    await (admin.say(leave) if leave.startswith("/") else admin.tap(leave))
    await admin.say("zone=Europe/*")
    found = await rules.find(1)
    assert found is not None
    assert "Europe" not in (found.filter or "")


async def test_an_audience_is_saved_by_name_used_again_and_forgotten(admin: Person) -> None:
    await admin.say("/broadcast Hello")
    await admin.tap("Audience")
    await admin.tap("Where")
    await admin.tap("Asia")
    await admin.tap("Back")
    await admin.tap("Save this audience")
    await admin.say("x" * 41)
    await admin.sees("Up to 40 characters")
    await admin.say("Asia, all")
    await admin.hears("Saved as “Asia, all”.", "Send the message above?")
    await admin.say("/broadcast Another")
    await admin.tap("Audience")
    await admin.tap("Saved ones")
    await admin.tap("Asia, all")
    await admin.sees("Send the message above?", "Only: in Asia", "1 subscriber")
    await admin.tap("Audience")
    await admin.tap("Saved ones")
    await admin.tap("Forget it")
    await admin.sees("No saved audiences yet")


class TestLists:
    async def _send(self, harness: BotHarness, admin: Person, content: bytes) -> None:
        query = {"name": "list.csv"}
        async with harness.session.post("/control/files", data=content, params=query) as answer:
            file = (await answer.json())["file"]
        await admin.send(media="document", file=file)

    async def test_a_list_of_ids_as_a_file(
        self, harness: BotHarness, admin: Person, subscriber: Person
    ) -> None:
        await admin.say("/broadcast Hello")
        await admin.tap("Audience")
        await admin.tap("A list as a file")
        await admin.say("123 and no file")
        await admin.sees("That's not a file I can read")
        await self._send(harness, admin, b"chat_id,state\r\nnobody,sent\r\n")
        await admin.sees("Line 2 doesn't begin with a Telegram number")
        await self._send(harness, admin, b"\xff\xfe\x00not a text")
        await admin.sees("That's not a file I can read")
        await self._send(harness, admin, b"777\n778\n")
        await admin.sees("None of these numbers is a subscriber's")
        await self._send(harness, admin, b"chat_id\r\n%d\r\n777\r\n" % subscriber.id)
        await admin.hears("Your list has 1 subscriber.", "1 number belongs to nobody here.")
        await admin.sees("Send the message above?", "on list", "1 subscriber")
        await admin.tap("Send it now")
        await admin.sees("Broadcast done", "Sent: 1")
        await subscriber.sees("Hello")


class TestOptions:
    async def test_a_poll_is_forwarded_or_copied_as_chosen(
        self, harness: BotHarness, admin: Person, subscriber: Person
    ) -> None:
        await admin.say("/broadcast")
        await admin.send(media="poll", text="Which?\nThis\nThat")
        await admin.sees("Poll: votes count together")
        await admin.tap("Options")
        await admin.tap("A poll of its own for each")
        await admin.tap("Back")
        await admin.sees("Poll: a poll of its own for each")
        await admin.tap("Send it now")
        assert not (await subscriber.messages())[-1]["forwarded"]
        await admin.say("/broadcast")
        await admin.send(media="poll", text="Which?\nThis\nThat")
        await admin.tap("Send it now")
        assert (await subscriber.messages())[-1]["forwarded"]

    async def test_sound_is_a_choice(self, admin: Person, subscriber: Person) -> None:
        await admin.say("/broadcast Hello")
        await admin.sees("Sound: quiet at night")
        await admin.tap("Options")
        await admin.tap("Always quiet")
        assert "✓ Always quiet" in await admin.labels()
        await admin.tap("Back")
        await admin.tap("Send it now")
        assert (await subscriber.messages())[-1]["silent"]

    async def test_link_buttons_can_be_added_when_asked(
        self, admin: Person, subscriber: Person
    ) -> None:
        await admin.say("/broadcast Hello")
        await admin.tap("Options")
        await admin.tap("Link buttons")
        await admin.say("just words")
        await admin.sees("I didn't find a label and a link in each line")
        await admin.say("Shop - ftp://example.org")
        await admin.sees("Nearly there", "Button 1")
        await admin.say("Shop - https://example.org")
        await admin.sees("Send the message above?", "Buttons: Shop")
        preview = (await admin.messages())[-2]
        assert "Shop" in [button["label"] for row in preview["keyboard"] for button in row]
        await admin.tap("Send it now")
        arrived = await subscriber.sees("Hello")
        assert arrived["keyboard"][0][0]["label"] == "Shop"


async def test_a_test_goes_to_me_or_to_all_admins(
    admin: Person, other: Person, viewer: Person, subscriber: Person
) -> None:
    await admin.say("/broadcast Hello {first_name}")
    before = len(await subscriber.messages())
    await admin.tap("Test to me")
    await admin.hears("Hello Ada", "It's in this chat")
    await admin.tap("Test to all admins")
    await admin.hears("Test sent to 2 admins.")
    await other.sees("From the GutSkin team", "Hello Bea")
    assert not any("Hello Vera" in m["text"] for m in await viewer.messages())
    assert len(await subscriber.messages()) == before


async def test_a_test_tells_how_many_of_the_admins_it_did_not_reach(
    admin: Person, other: Person
) -> None:
    await other.block()
    await admin.say("/broadcast Hello")
    await admin.tap("Test to all admins")
    await admin.hears("Test sent to 1 admin. 1 couldn't be reached.")


async def test_those_who_got_the_last_one_can_be_left_out(
    admin: Person, subscriber: Person
) -> None:
    await admin.say("/broadcast Hello")
    await admin.tap("Audience")
    await admin.tap("Where")
    await admin.tap("Asia")
    await admin.tap("Back")
    await admin.tap("Back")
    await admin.tap("Send it now")
    await admin.sees("Broadcast done", "Sent: 1")
    await admin.say("/broadcast Again")
    await admin.tap("Audience")
    await admin.tap("Not those who got no. 1")
    await admin.sees("Only: not those who got broadcast 1", "1 subscriber")
    await admin.tap("Back")
    await admin.tap("Send it now")
    await subscriber.sees("Again")


async def test_nobody_is_sent_nothing(admin: Person) -> None:
    await admin.say("/broadcast Hello")
    await admin.tap("Audience")
    await admin.tap("Where")
    await admin.tap("Africa")
    await admin.tap("Back")
    await admin.tap("Back")
    await admin.sees("Nobody matches that right now.")
    await admin.tap("Send it now")
    await admin.sees("Who gets it?", "0 subscribers")


async def test_a_draft_and_its_question_outlast_a_restart(
    harness: BotHarness, admin: Person, subscriber: Person
) -> None:
    await admin.say("/broadcast Hello")
    await admin.tap("Audience")
    await admin.tap("Type it")
    await harness.restart()
    await admin.say("zone=Europe/*")
    await admin.sees("Send the message above?", "Europe", "1 subscriber")
    await harness.restart()
    await admin.tap("Send it now")
    await admin.sees("Broadcast done", "Sent: 1")
    await subscriber.sees("Hello")
