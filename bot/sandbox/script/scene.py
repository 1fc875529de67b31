"""The sandbox as a script sees it: its people, what they received, printed like a chat."""

from __future__ import annotations

import asyncio
import textwrap
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TextIO
from zoneinfo import ZoneInfo

import aiohttp

Event = dict[str, Any]

PATIENCE: Final = 10.0  # seconds of real time for something to arrive
SETTLE: Final = 0.3  # seconds without any event after which nothing more is expected
WIDTH: Final = 78
DEEDS: Final = {"blocked": "blocks the bot", "unblocked": "unblocks the bot"}


class ScriptError(Exception):
    """A step that cannot be read, cannot be done, or failed."""


@dataclass(slots=True)
class Person:
    """Someone in the script, and from where on they look."""

    id: int
    name: str
    zone: ZoneInfo
    since: int = 0


class Deadline:
    """So many seconds of real time from now."""

    def __init__(self, seconds: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._at = self._loop.time() + seconds

    @property
    def passed(self) -> bool:
        """Whether the time is over."""
        return self._loop.time() >= self._at


@dataclass
class Scene:
    """The people of a sandbox; ``patience`` is how long to wait for something, in seconds."""

    http: aiohttp.ClientSession
    out: TextIO
    patience: float = PATIENCE
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
        """Load the users; a script calls them by the first word of their first name."""
        for user in await self.call("users"):
            name = user["first_name"].split()[0]
            self.people[name] = Person(user["id"], name, ZoneInfo(user["zone"] or "UTC"))

    def person(self, name: str) -> Person:
        """The person of that name."""
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

    def deadline(self) -> Deadline:
        """Until when something has to arrive."""
        return Deadline(self.patience)

    async def news(self, person: Person, after: int) -> int:
        """Wait a moment for something to happen in the person's chat; up to where it is known."""
        events = await self.call(
            "wait", after=after, chat=person.id, timeout=min(1.0, self.patience)
        )
        return int(events[-1]["seq"]) if events else after

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
        kind = str(event["kind"])
        return [DEEDS.get(kind, kind)]
    text = event["text"] or f"({event['content']})"
    lines = [part for line in text.split("\n") for part in textwrap.wrap(line, WIDTH - 6) or [""]]
    if event["labels"] and from_bot(event):
        keys = " ".join(f"[{label}]" for label in event["labels"])
        lines += textwrap.wrap(keys, WIDTH - 6)
    return lines
