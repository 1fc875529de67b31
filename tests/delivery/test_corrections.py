"""Editing and recalling a broadcast: rows in the same outbox, and reports that add up."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.delivery import audience
from bot.delivery.content import Content
from bot.delivery.message import Finished
from bot.store import tables
from bot.store.queries import broadcasts
from bot.store.values import Report
from bot.telegram.limits.limiter import SendLimiter
from bot.telegram.responses import Outcome
from tests.delivery_harness import ADMIN, DeliveryHarness
from tests.scripted_telegram import CUT_AFTER, Telegram, once, refusal
from tests.waiting import LONG_S

HELLO = Content(kind="text", text="Hello")
BETTER = Content(kind="text", text="Better")
PHOTO = Content(kind="copy", text="Look", has_caption=True)
TWO = ({"type": "photo", "media": "a"}, {"type": "photo", "media": "b"})
ALBUM = Content(kind="album", text="Two", media=TWO)
DAY = 86400.0


def adds_up(report: Report) -> bool:
    ended = report.sent + report.blocked + sum(report.failed.values()) + report.in_doubt
    return report.total == ended + report.too_old + report.cancelled + report.queued


def methods(tg: Telegram) -> list[tuple[str, int]]:
    return [(method, body["chat_id"]) for method, body in tg.calls]


async def arrived(harness: DeliveryHarness, content: Content | None, *chats: int) -> int:
    """A broadcast that has reached these subscribers; what follows is noted anew."""
    await harness.subscribe(*chats)
    broadcast = await harness.broadcast(content)
    await harness.worker.drain()
    harness.telegram.calls.clear()
    return broadcast


async def under_way(harness: DeliveryHarness) -> tuple[int, asyncio.Task[int]]:
    """A broadcast to sixty that has reached some; eight wait for Telegram's answer, more are
    leased, and most are not."""
    tg = harness.telegram

    def hold_the_ninth(_method: str, _body: dict[str, Any]) -> None:
        if len(tg.calls) == 9:
            tg.gate.clear()

    tg.script = hold_the_ninth
    await harness.fill(range(1, 61))
    broadcast = await harness.broadcast(HELLO)
    sending = asyncio.create_task(harness.worker.drain())
    await tg.until(lambda: tg.held == 8)
    tg.script = lambda _method, _body: None
    async with asyncio.timeout(LONG_S):
        while not (await harness.broadcasts.reach_of(broadcast)).reached:  # noqa: ASYNC110
            await asyncio.sleep(0.002)
    return broadcast, sending


async def ids(harness: DeliveryHarness, broadcast: int) -> dict[int, int]:
    rows = await harness.rows()
    return {row.chat_id: row.message_id for row in rows if row.broadcast_id == broadcast}


async def test_an_edit_changes_the_text_in_every_chat_it_reached(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    broadcast = await arrived(harness, HELLO, 7, 8)
    sent = await ids(harness, broadcast)
    edit = await harness.correct(broadcast, "edit", BETTER)
    await harness.worker.drain()
    assert {body["chat_id"]: body["message_id"] for _, body in tg.calls} == sent
    for method, body in tg.calls:
        assert method == "editMessageText"
        assert body["text"] == "📣 From the GutSkin team\n\nBetter"
        assert body["reply_markup"]["inline_keyboard"][-1][0]["callback_data"] == "1an"
        assert "disable_notification" not in body
    report = await harness.broadcasts.report(edit)
    assert (report.state, report.total, report.sent) == ("done", 2, 2)
    original = await harness.broadcasts.report(broadcast)
    assert (original.state, original.sent) == ("done", 2)


@pytest.mark.parametrize(
    ("was", "becomes", "method", "field"),
    [
        (PHOTO, PHOTO.model_copy(update={"text": "Better"}), "editMessageCaption", "caption"),
        (Content(kind="copy"), Content(kind="copy"), "editMessageReplyMarkup", "reply_markup"),
        (ALBUM, ALBUM.model_copy(update={"text": "Better"}), "editMessageCaption", "caption"),
        (None, BETTER, "editMessageText", "text"),
    ],
)
async def test_what_is_edited_depends_on_what_was_sent(
    harness: DeliveryHarness, tg: Telegram, was: Content, becomes: Content, method: str, field: str
) -> None:
    broadcast = await arrived(harness, was, 7)
    await harness.correct(broadcast, "edit", becomes)
    await harness.worker.drain()
    ((called, body),) = tg.calls
    assert called == method
    assert "Better" in str(body[field]) or field == "reply_markup"
    assert body["message_id"] == (await ids(harness, broadcast))[7]


async def test_a_recall_deletes_every_message_that_arrived(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    broadcast = await arrived(harness, None, 7, 8)
    sent = await ids(harness, broadcast)
    recall = await harness.correct(broadcast, "recall")
    await harness.worker.drain()
    assert {m for m, _ in tg.calls} == {"deleteMessage"}
    assert {body["chat_id"]: body["message_id"] for _, body in tg.calls} == sent
    report = await harness.broadcasts.report(recall)
    assert (report.state, report.sent, report.total) == ("done", 2, 2)


async def test_of_an_album_every_message_is_deleted(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    broadcast = await arrived(harness, ALBUM, 7)
    await harness.correct(broadcast, "recall")
    await harness.worker.drain()
    assert tg.calls == [("deleteMessages", {"chat_id": 7, "message_ids": [1000, 1001]})]


async def test_nothing_is_corrected_that_reached_nobody_or_has_another_kind(
    harness: DeliveryHarness,
) -> None:
    rules = harness.broadcasts
    draft = await rules.draft(ADMIN, ADMIN, 5)
    assert await rules.correct(draft.id, ADMIN, "recall") is None
    assert await rules.correct(12345, ADMIN, "recall") is None
    broadcast = await arrived(harness, HELLO, 7)
    assert await rules.correct(broadcast, ADMIN, "edit", PHOTO) is None
    edit = await harness.correct(broadcast, "edit", BETTER)
    assert await rules.correct(edit, ADMIN, "recall") is None, "of a correction there is none"
    poll = await arrived(harness, Content(kind="forward"))
    assert await rules.correct(poll, ADMIN, "edit", Content(kind="forward")) is None
    assert await rules.correct(poll, ADMIN, "recall") is not None
    for bad in (None, Content(kind="text", text="")):
        with pytest.raises(ValueError, match="without problems"):
            await rules.correct(broadcast, ADMIN, "edit", bad)


@pytest.mark.parametrize("bad", [PHOTO, Content(kind="text", text="")])
async def test_a_tip_is_corrected_by_a_text_without_problems(
    harness: DeliveryHarness, bad: Content
) -> None:
    await harness.subscribe(7)
    await harness.morning()
    await harness.worker.drain()
    (row,) = await harness.rows()
    with pytest.raises(ValueError, match="a text without problems"):
        await harness.broadcasts.correct_tip(row.content, ADMIN, bad)
    edit = await harness.broadcasts.correct_tip(row.content, ADMIN, BETTER)
    assert edit is not None
    assert edit.state == "draft"


async def test_what_is_the_same_already_counts_and_what_is_gone_is_told(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    broadcast = await arrived(harness, HELLO, 7, 8, 9)
    answers = {
        7: refusal(400, "Bad Request: message is not modified: specified new message content ..."),
        8: refusal(400, "Bad Request: message to edit not found"),
    }
    tg.script = lambda _m, body: answers.get(body["chat_id"])
    edit = await harness.correct(broadcast, "edit", BETTER)
    await harness.worker.drain()
    report = await harness.broadcasts.report(edit)
    assert (report.sent, report.failed, report.state) == (2, {"gone": 1}, "done")


async def test_messages_that_subscribers_deleted_do_not_pause_it(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    broadcast = await arrived(harness, HELLO, *range(1, 41))
    tg.script = lambda _m, _b: refusal(400, "Bad Request: message to delete not found")
    recall = await harness.correct(broadcast, "recall")
    await harness.worker.drain()
    report = await harness.broadcasts.report(recall)
    assert (report.failed, report.state) == ({"gone": 40}, "done")


async def test_after_48_hours_it_is_too_late_to_recall_and_not_to_edit(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(1, 2)
    broadcast = await harness.broadcast(HELLO)
    answers = once(None, refusal(400, "Bad Request: whatever"))
    tg.script = answers
    await harness.worker.drain()
    harness.clock.move(1.5 * DAY)
    await harness.broadcasts.retry_failed(broadcast, ADMIN)
    await harness.worker.drain()
    assert await harness.broadcasts.reach_of(broadcast) == (2, 0, 0)
    harness.clock.move(DAY)
    reach = await harness.broadcasts.reach_of(broadcast)
    assert reach == (2, 1, 0)
    assert (reach.of("edit"), reach.of("recall")) == (2, 1)

    tg.calls.clear()
    recall = await harness.correct(broadcast, "recall")
    await harness.worker.drain()
    assert len(tg.calls) == 1
    report = await harness.broadcasts.report(recall)
    assert (report.sent, report.too_old, report.total) == (1, 1, 2)


async def test_what_the_outbox_no_longer_keeps_is_counted_and_not_corrected(
    harness: DeliveryHarness,
) -> None:
    broadcast = await arrived(harness, HELLO, 7, 8)
    harness.clock.move(8 * DAY)
    await harness.prune()
    assert await harness.broadcasts.reach_of(broadcast) == (0, 0, 2)
    assert await harness.broadcasts.correct(broadcast, ADMIN, "edit", BETTER) is None


async def test_an_edit_of_a_running_one_waits_for_what_is_under_way_and_lets_it_go_on(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    broadcast, sending = await under_way(harness)
    edit = await harness.correct(broadcast, "edit", BETTER)
    held = await harness.broadcasts.find(broadcast)
    assert held is not None
    assert (held.state, held.pause_reason) == ("paused", "correction")
    assert not await harness.broadcasts.resume(broadcast, ADMIN), "it would miss somebody"
    found = await harness.broadcasts.find(edit)
    assert found is not None
    assert not found.frozen, "messages are under way"

    tg.gate.set()
    await sending
    early = {body["chat_id"] for _, body in tg.calls}
    tg.calls.clear()
    await harness.plan_audiences()
    harness.worker.wake()
    await harness.worker.drain()

    edited = {b["chat_id"] for m, b in tg.calls if m == "editMessageText"}
    later = [b for m, b in tg.calls if m == "sendMessage"]
    assert edited == early
    assert {body["chat_id"] for body in later} == set(range(1, 61)) - early != set()
    assert all("Better" in body["text"] for body in later)
    for number in (broadcast, edit):
        report = await harness.broadcasts.report(number)
        assert (report.state, adds_up(report)) == ("done", True)
    assert (await harness.broadcasts.report(broadcast)).sent == 60


async def test_a_recall_of_a_running_one_ends_it(harness: DeliveryHarness, tg: Telegram) -> None:
    broadcast, sending = await under_way(harness)
    recall = await harness.correct(broadcast, "recall")
    tg.gate.set()
    await sending
    early = {body["chat_id"] for _, body in tg.calls}
    tg.calls.clear()
    await harness.planner.tick()
    assert "queued" not in {
        row.state for row in await harness.rows() if row.broadcast_id == broadcast
    }
    await harness.worker.drain()
    assert {m for m, _ in tg.calls} == {"deleteMessage"}
    assert {body["chat_id"] for _, body in tg.calls} == early
    original = await harness.broadcasts.report(broadcast)
    assert (original.state, original.sent, original.cancelled) == (
        "cancelled",
        len(early),
        60 - len(early),
    )
    report = await harness.broadcasts.report(recall)
    assert (report.state, report.sent) == ("done", len(early))


async def test_a_correction_that_is_cancelled_before_it_began_lets_the_other_go_on(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(1, 2)
    broadcast = await harness.broadcast(HELLO)
    outbox = harness.new_worker().outbox
    (item,) = (await outbox.exchange([], [], 1)).items
    assert await harness.broadcasts.correct(broadcast, ADMIN, "edit", BETTER) is None
    now = harness.clock.now()
    done = Finished(item, Outcome("sent", message_id=1), now, harness.clock.monotonic())
    (second,) = (await outbox.exchange([done], [], 1)).items
    edit = await harness.correct(broadcast, "edit", BETTER)
    assert await harness.broadcasts.cancel(edit, ADMIN)
    found = await harness.broadcasts.find(broadcast)
    assert found is not None
    assert (found.state, found.content) == ("sending", HELLO.stored())
    assert second.row.id != item.row.id
    report = await harness.broadcasts.report(edit)
    assert (report.state, adds_up(report)) == ("cancelled", True)


async def test_the_latest_edit_holds_and_a_recall_is_the_last_word(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    broadcast = await arrived(harness, HELLO, 7, 8)
    first = await harness.correct(broadcast, "edit", BETTER)
    second = await harness.correct(broadcast, "edit", Content(kind="text", text="Best"))
    await harness.worker.drain()
    assert {body["text"].split()[-1] for _, body in tg.calls} == {"Best"}
    report = await harness.broadcasts.report(first)
    assert (report.state, report.cancelled, adds_up(report)) == ("cancelled", 2, True)
    assert (await harness.broadcasts.report(second)).sent == 2

    late = await harness.broadcasts.correct(broadcast, ADMIN, "edit", BETTER)
    assert late is not None
    await harness.correct(broadcast, "recall")
    assert await harness.broadcasts.correct(broadcast, ADMIN, "edit", BETTER) is None
    assert await harness.broadcasts.confirm(late.id, ADMIN) == "nobody"


async def test_what_is_taken_back_is_not_sent_again(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    await harness.subscribe(7, 8)
    broadcast = await harness.broadcast(HELLO)
    tg.script = once(refusal(400, "Bad Request: whatever"))
    await harness.worker.drain()
    assert (await harness.broadcasts.report(broadcast)).failed_again == 1
    await harness.correct(broadcast, "recall")
    assert (await harness.broadcasts.report(broadcast)).failed_again == 0
    assert await harness.broadcasts.retry_failed(broadcast, ADMIN) == 0


async def test_whoever_left_had_the_message_and_it_is_corrected_there_too(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    broadcast = await arrived(harness, HELLO, 1, 2, 3, 4, 5)
    await harness.subscribers.stop(1)
    await harness.subscribers.set_announcements(2, on=False)
    recall = await harness.correct(broadcast, "recall")
    await harness.subscribers.stop(3)
    await harness.privacy.forget(4)
    await harness.worker.drain()
    assert sorted(methods(tg)) == [("deleteMessage", chat) for chat in (1, 2, 3, 5)]
    report = await harness.broadcasts.report(recall)
    assert (report.sent, report.total, adds_up(report)) == (4, 5, True)


async def test_a_doubt_over_a_correction_is_settled_by_doing_it_again(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    broadcast = await arrived(harness, HELLO, 7)
    gone = refusal(400, "Bad Request: message to delete not found")
    tg.script = once(CUT_AFTER, gone)
    recall = await harness.correct(broadcast, "recall")
    await harness.worker.drain()
    assert (await harness.broadcasts.report(recall)).queued == 1
    harness.clock.move(100)
    await harness.worker.drain()
    report = await harness.broadcasts.report(recall)
    assert (report.sent, report.in_doubt, report.failed) == (1, 0, {})


async def test_pause_resume_cancel_and_retry_work_as_for_any_broadcast(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    rules = harness.broadcasts
    broadcast = await arrived(harness, HELLO, *range(1, 5))
    edit = await harness.correct(broadcast, "edit", BETTER)
    assert await rules.pause(edit, ADMIN)
    await harness.worker.drain()
    assert tg.calls == []
    assert await rules.resume(edit, ADMIN)
    tg.script = once(refusal(400, "Bad Request: whatever"))
    await harness.worker.drain()
    report = await rules.report(edit)
    assert (report.sent, report.failed, report.failed_again) == (3, {"bad_request": 1}, 1)
    assert await rules.retry_failed(edit, ADMIN) == 1
    await harness.worker.drain()
    assert (await rules.report(edit)).sent == 4

    recall = await harness.correct(broadcast, "recall")
    assert await rules.cancel(recall, ADMIN)
    report = await rules.report(recall)
    assert (report.state, report.cancelled, adds_up(report)) == ("cancelled", 4, True)
    again = await harness.correct(broadcast, "recall")
    await harness.worker.drain()
    assert (await rules.report(again)).sent == 4


async def test_in_chunks_nobody_is_missed_or_met_twice(
    harness: DeliveryHarness, tg: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "FREEZE_CHUNK", 7)
    await harness.fill(range(1, 41))
    broadcast = await harness.broadcast(HELLO)
    await harness.worker.drain()
    tg.calls.clear()
    edit = await harness.correct(broadcast, "edit", BETTER)
    await harness.worker.drain()
    assert sorted(chat for _, chat in methods(tg)) == list(range(1, 41))
    found = await harness.broadcasts.find(edit)
    assert found is not None
    assert (found.total, found.frozen, found.state) == (40, True, "done")


async def test_a_correction_waits_for_no_message_of_its_own(
    harness: DeliveryHarness, tg: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "FREEZE_CHUNK", 1)
    broadcast = await arrived(harness, HELLO, 1, 2, 3)
    made = await harness.broadcasts.correct(broadcast, ADMIN, "recall")
    assert made is not None
    assert await harness.broadcasts.confirm(made.id, ADMIN) == "sending"
    audiences, outbox = harness.planner.audiences, harness.new_worker().outbox
    for so_far in (1, 2, 3):
        assert (
            await audiences.plan_chunks(await harness.db.read(broadcasts.lacking_rows), set()) == 1
        )
        assert len([row for row in await harness.rows() if row.broadcast_id == made.id]) == so_far
        assert len((await outbox.exchange([], [], 9)).items) == 1


async def test_a_kill_leaves_no_correction_in_doubt(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    """What is done again does no harm, so nothing has to wait for an admin's word."""
    broadcast = await arrived(harness, HELLO, 1, 2, 3)
    edit = await harness.correct(broadcast, "edit", BETTER)
    rates = (harness.settings.total_rate, harness.settings.bulk_rate)
    killed = harness.new_worker(SendLimiter(harness.clock, *rates))
    assert len((await killed.outbox.exchange([], [], 3)).items) == 3
    harness.clock.move(100)
    await harness.new_worker().drain()
    report = await harness.broadcasts.report(edit)
    assert (report.sent, report.in_doubt) == (3, 0)
    assert tg.copies[1] == 2, "the message and its edit"


