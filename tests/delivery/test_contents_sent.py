"""What arrives of each kind of content: labelled, with the way out, in each one's own words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import update

from bot.delivery.content import Content, LinkButton
from bot.store import tables
from bot.store.database import Database
from bot.store.queries import broadcasts as store
from tests.delivery_harness import ADMIN, DeliveryHarness, delivery_harness
from tests.scripted_telegram import CUT_AFTER, Telegram, refusal
from tips.library import Library

LABEL = "📣 From the GutSkin team"
OUT = [{"text": "Switch team messages off", "callback_data": "1an"}]
READ = LinkButton("Read more", "https://example.org")
PHOTO = {"type": "photo", "media": "file-1"}


async def sent(harness: DeliveryHarness, content: Content) -> list[tuple[str, dict[str, Any]]]:
    await harness.broadcast(content)
    await harness.worker.drain()
    return harness.telegram.calls


async def test_a_text_is_labelled_and_carries_the_way_out(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7)
    bold = {"type": "bold", "offset": 0, "length": 5}
    content = Content(
        kind="text",
        text="Hello",
        entities=(bold,),
        buttons=(READ,),
        link_preview={"is_disabled": True},
    )
    ((method, body),) = await sent(harness, content)
    assert (method, body["chat_id"]) == ("sendMessage", 7)
    assert body["text"] == f"{LABEL}\n\nHello"
    label, moved = body["entities"]
    assert (label["type"], label["length"]) == ("bold", 24)
    assert (moved["offset"], moved["length"]) == (26, 5)
    assert body["link_preview_options"] == {"is_disabled": True}
    link = [{"text": "Read more", "url": "https://example.org"}]
    assert body["reply_markup"]["inline_keyboard"] == [link, OUT]
    assert "disable_notification" not in body
    (row,) = await harness.rows()
    assert (row.state, row.message_id, row.album) == ("sent", 1, None)


async def test_a_photo_is_labelled_in_its_caption(harness: DeliveryHarness) -> None:
    await harness.subscribe(7)
    content = Content(kind="copy", text="Look", has_caption=True, caption_above=True)
    ((method, body),) = await sent(harness, content)
    assert method == "copyMessage"
    assert (body["from_chat_id"], body["message_id"]) == (ADMIN, 5)
    assert body["caption"] == f"{LABEL}\n\nLook"
    assert body["show_caption_above_media"] is True
    assert body["reply_markup"]["inline_keyboard"] == [OUT]


async def test_a_photo_without_words_says_whose_it_is_all_the_same(
    harness: DeliveryHarness,
) -> None:
    await harness.subscribe(7)
    ((_method, body),) = await sent(harness, Content(kind="copy", has_caption=True))
    assert body["caption"] == LABEL


async def test_what_can_have_no_words_is_labelled_by_a_button(harness: DeliveryHarness) -> None:
    await harness.subscribe(7)
    ((method, body),) = await sent(harness, Content(kind="copy"))
    assert method == "copyMessage"
    assert "caption" not in body
    label = [{"text": LABEL, "callback_data": "1aw"}]
    assert body["reply_markup"]["inline_keyboard"] == [label, OUT]


async def test_a_poll_whose_votes_count_together_is_forwarded(harness: DeliveryHarness) -> None:
    await harness.subscribe(7)
    ((method, body),) = await sent(harness, Content(kind="forward"))
    assert method == "forwardMessage"
    assert body == {"chat_id": 7, "from_chat_id": ADMIN, "message_id": 5}


async def test_an_album_is_labelled_and_its_messages_are_remembered(
    harness: DeliveryHarness,
) -> None:
    await harness.subscribe(7)
    album = Content(kind="album", text="Two", media=(PHOTO, {"type": "video", "media": "file-2"}))
    ((method, body),) = await sent(harness, album)
    assert method == "sendMediaGroup"
    first, second = body["media"]
    way_out = "Don't want these? Switch them off in /settings"
    assert first["caption"] == f"{LABEL}\n\nTwo\n\n{way_out}"
    assert second == {"type": "video", "media": "file-2"}
    (row,) = await harness.rows()
    assert (row.state, row.message_id, row.album) == ("sent", 1000, "1001")


@pytest.mark.parametrize(
    ("manner", "hour", "silent"),
    [
        ("night", 20, False), ("night", 21, True), ("night", 7, True), ("night", 8, False),
        ("always", 12, True), ("never", 23, False),
    ],
)  # fmt: skip
async def test_at_night_it_makes_no_sound_by_their_own_clock(
    harness: DeliveryHarness, manner: Any, hour: int, silent: bool
) -> None:
    await harness.subscribe(7, 8)
    await harness.subscribers.set_zone(7, "Asia/Tokyo")  # 9 hours ahead
    await harness.subscribers.set_zone(8, "Asia/Tokyo")
    await harness.subscribers.set_quiet(8, on=True)
    harness.clock.move_to(datetime(2026, 6, 2, (hour - 9) % 24, 30, tzinfo=UTC))
    calls = await sent(harness, Content(kind="text", text="Hello", silent=manner))
    by_chat = {body["chat_id"]: body.get("disable_notification", False) for _, body in calls}
    assert by_chat[7] is silent
    assert by_chat[8] is (silent or manner == "night"), "who wants tips quietly"


async def test_whose_zone_is_not_known_any_more_has_the_night_of_the_operators(
    db: Database, library: Library, tg: Telegram
) -> None:
    async with delivery_harness(db, library, tg, default_timezone="Asia/Tokyo") as harness:
        await harness.subscribe(7)
        async with db.write() as session:
            await session.execute(update(tables.subscriber).values(zone="Mars/Olympus"))
        harness.clock.move_to(datetime(2026, 6, 2, 12, 30, tzinfo=UTC))  # 21:30 in Tokyo
        ((_, body),) = await sent(harness, Content(kind="text", text="Hello", silent="night"))
        assert body["disable_notification"] is True


def people(**names: str) -> Any:
    known = {int(chat.removeprefix("chat")): name for chat, name in names.items()}

    def script(method: str, body: dict[str, Any]) -> Any:
        if method != "getChat":
            return None
        if body["chat_id"] not in known:
            return refusal(400, "Bad Request: chat not found")
        return 200, {"ok": True, "result": {"first_name": known[body["chat_id"]]}}

    return script


async def test_each_is_called_by_their_first_name_which_is_kept_nowhere(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7, 8)
    tg.script = people(chat7="Zoë <b>🙂")
    await sent(harness, Content(kind="text", text="Hello {first_name}!"))
    said = {b["chat_id"]: b["text"].split("\n\n")[1] for m, b in tg.calls if m == "sendMessage"}
    assert said == {7: "Hello Zoë <b>🙂!", 8: "Hello there!"}
    stored = "".join(str(dict(row._mapping)) for row in await harness.rows())
    assert "Zoë" not in stored


async def test_nobody_is_asked_for_a_name_that_is_not_said(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7)
    calls = await sent(harness, Content(kind="text", text="Next tip {next_tip}"))
    assert [method for method, _ in calls] == ["sendMessage"]


async def test_a_flood_of_questions_for_names_holds_the_message_back(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7)
    waits = [refusal(429, "Too Many Requests", retry_after=5)]
    named = people(chat7="Zoë")
    tg.script = lambda m, b: waits.pop() if m == "getChat" and waits else named(m, b)
    await sent(harness, Content(kind="text", text="Hello {first_name}"))
    assert await harness.states() == [("queued", "flood")]
    harness.clock.move(6)
    await harness.worker.drain()
    assert tg.calls[-1][1]["text"].endswith("Hello Zoë")
    assert tg.copies == {7: 1}


async def test_a_connection_that_breaks_over_the_name_leaves_the_message_whole(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7)
    tg.script = lambda m, _b: CUT_AFTER if m == "getChat" else None
    await sent(harness, Content(kind="text", text="Hello {first_name}"))
    assert tg.calls[-1][1]["text"].endswith("Hello there")
    assert await harness.states() == [("sent", None)]


async def test_each_is_told_their_own_next_tip(harness: DeliveryHarness, tg: Telegram) -> None:
    await harness.subscribe(1, 2, 3, 4, 5, 6)  # at noon on Monday, for 08:00
    await harness.subscribers.set_hour(2, 18 * 60)
    await harness.subscribers.set_weekdays(3, 1 << 3)  # Thursdays
    await harness.subscribers.set_zone(4, "Asia/Tokyo")
    await harness.subscribers.set_weekdays(6, 1)  # Mondays
    harness.clock.move_to(datetime(2026, 6, 2, 12, 0, tzinfo=UTC))
    await sent(harness, Content(kind="text", text="{next_tip}"))
    said = {body["chat_id"]: body["text"].split("\n\n")[1] for _, body in tg.calls}
    assert said == {
        1: "tomorrow at 08:00",
        2: "today at 18:00",
        3: "on Thursday at 08:00",
        4: "tomorrow at 08:00",
        5: "tomorrow at 08:00",
        6: "on Monday at 08:00",
    }


async def test_a_tip_that_has_come_today_is_not_promised_again(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(1)
    await harness.morning()
    await harness.worker.drain()
    await harness.subscribers.set_hour(1, 20 * 60)
    await sent(harness, Content(kind="text", text="{next_tip}"))
    assert tg.calls[-1][1]["text"].endswith("tomorrow at 20:00")


async def test_whoever_switches_them_off_before_it_leaves_does_not_get_it(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7, 8)
    broadcast = await harness.broadcast(Content(kind="text", text="Hello"))
    await harness.subscribers.set_announcements(7, on=False)
    await harness.worker.drain()
    assert tg.copies == {8: 1}
    report = await harness.broadcasts.report(broadcast)
    assert (report.sent, report.cancelled, report.left, report.total) == (1, 1, 1, 2)


async def test_stars_are_offered_for_all_that_takes_them(
    db: Database, library: Library, tg: Telegram
) -> None:
    async with delivery_harness(db, library, tg, paid_broadcast=True) as harness:
        await harness.subscribe(7)
        for content in (Content(kind="text", text="Hello"), Content(kind="forward")):
            await sent(harness, content)
        paid = [(method, body.get("allow_paid_broadcast")) for method, body in tg.calls]
        assert paid == [("sendMessage", True), ("forwardMessage", None)]


async def test_a_content_that_cannot_be_read_fails_alone(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7)
    broken = await harness.broadcast(Content(kind="text", text="Hello"))
    async with harness.db.write() as session:
        await store.change(session, broken, {"content": '{"kind":"hologram"}'})
    await sent(harness, Content(kind="text", text="Fine"))
    assert sorted(await harness.states()) == [("failed", "not_made"), ("sent", None)]
    assert [body["text"].split()[-1] for _, body in tg.calls] == ["Fine"]
