"""Whatever comes: a kind word or silence, no half-change, no endless loop, nothing lost."""

from __future__ import annotations

from typing import Any

import pytest

from bot.texts.callbacks import kinds
from tests.bot_harness import BotHarness, Person

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
    harness: BotHarness, when: str
) -> None:
    person = await harness.person("<b>Rita</b> & \u202eco")
    await _bring_to(person, when)
    before = await harness.app.services.subscribers.find(person.id)
    for name, text in STRANGE.items():
        await person.say(text)
        answers = await person.answers()
        assert 1 <= len([event for event in answers if event["text"]]) <= 3, name
        assert "went wrong" not in await person.hears(), name
        assert await harness.app.services.subscribers.find(person.id) == before, name
    await _works(harness)


async def _bring_to(person: Person, when: str) -> None:
    if when in {"zone", "hour", "subscribed"}:
        await person.begin()
    if when in {"hour", "subscribed"}:
        await person.say("Berlin")
    if when == "subscribed":
        await person.tap("08:00")


async def _works(harness: BotHarness) -> None:
    """Nothing is stuck: someone else is answered, and no update waits."""
    other = await harness.person("Other")
    await other.say("/help")
    await other.sees("/tip")
    calls = await harness.calls()
    refused = [c for c in calls if c["status"] not in {200, 0} and c["method"] != "setMyCommands"]
    assert refused == [], refused


@pytest.mark.parametrize("kind", ["photo", "document"])
async def test_what_is_no_text_is_answered_kindly(subscriber: Person, kind: str) -> None:
    await subscriber.send(**{kind: True, "caption": "is this eczema?"})
    await subscriber.sees("I can only read text")


async def test_a_location_of_someone_unknown_leads_to_start(newcomer: Person) -> None:
    await newcomer.share(52.5, 13.4)
    await newcomer.sees("/start")


async def test_an_edited_message_is_left_alone(subscriber: Person) -> None:
    said = await subscriber.say("Do probiotics help?")
    await subscriber.say("Do probiotics help children?", edit=said["message_id"])
    await subscriber.hears_nothing()


@pytest.mark.parametrize("kind", ["group", "supergroup"])
async def test_a_group_is_told_once_when_it_calls_the_bot(
    harness: BotHarness, subscriber: Person, kind: str
) -> None:
    chat = await harness.post("groups", title="<Eczema>", type=kind, member=subscriber.id)
    await subscriber.say("does anyone know about probiotics?", chat=chat["id"])
    await subscriber.say("/start@SomeOtherBot", chat=chat["id"])
    assert await _said_in(harness, chat["id"]) == []
    await subscriber.say("/start@GutSkinBot", chat=chat["id"])
    assert "private chats" in (await _said_in(harness, chat["id"]))[0]
    assert await harness.app.services.subscribers.find(chat["id"]) is None


async def _said_in(harness: BotHarness, chat: int) -> list[str]:
    shown = await harness.get(f"chats/{chat}/messages")
    return [message["text"] for message in shown if message["from_bot"]]


async def test_a_channel_and_another_bot_are_not_answered(
    harness: BotHarness, subscriber: Person
) -> None:
    channel = {"id": -1001, "type": "channel", "title": "News"}
    bot = {"id": 99, "is_bot": True, "first_name": "Robot"}
    private = {"id": 99, "type": "private", "first_name": "Robot"}
    text = {"message_id": 1, "date": 1772452800, "text": "/start"}
    before = len(await harness.calls("sendMessage"))
    for update in (
        {"channel_post": {**text, "chat": channel, "sender_chat": channel}},
        {"message": {**text, "chat": channel, "sender_chat": channel}},
        {"message": {**text, "chat": private, "from": bot}},
        {"callback_query": {"id": "1", "from": bot, "chat_instance": "1", "data": "1tn"}},
        {"poll": {"id": "1", "question": "?", "options": []}},
    ):
        await _raw(harness, update)
    assert len(await harness.calls("sendMessage")) == before
    assert await harness.app.services.subscribers.find(99) is None
    await _works(harness)


async def _raw(harness: BotHarness, update: dict[str, Any]) -> None:
    await harness.post("update", update=update)
    await harness.settle()


async def test_updates_that_cannot_be_read_are_put_aside(harness: BotHarness) -> None:
    for update in (
        {"message": {"message_id": "seven", "date": "noon", "chat": {"id": 5}}},
        {"message": {"text": "my story"}},
        {"message": 5},
        {"callback_query": {"id": None}},
        {"my_chat_member": {"chat": {}}},
        {"something_new": {"x": 1}},
        {},
    ):
        await _raw(harness, update)
    await _works(harness)


FORGED = (
    "x", "1", "1zz", "0tw:1", "2tw:1", "1tw", "1tw:-1", "1tw:1:2", "1tw:" + "9" * 50, "1tr:1:5",
    "1zp:Mars/Olympus", "1zp:../../etc/passwd", "1sv:nope", "1sd:9:1", "1pp:-1", "1bd:confirm:0",
    "1bd:explode:1", "1fa:<b>", "1xf:2", "\u202e", "1hp:1440", "1st:31:1", "1tw:٣",
)  # fmt: skip


