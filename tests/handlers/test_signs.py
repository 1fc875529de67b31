"""Warning signs in other languages, with the number to call, and what else other languages get."""

from __future__ import annotations

import pytest

from tests.bot_harness import BotHarness, Person


async def test_the_answer_comes_in_the_language_of_the_message(harness: BotHarness) -> None:
    rita = await harness.subscriber()
    await rita.say("mein kind kriegt keine luft")
    first, *_ = await rita.answers()
    assert first["text"].startswith("🚨 Das kann ein Notfall sein.\nRuf jetzt 112 an")
    assert "112" in first["text"]


@pytest.mark.parametrize(("place", "number"), [("London", "999"), ("Tokyo", "119")])
async def test_the_number_is_that_of_the_country(
    harness: BotHarness, place: str, number: str
) -> None:
    rita = await harness.subscriber(place=place)
    await rita.say("she can't breathe")
    await rita.hears(f"Call {number} now")


async def test_who_has_no_zone_is_told_to_call_the_local_number(newcomer: Person) -> None:
    await newcomer.say("she can't breathe")
    await newcomer.hears("Call your local emergency number now")


async def test_the_sources_are_a_tap_away(harness: BotHarness) -> None:
    rita = await harness.subscriber()
    await rita.say("she can't breathe")
    await rita.tap("Sources")
    assert "doi.org" in await rita.hears() or "Read it" in await rita.hears()


async def test_what_may_mean_the_tips_leads_to_both(harness: BotHarness) -> None:
    rita = await harness.subscriber()
    await rita.say("stop it, I can't go on with these tips")
    await rita.hears("glad you wrote this", "crisis line")
    await rita.tap("Stop the tips")
    assert await rita.labels() != []


async def test_who_is_hurt_at_home_is_told_where_to_turn(harness: BotHarness) -> None:
    rita = await harness.subscriber(place="London")
    await rita.say("my husband hits me")
    await rita.hears("it isn't your fault", "call 999")


async def test_another_language_is_told_in_it_what_the_bot_can(harness: BotHarness) -> None:
    rita = await harness.subscriber()
    await rita.say("шкіра дуже свербить вночі, що робити")
    await rita.hears("пишу лише англійською", "112")
    await rita.say("jag har eksem på händerna vad ska jag göra")
    await rita.hears("I only write English for now", "112")


async def test_no_answer_ends_with_where_to_turn(harness: BotHarness) -> None:
    rita = await harness.subscriber()
    await rita.say("how do I change the oil of my tractor engine")
    await rita.hears("If it's urgent", "call 112")


async def test_the_welcome_says_so_to_whose_telegram_speaks_another_language(
    harness: BotHarness,
) -> None:
    greta = await harness.person("Greta", language="de")
    await greta.say("/start")
    await greta.hears("Ich schreibe im Moment nur auf Englisch", "I'm GutSkin")
    rita = await harness.person("Rita")
    await rita.say("/start")
    assert "Englisch" not in await rita.hears("I'm GutSkin")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("Hör auf!", "Ich schreibe im Moment nur auf Englisch"),
        ("arrête", "j'écris seulement en anglais"),
        ("хватит", "Пока я пишу только по-английски"),
    ],
)
async def test_a_stop_in_another_language_is_offered_at_once(
    harness: BotHarness, words: str, sentence: str
) -> None:
    subscriber = await harness.subscriber()
    await subscriber.say(words)
    await subscriber.hears(sentence, "One tap and the tips stop")
    await subscriber.tap("Stop the tips")
    known = await harness.app.services.subscribers.find(subscriber.id)
    assert known is not None
    assert known.state == "stopped"


async def test_it_is_so_where_a_place_is_asked_for_that_is_called_so(harness: BotHarness) -> None:
    deniz = await harness.person("Deniz", language="tr")
    await deniz.say("/start")
    await deniz.tap("Yes, start")
    await deniz.say("dur")
    await deniz.hears("yalnızca İngilizce yazıyorum", "One tap and the tips stop")
