"""What an admin was asked for is one thing, is kept, and goes with its answer."""

from __future__ import annotations

from bot.delivery.dialogues import Dialogues
from bot.store.database import Database

ADA, BEA = 9000, 9001


async def test_the_last_question_counts_for_each_admin_alone(db: Database) -> None:
    dialogues = Dialogues(db)
    await dialogues.expect(ADA, "message")
    await dialogues.expect(ADA, "audience", 3)
    await dialogues.expect(BEA, "time", 4)
    ada, bea = await dialogues.expected(ADA), await dialogues.expected(BEA)
    assert ada is not None
    assert bea is not None
    assert (ada.expects, ada.about) == ("audience", 3)
    assert (bea.expects, bea.about) == ("time", 4)


async def test_what_is_dropped_is_expected_of_nobody(db: Database) -> None:
    dialogues = Dialogues(db)
    await dialogues.expect(ADA, "message")
    await dialogues.drop(ADA)
    await dialogues.drop(BEA)
    assert await dialogues.expected(ADA) is None


async def test_a_screen_of_buttons_asks_nothing_and_goes_with_the_next_question(
    db: Database,
) -> None:
    dialogues = Dialogues(db)
    await dialogues.show_screen(ADA, "local", 3)
    assert await dialogues.expected(ADA) is None
    assert await dialogues.screen(ADA) == ("local", 3)
    await dialogues.expect(ADA, "time", 3)
    assert await dialogues.screen(ADA) is None


async def test_another_run_still_expects_it(db: Database) -> None:
    await Dialogues(db).expect(ADA, "buttons", 7)
    kept = await Dialogues(db).expected(ADA)
    assert kept is not None
    assert kept.expects == "buttons"
