"""What waits is edited on the admin page, as in the chat: all or nothing, and no change is lost
without a word."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.admins.roles import Role
from bot.delivery.audiences import read_filter
from bot.delivery.content import content_in
from bot.delivery.schedules import Schedule
from tests.bot_harness import ADMIN, BotHarness
from tests.web.page_stage import (
    EDITOR,
    VIEWER,
    confirm,
    edit,
    form_of,
    page_of,
    states,
    token_of,
    with_page,
    with_role,
    write,
)

MORNING = {"when": "at", "at": "2026-03-03T09:00"}
LATER = Schedule(at=datetime(2026, 3, 4, 9, tzinfo=UTC))


async def test_words_audience_and_sound_are_changed_in_one_step(paged: BotHarness) -> None:
    admin, rita = await paged.admin(), await paged.subscriber()
    tom = await paged.subscriber("Tom", "Tokyo")
    async with page_of(paged, admin) as view:
        await write(view, "Cream newz", buttons="Read more - https://example.org", **MORNING)
        _, shown = await view.get("/broadcasts/1")
        assert 'href="/admin/broadcasts/1/edit"' in shown
        fields = await form_of(view)
        assert (fields["text"], fields["at"], fields["silent"]) == (
            "Cream newz",
            MORNING["at"],
            "night",
        )
        _, page = await edit(view, text="Cream news", audience="zone=Asia/*", silent="always")
        assert "It takes the place of" in page
        assert "1 person gets it" in page
        assert await states(paged) == {1: "scheduled", 2: "draft"}
        await confirm(view, 2)
        _, page = await view.get("/broadcasts/2")
        assert "Sound: always quiet" in page
        assert "3 Mar 2026, 09:00" in page
    assert await states(paged) == {1: "cancelled", 2: "scheduled"}
    acts = [(one.act, one.subject) for one in await paged.app.services.audit.entries()]
    assert {("redraft", "broadcast 2"), ("replace", "broadcast 1")} <= set(acts)
    await paged.pass_time(days=1)
    got = [str(await person.messages()) for person in (rita, tom)]
    assert ["Cream news" in said for said in got] == [False, True]
    assert not any("Cream newz" in said for said in got)


async def test_what_the_form_leaves_alone_stays_as_it_was(paged: BotHarness) -> None:
    admin, _ = await paged.admin(), await paged.subscriber()
    bold = [{"type": "bold", "offset": 11, "length": 5}]
    await admin.send(photo=True, caption="/broadcast Hello", caption_entities=bold)
    rules = paged.app.services.broadcasts
    twice = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # what a clock may show for a second time
    await rules.set_schedule(1, ADMIN, Schedule(at=twice, late="skip"))
    await rules.offered(1, await rules.offer_of(1))
    assert await rules.confirm(1, ADMIN) == "scheduled"
    async with page_of(paged, admin) as view:
        assert (await form_of(view))["until"] == "", "nobody chose an end"
        await edit(view, audience="zone=Europe/*")
    before, after = await rules.find(1), await rules.find(2)
    assert before is not None
    assert after is not None
    assert read_filter(after.filter).zones == ("Europe/*",)
    kept = ("content", "send_at", "not_after", "source_message_id")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    assert content_in(after.content).has_caption


@pytest.mark.parametrize("moved", [True, False], ids=["moved", "begun"])
async def test_what_changed_while_somebody_wrote_is_said_and_their_words_stay(
    paged: BotHarness, moved: bool
) -> None:
    admin, _ = await paged.admin(), await paged.subscriber()
    async with page_of(paged, admin) as view:
        await write(view, "Hello", **MORNING)
        fields = await form_of(view) | {"text": "My own words"}
        if moved:
            assert await paged.app.services.broadcasts.reschedule(1, EDITOR, LATER)
        else:
            await paged.pass_time(hours=21, minutes=30)
    async with page_of(paged, admin) as view:
        fields["csrf"] = await token_of(view)
        status, page = await view.post("/broadcasts/1/edit", **fields)
        assert (status, "My own words" in page) == (409, True)
        assert list(await states(paged)) == [1], "no draft is left behind"
        if not moved:
            assert "Too late: no. 1 has begun" in page
            assert "Your change wasn&#39;t made" in page
            assert "Look at it before it goes" not in page
            return
        assert "chose another time for no. 1" in page
        seen = re.search(r'name="seen" value="([^"]+)"', page)
        assert seen
        _, page = await view.post("/broadcasts/1/edit", **{**fields, "seen": seen[1]})
        assert "It takes the place of" in page


async def test_of_two_who_edit_at_once_one_is_told_it_is_too_late(paged: BotHarness) -> None:
    admin, _ = await paged.admin(), await paged.subscriber()
    editor = await with_role(paged, Role.EDITOR, EDITOR)
    await editor.say("/start")
    async with page_of(paged, admin) as ada, page_of(paged, editor) as bea:
        await write(ada, "Hello", **MORNING)
        await edit(ada, text="Ada's words")
        await edit(bea, text="Bea's words")
        await confirm(bea, 3)
        await admin.sees("Another admin changed your broadcast 1. It's no. 3 now")
        page = await confirm(ada, 2)
        assert "<h1>Broadcast 1</h1>" in page
        assert "Too late: no. 1 has begun, or somebody changed or cancelled it." in page
    assert await states(paged) == {1: "cancelled", 2: "cancelled", 3: "scheduled"}


async def test_moved_after_the_preview_it_is_asked_about_once_more(paged: BotHarness) -> None:
    admin, _ = await paged.admin(), await paged.subscriber()
    async with page_of(paged, admin) as view:
        await write(view, "Hello", **MORNING)
        await edit(view, text="Hello all")
        assert await paged.app.services.broadcasts.reschedule(1, EDITOR, LATER)
        page = await confirm(view, 2)
        assert "somebody chose another time for no. 1 meanwhile" in page
        assert await states(paged) == {1: "scheduled", 2: "draft"}
        await confirm(view, 2)
    assert await states(paged) == {1: "cancelled", 2: "scheduled"}


async def test_left_as_it_was(paged: BotHarness) -> None:
    admin, _ = await paged.admin(), await paged.subscriber()
    async with page_of(paged, admin) as view:
        await write(view, "Hello", **MORNING)
        _, page = await edit(view, text="Something else")
        assert "Leave it as it was" in page
        _, page = await view.send("/broadcasts/2/cancel", "/broadcasts/2")
        assert "Everything stays as it was" in page
        assert "<h1>Broadcast 1</h1>" in page
    assert await states(paged) == {1: "scheduled", 2: "cancelled"}


async def test_what_cannot_be_is_said_and_changes_nothing(paged: BotHarness) -> None:
    admin, _ = await paged.admin(), await paged.subscriber()
    async with page_of(paged, admin) as view:
        await write(view, "Hello", **MORNING)
        for changes, said in (
            ({"text": ""}, "Write a line or two first"),
            ({"audience": "planet=mars"}, "planet=mars"),
            ({"at": "2020-01-01T08:00"}, "passed"),
            ({"until": "2026-03-03T08:00"}, "end before it begins"),
        ):
            status, page = await edit(view, **changes)
            assert (status, said in page) == (422, True), page
    assert await states(paged) == {1: "scheduled"}


async def test_a_viewer_has_no_way_to_it(paged: BotHarness) -> None:
    admin, _ = await paged.admin(), await paged.subscriber()
    async with page_of(paged, admin) as view:
        await write(view, "Hello", **MORNING)
    async with page_of(paged, await with_role(paged, Role.VIEWER, VIEWER)) as view:
        assert "/broadcasts/1/edit" not in (await view.get("/broadcasts/1"))[1]
        assert (await view.get("/broadcasts/1/edit"))[0] == 403
        csrf = await token_of(view)
        assert (await view.post("/broadcasts/1/edit", csrf=csrf, seen="", text="Hi"))[0] == 403
    assert await states(paged) == {1: "scheduled"}


async def test_a_message_that_was_deleted_meanwhile_is_not_sent(paged: BotHarness) -> None:
    admin, _ = await paged.admin(), await paged.subscriber()
    said = await admin.send(photo=True, caption="/broadcast A picture")
    chat = paged.sandbox.world.chats[admin.id]
    deleted = paged.sandbox.world.message(chat, said["message_id"])
    assert deleted is not None
    deleted.deleted = True
    async with page_of(paged, admin) as view:
        page = await confirm(view)
        assert "has been deleted" in page
    assert await states(paged) == {1: "draft"}


class TestASecondYes:
    async def test_that_nobody_could_give_it_is_said_as_in_the_chat(self, tmp_path: Path) -> None:
        async with with_page(tmp_path, approval_above=0) as harness:
            admin, _ = await harness.admin(), await harness.subscriber()
            async with page_of(harness, admin) as view:
                page = await write(view)
                assert "It needs another admin&#39;s yes" in page
                assert "There&#39;s no other admin I can reach. Invite one" in page
                _, again = await view.get("/broadcasts/1")
                assert "There&#39;s no other admin I can reach. Invite one" in again
                await with_role(harness, Role.EDITOR, EDITOR)
                _, again = await view.get("/broadcasts/1")
                assert "no other admin" not in again
                assert "A second admin has to approve it" in again

    @pytest.mark.parametrize(
        ("act", "told"),
        [("approve", "Scheduled: no. 1"), ("cancel", "Another admin turned down broadcast 1")],
    )
    async def test_its_author_is_told_in_the_chat_what_was_said_on_the_page(
        self, tmp_path: Path, act: str, told: str
    ) -> None:
        async with with_page(tmp_path, approval_above=0) as harness:
            admin, _ = await harness.admin(), await harness.subscriber()
            editor = await with_role(harness, Role.EDITOR, EDITOR)
            await editor.say("/start")
            async with page_of(harness, admin) as view:
                await write(view, "Hello", **MORNING)
            async with page_of(harness, editor) as view:
                _, page = await view.get("/broadcasts/1")
                assert "Approve and send" in page
                assert "Turn it down" in page
                await view.send(f"/broadcasts/1/{act}", "/broadcasts/1")
            await admin.sees(told)
