"""``python -m tests.bench.chaos --times N [--postgres] [--json FILE]``: kill the bot, then audit.

``gutskin run`` itself (``tests.bench.chaos_bot``: polling, jobs, inbox, web server) plans the
day's tips and sends them beside four broadcasts (two at once, one scheduled, one at everybody's
local minute), of which one is edited and one recalled meanwhile. The server answers 502 to 1 % of
the calls, resets 0.2 % before and 0.2 % after delivery, and one subscriber in twenty has blocked
the bot. It is killed with SIGKILL at random moments, half of them within 10 ms of a planning tick,
so that slots are left half planned and audiences half frozen; once it is stopped politely under
load, between two kills. Meanwhile strangers write to it. With ``--postgres`` two replicas share a
PostgreSQL, and one of them is killed while the other goes on. At the end the admin has what is in
doubt of the broadcasts sent once more. Then the server's journal is audited
(``tests.bench.audit``), and the process ends with an AssertionError if any figure is not as it
must be:

``kills``
    how often a living bot was killed.
``lost``
    messages (a tip, or one broadcast's) that never arrived at a subscriber who has not blocked the
    bot. A tip reset twice counts apart: the bot sends a tip in doubt once more and no oftener,
    and its ledger must say that this one is in doubt.
``doubled``
    copies beyond the first of a message at its subscriber. One that follows a copy whose answer
    the server itself cut off counts apart: that bot had no way to know, however long it lived.
``in_flight_at_kills``
    messages that the ledger had leased right after a kill and that had reached the server in the
    life that ended. Rows leased but not sent yet are not among them: they are printed beside it.
    ``doubled`` must be within this not only as a sum but message by message.
``second_tips``
    subscribers who got two different tips, by the server's journal, or have two rows of tips in
    the ledger. All subscribers live where it is past noon: the whole run is one local day.
``blocked_retried``
    tries after a refusal, by whatever message, save where a kill kept the bot from writing the
    refusal down.
``old_words`` and ``left_there``
    chats whose copy of the edited broadcast does not have the new words at the end, and chats in
    which the recalled one was not deleted, save what the ledger has in doubt.
``books``
    broadcasts whose recipients do not add up: sent, failed, blocked, in doubt, too old and
    cancelled are not all of them.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import gcd
from pathlib import Path
from typing import Any

from bot.delivery.schedules import Schedule
from tests.bench.audit import DELIVERED, TIP, Audit, Line, Message
from tests.bench.chaos_corrections import left_there, old_words
from tests.bench.chaos_victim import LIFE_SECONDS, Victim
from tests.bench.lab import Server, standin, writable
from tests.bench.standin import DELETED, EDITED
from tests.postgres import start_cluster
from tests.reaper import temporary_files

SUBSCRIBERS_A_KILL = 170
SLOTS_A_KILL = 3
MOST_SLOTS = 600  # all before ten in the morning
CYCLE_SECONDS = 1.9 + LIFE_SECONDS  # what a life takes, its start included
BLOCKED_EVERY = 20  # the stand-in's rule for who has blocked the bot
ROUNDS = 5  # of the admin's word; each leaves one in 250 in doubt again
EDITED_ONE, RECALLED_ONE, LOCAL_ONE, LAST_ONE = range(1, 5)  # the broadcasts' numbers
NEW_WORDS = "New words"
STRANGER = 2_000_000_000
WRITES_A_SECOND = 2.0

SECOND_ROWS = """
SELECT count(*) FROM (SELECT 1 FROM delivery WHERE broadcast_id IS NULL
                      GROUP BY chat_id HAVING count(*) > 1) AS twice
