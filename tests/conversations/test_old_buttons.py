"""Buttons and lists of what the library no longer has: each says so, and what there is instead."""

from __future__ import annotations

import pytest
from theatre import Person, Theatre

NO_SUCH_THEME = 29


async def test_a_theme_that_is_gone_is_told_and_those_that_are_there_are_shown(
    theatre: Theatre, reader: Person
) -> None:
    before = await theatre.app.house.readers.find(reader.id)
    await reader.say("/settings")
    await reader.tap("Themes")
    await reader.forge(f"1st:{NO_SUCH_THEME}:1")
    heard = await reader.hears("That theme isn't there any more")
    assert "/start" not in heard
    await reader.sees("Which themes?")
    assert await theatre.app.house.readers.find(reader.id) == before


@pytest.mark.parametrize("drop", [0, 1])
async def test_leaving_out_a_theme_that_is_gone_changes_nothing_and_says_so(
    theatre: Theatre, reader: Person, drop: int
) -> None:
    before = await theatre.app.house.readers.find(reader.id)
    await reader.forge(f"1td:{NO_SUCH_THEME}:{drop}")
    heard = await reader.hears("That theme isn't there any more")
    assert "/start" not in heard
    assert await theatre.app.house.readers.find(reader.id) == before


async def test_a_language_that_is_gone_is_told_and_not_stored(
    theatre: Theatre, reader: Person
) -> None:
    await reader.say("/settings")
    await reader.forge("1sl:tlh")
    await reader.hears("I don't speak that language any more")
    await reader.sees("Which language?")
    found = await theatre.app.house.readers.find(reader.id)
    assert found is not None
    assert found.language == "en"


@pytest.mark.parametrize("button", ["1st:29:1", "1td:29:1", "1sl:tlh"])
async def test_whoever_is_no_subscriber_is_led_to_start(newcomer: Person, button: str) -> None:
    await newcomer.say("/help")
    await newcomer.forge(button)
    await newcomer.sees("/start")


async def save(theatre: Theatre, reader: Person, *tips: str) -> None:
    for tip in tips:
        theatre.clock.move(1)
        assert await theatre.app.house.readers.save(reader.id, tip)


async def test_saved_tips_are_listed_though_the_newest_page_of_them_was_withdrawn(
    theatre: Theatre, reader: Person
) -> None:
    kept = theatre.app.house.library.tips[:9]
    await save(theatre, reader, *(tip.id for tip in kept))
    await save(theatre, reader, *(f"withdrawn-{number}" for number in range(8)))
    await reader.say("/saved")
    await reader.sees("Your saved tips, page 1 of 2", "8 tips you'd saved have been taken back")
    assert (await reader.labels())[:8] == [tip.title for tip in kept[:0:-1]]
    await reader.tap("Next page")
    assert (await reader.labels())[:1] == [kept[0].title]


async def test_whoever_saved_only_what_was_withdrawn_hears_that_and_not_that_they_saved_nothing(
    theatre: Theatre, reader: Person
) -> None:
    await save(theatre, reader, "withdrawn")
    await reader.say("/saved")
    await reader.sees("1 tip you'd saved has been taken back", "/tip")


async def test_an_answer_that_was_withdrawn_since_the_index_was_made_is_no_mistake_of_ours(
    theatre: Theatre, reader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = theatre.app.house.library
    answer = library.answers[0]
    await reader.say(answer.question)
    await reader.sees(answer.question)
    monkeypatch.delitem(library._answers, answer.id)
    await reader.say(answer.question)
    heard = await reader.hears()
    assert heard
    assert "Something went wrong" not in heard
