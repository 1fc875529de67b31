"""Composing as one writes: whatever an admin sends is the message, and is shown as it arrives."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot_harness import BotHarness, Person

LABEL = "From the GutSkin team"


@pytest.fixture(autouse=True)
async def _somebody(subscriber: Person) -> None:
    """There is somebody to write to."""


async def test_a_text_is_asked_for_shown_as_it_arrives_and_sent(
    admin: Person, subscriber: Person
) -> None:
    await admin.say("/broadcast")
    await admin.sees("Send me the message")
    await admin.say("Hello <all> 🌿 bold", entities=[{"type": "bold", "offset": 15, "length": 4}])
    *_, preview, card = await admin.messages()
    assert LABEL in preview["text"]
    assert "<b>bold</b>" in preview["html"]
    assert "Send the message above?" in card["text"]
    await admin.sees(
        "To: everyone", "Audience: 1 subscriber", "When: now", "Takes: under a minute"
    )
    await admin.tap("Send it now")
    await admin.sees("Broadcast done", "Sent: 1")
    arrived = await subscriber.sees(LABEL, "Hello <all> 🌿 bold")
    assert arrived["html"] == preview["html"]
    assert arrived["keyboard"] == preview["keyboard"]


@pytest.mark.parametrize(
    "question",
    ["Is kefir good for eczema?", "stop", "tips at 9pm", "painful blisters spreading on her arms"],
)
async def test_what_an_admin_composes_is_never_answered(
    admin: Person, subscriber: Person, question: str
) -> None:
    await admin.say("/broadcast")
    await admin.say(question)
    said = await admin.hears(LABEL, question, "Send the message above?")
    assert said.count("---") == 1, "the preview and the card, and no answer"
    await admin.tap("Send it now")
    await subscriber.sees(question)


@pytest.mark.parametrize(
    "kind",
    [
        {"photo": True, "caption": "Look"},
        {"document": True},
        {"media": "voice"},
        {"media": "poll", "text": "Which?\nThis\nThat"},
    ],
    ids=["photo", "file", "voice", "poll"],
)
async def test_any_kind_can_be_sent(
    admin: Person, subscriber: Person, kind: dict[str, Any]
) -> None:
    await admin.say("/broadcast")
    await admin.send(**kind)
    await admin.sees("Send the message above?")
    await admin.tap("Send it now")
    await admin.sees("Broadcast done", "Sent: 1")
    arrived = (await subscriber.messages())[-1]
    assert arrived["kind"] == kind.get("media", next(iter(kind)))


async def test_a_location_can_be_sent(admin: Person, subscriber: Person) -> None:
    await admin.say("/broadcast")
    await admin.share(52.52, 13.4)
    await admin.sees("Send the message above?")
    await admin.tap("Send it now")
    assert (await subscriber.messages())[-1]["location"]


async def test_forwarded_words_can_be_sent(admin: Person, subscriber: Person) -> None:
    await admin.say("/broadcast")
    await admin.say("/stop and other words", forwarded=True)
    await admin.sees("Send the message above?")
    await admin.tap("Send it now")
    await subscriber.sees("/stop and other words")


async def test_never_mind_ends_it(admin: Person) -> None:
    await admin.say("/broadcast")
    await admin.tap("Never mind")
    await admin.sees("Nothing was sent")
    await admin.say("Is kefir good for eczema?")
    assert "Send the message above?" not in await admin.hears()
    await admin.say("/broadcast")
    await admin.say("Cancel")
    await admin.sees("Nothing was sent")


async def test_a_command_in_between_drops_the_question(admin: Person) -> None:
    await admin.say("/broadcast")
    await admin.say("/help")
    await admin.sees("/broadcast")
    await admin.say("Is kefir good for eczema?")
    assert "Send the message above?" not in await admin.hears()


class TestBroadcastThis:
    async def test_words_that_were_answered_can_be_sent(
        self, admin: Person, subscriber: Person
    ) -> None:
        await admin.say("Is kefir good for eczema?")
        assert "Broadcast this" in await admin.labels()
        await admin.tap("Broadcast this")
        await admin.hears(LABEL, "Is kefir good for eczema?", "Send the message above?")
        await admin.tap("Send it now")
        await subscriber.sees("Is kefir good for eczema?")

    @pytest.mark.parametrize(
        "kind", [{"photo": True}, {"media": "voice"}, {"text": "Seen this?", "forwarded": True}]
    )
    async def test_what_has_no_answer_is_offered(
        self, admin: Person, subscriber: Person, kind: dict[str, Any]
    ) -> None:
        await admin.send(**kind)
        await admin.sees("Is that for your subscribers?")
        assert await admin.labels() == ["Broadcast this"]
        await admin.tap("Broadcast this")
        await admin.tap("Send it now")
        await admin.sees("Broadcast done", "Sent: 1")

    async def test_an_answer_that_takes_a_keyboard_away_still_does(
        self, harness: BotHarness, admin: Person
    ) -> None:
        await admin.begin()
        await admin.say("Berlin")
        calls = [call["parameters"] for call in await harness.calls("sendMessage")]
        markups = [c["reply_markup"] for c in calls if c["text"].startswith("Time zone:")]
        assert {"remove_keyboard": True} in markups
        assert "Broadcast this" in await admin.labels(), "below the next one"

    async def test_nobody_else_is_offered_it(self, subscriber: Person, viewer: Person) -> None:
        for person in (subscriber, viewer):
            await person.say("Is kefir good for eczema?")
            assert "Broadcast this" not in await person.labels()
            await person.forge("1bt")
            await person.hears("I've changed nothing")

    async def test_a_message_that_is_gone_is_asked_for_again(
        self, harness: BotHarness, admin: Person
    ) -> None:
        await admin.say("/start")
        await admin.forge("1bt")
        await admin.sees("I can't find that message any more")
        await admin.say("Here it is")
        await admin.sees("Send the message above?")


class TestLinksAndPlaceholders:
    async def test_the_last_lines_become_buttons(self, admin: Person, subscriber: Person) -> None:
        await admin.say("/broadcast")
        await admin.say("News\n\nRead more - https://example.org/a\nShop – http://example.org/b")
        await admin.sees("Buttons: Read more, Shop")
        await admin.tap("Send it now")
        arrived = await subscriber.sees("News")
        assert "example.org" not in arrived["text"]
        buttons = [button for row in arrived["keyboard"] for button in row]
        assert [button["label"] for button in buttons][:2] == ["Read more", "Shop"]

    async def test_placeholders_become_each_one_s_own(
        self, admin: Person, subscriber: Person
    ) -> None:
        await admin.say("/broadcast")
        await admin.say("Hello {first_name}, your next tip comes {next_tip}.")
        await admin.tap("Send it now")
        await subscriber.sees("Hello Rita, your next tip comes tomorrow at 08:00.")

    @pytest.mark.parametrize(
        ("words", "place", "remedy"),
        [
            ("Hello {name}", "{name}", "{first_name}"),
            ("News\nRead - htp://example.org", "Button 1", "https://example.org"),
            ("N\nA - https://a.de\nB - https://b.de\nC - https://c.de\nD - https://d.de",
             "more than three links", "up to three"),
            ("Read more - https://example.org", "no text above", "Write a line"),
            ("long " * 817, "characters too long", "Shorten"),
            (f"News\n{'label ' * 8} - https://example.org", "label is", "35 fit"),
            ("Hello\nOur site - example.org", "Button 1: that line looks like a button",
             "as in https://example.org"),
        ],
        ids=["placeholder", "link", "four links", "no text", "too long", "label", "bare link"],
    )  # fmt: skip
    async def test_a_mistake_is_told_at_once_with_its_place_and_the_remedy(
        self, harness: BotHarness, admin: Person, words: str, place: str, remedy: str
    ) -> None:
        await admin.say("/broadcast")
        await admin.say(words)
        await admin.sees("Nearly there", place, remedy)
        assert await harness.app.services.broadcasts.find(1) is None
        await admin.say("Right this time")
        await admin.sees("Send the message above?")


class TestAlbums:
    async def _album(self, harness: BotHarness, admin: Person, words: str = "") -> None:
        files = [(await self._file(harness, number)) for number in range(3)]
        await admin._act("album", files=files, text=words)

    async def _file(self, harness: BotHarness, number: int) -> str:
        query = {"name": f"{number}.png"}
        async with harness.session.post(
            "/control/files", data=b"\x89PNG" + bytes([number]), params=query
        ) as answer:
            return str((await answer.json())["file"])

    async def test_an_album_is_gathered_and_sent_as_one(
        self, harness: BotHarness, admin: Person, subscriber: Person
    ) -> None:
        await admin.say("/broadcast")
        await self._album(harness, admin, "Three pictures")
        await admin.sees("Your album: 3 items so far.")
        await admin.tap("That's all of it")
        await admin.sees("Send the message above?")
        await admin.tap("Send it now")
        await admin.sees("Broadcast done", "Sent: 1")
        arrived = (await subscriber.messages())[-3:]
        assert len({message["album"] for message in arrived}) == 1
        assert LABEL in arrived[0]["text"]
        assert "Three pictures" in arrived[0]["text"]

    async def test_an_album_sent_before_can_be_broadcast_whole(
        self, harness: BotHarness, admin: Person, subscriber: Person
    ) -> None:
        await self._album(harness, admin)
        assert (await admin.answers()).__len__() == 1, "one offer for the album"
        await admin.tap("Broadcast this")
        await admin.tap("Send it now")
        await admin.sees("Broadcast done")
        assert len({m["album"] for m in (await subscriber.messages())[-3:]}) == 1
