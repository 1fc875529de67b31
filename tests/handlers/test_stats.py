"""``/stats``: a picture, its words, other spans in its place, and a file."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.bot_harness import BotHarness, Person
from tests.logbook import captured

PNG = b"\x89PNG\r\n\x1a\n"


async def content_of(harness: BotHarness, message: dict[str, Any]) -> bytes:
    """The picture or file of a message, as an app would load it."""
    media = message["media"]
    file = media["photo"][-1] if "photo" in media else media["document"]
    return harness.sandbox.world.files.by_id(file["file_id"]).data


async def test_a_week_is_sent_as_a_picture_with_its_words(
    harness: BotHarness, admin: Person
) -> None:
    subscriber = await harness.subscriber()
    await harness.to_next_tip()
    await subscriber.tap("👍 Helpful")
    await subscriber.say("Do probiotics help against eczema?")
    await subscriber.say("How do I repair my car's gearbox?")
    await admin.say("/stats")
    shown = await admin.sees(
        "Now\n1 subscriber: 1 getting tips",
        "The last 7 days",
        "Subscribers: 1 more than a week ago",
        "1 joined",
        "Tips: 1 sent",
        "How late: half within",
        "Tips rated: 1 helpful",
        "1 without an answer",
    )
    assert shown["kind"] == "photo"
    assert (await content_of(harness, shown)).startswith(PNG)
    assert await admin.labels() == ["30 days", "365 days", "CSV file"]


async def test_another_span_takes_its_place(harness: BotHarness, admin: Person) -> None:
    await admin.say("/stats")
    first = await admin.sees("The last 7 days")
    picture = await content_of(harness, first)
    await admin.tap("365 days")
    second = await admin.sees("The last 365 days", "No subscribers yet")
    assert second["message_id"] == first["message_id"]
    assert second["edited"]
    assert await content_of(harness, second) != picture
    assert await admin.labels() == ["7 days", "30 days", "CSV file"]


@pytest.mark.parametrize(
    ("asked", "heading"),
    [("/stats 30", "The last 30 days"), ("/stats year", "The last 365 days"),
     ("/stats 14 days", "The last 14 days"), ("/stats 1", "Today")],
)  # fmt: skip
async def test_any_span_can_be_asked_for(admin: Person, asked: str, heading: str) -> None:
    await admin.say(asked)
    assert (await admin.sees(heading))["kind"] == "photo"


async def test_the_file_has_a_line_a_day(harness: BotHarness, admin: Person) -> None:
    await harness.subscriber()
    await harness.pass_time(days=8)
    for ask in (lambda: admin.say("/stats csv"), lambda: admin.say("/stats csv 365")):
        await ask()
        shown = await admin.sees("Figures day by day, 2–10 Mar 2026")
        assert shown["media"]["document"]["file_name"] == "gutskin-figures-2026-03-10.csv"
        text = (await content_of(harness, shown)).decode()
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        assert [row["day"] for row in rows] == [f"2026-03-{day:02}" for day in range(2, 11)]
        assert [row["joined"] for row in rows] == ["1", *["0"] * 8]
        assert [row["tips_sent"] for row in rows] == ["0", *["1"] * 8]
        assert rows[-1]["subscribers"] == "1"


async def test_the_button_sends_the_file_of_the_span_beside_the_picture(
    harness: BotHarness, admin: Person
) -> None:
    await admin.say("/stats 30")
    picture = (await admin.messages())[-1]
    await admin.tap("CSV file")
    file = await admin.sees("Figures day by day")
    assert file["kind"] == "document"
    assert (await admin.messages())[-2]["message_id"] == picture["message_id"]


@pytest.mark.parametrize("words", ["soon", "0", "366", "csv tomorrow", "=1+1", "<b>", "7" * 4000])
async def test_what_cannot_be_asked_is_answered_with_what_can(admin: Person, words: str) -> None:
    await admin.say(f"/stats {words}")
    await admin.sees("any number of days up to a year", "/stats csv")
    await admin.tap("7 days")
    assert (await admin.sees("The last 7 days"))["kind"] == "photo"
    assert len(await admin.messages()) == 1, "the picture takes the place of the text"


async def test_where_the_picture_cannot_be_drawn_the_words_come_alone(
    harness: BotHarness, admin: Person
) -> None:
    await admin.say("/stats")
    harness.app.services.painter.close()
    with captured() as log:
        await admin.say("/stats")
        shown = await admin.sees("Now", "The last 7 days", "No tips sent")
        assert shown["kind"] == "text"
        await admin.tap("30 days")
        assert (await admin.sees("The last 30 days"))["kind"] == "text"
    assert log.getvalue().count("the picture of the figures cannot be drawn") == 2
    assert "RuntimeError" in log.getvalue()


async def test_a_picture_that_was_deleted_is_sent_anew(harness: BotHarness, admin: Person) -> None:
    await admin.say("/stats")
    await harness.fault("error", method="editMessageMedia", error_code=400,
                        description="Bad Request: message to edit not found")  # fmt: skip
    await admin.tap("30 days")
    await admin.sees("The last 30 days")
    assert len(await admin.messages()) == 2


async def test_a_picture_that_telegram_has_no_time_for_comes_at_the_next_try(
    harness: BotHarness, admin: Person
) -> None:
    await harness.fault("429", method="sendPhoto", retry_after=3, times=1)
    await admin.say("/stats")
    await harness.pass_time(seconds=10)
    assert (await admin.sees("The last 7 days"))["kind"] == "photo"


async def test_a_broadcast_s_reach_is_told(harness: BotHarness, admin: Person) -> None:
    await harness.subscriber()
    lost = await harness.subscriber("Lost")
    await admin.say("/broadcast Hello")
    await harness.fault("error", chat=lost.id, error_code=403,
                        description="Forbidden: bot was blocked by the user")  # fmt: skip
    await admin.tap("Send it now")
    await admin.sees("Broadcast done")
    await admin.say("/stats")
    await admin.sees("Broadcasts: 1 sent, 1 failed", "Broadcasts reached: 2 Mar 1 of 2 (50%)",
                     "1 blocked the bot")  # fmt: skip


async def test_nobody_else_gets_a_figure(subscriber: Person) -> None:
    before = len(await subscriber.messages())
    for data in ("1as:7", "1as:365", "1ac:30"):
        await subscriber.forge(data)
    assert len(await subscriber.messages()) == before
