"""Forwarded words are words: they are read and answered, and carry nothing out."""

from __future__ import annotations

import pytest

from bot.texts.commands import COMMANDS
from tests.bot_harness import BotHarness, Person

ORDERS = [f"/{command.name}" for command in COMMANDS] + [
    "/broadcast Buy my cream",
    "/stop@GutSkinBot",
    "/pause 7",
    "Stop!",
    "unsubscribe me",
]


@pytest.mark.parametrize("who", ["subscriber", "admin"])
async def test_no_order_that_was_forwarded_is_carried_out(harness: BotHarness, who: str) -> None:
    await harness.subscriber("Rita")
    person = await (harness.admin() if who == "admin" else harness.person("Tom"))
    await person.begin()
    await person.say("Berlin")
    await person.tap("08:00")
    before = await harness.app.services.subscribers.find(person.id)
    for words in ORDERS:
        await person.say(words, forwarded=True)
        said = ("forwarded", "send it to me yourself")
        await person.hears(*(said if who == "subscriber" else ("for your subscribers?",)))
        assert await harness.app.services.subscribers.find(person.id) == before, words
    assert await harness.calls("copyMessage") == []
    assert await harness.calls("sendDocument") == []
    assert await harness.app.services.broadcasts.running() == []


async def test_a_newcomer_is_not_subscribed_by_a_forwarded_start(
    harness: BotHarness, newcomer: Person
) -> None:
    await newcomer.say("/start a-friend", forwarded=True)
    assert await harness.app.services.subscribers.find(newcomer.id) is None


async def test_no_question_of_ours_is_answered_by_another(
    harness: BotHarness, newcomer: Person
) -> None:
    await newcomer.begin()
    asked = await harness.app.services.subscribers.find(newcomer.id)
    await newcomer.say("Berlin", forwarded=True)
    assert await harness.app.services.subscribers.find(newcomer.id) == asked
    await newcomer.share(52.52, 13.405, forwarded=True)
    await newcomer.sees("Berlin")
    assert await harness.app.services.subscribers.find(newcomer.id) == asked
    await newcomer.say("Berlin")
    await newcomer.say("08:00", forwarded=True)
    found = await harness.app.services.subscribers.find(newcomer.id)
    assert found is not None
    assert (found.zone, found.local_minute) == ("Europe/Berlin", None)


async def test_a_forwarded_question_is_answered(subscriber: Person) -> None:
    await subscriber.say("Do probiotics help with eczema?", forwarded=True)
    await subscriber.hears("Probably not much")
    await subscriber.say("👍", forwarded=True)
    await subscriber.sees("I can only read words")


@pytest.mark.parametrize(
    "words", ["I can't breathe and my lips are swelling", "/stop I want to end my life"]
)
async def test_a_forwarded_cry_for_help_is_heard(subscriber: Person, words: str) -> None:
    await subscriber.say(words, forwarded=True)
    await subscriber.hears("🚨", "all 112 now")


async def test_a_caption_that_was_forwarded_is_no_order_either(
    harness: BotHarness, admin: Person
) -> None:
    await harness.subscriber()
    await admin.send(photo=True, caption="/broadcast", forwarded=True)
    await admin.sees("Is that for your subscribers?")
    assert await admin.labels() == ["Broadcast this"]


async def test_what_old_servers_call_forwarded_is_forwarded(
    harness: BotHarness, subscriber: Person
) -> None:
    user = {"id": subscriber.id, "is_bot": False, "first_name": "Rita"}
    message = {
        "message_id": 9000, "date": 1772452800, "from": user, "text": "/stop",
        "chat": {"id": subscriber.id, "type": "private", "first_name": "Rita"},
        "forward_date": 1772452000, "forward_sender_name": "Someone",
    }  # fmt: skip
    await harness.post("update", update={"message": message})
    await harness.settle()
    found = await harness.app.services.subscribers.find(subscriber.id)
    assert found is not None
    assert found.state == "active"


@pytest.mark.parametrize("words", ["/stop", "no more tips", "tips at 9pm", "/forget"])
async def test_what_another_bot_offered_carries_nothing_out(
    harness: BotHarness, subscriber: Person, words: str
) -> None:
    before = await harness.app.services.subscribers.find(subscriber.id)
    me = {"id": subscriber.id, "first_name": "Rita", "is_bot": False}
    bot = {"id": 77, "first_name": "Quotes", "username": "QuotesBot", "is_bot": True}
    message = {
        "message_id": 9001, "date": int(harness.clock.now().timestamp()), "text": words,
        "chat": {"id": subscriber.id, "type": "private"}, "from": me, "via_bot": bot,
    }  # fmt: skip
    await harness.post("update", update={"message": message})
    await harness.settle()
    await subscriber.hears("another bot's", "send it to me yourself")
    assert await harness.app.services.subscribers.find(subscriber.id) == before


async def test_a_group_is_not_answered_for_a_forwarded_call(
    harness: BotHarness, subscriber: Person
) -> None:
    group = await harness.post("groups", title="Eczema", type="supergroup", member=subscriber.id)
    sent = len(await harness.calls("sendMessage"))
    await subscriber.say("/start@GutSkinBot", chat=group["id"], forwarded=True)
    assert len(await harness.calls("sendMessage")) == sent


async def test_an_admin_may_broadcast_what_was_forwarded_to_them(
    harness: BotHarness, admin: Person
) -> None:
    await harness.subscriber()
    said = await admin.say("Worth reading: a leaflet on moisturisers", forwarded=True)
    await admin.say("/broadcast", reply_to=said["message_id"])
    await admin.sees("1 ")
    assert "Send it now" in await admin.labels()