async def test_forged_buttons_are_refused_and_change_nothing(
    harness: BotHarness, subscriber: Person
) -> None:
    before = await harness.app.services.subscribers.find(subscriber.id)
    for data in FORGED:
        await subscriber.forge(data)
        await subscriber.hears("that button doesn't work")
        assert await harness.app.services.subscribers.find(subscriber.id) == before
    await _works(harness)


VALID = {
    "ag": ":3:leaflet",
    "za": "", "zp": ":Asia/Tokyo", "zk": "", "ha": "", "hp": ":480", "go": "", "ap": ":adult",
    "tw": ":1", "tr": ":1:1", "ts": ":1:1", "to": ":1", "tp": ":0", "tn": "", "td": ":0:0",
    "sv": ":main", "sh": ":480", "tf": ":1", "tx": ":1:hard", "tq": ":0", "tu": ":1:0",
    "fs": ":1:gut-health-cause",
    "sd": ":0:0", "st": ":0:0", "sf": ":adult", "sl": ":en", "sq": ":1",
    "pp": ":3", "pm": ":0", "pu": ":2026-03-20", "pr": "", "ps": "",
    "xf": ":0", "fl": ":0", "ft": ":microbiome:0", "fa": ":gut-health-cause",
    "fr": ":1:gut-health-cause", "fn": ":gut-health-cause", "bd": ":confirm:7", "as": ":7",
    "ws": ":service-hour", "wc": ":privacy", "us": ":breathing",
    "ac": ":1", "an": "", "aw": "", "ba": ":audience:1", "bc": ":card:1", "be": ":1:1",
    "bf": ":all:1:1:1", "bg": ":abcdef12:1", "bh": ":abcdef12:1", "bl": ":next_day:1", "bn": "",
    "bp": ":forward:1", "bs": ":night:1", "bt": "", "bw": ":now:2026-03-20:1:1",
    "cw": ":restore:1", "qa": ":ask", "qo": "", "qi": ":show:1:1:1", "qs": ":send:1:1:abcdef12",
    "ra": ":newest:1", "ri": ":editor", "rl": ":1", "ro": ":1", "rs": ":1:editor", "rx": ":1",
    "sm": ":1",
}  # fmt: skip


def test_every_kind_of_button_is_tried_below() -> None:
    assert set(VALID) == set(kinds())


@pytest.mark.parametrize("who", ["subscriber", "stranger", "admin"])
async def test_every_button_works_on_a_message_out_of_reach(harness: BotHarness, who: str) -> None:
    person = await (harness.admin() if who == "admin" else harness.person())
    await person.say("/start")
    if who != "stranger":
        await person.tap("Yes, start")
        await person.say("Berlin")
        await person.tap("08:00")
    for kind, rest in VALID.items():
        await person.forge(f"1{kind}{rest}", inaccessible=True)
        answers = await person.hears()
        assert answers, kind
        assert "went wrong" not in answers, kind
    answered = await harness.calls("answerCallbackQuery")
    assert len([call for call in answered if call["status"] == 200]) >= len(VALID)


async def test_a_tap_that_is_too_old_to_answer_still_works(subscriber: Person) -> None:
    await subscriber.say("/settings")
    await subscriber.tap("Time", stale=True)
    await subscriber.sees("What time would you like?")


@pytest.mark.parametrize("label", ["👍 Helpful", "🔖 Save", "Why?"])
async def test_two_taps_at_once_are_one(subscriber: Person, label: str) -> None:
    await subscriber.tap(label, times=2)
    answers = await subscriber.answers()
    assert len([event for event in answers if event["kind"] in {"sent", "edited"}]) <= 1


async def test_two_taps_on_the_hour_give_one_first_tip(newcomer: Person) -> None:
    await newcomer.begin()
    await newcomer.say("Berlin")
    await newcomer.tap("08:00", times=2)
    assert len(await newcomer.tips()) == 1


async def test_two_contradicting_taps_end_with_the_last(
    harness: BotHarness, subscriber: Person
) -> None:
    message = (await subscriber.messages())[-1]["message_id"]
    number = (await subscriber.tips())[0]["keyboard"][0][0]["data"].split(":")[1]
    for vote in (1, -1):
        await harness.post(
            "tap", user=subscriber.id, message_id=message, data=f"1tr:{number}:{vote}"
        )
    await harness.settle()
    assert "✓ 👎 Not for me" in await subscriber.labels()


async def test_a_start_link_of_any_shape_is_taken(harness: BotHarness) -> None:
    for source in ("a" * 500, "<b>", "\u202e", "a b c"):
        person = await harness.person()
        await person.begin(source)
        await person.sees("What time zone")
        found = await harness.app.services.subscribers.find(person.id)
        assert found is not None
        assert len(found.source or "") <= 64
