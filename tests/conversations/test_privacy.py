"""What is stored, a copy of it, and its erasure."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import orjson
from sqlalchemy import select
from theatre import Person, Theatre, open_theatre

from bot.store import tables
from bot.subscribers.schedule import KEPT_DAYS
from bot.upkeep import BACKUP_EVERY, REMEMBER_UPDATES

KEPT = timedelta(days=KEPT_DAYS)


async def test_privacy_and_help_are_there_for_everyone(newcomer: Person) -> None:
    await newcomer.say("/privacy")
    await newcomer.sees("What I keep about you", "/export", "/forget", "Backups")
    await newcomer.say("/help")
    message = await newcomer.sees("/tip", "/faq", "/settings", "does not replace a doctor")
    assert "/broadcast" not in message["text"]


async def test_a_backup_holds_what_is_erased_until_seven_more_were_made(
    theatre: Theatre, reader: Person
) -> None:
    await reader.say("/privacy")
    await reader.sees("its last seven daily ones", "about a week")
    backup = theatre.app._jobs.jobs["backup"]
    assert await backup.run()
    await theatre.app.house.privacy.forget(reader.id)
    for day in range(1, 8):
        assert await theatre.app.house.readers.find(reader.id) is None
        assert _backups_with(theatre, reader) == 1, day
        theatre.clock.move(BACKUP_EVERY.total_seconds())
        assert await backup.run()
    assert _backups_with(theatre, reader) == 0


def _backups_with(theatre: Theatre, reader: Person) -> int:
    found = 0
    for file in (theatre.settings.data_dir / "backups").glob("*.db"):
        with closing(sqlite3.connect(file)) as database:
            found += str(reader.id) in "\n".join(database.iterdump())
    return found


async def test_export_is_a_file_with_everything(theatre: Theatre, reader: Person) -> None:
    await reader.tap("Save")
    await reader.say("/export")
    (call,) = await theatre.calls("sendDocument")
    assert call["status"] == 200
    stored = await theatre.app.house.privacy.export(reader.id)
    assert stored["subscriber"][0]["zone"] == "Europe/Berlin"
    assert len(stored["saved"]) == 1
    await reader.sees("everything I keep about you")


async def test_nothing_is_exported_or_erased_of_someone_unknown(newcomer: Person) -> None:
    for command in ("/export", "/forget"):
        await newcomer.say(command)
        await newcomer.sees("I don't keep anything about you")


async def test_who_never_subscribed_is_told_the_truth(theatre: Theatre, newcomer: Person) -> None:
    await newcomer.say("Do probiotics help against eczema?")
    await newcomer.say("/export")
    await newcomer.sees("I don't keep anything about you", "what you've just sent")
    assert await theatre.app.house.privacy.export(newcomer.id) == {}
    async with theatre.app.house.db.read() as session:
        rows = (await session.execute(select(tables.inbox))).mappings().all()
    assert len(rows) == 2
    assert {(row["chat_id"], row["body"]) for row in rows} == {(None, None)}


async def test_an_admin_who_never_subscribed_has_broadcasts_to_export_and_erase(
    theatre: Theatre, admin: Person
) -> None:
    await theatre.reader()
    await admin.say("/broadcast Hello")
    await admin.tap("Send it now")
    await admin.say("/broadcast A draft")
    await admin.say("/export")
    await admin.sees("everything I keep about you")
    exported = await theatre.app.house.privacy.export(admin.id)
    assert [row["state"] for row in exported["broadcast"]] == ["done", "draft"]
    await admin.say("/forget")
    await admin.tap("Yes, erase everything")
    await admin.sees("Everything about you is erased")
    assert await theatre.app.house.privacy.export(admin.id) == {}


async def test_an_admin_s_broadcast_under_way_stays_and_is_said_to(
    theatre: Theatre, admin: Person
) -> None:
    await theatre.reader()
    await admin.say("/broadcast Hello")
    rules = theatre.app.house.broadcasts
    await rules.confirm(1, admin.id)
    await rules.pause(1, admin.id)
    await admin.say("/forget")
    await admin.tap("Yes, erase everything")
    await admin.hears("except for what I still need to send: broadcast 1", "/forget again")
    await rules.cancel(1, admin.id)
    await admin.say("/forget")
    await admin.tap("Yes, erase everything")
    await admin.sees("Everything about you is erased")
    assert await theatre.app.house.privacy.export(admin.id) == {}


async def test_the_file_holds_a_row_for_each_table(theatre: Theatre, reader: Person) -> None:
    await reader.tap("Save")
    await reader.tap("👍 Helpful")
    await theatre.to_next_tip()
    await reader.say("/export")
    (call,) = await theatre.calls("sendDocument")
    file = theatre.sandbox.world.files.by_id("sandbox-document-000001")
    stored = orjson.loads(file.data)
    assert call["status"] == 200
    assert stored["subscriber"][0]["chat_id"] == reader.id
    assert stored.keys() == {
        *("subscriber", "subscription", "saved", "tip_vote", "delivery", "inbox")
    }
    assert stored["delivery"][0]["state"] == "sent"


async def test_forget_asks_once_and_erases_everything(theatre: Theatre, reader: Person) -> None:
    await reader.tap("Save")
    await reader.say("/forget")
    await reader.sees("can't be brought back")
    await reader.tap("Yes, erase everything")
    await reader.sees("Everything about you is erased")
    assert await theatre.app.house.privacy.export(reader.id) == {}
    await theatre.pass_time(days=3)
    assert len(await reader.tips()) == 1
    await reader.say("/settings")
    await reader.sees("/start")


async def test_forget_may_be_declined(theatre: Theatre, reader: Person) -> None:
    before = await theatre.app.house.privacy.export(reader.id)
    await reader.say("/forget")
    await reader.tap("No, keep it")
    await reader.sees("Nothing was erased")
    assert await theatre.app.house.privacy.export(reader.id) == before


async def test_a_second_yes_finds_nothing(reader: Person) -> None:
    await reader.say("/forget")
    await reader.forge("1xf:1")
    await reader.forge("1xf:1")
    await reader.sees("I don't keep anything about you")


async def test_buttons_after_forgetting_lead_to_start(reader: Person) -> None:
    await reader.say("/forget")
    await reader.tap("Yes, erase everything")
    for data in (
        "1tr:1:1", "1ts:1:1", "1sv:main", "1sh:480", "1sd:0:0", "1st:0:0", "1sf:both", "1sl:en",
        "1pp:3", "1za", "1zp:Europe/Berlin", "1ha", "1hp:480", "1td:0:1",
    ):  # fmt: skip
        await reader.forge(data)
        await reader.hears("/start")
    await reader.forge("1pr")
    await reader.sees("is that OK?")
    await reader.say("/forget")
    await reader.forge("1xf:1")
    await reader.forge("1ps")
    await reader.sees("nothing is stored about you")


async def test_the_database_holds_no_words_of_a_reader(theatre: Theatre, reader: Person) -> None:
    await reader.say("my secret story about probiotics")
    with closing(sqlite3.connect(theatre.settings.data_dir / "gutskin.db")) as database:
        held = "\n".join(database.iterdump())
    assert str(reader.id) in held
    assert "secret story" not in held
    assert b"secret story".hex().upper() not in held.upper()


async def test_privacy_names_the_operator_s_contact(tmp_path: Path) -> None:
    contact = "Jane Doe, Dorfstr. 1, privacy@example.org"
    async with open_theatre(tmp_path, contact=contact, erase_after_days=90) as theatre:
        person = await theatre.person()
        await person.say("/privacy")
        await person.sees(contact, "after 90 days", "data-protection authority where you live")


async def test_who_blocked_long_ago_is_erased_by_the_caretaker(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, erase_after_days=30) as theatre:
        gone, stays = await theatre.reader("Gone"), await theatre.reader("Stays")
        await gone.block()
        tidy = theatre.app._jobs.jobs["housekeeping"]
        await theatre.pass_time(days=29)
        assert await tidy.run()
        assert await theatre.app.house.readers.find(gone.id) is not None
        await theatre.pass_time(days=2)
        assert await tidy.run()
        assert await theatre.app.house.privacy.export(gone.id) == {}
        assert await theatre.app.house.readers.find(stays.id) is not None


async def test_nothing_is_kept_longer_than_promised(theatre: Theatre, reader: Person) -> None:
    tidy = theatre.app._jobs.jobs["housekeeping"]
    for _ in range(10):
        await theatre.pass_time(days=1)
        await reader.say("/help")
        assert await tidy.run()
    now = theatre.clock.now()
    sent = (await theatre.app.house.privacy.export(reader.id))["delivery"]
    assert len(sent) >= KEPT_DAYS
    assert all(now - datetime.fromisoformat(one["due_at"]) <= KEPT for one in sent)
    async with theatre.app.house.db.read() as session:
        received = (await session.execute(select(tables.inbox.c.received_at))).scalars().all()
    assert received
    assert all(now - at <= REMEMBER_UPDATES for at in received)
