"""Broadcasts on the admin page: written, watched and put right by the rules of the chat."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot.admins.roles import Role
from bot.delivery.audiences import parse_filter
from tests.bot_harness import ADMIN, BotHarness
from tests.web.page_stage import (
    EDITOR,
    VIEWER,
    confirm,
    draft,
    edit,
    page_of,
    states,
    token_of,
    with_page,
    with_role,
    write,
)

CELL = re.compile(r"<td[^>]*>(?:<span[^>]*>)?([^<]+)")
NOTE = re.compile(r'<p class="note[^>]* autofocus>([^<]*)</p>')
READ_MORE = "Read more - https://example.org"
NIGHT_OF_THE_CHANGE = datetime(2026, 3, 28, 12, tzinfo=UTC)
"""The day before the clocks of Berlin go from 02:00 to 03:00."""


@pytest.fixture
async def in_berlin(tmp_path: Path) -> AsyncIterator[BotHarness]:
    zone = {"default_timezone": "Europe/Berlin"}
    async with with_page(tmp_path, start=NIGHT_OF_THE_CHANGE, **zone) as harness:
        yield harness


async def test_one_is_written_confirmed_and_reported(paged: BotHarness) -> None:
    admin, rita = await paged.admin(), await paged.subscriber()
    async with page_of(paged, admin) as view:
        status, page = await draft(
            view, "Hello <b>all</b>", when="now", buttons=READ_MORE, audience=""
        )
        assert status == 200, page
        assert "Hello &lt;b&gt;all&lt;/b&gt;" in page
        assert "1 person gets it" in page
        await confirm(view)
        await paged.settle()
        await rita.sees("Hello <b>all</b>")
        _, page = await view.get("/broadcasts/1")
        assert "1 of 1" in page
        status, file = await view.get("/broadcasts/1/recipients.csv")
        assert (status, "sent" in file) == (200, True)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": ""}, "Write a line or two first"),
        ({"text": "x" * 5000}, "long"),
        ({"text": "Hi", "audience": "planet=mars"}, "planet=mars"),
        ({"text": "Hi", "buttons": "Nothing"}, "button"),
        ({"text": "Hi", "when": "at", "at": "yesterday"}, "Choose a day"),
        ({"text": "Hi", "when": "at", "at": "2020-01-01T08:00"}, "passed"),
    ],
)
async def test_what_cannot_be_sent_is_said_at_once_and_stays_typed(
    paged: BotHarness, fields: dict[str, str], said: str
) -> None:
    admin = await paged.admin()
    await paged.subscriber()
    async with page_of(paged, admin) as view:
        status, page = await draft(view, **fields)
        assert (status, said in page) == (422, True), page
        assert fields["text"][:40] in page


async def test_a_second_press_says_how_it_stands(paged: BotHarness) -> None:
    admin = await paged.admin()
    await paged.subscriber()
    async with page_of(paged, admin) as view:
        await draft(view, "Hello")
        csrf = await token_of(view)
        await view.post("/broadcasts/1/confirm", csrf=csrf)
        _, page = await view.post("/broadcasts/1/confirm", csrf=csrf)
        assert "Somebody else was quicker" in page


@pytest.mark.parametrize("path", ["/broadcasts/99", "/broadcasts/x", "/content/tips/none"])
async def test_what_is_not_there_is_said_kindly(paged: BotHarness, path: str) -> None:
    admin = await paged.admin()
    async with page_of(paged, admin) as view:
        status, page = await view.get(path)
        assert (status, "nothing here" in page) == (404, True)
        assert f'{urlsplit(view.base).path}/">To the overview</a>' in page


async def test_what_is_recalled_is_not_offered_to_be_recalled_again(paged: BotHarness) -> None:
    admin = await paged.admin()
    await paged.subscriber()
    async with page_of(paged, admin) as view:
        await write(view, "Hello")
        await paged.settle()
        _, page = await view.get("/broadcasts/1")
        assert "1 message can be changed; 1 can be deleted" in page
        await view.send("/broadcasts/1/recall", "/broadcasts/1")
        await view.send("/broadcasts/2/confirm", "/broadcasts/2")
        await paged.settle()
        _, page = await view.get("/broadcasts/1")
        assert "no message of it to change or delete" in page
        assert "Recall it" not in page


async def test_a_correction_of_a_tip_has_no_number_below_nought(paged: BotHarness) -> None:
    admin, rita = await paged.admin(), await paged.subscriber()
    await paged.to_next_tip()
    got = (await rita.tips())[-1]
    tip = next(one for one in paged.app.services.library.tips if one.title in got["text"])
    await admin.say(f"/withdraw {tip.id} wrong")
    await admin.tap("Correct it for 1 person")
    async with page_of(paged, admin) as view:
        _, page = await view.get("/broadcasts")
        assert "1, edit of a tip</a>" in page
        _, page = await view.get("/broadcasts/1")
        assert "It changes the messages with a tip of the day" in page


async def test_a_wrong_audience_is_said_as_in_the_chat(paged: BotHarness) -> None:
    admin = await paged.admin()
    async with page_of(paged, admin) as view:
        _, page = await view.get("/broadcasts/new")
        example = re.search(r"for example: ([^<]+)<", page)
        assert example
        for audience, said in (
            ("kids", "I don't know the part “kids”."),
            ("for=kids", "“kids” should be adult"),
        ):
            _, page = await view.send(
                "/broadcasts/new", "/broadcasts/new", text="Hi", audience=audience
            )
            assert said in unescape(page)
    themes = tuple(paged.app.services.library.theme_names)
    assert parse_filter(example[1].removesuffix(" not=12"), themes).themes


async def test_what_goes_later_is_scheduled_and_not_sent(paged: BotHarness) -> None:
    admin = await paged.admin()
    await paged.subscriber()
    later = {"when": "local", "at": "2026-03-05T08:00"}
    async with page_of(paged, admin) as view:
        await view.send("/broadcasts/new", "/broadcasts/new", text="Hi")
        await view.send("/broadcasts/new", "/broadcasts/new", text="Hi", **later)
        for number, label in ((1, "Send it"), (2, "Schedule it")):
            _, page = await view.get(f"/broadcasts/{number}")
            assert f">{label}</button>" in page


@pytest.mark.parametrize(
    "fields",
    [{"when": "at", "at": "2020-01-01T08:00"}, {"audience": "theme=knitting"}, {"text": ""}],
)
async def test_what_was_refused_leaves_no_draft_behind(
    paged: BotHarness, fields: dict[str, str]
) -> None:
    admin = await paged.admin()
    async with page_of(paged, admin) as view:
        await draft(view, **{"text": "Hi", **fields})
    assert await paged.app.services.broadcasts.recent(10) == []


async def test_a_photo_s_caption_is_edited_where_it_went(paged: BotHarness) -> None:
    admin, rita = await paged.admin(), await paged.subscriber()
    await admin.send(photo=True, caption="/broadcast Hello tehre")
    await admin.tap("Send it now")
    async with page_of(paged, admin) as view:
        _, form = await view.get("/broadcasts/1/edit")
        assert "Caption" in form
        assert "Hello tehre" in form
        status, page = await edit(view, text="x" * 1100, buttons="")
        assert (status, "too long" in page) == (422, True), "a caption holds less than a message"
        await edit(view, text="Hello there", buttons=READ_MORE)
        await confirm(view, 2)
    await paged.settle()
    changed = await rita.sees("Hello there")
    assert changed["kind"] == "photo"
    assert changed["keyboard"][0][0]["label"] == "Read more"


async def test_words_that_stay_keep_how_they_were_written(paged: BotHarness) -> None:
    admin, rita = await paged.admin(), await paged.subscriber()
    bold = [{"type": "bold", "offset": 11, "length": 5}]
    await admin.say("/broadcast Hello", entities=bold)
    await admin.tap("Send it now")
    async with page_of(paged, admin) as view:
        await edit(view, text="Hello", buttons=READ_MORE)
        await confirm(view, 2)
    await paged.settle()
    made = [call["parameters"] for call in await paged.calls("editMessageText")]
    (one,) = [one for one in made if one["chat_id"] == rita.id and "GutSkin team" in one["text"]]
    assert len(one["entities"]) == 2, "the label's, and the admin's own"


async def test_what_telegram_lets_nobody_edit_is_said_before_it_is_typed(
    paged: BotHarness,
) -> None:
    admin = await paged.admin()
    await paged.subscriber()
    await admin.say("/broadcast")
    await admin.send(media="poll", text="Which?\nThis\nThat")
    await admin.tap("Send it now")
    async with page_of(paged, admin) as view:
        _, page = await view.get("/broadcasts/1/edit")
        assert "can&#39;t be edited" in page
        assert "<textarea" not in page
        _, page = await view.send("/broadcasts/1/edit", "/broadcasts/1", text="Hello")
        assert "Nothing can be changed" in page


async def test_an_hour_that_a_clock_leaves_out_is_the_first_after_it(
    in_berlin: BotHarness,
) -> None:
    admin = await in_berlin.admin()
    await in_berlin.subscriber()
    async with page_of(in_berlin, admin) as view:
        await draft(view, "Hi", when="at", at="2026-03-29T02:30")
    (one,) = await in_berlin.app.services.broadcasts.recent(10)
    assert one.send_at == datetime(2026, 3, 29, 1, tzinfo=UTC), "03:00 by the new time"


@pytest.mark.parametrize("late", ["skip", ""])
async def test_the_time_left_waits_for_the_last_local_hour_of_somebody(
    paged: BotHarness, late: str
) -> None:
    admin = await paged.admin()
    await paged.subscriber("Tom", "Tokyo")
    await paged.subscriber()
    await paged.subscriber("Noor", "New York")
    async with page_of(paged, admin) as view:
        await write(view, when="local", at="2026-03-03T09:00", late=late)
        await paged.pass_time(hours=13)  # after 09:00 in Tokyo, before it in Berlin and New York
    await admin.sees("Time left: about 13 hours")
    async with page_of(paged, admin) as view:
        _, page = await view.get("/broadcasts/1")
        assert "1 of 3, about 13 hours left" in page, page


async def test_the_rest_of_a_running_broadcast_is_cancelled_at_a_second_press(
    paged: BotHarness,
) -> None:
    admin = await paged.admin()
    await paged.subscriber("Tom", "Tokyo")
    await paged.subscriber("Noor", "New York")
    async with page_of(paged, admin) as view:
        await write(view, when="local", at="2026-03-03T09:00")
        await paged.pass_time(hours=13)  # after 09:00 in Tokyo, before it in New York
    async with page_of(paged, admin) as view:
        _, page = await view.send("/broadcasts/1/cancel", "/broadcasts/1")
        assert "Cancel the rest? 1 hasn&#39;t got it yet, and it can&#39;t be undone." in page
        assert "Keep it going" in page
        assert await states(paged) == {1: "sending"}
        _, page = await view.send("/broadcasts/1/cancel_sure", "/broadcasts/1")
        assert await states(paged) == {1: "cancelled"}
        _, page = await view.get("/broadcasts/1?said=ask_cancel")
        assert "Cancel the rest?" not in page


@pytest.mark.parametrize(
    ("until", "told"),
    [
        ("2026-03-03T12:00", True),
        ("2026-03-05T12:00", False),
        ("", None),
    ],
)
async def test_the_page_shows_the_end_and_whom_it_leaves_out(
    paged: BotHarness, until: str, told: bool | None
) -> None:
    admin = await paged.admin()
    await paged.subscriber()
    async with page_of(paged, admin) as view:
        await write(view, when="local", at="2026-03-03T09:00", until=until)
        _, page = await view.get("/broadcasts/1")
        await write(view)
        _, sent_now = await view.get("/broadcasts/2")
    assert "Not after: " not in sent_now
    assert ("Not after: " in page) is (told is not None)
    assert ("Whoever&#39;s hour comes after that won&#39;t get it." in page) is bool(told)


async def test_the_list_shows_how_each_one_stands(paged: BotHarness) -> None:
    admin = await paged.admin()
    await paged.subscriber()
    async with page_of(paged, admin) as view:
        for text in ("One", "Two", "Three"):
            await draft(view, text)
        await confirm(view, 2)
        await paged.settle()
        _, page = await view.get("/broadcasts")
    rows = [" ".join(CELL.findall(row)) for row in page.split("<tr>")[2:]]
    assert [row.split()[0] for row in rows] == ["draft", "done", "draft"]
    assert [row.split()[-2:] for row in rows] == [["–", "–"], ["1", "1"], ["–", "–"]]


async def test_a_saved_audience_can_be_taken_as_it_is_written(paged: BotHarness) -> None:
    admin = await paged.admin()
    await paged.subscriber()
    rules = paged.app.services.broadcasts
    await rules.save_segment("Berliners", parse_filter("zone=Europe/Berlin", rules.themes), ADMIN)
    async with page_of(paged, admin) as view:
        _, form = await view.get("/broadcasts/new")
        assert "Berliners: in Europe/Berlin (<code>zone=Europe/Berlin</code>)" in form
        _, page = await draft(view, "Hi", audience="zone=Europe/Berlin")
        assert "1 person gets it" in page


async def test_the_calendar_has_what_is_scheduled_and_what_waits_for_a_yes(
    tmp_path: Path,
) -> None:
    async with with_page(tmp_path, approval_above=1) as harness:
        admin = await harness.admin()
        await harness.subscriber()
        await harness.subscriber("Tom", "Tokyo")
        async with page_of(harness, admin) as view:
            for audience, hour in (("", "09:00"), ("zone=Asia/*", "23:30")):
                await write(view, audience=audience, when="at", at=f"2026-03-05T{hour}")
            _, page = await view.get("/calendar?month=2026-03")
    day = next(cell for cell in page.split("<td") if '<span class="date">5</span>' in cell)
    assert "/broadcasts/1" in day
    assert "/broadcasts/2" in day


async def test_who_hears_the_page_is_taken_to_what_came_of_it(paged: BotHarness) -> None:
    admin = await paged.admin()
    await paged.subscriber()
    async with page_of(paged, admin) as view:
        _, page = await draft(view, "Hi", when="at")
        assert "<title>Mistake: " in page
        assert NOTE.search(page)
        page = await write(view, "Hi")
        note = NOTE.search(page)
        assert note
        assert note[1] == "Done."
        await paged.settle()
        _, part = await view.get("/broadcasts/1/progress")
        assert "It has ended. Sent: 1." in part


async def test_what_costs_stars_says_so_before_it_is_pressed(tmp_path: Path) -> None:
    paid = {"paid_broadcast": True, "total_rate": 1000, "bulk_rate": 1000}
    async with with_page(tmp_path, **paid) as harness:
        admin, rita = await harness.admin(), await harness.subscriber()
        await harness.fault(
            "error", method="sendMessage", chat=rita.id, times=1, error_code=400,
            description="Bad Request: something odd",
        )  # fmt: skip
        async with page_of(harness, admin) as view:
            _, page = await draft(view, "Hello")
            assert "Send it (at most 0.1 Telegram Stars)" in page
            await confirm(view)
            await harness.settle()
            _, page = await view.get("/broadcasts/1")
            assert "Try the failed ones again (at most 0.1 Telegram Stars)" in page
            assert "unsure" not in page
            await view.send("/broadcasts/1/retry", "/broadcasts/1")
            await harness.settle()
        await rita.sees("Hello")


async def test_what_is_in_doubt_can_be_sent_again(paged: BotHarness) -> None:
    admin, rita = await paged.admin(), await paged.subscriber()
    await paged.fault("drop_after", method="sendMessage", chat=rita.id, times=1)
    async with page_of(paged, admin) as view:
        await write(view, "Hello")
        await paged.settle()
        _, page = await view.get("/broadcasts/1")
        assert "Send the unsure ones again" in page
        await view.send("/broadcasts/1/doubt", "/broadcasts/1")
        await paged.settle()
        _, page = await view.get("/broadcasts/1")
        assert "unsure" not in page


async def test_the_chat_is_told_of_what_has_begun_and_of_nothing_else(paged: BotHarness) -> None:
    admin, _ = await paged.admin(), await paged.subscriber()
    async with page_of(paged, admin) as view:
        before = len(await admin.messages())
        for when in ("now", "at"):
            await draft(view, "Hi", when=when, at="2026-03-02T20:00")
        await view.send("/broadcasts/1/cancel", "/broadcasts/1")
        await confirm(view, 2)
        await paged.settle()
        assert len(await admin.messages()) == before
    await paged.pass_time(hours=9)
    await admin.sees("Broadcast done", "Sent: 1")


async def test_a_second_admin_is_asked_in_the_chat_for_the_yes(tmp_path: Path) -> None:
    async with with_page(tmp_path, approval_above=1) as harness:
        admin, editor = await harness.admin(), await with_role(harness, Role.EDITOR, EDITOR)
        viewer = await with_role(harness, Role.VIEWER, VIEWER)
        for name in ("Rita", "Tom"):
            await harness.subscriber(name)
        for person in (editor, viewer):
            await person.say("/start")
        async with page_of(harness, admin) as view:
            await draft(view, "Hi")
            before = [len(await person.messages()) for person in (admin, viewer)]
            page = await confirm(view)
            assert "A second admin has to approve it" in page
            await harness.settle()
        assert before == [len(await person.messages()) for person in (admin, viewer)]
        await editor.sees("May this go out? No. 1", "It needs a second yes", "2 subscribers")
        async with page_of(harness, editor) as view:
            await view.send("/broadcasts/1/approve", "/broadcasts/1")
        await harness.settle()
        await admin.sees("Broadcast done", "Sent: 2")
