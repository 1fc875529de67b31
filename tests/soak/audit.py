"""What the sandbox saw, against what had to be: the product's tables are not asked."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tests.soak.oracle import Due, Life
from tests.soak.simulation import Outage, Town
from tests.soak.town import SOUTH, Person
from tips.library import Library

TIP = "Try today:"
SLACK = timedelta(seconds=30)
"""From due to sent when nothing is wrong: the rush hour takes a few seconds at the pace."""
SLACK_AFTER_OUTAGE = timedelta(minutes=4)
"""A lease ends after 90 seconds and is looked for every 15."""


class Received(NamedTuple):
    """A tip as it arrived; ``asked`` when it answers what the subscriber did."""

    at: datetime
    title: str
    asked: bool


@dataclass
class Report:
    subscribers: int
    days: int
    expected: int = 0
    received: int = 0
    on_request: int = 0
    doubled_at_kill: int = 0
    held_at_kill: int = 0
    new_cycles: int = 0
    most_late: timedelta = timedelta()
    faults: list[str] = field(default_factory=list)


def audit(town: Town, library: Library, days: int, end: datetime) -> Report:
    """Every subscriber's year, tip by tip."""
    report = Report(len(town.people), days, held_at_kill=len(town.held_at_kill))
    everyone = _received(town)
    titles = _Titles(library)
    for person in town.people:
        mine = everyone.get(person.id, [])
        once, twice = _without_doubles(mine)
        report.doubled_at_kill += len(twice)
        if twice and (len(twice) > 1 or person.id not in town.held_at_kill):
            report.faults.append(f"{person.id}: sent twice at {twice[0].at}")
        _audit_days(report, person, once, town.outages, end)
        _audit_cycle(report, person, once, titles)
    return report


def _received(town: Town) -> dict[int, list[Received]]:
    begins = [begin for begin, _ in town.rounds]
    found: dict[int, list[Received]] = {}
    for event in town.sandbox.world.journal.transcript.after(0):
        if event["who"] != "bot" or event["kind"] != "message" or TIP not in event["text"]:
            continue
        index = bisect_right(begins, event["seq"] - 1) - 1
        asked = index >= 0 and event["seq"] <= town.rounds[index][1]
        title = _title_of(event["text"])
        got = Received(datetime.fromisoformat(event["at"]), title, asked)
        found.setdefault(event["chat"], []).append(got)
    return found


def _without_doubles(tips: list[Received]) -> tuple[list[Received], list[Received]]:
    """A double is the very same tip again within minutes, unasked."""
    once: list[Received] = []
    twice: list[Received] = []
    for tip in tips:
        last = once[-1] if once else None
        same = last is not None and last.title == tip.title and not tip.asked
        (twice if same and last and tip.at - last.at < SLACK_AFTER_OUTAGE else once).append(tip)
    return once, twice


def _audit_days(
    report: Report,
    person: Person,
    tips: list[Received],
    outages: Iterable[Outage],
    end: datetime,
) -> None:
    daily = [tip.at for tip in tips if not tip.asked]
    dues = person.life.dues(end)
    report.expected += len(dues)
    report.received += len(daily)
    report.on_request += len(tips) - len(daily)
    for due, ats in _matched(dues, daily):
        if due is None or len(ats) != 1:
            report.faults.append(f"{person.id}: {len(ats)} tips for {due}")
            continue
        late = ats[0] - due.at
        if not any(outage.begin <= due.at <= outage.end for outage in outages):
            report.most_late = max(report.most_late, late)
        if late > _allowed(due, outages):
            report.faults.append(f"{person.id}: {late} late for {due}")
    for day, times in Counter(_dates(person.life, daily)).items():
        if times > 1:
            report.faults.append(f"{person.id}: {times} tips on {day}")


def _matched(
    dues: list[Due], daily: list[datetime]
) -> Iterator[tuple[Due | None, list[datetime]]]:
    """The tips from each due moment up to the next; the first are those that nobody was due."""
    starts = [due.at for due in dues]
    by_due: dict[int, list[datetime]] = {}
    for at in daily:
        by_due.setdefault(bisect_right(starts, at) - 1, []).append(at)
    if -1 in by_due:
        yield None, by_due[-1]
    for index, due in enumerate(dues):
        yield due, by_due.get(index, [])


def _allowed(due: Due, outages: Iterable[Outage]) -> timedelta:
    for outage in outages:
        if outage.begin - SLACK <= due.at <= outage.end:
            return outage.end + SLACK_AFTER_OUTAGE - due.at
    return SLACK


def _dates(life: Life, daily: list[datetime]) -> Iterator[date]:
    """The date on the subscriber's wall at each tip, with the first day's as taken."""
    first = life.standings[0]
    yield first.since.astimezone(ZoneInfo(first.zone)).date()
    changes = [standing.since for standing in life.standings]
    for at in daily:
        zone = life.standings[bisect_right(changes, at) - 1].zone
        yield at.astimezone(ZoneInfo(zone)).date()


def _title_of(card: str) -> str:
    """The line below the theme; a word that somebody is back from a break stands above both."""
    lines = card.split("\n")
    theme = next(at for at, line in enumerate(lines) if line and not line[0].isascii())
    return lines[theme + 1]


class _Titles:
    """Which tips fit a subscriber in a month, by title."""

    def __init__(self, library: Library) -> None:
        self._tips = [(tip.title, {season.value for season in tip.season}) for tip in library.tips]

    def fitting(self, on: date, zone: str) -> set[str]:
        shift = 6 if zone in SOUTH else 0
        season = ("winter", "spring", "summer", "autumn")[(on.month + shift) % 12 // 3]
        return {title for title, seasons in self._tips if not seasons or season in seasons}


def _audit_cycle(report: Report, person: Person, tips: list[Received], titles: _Titles) -> None:
    """A tip comes again only when all that fit the subscriber on that day have been."""
    seen: set[str] = set()
    changes = [standing.since for standing in person.life.standings]
    for tip in tips:
        zone = person.life.standings[max(0, bisect_right(changes, tip.at) - 1)].zone
        if tip.title in seen:
            left = titles.fitting(tip.at.astimezone(ZoneInfo(zone)).date(), zone) - seen
            if left:
                report.faults.append(
                    f"{person.id}: “{tip.title}” again at {tip.at} with {len(left)} unseen"
                )
            report.new_cycles += 1
            seen = set()
        seen.add(tip.title)