"""
BOOKS = """
SELECT coalesce('broadcast ' || broadcast_id, 'tips'), state, count(*) FROM delivery GROUP BY 1, 2
"""


async def announce(victim: Victim, turn: int, times: int) -> None:
    """What the admin has sent in this turn."""
    if turn == 0:
        soon = datetime.now(UTC) + timedelta(seconds=times * CYCLE_SECONDS / 6)
        await victim.announce(EDITED_ONE, "Old words")
        await victim.announce(RECALLED_ONE, "A mistake", Schedule(at=soon))
        await victim.announce(LOCAL_ONE, "Good morning", victim.next_minute())
    if turn == times // 2:
        await victim.announce(LAST_ONE, "More news")


async def correct(victim: Victim, turn: int, times: int) -> None:
    """What the admin corrects, as soon as there is something to correct."""
    if turn >= times * 5 // 8 and EDITED not in victim.numbers.values():
        await victim.correct(EDITED_ONE, "edit", NEW_WORDS)
    if turn >= times * 3 // 4 and DELETED not in victim.numbers.values():
        await victim.correct(RECALLED_ONE, "recall")


def wreck(victim: Victim, times: int) -> None:
    """Kill the bot so many times, then let it finish, the admin's word included."""
    for turn in range(times):
        asyncio.run(announce(victim, turn, times))
        asyncio.run(correct(victim, turn, times))
        victim.live_and_die()
        if turn == times // 2:
            victim.live_and_stop()
        if sys.stdout.isatty():
            print(f"\rkilled {turn + 1} of {times}", end="", flush=True)
    finished = victim.live_to_the_end()
    asyncio.run(correct(victim, times, times))
    for _ in range(ROUNDS):
        if not finished or not asyncio.run(victim.send_doubtful()):
            break
        finished = victim.live_to_the_end()
    if not finished:
        print("\nnot all rows have their outcome; going on to the audit all the same")


def audit(server: Server, victim: Victim, subscribers: int) -> Audit:
    """The server's journal, and who should have got what."""
    journal: Any = server.control("journal")
    numbers = (TIP, EDITED_ONE, LOCAL_ONE, LAST_ONE)
    reached = (chat for chat in range(1, subscribers + 1) if chat % BLOCKED_EVERY)
    wanted = frozenset(Message(chat, number) for chat in reached for number in numbers)
    lines = [Line(*line) for line in journal]
    # Strangers' answers and what the admin is told belong to nobody of the town.
    town = [line for line in lines if line.chat <= subscribers]
    return Audit(town, victim.lives, wanted, victim.in_doubt())


def only_messages(found: Audit) -> Audit:
    """The same without corrections, which may be repeated."""
    return replace(found, journal=[line for line in found.journal if line.copied >= TIP])


def figures(victim: Victim, found: Audit, whole: Audit) -> dict[str, int]:
    return {
        "kills": victim.kills,
        "lost": len(found.lost),
        "doubled": found.doubled.total(),
        "in_flight_at_kills": found.in_flight.total(),
        "second_tips": max(len(found.second_tips), victim.query(SECOND_ROWS)[0][0]),
        "blocked_retried": found.blocked_retried.total(),
        **corrections(whole),
        "books": len(asyncio.run(victim.that_do_not_add_up())),
    }


def corrections(found: Audit) -> dict[str, int]:
    """How many chats were not corrected."""

    def unsure(*numbers: int) -> set[int]:
        return {message.chat for message in found.owned_up if message.number in numbers}

    old = old_words(found.journal, EDITED_ONE, NEW_WORDS, unsure(EDITED_ONE, EDITED))
    left = left_there(found.journal, RECALLED_ONE, unsure(RECALLED_ONE, DELETED))
    return {"old_words": len(old), "left_there": len(left)}


def report(victim: Victim, found: Audit) -> None:
    """What else is good to know, for people."""
    books: dict[str, list[str]] = {}
    for kind, state, count in victim.query(BOOKS):
        books.setdefault(kind, []).append(f"{state} {count}")
    for kind, states in books.items():
        print(f"the ledger on {kind}: {', '.join(states)}")
    fates = Counter(line.fate for line in found.journal)
    print("the server's journal:", ", ".join(f"{fate} {n}" for fate, n in sorted(fates.items())))
    amid = ", ".join(f"{count} amid {what}" for what, count in sorted(victim.amid.items()))
    print(f"of the kills: {amid or 'none amid planning'}")
    print(
        f"leased at the kills: {victim.leased}; of these in flight: {found.in_flight.total()}; "
        f"doubled: {found.doubled.total()}, of which no kill explains "
        f"{found.unexplained.total()}"
    )
    print(
        f"sent again since the server cut off the answer: {found.after_cut.total()}; "
        f"tips reset twice and in doubt: {len(found.given_up)}"
    )
    most = victim.query("SELECT max(attempts) FROM delivery")[0][0]
    print(f"most attempts at a message: {most}; slowest polite stop: {victim.slowest_stop:.1f} s")
    for complaint, count in Counter(victim.complaints()).most_common(5):
        print(f"the bot complained {count} times: {complaint}")


