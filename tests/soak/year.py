"""The course of the long run: every day somebody acts; some days the bot goes away."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.soak.audit import Report, audit
from tests.soak.simulation import Town, open_town
from tests.soak.town import rounds, settle_people
from tips.library import load_library

START = datetime(2026, 2, 16, tzinfo=UTC)
"""Four hundred days from here hold every change of clocks in the north and in the south."""

ACTS_PER_READER_AND_DAY = 0.04
COPY_EVERY = 50  # days


async def live(folder: Path, *, subscribers: int, days: int, seed: int = 1) -> Report:
    """So many subscribers through so many days; what the sandbox saw of it."""
    chance = random.Random(seed)
    start = START
    async with open_town(folder, settle_people(subscribers), start) as town:
        await town.move_in()
        for day, moment in enumerate(rounds(start + timedelta(days=1), days, chance)):
            await town.until(moment)
            await _someone_acts(town, chance)
            await _what_else_happens(town, day, days)
            await town.bot.order(tidy="and copy" if day % COPY_EVERY == 0 else "")
        end = town.clock.now()
        return audit(town, load_library(), days, end)


async def _someone_acts(town: Town, chance: random.Random) -> None:
    many = max(1, round(len(town.people) * ACTS_PER_READER_AND_DAY))
    actors = chance.sample(list(town.people), many)
    now = town.clock.now()
    acts = {person.id: person.next_act(chance, now) for person in actors}
    await town.act(acts)
    for person in actors:
        if values := acts[person.id].values:
            person.life.change(town.clock.now(), **values)


async def _what_else_happens(town: Town, day: int, days: int) -> None:
    if day == days // 4:
        await town.restart()
    elif day == days // 2:
        # Long enough for tips to fall due, short enough for them to be worth sending.
        await town.until(_rush_hour(town)[0] - timedelta(minutes=2, seconds=30))
        await town.restart(timedelta(minutes=45))
    elif day == days * 3 // 4:
        moment, tips = _rush_hour(town)
        await town.kill_in_mid_sending(moment + timedelta(minutes=1), tips // 2)


def _rush_hour(town: Town) -> tuple[datetime, int]:
    """The moment within a day at which most tips are due, and how many."""
    now = town.clock.now()
    end = now + timedelta(hours=20)
    dues: Counter[datetime] = Counter()
    for person in town.people:
        dues.update(due.at for due in person.life.dues(end) if due.at > now)
    return dues.most_common(1)[0]
