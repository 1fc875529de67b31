"""Two admins and a viewer: approval, acts at once, and an admin who is none any more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot_harness import ADMIN, BotHarness, Person, open_harness


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[BotHarness]:
    async with open_harness(tmp_path, approval_above=1) as stage:
        await stage.subscriber("Rita")
        await stage.subscriber("Tom")
        yield stage


async def state_of(harness: BotHarness, number: int = 1) -> str:
    found = await harness.app.services.broadcasts.find(number)
    assert found is not None
    return found.state


class TestApproval:
    async def test_above_a_size_a_second_admin_is_asked_and_says_yes(
        self, harness: BotHarness, admin: Person, other: Person, viewer: Person
    ) -> None:
        await admin.say("/broadcast Hello")
        await admin.tap("Send it now")
        await admin.sees("Waiting for another admin: no. 1", "They find it in /scheduled")
        *_, shown, asked = await other.messages()
        assert "Hello" in shown["text"]
        assert "May this go out? No. 1" in asked["text"]
        assert "May this go out?" not in str(await viewer.messages())
        assert await state_of(harness) == "waiting"
        await other.tap("Yes, send it")
        await other.sees("Broadcast 1 goes out as planned")
        await admin.sees("Broadcast done", "Sent: 2")
        await other.tap("How it's going")
        await other.sees("Broadcast done", "Sent: 2")

    async def test_nobody_approves_their_own_nor_does_a_viewer(
        self, harness: BotHarness, admin: Person, other: Person, viewer: Person
    ) -> None:
        await admin.say("/broadcast Hello")
        await admin.tap("Send it now")
        await admin.forge("1bd:approve:1")
        await admin.hears("Another admin has to say yes")
        await viewer.forge("1bd:approve:1")
        await viewer.hears("As a viewer you can look")
        assert await state_of(harness) == "waiting"

    async def test_turned_down_nothing_is_sent_and_its_author_is_told(
        self, harness: BotHarness, admin: Person, other: Person
    ) -> None:
        await admin.say("/broadcast Hello")
        await admin.tap("Send it now")
        await other.tap("No, turn it down")
        await other.sees("won't be sent")
        await admin.sees("Another admin turned down broadcast 1")
        assert await state_of(harness) == "cancelled"

    @pytest.mark.parametrize(
        ("label", "said", "state"),
        [
            ("Yes, send it", "goes out as planned", "scheduled"),
            ("No, turn it down", "won't be sent", "cancelled"),
        ],
    )
    async def test_an_author_who_cannot_be_told_stops_neither_a_yes_nor_a_no(
        self, harness: BotHarness, admin: Person, other: Person, label: str, said: str, state: str
    ) -> None:
        await admin.say("/broadcast Hello")
        await admin.tap("When")
        await admin.tap("Tomorrow 09:00")
        await admin.tap("Back")
        await admin.tap("Schedule it")
        await admin.block()
        await other.tap(label)
        await other.sees(said)
        assert await state_of(harness) == state
        assert "went wrong" not in str(await other.answers())

    async def test_two_admins_at_once_approve_it_once(
        self, harness: BotHarness, admin: Person, other: Person
    ) -> None:
        await admin.say("/broadcast Hello")
        await admin.tap("Send it now")
        await other.tap("Yes, send it", times=2)
        await other.forge("1bd:refuse:1")
        await other.hears("That's done already.")
        assert await state_of(harness) == "done"
        report = await harness.app.services.broadcasts.report(1)
        assert (report.total, report.sent) == (2, 2)

    async def test_without_a_second_admin_it_is_said(self, admin: Person) -> None:
        await admin.say("/broadcast Hello")
        await admin.tap("Send it now")
        await admin.sees("There's no other admin I can reach")

    async def test_what_waits_is_in_the_list(self, admin: Person, other: Person) -> None:
        await admin.say("/broadcast Hello")
        await admin.tap("Send it now")
        await other.say("/scheduled")
        await other.sees("No. 1", "waits for another admin")


class TestOneIsRemoved:
    async def test_whoever_is_admin_now_is_told_and_has_buttons_that_work(
        self, harness: BotHarness, admin: Person, other: Person
    ) -> None:
        await admin.say("/start")
        await other.send(photo=True, caption="/broadcast Hello")
        await other.tap("Send it now")
        await harness.fault("429", method="copyMessage", retry_after=600, times=1)
        await admin.tap("Yes, send it")
        await harness.pass_time(seconds=4)
        await harness.app.services.admins.remove(other.id, ADMIN)
        await harness.pass_time(seconds=8)
        await admin.sees("Sending", "no admin any more", "yours to look after")
        await other.tap("Pause")
        await other.hears("you're not in it")
        assert await state_of(harness) == "sending"
        await admin.tap("Pause")
        await admin.sees("Paused", "The broadcast is on hold.")
        await admin.tap("Cancel the rest")
        await admin.tap("Yes, cancel the rest")
        await harness.pass_time(minutes=11)
        await admin.sees("Broadcast cancelled")

    async def test_a_draft_of_one_who_left_is_sent_by_nobody(
        self, harness: BotHarness, admin: Person, other: Person
    ) -> None:
        await admin.say("/start")
        await other.say("/broadcast Hello")
        await harness.app.services.admins.remove(other.id, ADMIN)
        await other.tap("Send it now")
        await other.hears("you're not in it")
        await admin.forge("1bd:confirm:1")
        await admin.hears("another admin's draft")
        assert await state_of(harness) == "draft"


async def test_a_viewer_reads_reports_and_changes_nothing(
    harness: BotHarness, admin: Person, other: Person, viewer: Person
) -> None:
    await viewer.say("/broadcast Hello")
    await viewer.sees("As a viewer you can look")
    await admin.say("/broadcast Hello")
    await admin.tap("Send it now")
    await other.tap("Yes, send it")
    await viewer.forge("1bd:report:1")
    await viewer.sees("Broadcast done", "Sent: 2")
    for label in ("Edit", "Recall"):
        await viewer.tap(label)
        await viewer.hears("As a viewer you can look")
    await viewer.tap("List as a file")
    file = (await viewer.messages())[-1]
    assert file["kind"] == "document"
    assert "Broadcast 1" in file["text"]


async def test_two_admins_press_cancel_at_once(
    harness: BotHarness, admin: Person, other: Person
) -> None:
    await admin.send(photo=True, caption="/broadcast Hello")
    await admin.tap("Send it now")
    await harness.fault("429", method="copyMessage", retry_after=600, times=2)
    await other.tap("Yes, send it")
    await harness.pass_time(seconds=4)
    await admin.tap("Cancel the rest")
    await admin.tap("Yes, cancel the rest")
    await other.forge("1bd:cancel_sure:1")
    await other.hears("That's done already.")
    await harness.pass_time(minutes=11)
    report = await harness.app.services.broadcasts.report(1)
    ended = report.sent + report.cancelled + report.too_old + report.in_doubt
    assert (report.state, ended) == ("cancelled", report.total)
