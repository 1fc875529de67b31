"""While a question is being looked up, everybody else is answered; each chat keeps its order."""

from __future__ import annotations

from tests.bot_fixtures import SlowReading
from tests.bot_harness import BotHarness, Person


async def ask(harness: BotHarness, person: Person, text: str) -> None:
    """Say it without waiting for what comes back."""
    await harness.post("say", user=person.id, text=text)


async def first_from_bot(harness: BotHarness, chat: int, after: int) -> str:
    """Waits for the bot's first message in this chat from then on."""
    while True:
        events = await harness.get("wait", after=after, timeout=10)
        assert events, "nothing came"
        for event in events:
            if event["who"] == "bot" and event["chat"] == chat:
                return str(event["text"])
        after = events[-1]["seq"]


async def test_another_reader_is_answered_while_a_question_is_looked_up(
    harness: BotHarness, subscriber: Person, slow_reading: SlowReading
) -> None:
    other = await harness.person("Other")
    before, begin = len(await subscriber.messages()), harness.last_event
    await ask(harness, subscriber, "Do probiotics help against eczema?")
    await ask(harness, other, "/help")
    assert "What you can send me" in await first_from_bot(harness, other.id, begin)
    assert len(await subscriber.messages()) == before
    slow_reading.go_on.set()
    await harness.settle()
    await subscriber.sees("most people won't notice a difference", "Rests on points from")


async def test_what_one_reader_writes_is_answered_in_its_order(
    harness: BotHarness, subscriber: Person, slow_reading: SlowReading
) -> None:
    before = len(await subscriber.messages())
    for text in ("Do probiotics help against eczema?", "/saved", "thanks!", "/help"):
        await ask(harness, subscriber, text)
    slow_reading.go_on.set()
    await harness.settle()
    answers = [message["text"] for message in (await subscriber.messages())[before:]]
    signs = [
        "most people won't notice a difference",
        "No saved tips yet",
        "You're welcome.",
        "What you can send me",
    ]
    assert len(answers) == len(signs)
    for answer, sign in zip(answers, signs, strict=True):
        assert sign in answer


async def test_questions_of_many_at_once_get_each_their_own_answer(harness: BotHarness) -> None:
    asked = {
        "Do probiotics help against eczema?": "most people won't notice a difference",
        "my face is swelling and I have trouble breathing": "can be an emergency",
        "how do I change the oil of my tractor engine": "I won't guess",
    }
    people = {}
    for number in range(4):
        for text in asked:
            person = await harness.person(f"P{number}")
            people[person.id] = (person, text)
    for person, text in people.values():
        await ask(harness, person, text)
    await harness.settle()
    for person, text in people.values():
        said = "\n".join(message["text"] for message in await person.messages())
        assert asked[text] in said
        assert not any(sign in said for sign in asked.values() if sign != asked[text])
