"""Whoever describes a danger is told where to turn at once, however busy the bot is."""

from __future__ import annotations

import asyncio

from tests.bot_fixtures import SlowReading
from tests.bot_harness import BotHarness
from tests.handlers.test_looking_up import ask, first_from_bot
from tests.waiting import until

DANGER = "I can't breathe and my lips are swelling"
SEEK_CARE = "can be an emergency"


async def said_since(harness: BotHarness, after: int) -> list[int]:
    """The chats to which the bot has said something, in that order."""
    events = await harness.get("transcript", after=after)
    return [event["chat"] for event in events if event["who"] == "bot"]


async def test_while_every_worker_waits_for_telegram(harness: BotHarness) -> None:
    others = [await harness.person(f"P{number}") for number in range(26)]
    rita = await harness.person("Rita")
    await harness.fault("delay", method="sendMessage", seconds=8.0, times=20)
    begin = 0
    for other in others:
        await ask(harness, other, "/help")
    async with asyncio.timeout(7.5):  # the pace lets thirty begin in a second
        while harness.sandbox.world.calls_in_progress < 20:
            await asyncio.wait([asyncio.ensure_future(asyncio.sleep(0.001))])
    await ask(harness, rita, DANGER)
    assert SEEK_CARE in await first_from_bot(harness, rita.id, begin)
    assert set(await said_since(harness, begin)) == {rita.id}
    await harness.settle()
    assert set(await said_since(harness, begin)) == {rita.id, *(other.id for other in others)}


async def test_before_all_who_wait_for_the_search_and_her_own_questions(
    harness: BotHarness, slow_reading: SlowReading
) -> None:
    analyser = harness.app.services.analyser
    first, rita, *others = [await harness.person(f"P{number}") for number in range(9)]
    await ask(harness, first, "do probiotics help against eczema?")
    await until(slow_reading.begun.is_set)
    for person in (rita, *others):
        await ask(harness, person, "do probiotics help against eczema?")
    await ask(harness, rita, "can we keep the cat?")
    begin = harness.last_event
    await ask(harness, rita, DANGER)
    await until(lambda: analyser.waiting == 9)
    slow_reading.go_on.set()
    assert SEEK_CARE in await first_from_bot(harness, rita.id, begin)
    answered = [chat for chat in await said_since(harness, begin) if chat != first.id]
    assert answered[0] == rita.id
    await harness.settle()
    said = "\n".join(message["text"] for message in await rita.messages())
    assert said.count(SEEK_CARE) == 1
    assert said.count("most people won't notice a difference") == 1
    assert "cat" in said


async def test_a_flood_of_gibberish_is_answered_once_and_kindly(
    harness: BotHarness, slow_reading: SlowReading
) -> None:
    chatty, rita = await harness.person("Chatty"), await harness.person("Rita")
    for number in range(80):
        await ask(harness, chatty, f"qwlkj sdfoiu zxcv{number} " * 20)
    assert "too many messages at once" in await first_from_bot(harness, chatty.id, 0)
    slow_reading.go_on.set()
    begin = harness.last_event
    await ask(harness, rita, "/help")
    assert "What you can send me" in await first_from_bot(harness, rita.id, begin)
    said = [message["text"] for message in await chatty.messages()]
    assert sum("too many messages" in text for text in said) == 1
