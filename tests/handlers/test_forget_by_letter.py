"""``gutskin subscriber forget`` beside the running bot: what is erased stays erased."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from contextlib import closing

from tests.bot_harness import TOKEN, BotHarness, Person

GUTSKIN = (sys.executable, "-c", "from bot.cli import main; main()")


async def gutskin(harness: BotHarness, *words: str) -> str:
    """The command in a process of its own, with the bot's settings."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GUTSKIN_")}
    ours = {"GUTSKIN_TOKEN": TOKEN, "GUTSKIN_DATA_DIR": str(harness.settings.data_dir)}
    process = await asyncio.create_subprocess_exec(
        *GUTSKIN,
        *words,
        env={**plain, **ours},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err
    return (out + err).decode()


def held(harness: BotHarness) -> str:
    with closing(sqlite3.connect(harness.settings.data_dir / "gutskin.db")) as database:
        return "\n".join(database.iterdump())


async def test_it_holds_while_a_tip_is_on_its_way(harness: BotHarness, subscriber: Person) -> None:
    other = await harness.subscriber("Olga")
    tips, others = len(await subscriber.tips()), len(await other.tips())
    before = len(await harness.calls("sendMessage"))
    await harness.fault("delay", method="sendMessage", chat=subscriber.id, seconds=6.0)
    morning = asyncio.create_task(harness.to_next_tip())
    while len(await harness.calls("sendMessage")) == before:
        await asyncio.wait([morning], timeout=0.02)
    assert f"{subscriber.id}: erased" in await gutskin(
        harness, "subscriber", "forget", str(subscriber.id)
    )
    await morning
    assert str(subscriber.id) not in held(harness)
    await harness.pass_time(days=3)
    assert str(subscriber.id) not in held(harness)
    assert len(await subscriber.tips()) <= tips + 1, "what was on its way may arrive"
    assert len(await other.tips()) == others + 4


async def test_whoever_was_erased_by_letter_may_begin_anew(
    harness: BotHarness, subscriber: Person
) -> None:
    await gutskin(harness, "subscriber", "forget", str(subscriber.id))
    await subscriber.say("/settings")
    await subscriber.sees("/start")
    await subscriber.say("/export")
    await subscriber.sees("I don't keep anything about you")
    await subscriber.begin()
    await subscriber.sees("What time zone")
