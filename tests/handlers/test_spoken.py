"""What people write in their own words is heard as what it is: told to the real bot over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
import yaml

from bot.store.models import SubscriberRead
from bot.texts import times
from bot.texts.catalogue import translator
from bot.texts.privacy import CONSENT_VERSION
from tests.bot_harness import BotHarness, Person, open_harness

AT_ONCE = 25
TODAY = date(2026, 3, 2)


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


def _by_a_stranger(name: str) -> list[Said]:
    """The messages of somebody who has never seen the code."""
    file = Path(__file__).parent / name
    at = {"asked for an hour": "hour", "asked for a place": "zone", "any time": "subscribed"}
    rows = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [Said(r["say"], {"all": r["want"]}, at.get(r["when"], r["when"])) for r in rows]


OURS = _table("spoken.yaml")
STRANGERS = _by_a_stranger("spoken_by_a_stranger.yaml")
OTHERS = _by_a_stranger("spoken_by_a_second_stranger.yaml")
TABLE = [*OURS, *STRANGERS, *OTHERS]


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
        "sign": words.startswith("🚨"),
        "answer": "Not what I asked" in labels,
        "tip": "Why?" in labels,
        "answers": [
            answer.id
            for answer in bot.app.services.library.answers
            if answer.headline in words and "Not what I asked" in labels
        ],
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
@pytest.mark.parametrize("number", range(len(OURS)), ids=[f"{s.at}: {s.words}" for s in OURS])
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


# How each wish shows that it was heard: done, or offered by a button.
WISHES: dict[str, Callable[[dict[str, Any], str], bool]] = {
    "stop": lambda seen, _: seen["state"] == "stopped" or _has(seen, "Stop the tips"),
    "pause": lambda seen, to: _is_paused(seen, to) if to else _has(seen, "Choose how long"),
    "resume": lambda seen, _: seen["state"] == "active" or _has(seen, "Start tips again"),
    "hour": lambda seen, to: _goes_by(seen, to) if to else _has(seen, "Change the time"),
    "zone": lambda seen, to: _is_there(seen, to) if to else _has(seen, "Change my time zone"),
    "days": lambda seen, _: seen["weekdays"] != 127 or _has(seen, "Choose the days"),
    "themes": lambda seen, _: bool(seen["theme_off"]) or _has(seen, "Choose the subjects"),
    "audience": lambda seen, to: seen["audience"] == to.replace("child", "parent"),
    "another-tip": lambda seen, _: seen["tip"] or _has(seen, "Get a tip now"),
    "saved": lambda seen, _: _has(seen, "My saved tips"),
    "stored": lambda seen, _: _has(seen, "All that I keep"),
    "erase": lambda seen, _: _has(seen, "rase"),
    "export": lambda seen, _: _has(seen, "Get a copy of my data"),
    "makers": lambda seen, _: _has(seen, "Who answers for me"),
    "person-or-doctor": lambda seen, _: "not a doctor" in seen["words"],
    "language": lambda seen, _: "English" in seen["words"],
    "how-often": lambda seen, _: "One tip a day" in seen["words"],
    "why-this-tip": lambda seen, _: "I pick from" in seen["words"],
    "share": lambda seen, _: _has(seen, "Share this bot"),
    "thanks": lambda seen, _: "You're welcome" in seen["words"],
    "complaint": lambda seen, _: "I'm sorry. That" in seen["words"],
    "greeting": lambda seen, _: "Hello!" in seen["words"],
    "goodbye": lambda seen, _: "Bye" in seen["words"],
    "admin": lambda seen, _: "make you an admin" in seen["words"],
    "help": lambda seen, _: _has(seen, "What I can do"),
    "cost": lambda seen, _: "cost you anything" in seen["words"],
    "missing-tip": lambda seen, _: _has(seen, "Check my settings"),
    "quiet": lambda seen, _: seen["quiet"] or _has(seen, "Quietly"),
}
UNTIL = {
    "until Monday": date(2026, 3, 9),
    "until Friday": date(2026, 3, 6),
    "until January": date(2027, 1, 1),
    "for 2 weeks": date(2026, 3, 16),
}


def _has(seen: dict[str, Any], label: str) -> bool:
    return any(label in shown for shown in seen["labels"])


def _is_paused(seen: dict[str, Any], to: str) -> bool:
    """Whether tips are paused until then, or it is asked once whether they shall be."""
    day = times.day(translator("en"), UNTIL[to], TODAY)
    asked = _has(seen, "Yes, pause") and f"until {day}?" in seen["words"]
    return bool(asked or (seen["state"] == "paused" and seen["until"] == UNTIL[to]))


def _goes_by(seen: dict[str, Any], hour: str) -> bool:
    """Whether tips come at that hour, or it is asked once whether they shall."""
    return bool(seen["hour"] == hour or _has(seen, f"Yes, at {hour}"))


def _is_there(seen: dict[str, Any], zone: str) -> bool:
    """Whether the clock there is gone by, or it is asked once whether it shall be."""
    city = zone.rpartition("/")[2].replace("_", " ")
    return bool(seen["zone"] == zone or (_has(seen, "Yes, use it") and city in seen["words"]))


def _fits(want: str, seen: dict[str, Any]) -> bool:
    kind, _, to = want.partition(" ")
    if kind.startswith("service-"):
        return not seen["answer"] and WISHES[kind.removeprefix("service-")](seen, to)
    return bool(
        {
            "hour": seen["hour"] == to,
            "place": seen["zone"] == to or (to == "ask" and _asks_for_a_place(seen)),
            "answer": to in seen["answers"],
            "sign": seen["sign"],
            "none": not seen["answers"],
        }[kind]
    )


def _asks_for_a_place(seen: dict[str, Any]) -> bool:
    return seen["zone"] is None and (_has(seen, "None of these") or "find" in seen["words"])


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("first", "said", "at_most"), [(0, STRANGERS, 2), (len(STRANGERS), OTHERS, 10)]
)
async def test_a_strangers_words_are_heard_as_well(
    heard: list[dict[str, Any]], first: int, said: list[Said], at_most: int
) -> None:
    told = zip(said, heard[len(OURS) + first :], strict=False)
    misheard = [
        f"{one.words} -> {one.want['all']}: {seen['words'][:90]!r} {seen['labels'][:3]}"
        for one, seen in told
        if not _fits(one.want["all"], seen)
    ]
    assert len(misheard) <= at_most, "\n".join(misheard)
