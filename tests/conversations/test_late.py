"""What waited for more than an hour: signs of danger are answered, the rest is asked anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from theatre import Person, Theatre

from bot.clock import MovableClock
from bot.telegram.messenger import Chat
from bot.texts.errors import emoji_only

PHOTO = {"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}
SORRY = "only just got what you wrote"


async def writes(theatre: Theatre, person: Person, ago: timedelta, **content: Any) -> None:
    """A message that Telegram kept for us while we were away."""
    body = {
        "message_id": 9000,
        "date": int((theatre.clock.now() - ago).timestamp()),
        "chat": {"id": person.id, "type": "private", "first_name": person.name},
        "from": {"id": person.id, "is_bot": False, "first_name": person.name},
        **content,
    }
    person.seen = await person._last_event()
    await theatre.post("update", update={"message": body})
    await theatre.settle()


LATE, IN_TIME = timedelta(hours=1, seconds=5), timedelta(minutes=59)


async def test_a_question_is_asked_for_again_once(theatre: Theatre, reader: Person) -> None:
    await writes(theatre, reader, LATE, text="do probiotics help against eczema?")
    heard = await reader.hears(SORRY, "ask me again")
    assert "robiotic" not in heard
    for text in ("can we keep the cat?", "/tip", "/help", "hello!"):
        await writes(theatre, reader, LATE, text=text)
        await reader.hears_nothing()
    await reader.say("do probiotics help against eczema?")
    await reader.hears("robiotic")


async def test_an_hour_is_not_too_late(theatre: Theatre, reader: Person) -> None:
    await writes(theatre, reader, IN_TIME, text="do probiotics help against eczema?")
    await reader.hears("robiotic")


@pytest.mark.parametrize("text", ["/stop", "Stop!", "/stop@GutSkinBot"])
async def test_a_stop_is_carried_out(theatre: Theatre, reader: Person, text: str) -> None:
    await writes(theatre, reader, timedelta(hours=20), text=text)
    await reader.hears("Stopped.")
    found = await theatre.app.house.readers.find(reader.id)
    assert found is not None
    assert found.state == "stopped"


@pytest.mark.parametrize("where", ["text", "caption"])
async def test_a_warning_sign_is_answered(theatre: Theatre, reader: Person, where: str) -> None:
    words = {where: "I want to end my life"}
    photo = {} if where == "text" else {"photo": [PHOTO]}
    await writes(theatre, reader, timedelta(hours=20), **words, **photo)
    heard = await reader.hears("crisis line now")
    assert SORRY not in heard


async def test_another_days_forwarded_stop_stops_nothing(theatre: Theatre, reader: Person) -> None:
    origin = {"type": "hidden_user", "date": 1772452800, "sender_user_name": "Max"}
    await writes(theatre, reader, LATE, text="/stop", forward_origin=origin)
    await reader.hears(SORRY)


class Telegram:
    """Its clock is two days behind ours, and right."""

    def __init__(self, clock: MovableClock) -> None:
        self._clock = clock

    async def call(self, _method: str, _payload: Any, **_how: bool) -> Any:
        return {"message_id": 1, "date": int(self.now().timestamp())}

    def now(self) -> datetime:
        return self._clock.now() - timedelta(days=2)


async def test_by_a_clock_that_is_wrong_nothing_is_late_for_long() -> None:
    clock = MovableClock(datetime(2026, 3, 4, 12, tzinfo=UTC))
    telegram = Telegram(clock)
    chat = Chat(telegram, clock)
    await chat.send(7, emoji_only())
    assert abs(chat.age(telegram.now())) < 2
    clock.move(3 * 3600)
    assert abs(chat.age(telegram.now() - timedelta(hours=2)) - 7200) < 2
