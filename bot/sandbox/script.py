"""Plays a text script against a running sandbox and prints the dialogue like a chat.

A script has one step a line; empty lines and lines that begin with ``#`` say nothing::

    Anna says /start
    Anna taps "Berlin"
    Anna shares 52.52, 13.405
    Anna sees "does not replace a doctor"
    Anna does not see "Try today"
    Ada replies "/broadcast" to "One typo less"
    Anna blocks the bot
    Anna unblocks the bot
    the clock moves to the next tip
    the clock moves 1 day
    the clock shows 08:00 in Europe/Berlin

*sees* looks at what reached the person since the person last did something or the clock last
moved, edits and the short notes that answer a tap included, and waits for it a few seconds.
"""

from __future__ import annotations

import asyncio
import re
import sys
import textwrap
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TextIO
from zoneinfo import ZoneInfo

import aiohttp

Event = dict[str, Any]

PATIENCE: Final = 10.0  # seconds of real time for something to arrive
SETTLE: Final = 0.3  # seconds without any event after which nothing more is expected
WIDTH: Final = 78
UNITS: Final = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800}


class ScriptError(Exception):
    """A step that cannot be read, cannot be done, or did not come true."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a script."""

    line: int
    text: str


def read_script(path: Path) -> list[Step]:
    """The steps of a script.

    Raises:
        ScriptError: when there is no such file, or nothing in it.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise ScriptError(f"{path}: {error.strerror}") from error
    steps = [Step(at, line.strip()) for at, line in enumerate(lines, 1)]
    steps = [step for step in steps if step.text and not step.text.startswith("#")]
    if not steps:
        raise ScriptError(f"{path}: the script has no steps")
    return steps


@dataclass(slots=True)
class Person:
    """Someone in the script, and from where on they look."""

    id: int
    name: str
    zone: ZoneInfo
    since: int = 0


@dataclass
class Stage:
    """The sandbox as a script sees it."""

    http: aiohttp.ClientSession
    out: TextIO
    people: dict[str, Person] = field(default_factory=dict)
    printed: int = 0
    day: str = ""
    tapped: str = ""

    async def call(self, path: str, body: object = None, **query: object) -> Any:
        """One control call; ScriptError in the sandbox's words when it refuses."""
        method = "GET" if body is None else "POST"
        params = {name: str(value) for name, value in query.items()}
        async with self.http.request(
            method, f"/control/{path}", json=body, params=params
        ) as response:
            answer = await response.json()
        if response.status >= 400:
            raise ScriptError(str(answer.get("error", answer)))
        return answer

    async def meet(self) -> None:
        """Learn who is there; a first name's first word is what a script calls them."""
        for user in await self.call("users"):
            name = user["first_name"].split()[0]
            self.people[name] = Person(user["id"], name, ZoneInfo(user["zone"] or "UTC"))

    def person(self, name: str) -> Person:
        """Who is called that."""
        if name not in self.people:
            raise ScriptError(f"nobody here is called {name}: there are {', '.join(self.people)}")
        return self.people[name]

    async def mark(self, person: Person) -> None:
        """From here on, look only at what is new."""
        events = await self.call("transcript", after=person.since)
        person.since = events[-1]["seq"] if events else person.since

    async def new_events(self, person: Person) -> list[Event]:
        """What reached the person since the mark."""
        events = await self.call("transcript", after=person.since)
        return [event for event in events if event["chat"] == person.id and from_bot(event)]

    async def show_new(self) -> None:
        """Print what has happened since the last printing."""
        for event in await self.call("transcript", after=self.printed):
            self.printed = event["seq"]
            self._print(event)

    def _print(self, event: Event) -> None:
        silent_nod = event["kind"] == "answered" and not event["text"]
        if event["kind"] == "update" or silent_nod:
            return
        person = next((p for p in self.people.values() if p.id == event["chat"]), None)
        name, zone = (person.name, person.zone) if person else ("", ZoneInfo("UTC"))
        at = datetime.fromisoformat(event["at"]).astimezone(zone)
        if f"{at:%A %d %B}" != self.day:
            self.day = f"{at:%A %d %B}"
            self.out.write(f"\n{f'— {self.day} —':^{WIDTH}}\n\n")
        who = f"GutSkin to {name}" if from_bot(event) else name
        note = {"edited": " (edited)", "answered": " (note)"}.get(event["kind"], "")
        lines = [f"taps [{self.tapped}]"] if event["kind"] == "tapped" else spoken(event)
        self.out.write(f"{at:%H:%M} {who}{note}\n")
        self.out.writelines(f"      {line}".rstrip() + "\n" for line in lines)
        self.out.flush()


def from_bot(event: Event) -> bool:
    """Whether the person sees this event as coming from the bot."""
    return bool(event["who"] == "bot" or event["kind"] == "answered")


def spoken(event: Event) -> list[str]:
    """The lines of an event as a chat shows them."""
    if event["kind"] not in {"message", "edited", "answered"}:
        return [event["kind"]]
    text = event["text"] or f"({event['content']})"
    lines = [part for line in text.split("\n") for part in textwrap.wrap(line, WIDTH - 6) or [""]]
    if event["labels"] and from_bot(event):
        keys = " ".join(f"[{label}]" for label in event["labels"])
        lines += textwrap.wrap(keys, WIDTH - 6)
    return lines


