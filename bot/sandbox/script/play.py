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

import re
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TextIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import aiohttp

from bot.sandbox.script.scene import PATIENCE, SETTLE, Event, Scene, ScriptError

NUMBER: Final = r"\d+(\.\d+)?"
UNITS: Final = {"minute": 60, "hour": 3600, "day": 86400, "week": 604800}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a script."""

    line: int
    text: str


def read_script(path: Path) -> list[Step]:
    """The steps of a script.

    Raises:
        ScriptError: there is no such file, it is no text, or there is nothing in it.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise ScriptError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ScriptError(f"{path}: is not a text in UTF-8") from error
    steps = [Step(at, line.strip()) for at, line in enumerate(lines, 1)]
    steps = [step for step in steps if step.text and not step.text.startswith("#")]
    if not steps:
        raise ScriptError(f"{path}: the script has no steps")
    return steps


async def play(
    path: Path, control_url: str, out: TextIO | None = None, *, patience: float = PATIENCE
) -> int:
    """Play the script at ``path``; 0 when everything came back as it says, else 1.

    ``patience`` is how many seconds of real time something may take to arrive.
    """
    out = out or sys.stdout
    try:
        steps = read_script(path)
    except ScriptError as error:
        out.write(f"{error}\n")
        return 1
    async with aiohttp.ClientSession(control_url) as http:
        scene = Scene(http, out, patience)
        await scene.meet()
        for step in steps:
            try:
                await perform(scene, step.text)
                await scene.show_new()
            except ScriptError as error:
                await scene.show_new()
                out.write(f"\n{path}:{step.line}: {step.text}\n{error}\n")
                return 1
    what = f"All {len(steps)} steps" if len(steps) > 1 else "The one step"
    out.write(f"\n{what} came true.\n")
    return 0


async def perform(scene: Scene, text: str) -> None:
    """Do one step."""
    for pattern, act in ACTS:
        match = pattern.fullmatch(text)
        if match:
            await act(scene, **match.groupdict())
            return
    raise ScriptError("a step reads like: Anna says /start · Anna taps “Berlin” · Anna sees “…”")


async def says(scene: Scene, who: str, words: str) -> None:
    await act_of(scene, who, "say", {"text": words.replace("\\n", "\n")})


async def replies(scene: Scene, who: str, words: str, to: str) -> None:
    person = scene.person(who)
    messages = await scene.call(f"chats/{person.id}/messages")
    meant = next((m for m in reversed(messages) if to in m["text"]), None)
    if meant is None:
        raise ScriptError(f"{who} has no message with {to!r}")
    await act_of(scene, who, "say", {"text": words, "reply_to": meant["message_id"]})


async def taps(scene: Scene, who: str, label: str) -> None:
    scene.tapped = label
    person = scene.person(who)
    deadline = scene.deadline()
    while True:
        try:
            await act_of(scene, who, "tap", {"label": label})
        except ScriptError:
            # The button may still be on its way.
            if deadline.passed:
                raise
            await scene.news(person, person.since)
        else:
            return


async def shares(scene: Scene, who: str, latitude: str, longitude: str) -> None:
    point = {"latitude": float(latitude), "longitude": float(longitude)}
    await act_of(scene, who, "location", point)


async def blocks(scene: Scene, who: str, what: str) -> None:
    await act_of(scene, who, what.removesuffix("s"), {})


async def act_of(scene: Scene, who: str, act: str, body: dict[str, Any]) -> None:
    """One act of a person; from then on the person looks for what is new."""
    person = scene.person(who)
    await scene.mark(person)
    await scene.call(act, {"user": person.id, **body})


async def sees(scene: Scene, who: str, words: str) -> None:
    person = scene.person(who)
    deadline = scene.deadline()
    heard = person.since
    while True:
        events = await scene.new_events(person)
        if any(words in plain(event) for event in events):
            return
        if deadline.passed:
            seen = "\n".join(f"  {plain(event)}" for event in events) or "  nothing"
            raise ScriptError(f"{who} does not see {words!r}. What came:\n{seen}")
        heard = await scene.news(person, heard)


async def misses(scene: Scene, who: str, words: str) -> None:
    person = scene.person(who)
    await scene.call("idle", timeout=scene.patience, settle=SETTLE)
    if any(words in plain(event) for event in await scene.new_events(person)):
        raise ScriptError(f"{who} sees {words!r}, and should not")


def plain(event: Event) -> str:
    """Text and button labels on one line."""
    return " ".join(" ".join([event["text"], *event["labels"]]).split())


async def next_tip(scene: Scene) -> None:
    await move(scene, {"to_next_tip": True})


async def moves(scene: Scene, number: str, unit: str) -> None:
    await move(scene, {"seconds": float(number) * UNITS[unit]})


async def move(scene: Scene, how: dict[str, Any]) -> None:
    """Move the clock; everyone looks for what comes from then on."""
    await scene.call("idle", timeout=scene.patience, settle=SETTLE)
    for person in scene.people.values():
        await scene.mark(person)
    await scene.call("clock", how)


async def shows(scene: Scene, hour: str, zone: str) -> None:
    try:
        there = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ScriptError(f"{zone} is not a time zone") from error
    clock = await scene.call("clock")
    local = datetime.fromisoformat(clock["now"]).astimezone(there)
    if f"{local:%H:%M}" != hour:
        raise ScriptError(f"the clock shows {local:%H:%M} in {zone}, not {hour}")


Act = Callable[..., Awaitable[None]]

ACTS: Final[tuple[tuple[re.Pattern[str], Act], ...]] = tuple(
    (re.compile(pattern), act)
    for pattern, act in (
        (r"(?P<who>\w+) says (?P<words>.+)", says),
        (r'(?P<who>\w+) replies "(?P<words>.+)" to "(?P<to>.+)"', replies),
        (r'(?P<who>\w+) taps "(?P<label>.+)"', taps),
        (
            r"(?P<who>\w+) shares (?P<latitude>-?\d+(\.\d+)?), *(?P<longitude>-?\d+(\.\d+)?)",
            shares,
        ),
        (r"(?P<who>\w+) (?P<what>blocks|unblocks) the bot", blocks),
        (r'(?P<who>\w+) sees "(?P<words>.+)"', sees),
        (r'(?P<who>\w+) does not see "(?P<words>.+)"', misses),
        (r"the clock moves to the next tip", next_tip),
        (rf"the clock moves (?P<number>{NUMBER}) (?P<unit>minute|hour|day|week)s?", moves),
        (r"the clock shows (?P<hour>\d\d:\d\d) in (?P<zone>[\w/+-]+)", shows),
    )
)
