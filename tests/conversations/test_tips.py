"""The tip and its buttons; a tip at once; the saved ones."""

from __future__ import annotations

from theatre import Person, Theatre


async def test_a_tip_is_short_and_names_its_source(reader: Person) -> None:
    (tip,) = await reader.tips()
    assert len(tip["text"].encode("utf-16-le")) // 2 <= 900
    assert "Source:" in tip["text"]
    assert await reader.labels() == ["👍 Helpful", "👎 Not for me", "Why?", "Save"]


async def test_why_shows_claim_and_sources(reader: Person) -> None:
    await reader.tap("Why?")
    await reader.sees("Why “", "Evidence:", "Sources")


async def test_a_daily_tip_has_the_same_buttons_and_they_work(
    theatre: Theatre, reader: Person
) -> None:
    await theatre.to_next_tip()
    assert len(await reader.tips()) == 2
    await reader.tap("Why?")
    await reader.sees("Sources")


async def test_a_vote_shows_and_can_be_taken_back(reader: Person) -> None:
    await reader.tap("Helpful")
    await reader.hears("Thank you, noted.")
    assert "👍 Helpful, noted" in await reader.labels()
    await reader.tap("Not for me")
    assert "👎 Not for me, noted" in await reader.labels()
    assert "👍 Helpful" in await reader.labels()
    await reader.tap("Not for me, noted")
    await reader.hears("Taken back.")
    assert "👎 Not for me" in await reader.labels()


async def test_saving_and_voting_do_not_forget_each_other(reader: Person) -> None:
    await reader.tap("Helpful")
    await reader.tap("Save")
    labels = await reader.labels()
    assert "👍 Helpful, noted" in labels
    assert "Saved. Remove?" in labels


async def test_saved_tips_are_listed_opened_and_let_go(reader: Person) -> None:
    await reader.say("/saved")
    await reader.sees("saved no tip yet")
    title = (await reader.tips())[0]["text"].splitlines()[0]
    await reader.tap("Save")
    await reader.hears("Saved.")
    await reader.say("/saved")
    await reader.sees("Your saved tips")
    assert await reader.labels() == [title]
    await reader.tap(title)
    await reader.sees(title, "Try today:")
    await reader.tap("Saved. Remove?")
    await reader.say("/saved")
    await reader.sees("saved no tip yet")


async def test_many_saved_tips_come_in_pages(reader: Person) -> None:
    for _ in range(9):
        await reader.tap("Save")
        await reader.say("/tip")
    await reader.say("/saved")
    await reader.sees("page 1 of 2")
    await reader.tap("Next page")
    await reader.sees("page 2 of 2")
    await reader.tap("Earlier page")
    await reader.sees("page 1 of 2")


async def test_a_tip_now_leaves_the_schedule_alone(theatre: Theatre, reader: Person) -> None:
    before = await theatre.app.house.planner.next_due()
    await reader.say("/tip")
    first, second = await reader.tips()
    assert first["text"] != second["text"]
    assert await theatre.app.house.planner.next_due() == before
    await theatre.to_next_tip()
    assert len({tip["text"] for tip in await reader.tips()}) == 3


async def test_a_topic_that_is_turned_down_again_and_again_may_be_left_out(
    theatre: Theatre, reader: Person
) -> None:
    for _ in range(90):
        await reader.tap("Not for me")
        if "Leave this theme out" in await reader.hears():
            break
        await reader.say("/tip")
    await reader.sees("Leave this theme out")
    before = await theatre.app.house.readers.find(reader.id)
    await reader.tap("Leave it out")
    await reader.sees("You can switch it on again in /settings.")
    after = await theatre.app.house.readers.find(reader.id)
    assert before is not None
    assert after is not None
    every = theatre.app.house.library.all_themes
    assert ((before.themes ^ after.themes) & every).bit_count() == 1


async def test_a_theme_may_be_kept(theatre: Theatre, reader: Person) -> None:
    before = await theatre.app.house.readers.find(reader.id)
    await reader.forge("1td:0:0")
    await reader.hears("stays.")
    assert await theatre.app.house.readers.find(reader.id) == before


async def test_the_last_theme_is_never_left_out(theatre: Theatre, reader: Person) -> None:
    theme = theatre.app.house.library.themes[0]
    await theatre.app.house.readers.set_themes(reader.id, 1 << theme.bit)
    await reader.forge(f"1td:{theme.bit}:1")
    await reader.hears("stays.")


async def test_a_tip_that_was_withdrawn_is_told(reader: Person) -> None:
    for data in ("1tw:99999", "1tr:99999:1", "1ts:99999:1", "1to:99999"):
        await reader.forge(data)
        await reader.hears("This tip has been taken back")


async def test_another_tip_by_button(reader: Person) -> None:
    await reader.forge("1tn")
    assert len(await reader.tips()) == 2


async def test_no_theme_that_fits_is_told(theatre: Theatre, reader: Person) -> None:
    house = theatre.app.house
    for _ in range(len(house.library.tips) + 2):
        assert await house.readers.take_tip(reader.id) is not None
    await reader.say("/tip")
    await reader.hears("Try today:")
