"""What people write in their own words is heard as what it is: told to the real bot over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
import yaml

from bot.store.models import SubscriberRead
from bot.texts.privacy import CONSENT_VERSION
from tests.bot_harness import BotHarness, Person, open_harness

AT_ONCE = 25
SIGN = ("emergency", "999", "112", "911", "🚨")


class Said(NamedTuple):
    """A message, what must come of it, and where its writer is."""

    words: str
    want: dict[str, Any]
    at: str = "subscribed"


def _table(name: str) -> list[Said]:
    groups = yaml.safe_load((Path(__file__).parent / name).read_text(encoding="utf-8"))
    return [
        Said(words, group["want"], group.get("at", "subscribed"))
        for group in groups
        for words in group["said"]
    ]


TABLE = _table("spoken.yaml")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def heard(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[list[dict[str, Any]]]:
    """What came of each message: one bot hears them all, each from somebody else."""
    seen: list[dict[str, Any]] = []
    async with open_harness(tmp_path_factory.mktemp("spoken")) as bot:
        rest = iter(TABLE)
        while some := list(islice(rest, AT_ONCE)):
            seen += await _tell(bot, some)
        yield seen


async def _tell(bot: BotHarness, some: list[Said]) -> list[dict[str, Any]]:
    people = [await _somebody(bot, said.at) for said in some]
    for person, said in zip(people, some, strict=True):
        await bot.post("say", user=person.id, text=said.words)
    await bot.settle()
    return [await _seen(bot, person) for person in people]


async def _somebody(bot: BotHarness, at: str) -> Person:
    """Somebody who has agreed, and is asked for a place or an hour, or has subscribed."""
    person = await bot.person(f"P{len(bot.people)}")
    subscribers = bot.app.services.subscribers
    await subscribers.arrive(person.id, "en", consent=str(CONSENT_VERSION))
    if at != "zone":
        await subscribers.set_zone(person.id, "Europe/Berlin")
    if at in ("zone", "hour"):
        await subscribers.expect(person.id, at)
    else:
        await subscribers.set_hour(person.id, 480)
    if at == "paused":
        await subscribers.pause(person.id, 7)
    if at == "stopped":
        await subscribers.stop(person.id)
    return person


async def _seen(bot: BotHarness, person: Person) -> dict[str, Any]:
    known = await bot.app.services.subscribers.find(person.id)
    assert known is not None
    messages = await person.messages()
    words = "\n---\n".join(message["text"] for message in messages)
    rows = [row for message in messages for row in message["keyboard"] or ()]
    labels = [button["label"] for row in rows for button in row]
    return {
        **_stored(bot, known),
        "words": words,
        "labels": labels,
        "sign": any(sign in words for sign in SIGN),
        "answer": "Not what I asked" in labels,
        "tip": "Why?" in labels,
    }


def _stored(bot: BotHarness, known: SubscriberRead) -> dict[str, Any]:
    minute, themes = known.local_minute, bot.app.services.library.themes
    off = [theme.id for theme in themes if not known.themes >> theme.bit & 1]
    return {
        "state": known.state,
        "zone": known.zone,
        "hour": None if minute is None else f"{minute // 60:02}:{minute % 60:02}",
        "until": _day(known.paused_until, known.zone),
        "weekdays": known.weekdays,
        "audience": known.audience,
        "theme_off": off[0] if off else None,
        "quiet": known.quiet,
    }


def _day(instant: datetime | None, zone: str | None) -> date | None:
    return None if instant is None else instant.astimezone(ZoneInfo(zone or "UTC")).date()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("number", range(len(TABLE)), ids=[f"{s.at}: {s.words}" for s in TABLE])
async def test_what_people_write_is_heard_as_what_it_is(
    heard: list[dict[str, Any]], number: int
) -> None:
    said, seen = TABLE[number], heard[number]
    for name, wanted in said.want.items():
        if name == "says":
            assert str(wanted).casefold() in seen["words"].casefold(), seen
        elif name == "mark":
            assert any(str(wanted).casefold() in label.casefold() for label in seen["labels"]), (
                seen
            )
        else:
            assert seen[name] == wanted, (name, seen)
