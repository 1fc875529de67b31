"""A draft that was begun on the admin page is edited there: all or nothing, and no change is lost
without a word."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.admins.roles import Role
from bot.delivery.schedules import Schedule
from tests.bot_harness import BotHarness, Person
from tests.web.page_stage import (
    EDITOR,
    Window,
    confirm,
    draft,
    edit,
    form_of,
    page_of,
    states,
    token_of,
    with_role,
    write,
)

MORNING = {"when": "at", "at": "2026-03-03T09:00"}
EDIT_IT = 'href="/admin/broadcasts/1/edit"'
CHANGED = "no. 1 has changed since you opened this"


async def test_all_that_was_chosen_can_be_changed_in_one_step(paged: BotHarness) -> None:
    admin, rita = await paged.admin(), await paged.subscriber()
    tom = await paged.subscriber("Tom", "Tokyo")
    async with page_of(paged, admin) as view:
        _, page = await draft(view, "Cream newz")
        assert EDIT_IT in page
        assert "still a draft" in (await view.get("/broadcasts/1/edit"))[1]
        status, page = await edit(
            view, text="Cream news", audience="zone=Asia/*", silent="always",
            buttons="Read more - https://example.org", **MORNING,
        )  # fmt: skip
        assert status == 200, page
        for shown in ("<h1>Broadcast 1</h1>", "Cream news", "1 person gets it", "Read more",
                      "Only: in Asia", "Sound: always quiet", "3 Mar 2026, 09:00"):  # fmt: skip
            assert shown in page, shown
        assert await states(paged) == {1: "draft"}, "it is the same one, and nobody has it"
        await confirm(view)
        (wrote,) = [
            one for one in await paged.app.services.audit.entries() if one.act == "compose"
        ]
        assert "zone=Asia/*" in str(wrote.after)
    await paged.pass_time(days=1)
    got = [str(await person.messages()) for person in (rita, tom)]
    assert ["Cream news" in said for said in got] == [False, True]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": "x" * 5000}, "long"),
        ({"audience": "planet=mars"}, "planet=mars"),
        ({"at": "2020-01-01T08:00", "when": "at"}, "passed"),
        ({"audience": "not=99"}, "not=99"),
    ],
)
async def test_what_cannot_be_leaves_the_draft_as_it_was(
    paged: BotHarness, changes: dict[str, str], said: str
) -> None:
    admin, _ = await paged.admin(), await paged.subscriber()
    async with page_of(paged, admin) as view:
        await draft(view, "Hello", **MORNING)
        before = await form_of(view)
        status, page = await edit(view, **{"text": "Hello there", **changes})
        assert (status, said in page) == (422, True), page
        assert await form_of(view) == before


async def test_of_two_windows_the_second_is_told_and_keeps_its_words(paged: BotHarness) -> None:
    admin, _ = await paged.admin(), await paged.subscriber()
    async with page_of(paged, admin) as view:
        await draft(view)
        older = await form_of(view) | {"text": "My own words"}
        await edit(view, text="Said in the other window")
        status, page = await view.post("/broadcasts/1/edit", **older)
        assert (status, CHANGED in page, "My own words" in page) == (409, True, True), page
        assert (await form_of(view))["text"] == "Said in the other window"
        seen = (await form_of(view))["seen"]
        _, page = await view.post("/broadcasts/1/edit", **{**older, "seen": seen})
        assert "My own words" in page
    assert await states(paged) == {1: "draft"}


async def test_what_was_sent_off_meanwhile_is_not_changed_behind_anybody_s_back(
    paged: BotHarness,
) -> None:
    admin, rita = await paged.admin(), await paged.subscriber()
    async with page_of(paged, admin) as view:
        await draft(view, "Hello", **MORNING)
        older = await form_of(view) | {"text": "My own words"}
        await confirm(view)
        status, page = await view.post("/broadcasts/1/edit", **older)
        assert (status, CHANGED in page, "My own words" in page) == (409, True, True), page
        assert await states(paged) == {1: "scheduled"}
        await paged.pass_time(hours=21, minutes=30)
    async with page_of(paged, admin) as view:
        older["csrf"] = await token_of(view)
        status, page = await view.post("/broadcasts/1/edit", **older)
        assert (status, "Too late: no. 1 has begun" in page) == (409, True), page
    await rita.sees("Hello")


async def test_a_draft_of_a_change_goes_on_being_one(paged: BotHarness) -> None:
    admin, _ = await paged.admin(), await paged.subscriber()
    later = Schedule(at=datetime(2026, 3, 4, 9, tzinfo=UTC))
    async with page_of(paged, admin) as view:
        await write(view, "Hello", **MORNING)
        await edit(view, text="Hello all")
        assert await paged.app.services.broadcasts.reschedule(1, EDITOR, later)
        _, page = await edit(view, 2, text="Hello to you all")
        assert "It takes the place of" in page
        page = await confirm(view, 2)
        assert "somebody chose another time for no. 1 meanwhile" in page
        await confirm(view, 2)
    assert await states(paged) == {1: "cancelled", 2: "scheduled"}


@pytest.fixture
async def edited(paged: BotHarness) -> AsyncIterator[tuple[Window, Person]]:
    """The page with no. 2, the draft of an edit of what Rita got."""
    admin, rita = await paged.admin(), await paged.subscriber()
    async with page_of(paged, admin) as view:
        await write(view, "Cream newz")
        await paged.settle()
        await edit(view, text="Cream newss")
        yield view, rita


async def test_the_draft_of_an_edit_is_opened_and_changed_once_more(
    paged: BotHarness, edited: tuple[Window, Person]
) -> None:
    view, rita = edited
    assert EDIT_IT.replace("/1/", "/2/") in (await view.get("/broadcasts/2"))[1]
    _, form = await view.get("/broadcasts/2/edit")
    assert "1 message that arrived will be changed" in form
    assert "still a draft" in form
    status, page = await edit(view, 2, text="Cream news", buttons="Read more - https://x.org")
    assert (status, "Cream news" in page, "Read more" in page) == (200, True, True), page
    assert await states(paged) == {1: "done", 2: "draft"}, "it is the same one"
    await confirm(view, 2)
    await paged.settle()
    changed = await rita.sees("Cream news")
    assert "newss" not in changed["text"]
    assert changed["keyboard"][0][0]["label"] == "Read more"


async def test_an_edit_that_cannot_be_leaves_its_draft_as_it_was(
    edited: tuple[Window, Person],
) -> None:
    view, _ = edited
    before = await form_of(view, 2)
    status, page = await edit(view, 2, text="x" * 5000)
    assert (status, "too long" in page) == (422, True), page
    assert await form_of(view, 2) == before


async def test_of_two_windows_with_an_edit_the_second_is_told(
    paged: BotHarness, edited: tuple[Window, Person]
) -> None:
    view, rita = edited
    older = await form_of(view, 2) | {"text": "My own words"}
    await edit(view, 2, text="Cream news")
    status, page = await view.post("/broadcasts/2/edit", **older)
    told = "no. 2 has changed since you opened this" in page
    assert (status, told, "My own words" in page) == (409, True, True), page
    await confirm(view, 2)
    status, page = await view.post("/broadcasts/2/edit", **older)
    assert (status, "Too late: no. 2 has begun" in page) == (409, True), page
    assert "My own words" in page
    await paged.settle()
    await rita.sees("Cream news")


async def test_the_draft_of_a_recall_says_nothing_that_could_be_edited(
    paged: BotHarness, edited: tuple[Window, Person]
) -> None:
    view, _ = edited
    await view.send("/broadcasts/1/recall", "/broadcasts/1")
    _, page = await view.get("/broadcasts/3")
    assert "Edit it" not in page
    assert "edit it there" not in page
    assert "Nothing can be changed" in (await view.get("/broadcasts/3/edit"))[1]
    assert (await states(paged))[3] == "draft"


async def test_another_admin_s_draft_is_not_for_them_to_edit(paged: BotHarness) -> None:
    admin, _ = await paged.admin(), await paged.subscriber()
    async with page_of(paged, admin) as view:
        await draft(view)
        fields = await form_of(view)
    editor = await with_role(paged, Role.EDITOR, EDITOR)
    async with page_of(paged, editor) as other:
        _, page = await other.get("/broadcasts/1")
        assert EDIT_IT not in page
        assert "<textarea" not in (await other.get("/broadcasts/1/edit"))[1]
        forged = {**fields, "csrf": await token_of(other), "text": "Somebody else's words"}
        assert (await other.post("/broadcasts/1/edit", **forged))[0] == 409
    async with page_of(paged, admin) as view:
        assert (await form_of(view))["text"] == "Hello"


async def test_what_was_begun_in_the_chat_is_edited_there(paged: BotHarness) -> None:
    admin, _ = await paged.admin(), await paged.subscriber()
    await admin.say("/broadcast Hello")
    async with page_of(paged, admin) as view:
        _, page = await view.get("/broadcasts/1/edit")
        assert "<textarea" not in page
        assert EDIT_IT not in page
        assert "You began it in the chat, so edit it there." in page