async def play(path: Path, control_url: str, out: TextIO | None = None) -> int:
    """Play the script at ``path``; 0 when everything came back as it says, else 1."""
    out = out or sys.stdout
    try:
        steps = read_script(path)
    except ScriptError as error:
        out.write(f"{error}\n")
        return 1
    async with aiohttp.ClientSession(control_url) as http:
        stage = Stage(http, out)
        await stage.meet()
        for step in steps:
            try:
                await perform(stage, step.text)
                await stage.show_new()
            except ScriptError as error:
                await stage.show_new()
                out.write(f"\n{path}:{step.line}: {step.text}\n{error}\n")
                return 1
    out.write(f"\nAll {len(steps)} steps came true.\n")
    return 0


async def perform(stage: Stage, text: str) -> None:
    """Do one step."""
    for pattern, act in ACTS:
        match = pattern.fullmatch(text)
        if match:
            await act(stage, **match.groupdict())
            return
    raise ScriptError("a step reads like: Anna says /start · Anna taps “Berlin” · Anna sees “…”")


async def says(stage: Stage, who: str, words: str) -> None:
    await act_of(stage, who, "say", {"text": words.replace("\\n", "\n")})


async def replies(stage: Stage, who: str, words: str, to: str) -> None:
    person = stage.person(who)
    messages = await stage.call(f"chats/{person.id}/messages")
    meant = next((m for m in reversed(messages) if to in m["text"]), None)
    if meant is None:
        raise ScriptError(f"{who} has no message with {to!r}")
    await act_of(stage, who, "say", {"text": words, "reply_to": meant["message_id"]})


async def taps(stage: Stage, who: str, label: str) -> None:
    stage.tapped = label
    await act_of(stage, who, "tap", {"label": label})


async def shares(stage: Stage, who: str, latitude: str, longitude: str) -> None:
    point = {"latitude": float(latitude), "longitude": float(longitude)}
    await act_of(stage, who, "location", point)


async def blocks(stage: Stage, who: str, what: str) -> None:
    await act_of(stage, who, what.removesuffix("s"), {})


async def act_of(stage: Stage, who: str, act: str, body: dict[str, Any]) -> None:
    """One act of a person; from then on the person looks for what is new."""
    person = stage.person(who)
    await stage.mark(person)
    await stage.call(act, {"user": person.id, **body})


async def sees(stage: Stage, who: str, words: str) -> None:
    person = stage.person(who)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE
    heard = person.since
    while True:
        events = await stage.new_events(person)
        if any(words in plain(event) for event in events):
            return
        if loop.time() >= deadline:
            seen = "\n".join(f"  {plain(event)}" for event in events) or "  nothing"
            raise ScriptError(f"{who} does not see {words!r}. What came:\n{seen}")
        news = await stage.call("wait", after=heard, chat=person.id, timeout=1)
        heard = news[-1]["seq"] if news else heard


async def misses(stage: Stage, who: str, words: str) -> None:
    person = stage.person(who)
    await stage.call("idle", timeout=PATIENCE, settle=SETTLE)
    if any(words in plain(event) for event in await stage.new_events(person)):
        raise ScriptError(f"{who} sees {words!r}, and should not")


def plain(event: Event) -> str:
    """Text and button labels on one line."""
    return " ".join(" ".join([event["text"], *event["labels"]]).split())


async def next_tip(stage: Stage) -> None:
    await move(stage, {"to_next_tip": True})


async def moves(stage: Stage, number: str, unit: str) -> None:
    await move(stage, {"seconds": float(number) * UNITS[unit]})


async def move(stage: Stage, how: dict[str, Any]) -> None:
    """Move the clock; everyone looks for what comes from then on."""
    await stage.call("idle", timeout=PATIENCE, settle=SETTLE)
    for person in stage.people.values():
        await stage.mark(person)
    await stage.call("clock", how)


async def shows(stage: Stage, hour: str, zone: str) -> None:
    clock = await stage.call("clock")
    local = datetime.fromisoformat(clock["now"]).astimezone(ZoneInfo(zone))
    if f"{local:%H:%M}" != hour:
        raise ScriptError(f"the clock shows {local:%H:%M} in {zone}, not {hour}")


Act = Callable[..., Awaitable[None]]

ACTS: Final[tuple[tuple[re.Pattern[str], Act], ...]] = tuple(
    (re.compile(pattern), act)
    for pattern, act in (
        (r"(?P<who>\w+) says (?P<words>.+)", says),
        (r'(?P<who>\w+) replies "(?P<words>.+)" to "(?P<to>.+)"', replies),
        (r'(?P<who>\w+) taps "(?P<label>.+)"', taps),
        (r"(?P<who>\w+) shares (?P<latitude>-?[\d.]+), *(?P<longitude>-?[\d.]+)", shares),
        (r"(?P<who>\w+) (?P<what>blocks|unblocks) the bot", blocks),
        (r'(?P<who>\w+) sees "(?P<words>.+)"', sees),
        (r'(?P<who>\w+) does not see "(?P<words>.+)"', misses),
        (r"the clock moves to the next tip", next_tip),
        (r"the clock moves (?P<number>[\d.]+) (?P<unit>minute|hour|day|week)s?", moves),
        (r"the clock shows (?P<hour>\d\d:\d\d) in (?P<zone>[\w/+-]+)", shows),
    )
)
