"""A message of a kind that nobody knows yet is answered; an event of such a kind is none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot_harness import BotHarness, Person

TASKS = {"title": "Today", "tasks": [{"id": 1, "text": "Cream"}]}


async def _given(harness: BotHarness, person: Person, **more: Any) -> None:
    person.seen = harness.last_event
    message = {
        "message_id": 9000,
        "date": int(harness.clock.now().timestamp()),
        "chat": {"id": person.id, "type": "private", "first_name": "Rita"},
        "from": {"id": person.id, "is_bot": False, "first_name": "Rita"},
        **more,
    }
    await harness.post("update", update={"message": message})
    await harness.settle()


@pytest.mark.parametrize(
    "content", [{"checklist": TASKS}, {"hologram": {"file_id": "h"}}, {"giveaway_of_tomorrow": {}}]
)
async def test_it_is_answered_kindly(
    harness: BotHarness, subscriber: Person, content: dict[str, Any]
) -> None:
    await _given(harness, subscriber, **content)
    await subscriber.hears("words")


@pytest.mark.parametrize(
    "event", [{"hologram_deleted": {}}, {"boost_added": {"boost_count": 1}}, {"mood_set": {}}]
)
async def test_what_only_tells_of_an_event_is_left_alone(
    harness: BotHarness, subscriber: Person, event: dict[str, Any]
) -> None:
    await _given(harness, subscriber, **event)
    await subscriber.hears_nothing()


@pytest.mark.parametrize(
    "words", ["pause till Monday", "no more tips, thanks", "change my time to 9pm", "No baby tips"]
)
async def test_an_order_in_plain_words_that_was_forwarded_is_only_read(
    harness: BotHarness, subscriber: Person, words: str
) -> None:
    before = await harness.app.services.subscribers.find(subscriber.id)
    await subscriber.say(words, forwarded=True)
    await subscriber.hears("forwarded")
    assert await harness.app.services.subscribers.find(subscriber.id) == before


async def test_a_wish_chosen_among_others_and_the_button_for_a_command(
    subscriber: Person,
) -> None:
    await subscriber.forge("1ws:service-stored")
    await subscriber.hears("don't keep")
    await subscriber.tap("All that I keep")
    await subscriber.hears("What I keep about you")
