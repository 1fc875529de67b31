"""One broken update among good ones: they are answered, it is put aside, and operators know."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import Connection, Engine, event

from tests.bot_harness import LONGEST_WAIT_S, BotHarness, Person, open_harness
from tests.logbook import captured

WORDS = "I can't breathe and my lips are swelling"
DEEP = "[" * 300 + "]" * 300
DEEPER = "[" * 20_000 + "]" * 20_000
POLL = (
    '{"message_id":8,"date":1,"chat":{"id":5,"type":"private"},'
    '"poll":{"id":"1","question":"?","form":"of tomorrow"}}'
)
ODD = {
    "no UTF-8": ('"text":"WORDS \xff\xc3("', True),
    "half a surrogate pair": ('"text":"WORDS \\ud83d"', True),
    "a number of 2^63": ('"text":"WORDS","effect_id":9223372036854775808', True),
    "a number of 2^70": ('"text":"WORDS","x":1180591620717411303424', True),
    "300 levels": (f'"text":"WORDS","x":{DEEP}', True),
    "20,000 levels": (f'"text":"WORDS","x":{DEEPER}', True),
    "an unescaped quotation mark": ('"text":"WORDS " oh"', False),
    "a bracket too few": ('"text":"WORDS","x":[', False),
    "a poll of tomorrow": (f'"text":"WORDS","reply_to_message":{POLL}', True),
    "a chat number of 2^63": ('"text":"WORDS","chat":{"id":9223372036854775808}', False),
}


@asynccontextmanager
async def by_polling(folder: Path, _port: int) -> AsyncIterator[BotHarness]:
    async with open_harness(folder) as harness:
        yield harness


@asynccontextmanager
async def by_webhook(folder: Path, port: int) -> AsyncIterator[BotHarness]:
    hook = f"http://127.0.0.1:{port}/hook"
    async with open_harness(
        folder, webhook_url=hook, webhook_secret="a-secret_1", webhook_port=port
    ) as harness:
        yield harness


def update_by(person: Person, fields: str) -> str:
    """A message of theirs, byte for byte."""
    who = f'{{"id":{person.id},"is_bot":false,"first_name":"{person.name}"}}'
    chat = f'{{"id":{person.id},"type":"private","first_name":"{person.name}"}}'
    body = f'"message_id":9000,"date":1772452800,"from":{who},"chat":{chat},'
    return f'{{"update_id":UPDATE_ID,"message":{{{body}{fields.replace("WORDS", WORDS)}}}}}'


@pytest.mark.parametrize("way", [by_polling, by_webhook])
@pytest.mark.parametrize("what", list(ODD))
async def test_the_good_ones_are_answered_whatever_is_between_them(
    tmp_path: Path, unused_tcp_port: int, way: type[BotHarness], what: str
) -> None:
    fields, readable = ODD[what]
    async with way(tmp_path, unused_tcp_port) as harness:  # type: ignore[attr-defined]
        first, middle, last = [await harness.person(name) for name in ("Ann", "Mia", "Liz")]
        await middle.say("/help")
        middle.seen = middle.harness.last_event
        with captured() as log:
            await asyncio.gather(
                harness.post("say", user=first.id, text="/help"),
                harness.post("update", raw=update_by(middle, fields)),
                harness.post("say", user=last.id, text="/help"),
            )
            await harness.settle()
        await first.sees("/settings")
        await last.sees("/settings")
        if readable:
            await middle.hears("emergency")
        else:
            assert "put aside" in log.getvalue()
        assert "Traceback" not in log.getvalue()
        assert WORDS not in log.getvalue()


async def test_words_that_were_read_leniently_can_be_shown_and_stored(harness: BotHarness) -> None:
    mia = await harness.person("Mia")
    await mia.say("/help")
    await harness.post("update", raw=update_by(mia, '"text":"/start x\xff\\ud83d\\u0000y"'))
    await harness.settle()
    await mia.tap("Yes, start")
    await mia.tap("Just me")
    for words in ("Tim\xffbuk\\ud83dtu", "Do probiotics \xff help?"):
        await harness.post("update", raw=update_by(mia, f'"text":"{words}"'))
        await harness.settle()
    await mia.hears("What time zone", "\ufffd")
    assert "went wrong" not in await mia.hears()


async def ready(harness: BotHarness) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession(harness.app.web_url) as session,
        session.get("/readyz") as response,
    ):
        return response.status, await response.text()


async def live_until(harness: BotHarness, true: Callable[[], bool]) -> None:
    """Time passes, with room for the bot to act in between, until that is so."""
    async with asyncio.timeout(LONGEST_WAIT_S):
        while not true():
            harness.clock.move(0.5)
            await asyncio.sleep(0.005)


def refused_polls(harness: BotHarness) -> bool:
    calls = harness.sandbox.world.journal.calls.after(0)
    refused = [call for call in calls if (call["method"], call["status"]) == ("getUpdates", 409)]
    return len(refused) > 1  # by the second, the bot has taken note of the first


async def test_an_operator_sees_that_no_updates_can_be_fetched(harness: BotHarness) -> None:
    await harness.app.tick()
    assert await ready(harness) == (200, "ok\n")
    conflict = "Conflict: terminated by other getUpdates request"
    await harness.fault("error", method="getUpdates", error_code=409, description=conflict,
                        times=1000)  # fmt: skip
    await harness.post("update", update={"poll": {}})  # ends the call that is held
    await live_until(harness, lambda: refused_polls(harness))
    harness.clock.move(200.0)
    await harness.app.tick()
    status, text = await ready(harness)
    assert status == 503
    (line,) = text.splitlines()
    assert line.startswith("no update could be fetched for ")
    assert "another process polls with this token" in line
    async with (
        aiohttp.ClientSession(harness.app.web_url) as session,
        session.get("/metrics") as response,
    ):
        metrics = await response.text()
    (age,) = [line for line in metrics.splitlines() if line.startswith("gutskin_poll_age")]
    assert float(age.split()[-1]) >= 120


async def test_a_garbled_number_is_no_hot_loop_and_the_next_message_ends_it(
    harness: BotHarness,
) -> None:
    mia = await harness.person("Mia")
    await mia.say("/help")
    garbled = update_by(mia, '"text":"WORDS"').replace("UPDATE_ID", '"seven"')
    await harness.post("update", raw=garbled)
    before = len(await harness.calls("getUpdates"))
    for _ in range(60):
        harness.clock.move(1.0)
        await asyncio.sleep(0.002)
    assert len(await harness.calls("getUpdates")) - before < 30
    handled = harness.app.inbox.counts.processed
    await harness.post("say", user=mia.id, text="/settings")
    await live_until(harness, lambda: harness.app.inbox.counts.processed > handled)
    await harness.settle()
    await mia.sees("/start")


async def test_on_a_full_disk_updates_wait_at_telegram_and_each_try_is_one_line(
    harness: BotHarness, request: pytest.FixtureRequest
) -> None:
    people = [await harness.person(f"P{number}") for number in range(6)]
    full = [True]

    def fill_up(connection: Connection) -> None:
        pages = 1 if full[0] else 2**30
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    event.listen(Engine, "begin", fill_up)
    request.addfinalizer(lambda: event.remove(Engine, "begin", fill_up))
    long = "Do probiotics help? " * 200
    received = len(people) + harness.app.inbox.counts.received
    with captured("WARNING") as log:
        for person in people:
            await harness.post("say", user=person.id, text=long)
        await live_until(harness, lambda: log.getvalue().count("could not be written down") >= 6)
        full[0] = False
        await live_until(harness, lambda: harness.app.inbox.counts.received >= received)
    await harness.settle()
    lines = [line for line in log.getvalue().splitlines() if "could not be written down" in line]
    waits = [float(line.rpartition("seconds=")[2]) for line in lines]
    assert waits[:6] == [1, 2, 4, 8, 16, 32]
    assert all("SQLITE_FULL" in line for line in lines)
    assert "Traceback" not in "".join(lines)
    for person in people:
        assert await person.messages(), "it was answered"
