"""The states of the admin page's forms, one after the other: each begins where the one before
ended; the first with one subscriber, and broadcast 1 sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from playwright.async_api import expect

from bot.delivery.content import content_in
from bot.delivery.schedules import Schedule
from tests.bot_harness import ADMIN
from tests.browser.admin_stage import Desk
from tests.browser.stage import LONG_WORD

State = Callable[[Desk], Awaitable[None]]
TOO_LONG = "A word " * 700


async def note(desk: Desk, words: str) -> None:
    await expect(desk.page.locator("#note")).to_contain_text(words)


async def sent_form(desk: Desk) -> None:
    await desk.open("/broadcasts/1")
    await desk.press("Edit what was sent")
    await expect(desk.page.get_by_label("Message")).to_have_value("Hello all")


async def sent_too_long(desk: Desk) -> None:
    await desk.page.get_by_label("Message").fill(TOO_LONG)
    await desk.look()
    await note(desk, "too long")


async def correction(desk: Desk) -> None:
    await desk.page.get_by_label("Message").fill("Hello to you all")
    await desk.look()
    await expect(desk.page.get_by_text("It changes the messages of")).to_be_visible()


async def draft(desk: Desk) -> None:
    await desk.draft(f"Hello {LONG_WORD}")
    await expect(desk.page.get_by_text("Edit it")).to_be_visible()


async def draft_form(desk: Desk) -> None:
    await desk.press("Edit it")
    await expect(desk.page.get_by_text("It's still a draft")).to_be_visible()


async def draft_too_long(desk: Desk) -> None:
    await desk.page.get_by_label("Message").fill(TOO_LONG)
    await desk.look()
    await note(desk, "too long")


async def draft_changed(desk: Desk) -> None:
    rules = desk.harness.app.services.broadcasts
    found = await rules.find(3)
    assert found is not None
    other = content_in(found.content).model_copy(update={"text": "Said in another window"})
    assert await rules.set_content(3, ADMIN, other)
    await desk.page.get_by_label("Message").fill("My own words")
    await desk.look()
    await note(desk, "has changed since you opened this")


async def draft_saved(desk: Desk) -> None:
    tomorrow = desk.harness.clock.now() + timedelta(days=1)
    await desk.page.get_by_label("At this time (").check()
    await desk.page.get_by_label("Day and time").fill(f"{tomorrow:%Y-%m-%dT09:00}")
    await desk.page.get_by_label("Buttons").fill("Read more - https://example.org/news")
    await desk.look()
    await expect(desk.page.get_by_text("My own words")).to_be_visible()


async def scheduled(desk: Desk) -> None:
    await desk.press("Schedule it")
    await note(desk, "Done.")


async def waiting_form(desk: Desk) -> None:
    await desk.press("Edit it")
    await expect(desk.page.get_by_text("Then it takes the place of broadcast 3")).to_be_visible()


async def waiting_moved(desk: Desk) -> None:
    later = Schedule(at=desk.harness.clock.now() + timedelta(days=2))
    assert await desk.harness.app.services.broadcasts.reschedule(3, ADMIN, later)
    await desk.look()
    await note(desk, "somebody chose another time for no. 3")


async def waiting_over(desk: Desk) -> None:
    assert await desk.harness.app.services.broadcasts.cancel(3, ADMIN)
    await desk.look()
    await note(desk, "Too late: no. 3 has begun")


async def unanswered(desk: Desk) -> None:
    await desk.harness.fault("502", method="sendMessage", times=100)
    await desk.draft("Hello once more")
    await desk.press("Send a test to me")
    await note(desk, "Telegram isn't answering")


async def poll_form(desk: Desk) -> None:
    admin = await desk.harness.admin()
    await admin.say("/broadcast")
    await admin.send(media="poll", text="Which?\nThis\nThat")
    rules = desk.harness.app.services.broadcasts
    (newest,) = await rules.recent(1)
    later = Schedule(at=desk.harness.clock.now() + timedelta(days=2))
    await rules.set_schedule(newest.id, ADMIN, later)
    await rules.offered(newest.id, await rules.offer_of(newest.id))
    await desk.open(f"/broadcasts/{newest.id}")
    await expect(desk.page.get_by_text("You began it in the chat")).to_be_visible()
    assert await rules.confirm(newest.id, ADMIN) == "scheduled"
    await desk.open(f"/broadcasts/{newest.id}/edit")
    await expect(desk.page.get_by_text("copy from its author's chat")).to_be_visible()


STATES: tuple[State, ...] = (
    sent_form, sent_too_long, correction, draft, draft_form, draft_too_long, draft_changed,
    draft_saved, scheduled, waiting_form, waiting_moved, waiting_over, poll_form, unanswered,
)  # fmt: skip