async def test_the_draft_of_an_edit_costs_nothing_and_is_told_by_its_reach(
    harness: DeliveryHarness,
) -> None:
    broadcast = await arrived(harness, HELLO, 7, 8)
    draft = await harness.broadcasts.correct(broadcast, ADMIN, "edit", BETTER)
    assert draft is not None
    assert (draft.kind, draft.corrects, draft.state) == ("edit", broadcast, "draft")
    assert await harness.broadcasts.offer_of(draft.id) == (2, 2 / 25, 0.0)
    again = Content(kind="text", text="Best")
    assert await harness.broadcasts.set_content(draft.id, ADMIN, again)
    assert not await harness.broadcasts.set_content(draft.id, 1, again), "another's draft"


async def test_a_correction_is_counted_as_no_further_message(
    harness: DeliveryHarness,
) -> None:
    broadcast = await arrived(harness, HELLO, 7, 8)
    await harness.correct(broadcast, "edit", BETTER)
    await harness.worker.drain()
    harness.clock.move(3 * DAY)
    assert await harness.broadcasts.correct(broadcast, ADMIN, "recall") is None, "too late"
    async with harness.db.read() as session:
        found = await session.execute(select(tables.counter.c.name, tables.counter.c.value))
        counted = {row[0]: row[1] for row in found.all()}
    assert counted["broadcast.sent"] == counted[f"reach.{broadcast}"] == 2
    assert counted["correction.sent"] == 2
    assert [name for name in counted if name.startswith("reach.")] == [f"reach.{broadcast}"]


async def test_a_recall_that_is_cancelled_while_its_rows_are_made_ends_nothing(
    harness: DeliveryHarness, tg: Telegram
) -> None:
    broadcast, sending = await under_way(harness)
    recall = await harness.correct(broadcast, "recall")
    tg.gate.set()
    await sending

    async def waits_for_us() -> bool:
        mine = "datname = current_database() AND wait_event_type = 'Lock'"
        held = text(f"SELECT count(*) FROM pg_stat_activity WHERE {mine}")
        async with harness.db.read() as session:
            return bool((await session.execute(held)).scalar())

    async with harness.db.write() as session:
        await broadcasts.change(session, recall, {"state": "cancelled"})
        making = asyncio.create_task(harness.planner.audiences.plan_chunks([recall], set()))
        async with asyncio.timeout(LONG_S):
            while not (harness.db.is_sqlite or await waits_for_us()):  # noqa: ASYNC110
                await asyncio.sleep(0.002)
    await making
    found = await harness.broadcasts.find(broadcast)
    assert found is not None
    assert found.state != "cancelled"