def check(results: dict[str, int], found: Audit) -> None:
    """Stop with an error that says what is wrong, if anything is.

    Raises:
        AssertionError: the bot broke one of its promises.
    """
    doubled, in_flight = results["doubled"], results["in_flight_at_kills"]
    faults = (
        (results["lost"], "messages were lost", found.lost),
        (results["second_tips"], "subscribers have a second tip on one day", found.second_tips),
        (
            results["blocked_retried"],
            "tries at subscribers who had blocked",
            found.blocked_retried,
        ),
        (max(0, doubled - in_flight), "more doubles than were in flight", found.doubled),
        (found.unexplained.total(), "doubles that no kill explains", found.unexplained),
        (results["old_words"], "chats kept the old words", ()),
        (results["left_there"], "chats kept what was recalled", ()),
        (results["books"], "broadcasts do not add up", ()),
    )
    wrong = [f"{count} {what} (such as {sorted(who)[:3]})" for count, what, who in faults if count]
    assert not wrong, "; ".join(wrong)


@contextmanager
def database(*, postgres: bool) -> Iterator[dict[str, Any]]:
    """Where the bot keeps its rows, and how many of it live side by side."""
    if not postgres:
        yield {}
        return
    with (
        tempfile.TemporaryDirectory(prefix="chaos-pg-") as folder,
        start_cluster(Path(folder)) as cluster,
    ):
        yield {"database_url": cluster.new_database(), "replicas": 2}


def slots_for(times: int) -> int:
    """How many slots there are: such that those who blocked the bot are spread over all of them.

    A third of the messages of one slot refused alike is an outage, and not people who left.
    """
    most = min(MOST_SLOTS, SLOTS_A_KILL * times)
    return next(slots for slots in itertools.count(most) if gcd(slots, BLOCKED_EVERY) == 1)


def run(times: int, *, postgres: bool = False) -> tuple[dict[str, int], Audit]:
    """The figures, and what they were drawn from."""
    subscribers, slots = SUBSCRIBERS_A_KILL * times, slots_for(times)
    with (
        standin() as server,
        tempfile.TemporaryDirectory(prefix="chaos-") as name,
        database(postgres=postgres) as given,
        Victim(server, Path(name), random.Random(times), **given) as victim,
    ):
        seconds = times * CYCLE_SECONDS
        asyncio.run(victim.settle(subscribers, slots, seconds))
        server.behave(faults=1)
        words = {"count": round(seconds * WRITES_A_SECOND), "gap": 1 / WRITES_A_SECOND}
        server.control("talk", first=STRANGER, text="/help", **words)
        wreck(victim, times)
        whole = audit(server, victim, subscribers)
        found = only_messages(whole)
        report(victim, found)
        changed = Counter(line.copied for line in whole.journal if line.fate in DELIVERED)
        print(f"edited {changed[EDITED]} times, deleted {changed[DELETED]} times")
        return figures(victim, found, whole), found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.chaos", description=__doc__)
    parser.add_argument("--times", type=int, default=200, help="how often the bot is killed")
    parser.add_argument("--json", type=writable, metavar="FILE", help="write the figures there")
    two = "two replicas on a PostgreSQL of their own, instead of one bot on a SQLite file"
    parser.add_argument("--postgres", action="store_true", help=two)
    given = parser.parse_args()
    with temporary_files():
        results, found = run(given.times, postgres=given.postgres)
    for key, value in results.items():
        print(f"{key:<20}{value:>8}")
    if given.json:
        given.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    check(results, found)


if __name__ == "__main__":
    main()
