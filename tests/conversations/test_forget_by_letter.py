"""``gutskin subscriber forget`` beside the running bot: what is erased stays erased."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
from contextlib import closing

from theatre import TOKEN, Person, Theatre

GUTSKIN = (sys.executable, "-c", "from bot.cli import main; main()")


async def gutskin(theatre: Theatre, *words: str) -> str:
    """The command in a process of its own, with the bot's settings."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("GUTSKIN_")}
    ours = {"GUTSKIN_TOKEN": TOKEN, "GUTSKIN_DATA_DIR": str(theatre.settings.data_dir)}
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


def held(theatre: Theatre) -> str:
    with closing(sqlite3.connect(theatre.settings.data_dir / "gutskin.db")) as database:
        return "\n".join(database.iterdump())


async def test_it_holds_while_a_tip_is_on_its_way(theatre: Theatre, reader: Person) -> None:
    other = await theatre.reader("Olga")
    tips, others = len(await reader.tips()), len(await other.tips())
    before = len(await theatre.calls("sendMessage"))
    await theatre.fault("delay", method="sendMessage", chat=reader.id, seconds=6.0)
    morning = asyncio.create_task(theatre.to_next_tip())
    while len(await theatre.calls("sendMessage")) == before:
        await asyncio.wait([morning], timeout=0.02)
    assert f"{reader.id}: erased" in await gutskin(theatre, "subscriber", "forget", str(reader.id))
    await morning
    assert str(reader.id) not in held(theatre)
    await theatre.pass_time(days=3)
    assert str(reader.id) not in held(theatre)
    assert len(await reader.tips()) <= tips + 1, "what was on its way may arrive"
    assert len(await other.tips()) == others + 4


async def test_whoever_was_erased_by_letter_may_begin_anew(
    theatre: Theatre, reader: Person
) -> None:
    await gutskin(theatre, "subscriber", "forget", str(reader.id))
    await reader.say("/settings")
    await reader.sees("/start")
    await reader.say("/export")
    await reader.sees("I don't keep anything about you")
    await reader.begin()
    await reader.sees("Where are you")
