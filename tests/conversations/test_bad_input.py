"""Whatever comes: a kind word or silence, no half-change, no endless loop, nothing lost."""

from __future__ import annotations

from typing import Any

import pytest
from theatre import Person, Theatre

from bot.texts.callbacks import kinds

STRANGE = {
    "over-long": "why does my skin itch " * 180,
    "one long word": "x" * 4096,
    "emoji only": "🌿🌿🌿",
    "punctuation only": "?!…",
    "right to left": "هل تساعد البروبيوتيك في علاج الأكزيما؟",
    "bidi controls": "\u202eabc\u202c \u2066x\u2069",
    "html": "<b>bold</i> &lt; <script>alert(1)</script> </",
    "combining": "e" + "\u0301" * 300,
    "a slash": "/",
    "slashes": "// what",
    "a command that goes on": "/faqs",
    "a command with dots": "/start... now",
    "null": "a\x00b",
}


@pytest.mark.parametrize("when", ["unknown", "zone", "hour", "subscribed"])
async def test_strange_words_get_a_kind_answer_and_change_nothing(
    theatre: Theatre, when: str
) -> None:
    person = await theatre.person("<b>Rita</b> & \u202eco")
    await _bring_to(person, when)
    before = await theatre.app.house.readers.find(person.id)
    for name, text in STRANGE.items():
        await person.say(text)
        heard = await person.heard()
        assert 1 <= len([event for event in heard if event["text"]]) <= 3, name
        assert "went wrong" not in await person.hears(), name
        assert await theatre.app.house.readers.find(person.id) == before, name
    await _works(theatre)


async def _bring_to(person: Person, when: str) -> None:
    if when in {"zone", "hour", "subscribed"}:
        await person.begin()
    if when in {"hour", "subscribed"}:
        await person.say("Berlin")
    if when == "subscribed":
        await person.tap("08:00")


async def _works(theatre: Theatre) -> None:
    """Nothing is stuck: someone else is answered, and no update waits."""
    other = await theatre.person("Other")
    await other.say("/help")
    await other.sees("/tip")
    calls = await theatre.calls()
    refused = [c for c in calls if c["status"] not in {200, 0} and c["method"] != "setMyCommands"]
    assert refused == [], refused


@pytest.mark.parametrize("kind", ["photo", "document"])
async def test_what_is_no_text_is_answered_kindly(reader: Person, kind: str) -> None:
    await reader.send(**{kind: True, "caption": "is this eczema?"})
    await reader.sees("I can only read text")


async def test_a_location_of_someone_unknown_leads_to_start(newcomer: Person) -> None:
    await newcomer.share(52.5, 13.4)
    await newcomer.sees("/start")


async def test_an_edited_message_is_left_alone(reader: Person) -> None:
    said = await reader.say("Do probiotics help?")
    await reader.say("Do probiotics help children?", edit=said["message_id"])
    await reader.hears_nothing()


@pytest.mark.parametrize("kind", ["group", "supergroup"])
async def test_a_group_is_told_once_when_it_calls_the_bot(
    theatre: Theatre, reader: Person, kind: str
) -> None:
    chat = await theatre.post("groups", title="<Eczema>", type=kind, member=reader.id)
    await reader.say("does anyone know about probiotics?", chat=chat["id"])
    await reader.say("/start@SomeOtherBot", chat=chat["id"])
    assert await _said_in(theatre, chat["id"]) == []
    await reader.say("/start@GutSkinBot", chat=chat["id"])
    assert "private chats only" in (await _said_in(theatre, chat["id"]))[0]
    assert await theatre.app.house.readers.find(chat["id"]) is None


async def _said_in(theatre: Theatre, chat: int) -> list[str]:
    shown = await theatre.get(f"chats/{chat}/messages")
    return [message["text"] for message in shown if message["from_bot"]]


async def test_a_channel_and_another_bot_are_not_answered(
    theatre: Theatre, reader: Person
) -> None:
    channel = {"id": -1001, "type": "channel", "title": "News"}
    bot = {"id": 99, "is_bot": True, "first_name": "Robot"}
    private = {"id": 99, "type": "private", "first_name": "Robot"}
    text = {"message_id": 1, "date": 1772452800, "text": "/start"}
    before = len(await theatre.calls("sendMessage"))
    for update in (
        {"channel_post": {**text, "chat": channel, "sender_chat": channel}},
        {"message": {**text, "chat": channel, "sender_chat": channel}},
        {"message": {**text, "chat": private, "from": bot}},
        {"callback_query": {"id": "1", "from": bot, "chat_instance": "1", "data": "1tn"}},
        {"poll": {"id": "1", "question": "?", "options": []}},
    ):
        await _raw(theatre, update)
    assert len(await theatre.calls("sendMessage")) == before
    assert await theatre.app.house.readers.find(99) is None
    await _works(theatre)


