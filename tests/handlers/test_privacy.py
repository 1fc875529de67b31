"""What is stored, a copy of it, and its erasure."""

from __future__ import annotations

import html
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import orjson
from sqlalchemy import select

from bot.store import tables
from bot.subscribers.schedule import KEPT_DAYS
from bot.upkeep import BACKUP_EVERY, REMEMBER_UPDATES
from tests.bot_harness import BotHarness, Person, open_harness

KEPT = timedelta(days=KEPT_DAYS)


async def test_privacy_and_help_are_there_for_everyone(newcomer: Person) -> None:
    await newcomer.say("/privacy")
    await newcomer.sees("What I keep about you", "/export", "/forget", "Backups")
    await newcomer.say("/help")
    message = await newcomer.sees("/tip", "/faq", "/settings", "don't replace your doctor")
    assert "/broadcast" not in message["text"]


async def test_a_backup_holds_what_is_erased_until_seven_more_were_made(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.say("/privacy")
    await subscriber.sees("its last seven daily ones", "about a week")
    assert await harness.app.run_job("backup")
    await harness.app.services.privacy.forget(subscriber.id)
    for day in range(1, 8):
        assert await harness.app.services.subscribers.find(subscriber.id) is None
        assert _backups_with(harness, subscriber) == 1, day
        harness.clock.move(BACKUP_EVERY.total_seconds())
        assert await harness.app.run_job("backup")
    assert _backups_with(harness, subscriber) == 0


def _backups_with(harness: BotHarness, subscriber: Person) -> int:
    found = 0
    for file in (harness.settings.data_dir / "backups").glob("*.db"):
        with closing(sqlite3.connect(file)) as database:
            found += str(subscriber.id) in "\n".join(database.iterdump())
    return found


async def test_export_is_a_file_with_everything(harness: BotHarness, subscriber: Person) -> None:
    await subscriber.tap("Save")
    await subscriber.say("/export")
    page, data = await harness.calls("sendDocument")
    assert (page["status"], data["status"]) == (200, 200)
    stored = await harness.app.services.privacy.export(subscriber.id)
    assert stored["subscriber"][0]["zone"] == "Europe/Berlin"
    assert len(stored["saved"]) == 1
    await subscriber.hears("everything I keep about you", "as JSON")


async def test_nothing_is_exported_or_erased_of_someone_unknown(newcomer: Person) -> None:
    for command in ("/export", "/forget"):
        await newcomer.say(command)
        await newcomer.sees("I don't keep anything about you")


async def test_who_never_subscribed_is_told_the_truth(
    harness: BotHarness, newcomer: Person
) -> None:
    await newcomer.say("Do probiotics help against eczema?")
    await newcomer.say("/export")
    await newcomer.sees("I don't keep anything about you", "what you've just sent")
    assert await harness.app.services.privacy.export(newcomer.id) == {}
    async with harness.app.services.db.read() as session:
        rows = (await session.execute(select(tables.inbox))).mappings().all()
    assert len(rows) == 2
    assert {(row["chat_id"], row["body"]) for row in rows} == {(None, None)}


async def test_an_admin_who_never_subscribed_has_broadcasts_to_export_and_erase(
    harness: BotHarness, admin: Person
) -> None:
    await harness.subscriber()
    await admin.say("/broadcast Hello")
    await admin.tap("Send it now")
    await admin.say("/broadcast A draft")
    await admin.say("/export")
    await admin.hears("everything I keep about you")
    exported = await harness.app.services.privacy.export(admin.id)
    assert [row["state"] for row in exported["broadcast"]] == ["done", "draft"]
    await admin.say("/forget")
    await admin.tap("Yes, erase everything")
    await admin.sees("everything about you is erased")
    assert await harness.app.services.privacy.export(admin.id) == {}


async def test_an_admin_s_broadcast_under_way_stays_and_is_said_to(
    harness: BotHarness, admin: Person
) -> None:
    await harness.subscriber()
    await admin.say("/broadcast Hello")
    rules = harness.app.services.broadcasts
    await rules.confirm(1, admin.id)
    await rules.pause(1, admin.id)
    await admin.say("/forget")
    await admin.tap("Yes, erase everything")
    await admin.hears("except for what I still need to send: broadcast 1", "/forget again")
    await rules.cancel(1, admin.id)
    await admin.say("/forget")
    await admin.tap("Yes, erase everything")
    await admin.sees("everything about you is erased")
    assert await harness.app.services.privacy.export(admin.id) == {}


async def test_the_file_holds_a_row_for_each_table(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.tap("Save")
    await subscriber.tap("👍 Helpful")
    await harness.to_next_tip()
    await subscriber.say("/export")
    page = harness.sandbox.world.files.by_id("sandbox-document-000001").data.decode()
    stored = orjson.loads(harness.sandbox.world.files.by_id("sandbox-document-000002").data)
    (tip,) = [row["tip_id"] for row in stored["saved"]]
    title = next(one.title for one in harness.app.services.library.tips if one.id == tip)
    for words in ("<h1>What GutSkin keeps about you", html.escape(title), "08:00", "thumbs up"):
        assert words in page
    assert stored["subscriber"][0]["chat_id"] == subscriber.id
    assert stored.keys() == {
        *("subscriber", "subscription", "saved", "tip_vote", "delivery", "inbox", "rotation")
    }
    assert stored["delivery"][0]["state"] == "sent"


async def test_forget_asks_once_and_erases_everything(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.tap("Save")
    await subscriber.say("/forget")
    await subscriber.sees("can't be brought back")
    await subscriber.tap("Yes, erase everything")
    await subscriber.sees("everything about you is erased")
    assert await harness.app.services.privacy.export(subscriber.id) == {}
    await harness.pass_time(days=3)
    assert len(await subscriber.tips()) == 1
    await subscriber.say("/settings")
    await subscriber.sees("/start")


async def test_forget_may_be_declined(harness: BotHarness, subscriber: Person) -> None:
    before = await harness.app.services.privacy.export(subscriber.id)
    await subscriber.say("/forget")
    await subscriber.tap("No, keep it")
    await subscriber.sees("kept everything as it was")
    assert await harness.app.services.privacy.export(subscriber.id) == before


async def test_a_second_yes_finds_nothing(subscriber: Person) -> None:
    await subscriber.say("/forget")
    await subscriber.forge("1xf:1")
    await subscriber.forge("1xf:1")
    await subscriber.sees("I don't keep anything about you")


async def test_buttons_after_forgetting_lead_to_start(subscriber: Person) -> None:
    await subscriber.say("/forget")
    await subscriber.tap("Yes, erase everything")
    for data in (
        "1tr:1:1", "1ts:1:1", "1sv:main", "1sh:480", "1sd:0:0", "1st:0:0", "1sf:both", "1sl:en",
        "1pp:3", "1za", "1zp:Europe/Berlin", "1ha", "1hp:480", "1td:0:1",
    ):  # fmt: skip
        await subscriber.forge(data)
        await subscriber.hears("/start")
    await subscriber.forge("1pr")
    await subscriber.sees("Is that OK?")
    await subscriber.say("/forget")
    await subscriber.forge("1xf:1")
    await subscriber.forge("1ps")
    await subscriber.sees("I don't keep anything about you")


async def test_the_database_holds_no_words_of_a_reader(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.say("my secret story about probiotics")
    with closing(sqlite3.connect(harness.settings.data_dir / "gutskin.db")) as database:
        held = "\n".join(database.iterdump())
    assert str(subscriber.id) in held
    assert "secret story" not in held
    assert b"secret story".hex().upper() not in held.upper()


async def test_privacy_names_the_operator_s_contact(tmp_path: Path) -> None:
    contact = "Jane Doe, Dorfstr. 1, privacy@example.org"
    async with open_harness(tmp_path, contact=contact, erase_after_days=90) as harness:
        person = await harness.person()
        await person.say("/privacy")
        await person.sees(contact, "after 90 days", "data-protection authority where you live")


async def test_who_blocked_long_ago_is_erased_by_the_caretaker(tmp_path: Path) -> None:
    async with open_harness(tmp_path, erase_after_days=30) as harness:
        gone, stays = await harness.subscriber("Gone"), await harness.subscriber("Stays")
        await gone.block()
        await harness.pass_time(days=29)
        assert await harness.app.run_job("purge")
        assert await harness.app.services.subscribers.find(gone.id) is not None
        await harness.pass_time(days=2)
        assert await harness.app.run_job("purge")
        assert await harness.app.services.privacy.export(gone.id) == {}
        assert await harness.app.services.subscribers.find(stays.id) is not None


async def test_nothing_is_kept_longer_than_promised(
    harness: BotHarness, subscriber: Person
) -> None:
    for _ in range(10):
        await harness.pass_time(days=1)
        await subscriber.say("/help")
        assert await harness.app.run_job("retention")
        assert await harness.app.run_job("purge")
    now = harness.clock.now()
    sent = (await harness.app.services.privacy.export(subscriber.id))["delivery"]
    assert len(sent) >= KEPT_DAYS
    assert all(now - datetime.fromisoformat(one["due_at"]) <= KEPT for one in sent)
    async with harness.app.services.db.read() as session:
        received = (await session.execute(select(tables.inbox.c.received_at))).scalars().all()
    assert received
    assert all(now - at <= REMEMBER_UPDATES for at in received)
