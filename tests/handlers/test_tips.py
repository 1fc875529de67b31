"""The tip and its buttons; a tip at once; the saved ones."""

from __future__ import annotations

from tests.bot_harness import BotHarness, Person


async def test_a_tip_is_short_and_names_its_source(subscriber: Person) -> None:
    (tip,) = await subscriber.tips()
    assert len(tip["text"].encode("utf-16-le")) // 2 <= 900
    assert "Source:" in tip["text"]
    assert await subscriber.labels() == [
        "👍 Helpful", "👎 Not for me", "🔖 Save", "↗ Share", "Why?", "Another tip"
    ]  # fmt: skip


async def test_why_unfolds_in_the_message_itself_and_folds_again(subscriber: Person) -> None:
    (folded,) = await subscriber.tips()
    await subscriber.tap("Why?")
    (tip,) = await subscriber.tips()
    assert tip["text"].startswith(folded["text"])
    assert "Why it says so" in tip["text"]
    assert "Sources" in tip["text"]
    await subscriber.tap("Hide why")
    (again,) = await subscriber.tips()
    assert (again["text"], again["keyboard"]) == (folded["text"], folded["keyboard"])


async def test_what_was_said_stays_while_why_unfolds(subscriber: Person) -> None:
    await subscriber.tap("👍 Helpful")
    await subscriber.tap("Why?")
    assert "✓ 👍 Helpful" in await subscriber.labels()
    await subscriber.tap("🔖 Save")
    assert {"✓ 👍 Helpful", "🔖 Saved: remove", "Hide why"} <= {*await subscriber.labels()}
    await subscriber.tap("Hide why")
    assert {"✓ 👍 Helpful", "🔖 Saved: remove", "Why?"} <= {*await subscriber.labels()}


async def test_a_daily_tip_has_the_same_buttons_and_they_work(
    harness: BotHarness, subscriber: Person
) -> None:
    await harness.to_next_tip()
    assert len(await subscriber.tips()) == 2
    await subscriber.tap("Why?")
    await subscriber.sees("Sources")
    assert len(await subscriber.tips()) == 2


async def test_a_vote_shows_and_can_be_taken_back(subscriber: Person) -> None:
    await subscriber.tap("Helpful")
    await subscriber.hears("Thanks for telling me.")
    assert "✓ 👍 Helpful" in await subscriber.labels()
    await subscriber.tap("Not for me")
    assert "✓ 👎 Not for me" in await subscriber.labels()
    assert "👍 Helpful" in await subscriber.labels()
    await subscriber.tap("✓ 👎 Not for me")
    await subscriber.hears("That's undone.")
    assert "👎 Not for me" in await subscriber.labels()


async def test_saving_and_voting_do_not_forget_each_other(subscriber: Person) -> None:
    await subscriber.tap("Helpful")
    await subscriber.tap("🔖 Save")
    labels = await subscriber.labels()
    assert "✓ 👍 Helpful" in labels
    assert "🔖 Saved: remove" in labels


async def test_saved_tips_are_listed_opened_and_let_go(subscriber: Person) -> None:
    await subscriber.say("/saved")
    await subscriber.sees("No saved tips yet")
    title = (await subscriber.tips())[0]["text"].splitlines()[1]
    await subscriber.tap("🔖 Save")
    await subscriber.hears("Saved.")
    await subscriber.say("/saved")
    await subscriber.sees("1 saved tip")
    assert await subscriber.labels() == [title, "Remove some"]
    await subscriber.tap(title)
    await subscriber.sees(title, "Try today:")
    await subscriber.tap("🔖 Saved: remove")
    await subscriber.say("/saved")
    await subscriber.sees("No saved tips yet")


async def test_many_saved_tips_come_in_pages(subscriber: Person) -> None:
    for _ in range(9):
        await subscriber.tap("🔖 Save")
        await subscriber.say("/tip")
    await subscriber.say("/saved")
    await subscriber.sees("9 saved tips, page 1 of 2")
    await subscriber.tap("Next page")
    await subscriber.sees("page 2 of 2")
    await subscriber.tap("Earlier page")
    await subscriber.sees("page 1 of 2")


async def test_a_tip_now_leaves_the_schedule_alone(
    harness: BotHarness, subscriber: Person
) -> None:
    before = await harness.app.services.planner.next_due()
    await subscriber.say("/tip")
    first, second = await subscriber.tips()
    assert first["text"] != second["text"]
    assert await harness.app.services.planner.next_due() == before
    await harness.to_next_tip()
    assert len({tip["text"] for tip in await subscriber.tips()}) == 3


async def test_a_topic_that_is_turned_down_again_and_again_may_be_left_out(
    harness: BotHarness, subscriber: Person
) -> None:
    for _ in range(90):
        await subscriber.tap("Not for me")
        if "I can leave it out." in await subscriber.hears():
            break
        await subscriber.say("/tip")
    await subscriber.sees("I can leave it out.")
    before = await harness.app.services.subscribers.find(subscriber.id)
    await subscriber.tap("Leave it out")
    await subscriber.sees("You can switch it on again in /settings.")
    after = await harness.app.services.subscribers.find(subscriber.id)
    assert before is not None
    assert after is not None
    every = harness.app.services.library.all_themes
    assert ((before.themes ^ after.themes) & every).bit_count() == 1


async def test_a_theme_may_be_kept(harness: BotHarness, subscriber: Person) -> None:
    before = await harness.app.services.subscribers.find(subscriber.id)
    await subscriber.forge("1td:0:0")
    await subscriber.hears("stays.")
    assert await harness.app.services.subscribers.find(subscriber.id) == before


async def test_the_last_theme_is_never_left_out(harness: BotHarness, subscriber: Person) -> None:
    theme = harness.app.services.library.themes[0]
    await harness.app.services.subscribers.set_themes(subscriber.id, 1 << theme.bit)
    await subscriber.forge(f"1td:{theme.bit}:1")
    await subscriber.hears("stays.")


async def test_a_tip_that_was_withdrawn_is_told(subscriber: Person) -> None:
    for data in (
        "1tw:99999",
        "1tf:99999",
        "1tx:99999:hard",
        "1tr:99999:1",
        "1ts:99999:1",
        "1to:99999",
    ):
        await subscriber.forge(data)
        await subscriber.hears("We've withdrawn this tip")


async def test_another_tip_by_button(subscriber: Person) -> None:
    await subscriber.forge("1tn")
    assert len(await subscriber.tips()) == 2


async def test_no_theme_that_fits_is_told(harness: BotHarness, subscriber: Person) -> None:
    services = harness.app.services
    for _ in range(len(services.library.tips) + 2):
        assert await services.subscribers.take_tip(subscriber.id) is not None
    await subscriber.say("/tip")
    await subscriber.hears("Try today:")