async def _raw(theatre: Theatre, update: dict[str, Any]) -> None:
    await theatre.post("update", update=update)
    await theatre.settle()


async def test_updates_that_cannot_be_read_are_put_aside(theatre: Theatre) -> None:
    for update in (
        {"message": {"message_id": "seven", "date": "noon", "chat": {"id": 5}}},
        {"message": {"text": "my story"}},
        {"message": 5},
        {"callback_query": {"id": None}},
        {"my_chat_member": {"chat": {}}},
        {"something_new": {"x": 1}},
        {},
    ):
        await _raw(theatre, update)
    await _works(theatre)


FORGED = (
    "x", "1", "1zz", "0tw:1", "2tw:1", "1tw", "1tw:-1", "1tw:1:2", "1tw:" + "9" * 50, "1tr:1:5",
    "1zp:Mars/Olympus", "1zp:../../etc/passwd", "1sv:nope", "1sd:9:1", "1pp:-1", "1bd:confirm:0",
    "1bd:explode:1", "1fa:<b>", "1xf:2", "\u202e", "1hp:1440", "1st:31:1", "1tw:٣",
)  # fmt: skip


async def test_forged_buttons_are_refused_and_change_nothing(
    theatre: Theatre, reader: Person
) -> None:
    before = await theatre.app.house.readers.find(reader.id)
    for data in FORGED:
        await reader.forge(data)
        await reader.hears("This button does not work")
        assert await theatre.app.house.readers.find(reader.id) == before
    await _works(theatre)


VALID = {
    "ag": ":3:leaflet",
    "za": "", "zp": ":Asia/Tokyo", "zk": "", "ha": "", "hp": ":480", "tw": ":1", "tr": ":1:1",
    "ts": ":1:1", "to": ":1", "tp": ":0", "tn": "", "td": ":0:0", "sv": ":main", "sh": ":480",
    "sd": ":0:0", "st": ":0:0", "sf": ":adult", "sl": ":en", "pp": ":3", "pr": "", "ps": "",
    "xf": ":0", "fl": ":0", "ft": ":microbiome:0", "fa": ":gut-health-cause",
    "fr": ":1:gut-health-cause", "fn": ":gut-health-cause", "bd": ":confirm:7", "as": ":7",
}  # fmt: skip


def test_every_kind_of_button_is_tried_below() -> None:
    assert set(VALID) == set(kinds())


@pytest.mark.parametrize("who", ["reader", "stranger", "admin"])
async def test_every_button_works_on_a_message_out_of_reach(theatre: Theatre, who: str) -> None:
    person = await (theatre.admin() if who == "admin" else theatre.person())
    await person.say("/start")
    if who != "stranger":
        await person.tap("Yes, I agree")
        await person.say("Berlin")
        await person.tap("08:00")
    for kind, rest in VALID.items():
        await person.forge(f"1{kind}{rest}", inaccessible=True)
        heard = await person.hears()
        assert heard, kind
        assert "went wrong" not in heard, kind
    answered = await theatre.calls("answerCallbackQuery")
    assert len([call for call in answered if call["status"] == 200]) >= len(VALID)


async def test_a_tap_that_is_too_old_to_answer_still_works(reader: Person) -> None:
    await reader.say("/settings")
    await reader.tap("Hour", stale=True)
    await reader.sees("At what hour?")


@pytest.mark.parametrize("label", ["👍 Helpful", "Save", "Why?"])
async def test_two_taps_at_once_are_one(reader: Person, label: str) -> None:
    await reader.tap(label, times=2)
    heard = await reader.heard()
    assert len([event for event in heard if event["kind"] in {"sent", "edited"}]) <= 1


async def test_two_taps_on_the_hour_give_one_first_tip(newcomer: Person) -> None:
    await newcomer.begin()
    await newcomer.say("Berlin")
    await newcomer.tap("08:00", times=2)
    assert len(await newcomer.tips()) == 1


async def test_two_contradicting_taps_end_with_the_last(theatre: Theatre, reader: Person) -> None:
    message = (await reader.messages())[-1]["message_id"]
    number = (await reader.tips())[0]["keyboard"][0][0]["data"].split(":")[1]
    for vote in (1, -1):
        await theatre.post("tap", user=reader.id, message_id=message, data=f"1tr:{number}:{vote}")
    await theatre.settle()
    assert "👎 Not for me, noted" in await reader.labels()


async def test_a_start_link_of_any_shape_is_taken(theatre: Theatre) -> None:
    for source in ("a" * 500, "<b>", "\u202e", "a b c"):
        person = await theatre.person()
        await person.begin(source)
        await person.sees("Where are you")
        found = await theatre.app.house.readers.find(person.id)
        assert found is not None
        assert len(found.source or "") <= 64
