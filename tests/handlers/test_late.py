"""What waited for more than an hour: warning signs are answered, the rest is asked anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from bot.clock import MovableClock
from bot.telegram.client import Client
from bot.telegram.messenger import Messenger
from bot.telegram.request import AiohttpRequest
from bot.texts.catalogue import translator
from bot.texts.errors import emoji_only
from tests.bot_harness import BotHarness, Person

EN = translator("en")

PHOTO = {"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}
SORRY = "only just got what you wrote"


async def writes(harness: BotHarness, person: Person, ago: timedelta, **content: Any) -> None:
    """A message that Telegram kept for us while we were away."""
    body = {
        "message_id": 9000,
        "date": int((harness.clock.now() - ago).timestamp()),
        "chat": {"id": person.id, "type": "private", "first_name": person.name},
        "from": {"id": person.id, "is_bot": False, "first_name": person.name},
        **content,
    }
    person.seen = person.harness.last_event
    await harness.post("update", update={"message": body})
    await harness.settle()


LATE, IN_TIME = timedelta(hours=1, seconds=5), timedelta(minutes=59)


async def test_a_question_is_asked_for_again_once(harness: BotHarness, subscriber: Person) -> None:
    await writes(harness, subscriber, LATE, text="do probiotics help against eczema?")
    answers = await subscriber.hears(SORRY, "ask me again")
    assert "most people won't notice a difference" not in answers
    for text in ("can we keep the cat?", "/tip", "/help", "hello!"):
        await writes(harness, subscriber, LATE, text=text)
        await subscriber.hears_nothing()
    await subscriber.say("do probiotics help against eczema?")
    await subscriber.hears("most people won't notice a difference")


async def test_an_hour_is_not_too_late(harness: BotHarness, subscriber: Person) -> None:
    await writes(harness, subscriber, IN_TIME, text="do probiotics help against eczema?")
    await subscriber.hears("most people won't notice a difference")


@pytest.mark.parametrize("text", ["/stop", "Stop!", "/stop@GutSkinBot"])
async def test_a_stop_is_carried_out(harness: BotHarness, subscriber: Person, text: str) -> None:
    await writes(harness, subscriber, timedelta(hours=20), text=text)
    await subscriber.hears("unsubscribed.")
    found = await harness.app.services.subscribers.find(subscriber.id)
    assert found is not None
    assert found.state == "stopped"


@pytest.mark.parametrize("where", ["text", "caption"])
async def test_a_warning_sign_is_answered(
    harness: BotHarness, subscriber: Person, where: str
) -> None:
    words = {where: "I want to end my life"}
    photo = {} if where == "text" else {"photo": [PHOTO]}
    await writes(harness, subscriber, timedelta(hours=20), **words, **photo)
    answers = await subscriber.hears("crisis line now")
    assert SORRY not in answers


async def test_another_days_forwarded_stop_stops_nothing(
    harness: BotHarness, subscriber: Person
) -> None:
    origin = {"type": "hidden_user", "date": 1772452800, "sender_user_name": "Max"}
    await writes(harness, subscriber, LATE, text="/stop", forward_origin=origin)
    await subscriber.hears(SORRY)


class Telegram(AiohttpRequest):
    """Its clock is two days behind ours, and right; it takes every message."""

    def __init__(self, clock: MovableClock) -> None:
        super().__init__()
        self._clock = clock

    async def do_request(self, *_given: Any, **_more: Any) -> tuple[int, bytes]:
        date = int(self.now().timestamp())
        message = {"message_id": 1, "date": date, "chat": {"id": 7, "type": "private"}}
        return 200, orjson.dumps({"ok": True, "result": message})

    def now(self) -> datetime:
        return self._clock.now() - timedelta(days=2)


async def test_by_a_clock_that_is_wrong_nothing_is_late_for_long() -> None:
    clock = MovableClock(datetime(2026, 3, 4, 12, tzinfo=UTC))
    telegram = Telegram(clock)
    messenger = Messenger(Client("7:token", request=telegram), clock)
    await messenger.send(7, emoji_only(EN))
    assert abs(messenger.age(telegram.now())) < 2
    clock.move(3 * 3600)
    assert abs(messenger.age(telegram.now() - timedelta(hours=2)) - 7200) < 2
