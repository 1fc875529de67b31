"""Finding tips again: /search, /saved with words, the week in one message."""

from __future__ import annotations

from tests.bot_harness import BotHarness, Person


async def test_search_finds_answers_and_tips_which_open_at_a_tap(
    harness: BotHarness, newcomer: Person
) -> None:
    await newcomer.say("/search probiotics")
    await newcomer.sees("What I have on “probiotics”", "answer", "tip")
    titles = [tip.title for tip in harness.app.services.library.tips]
    shown = (label.rstrip("…") for label in await newcomer.labels())
    title, whole = next((label, one) for label in shown for one in titles if one.startswith(label))
    await newcomer.tap(title)
    await newcomer.sees(whole, "👉 Try today:", "Source: ")
    assert await harness.app.services.subscribers.find(newcomer.id) is None


async def test_search_refuses_what_is_not_ours_and_says_what_to_do(newcomer: Person) -> None:
    for words in ("my dog has fleas", "bitcoin price"):
        await newcomer.say(f"/search {words}")
        await newcomer.sees(f"nothing checked on “{words}”", "other words")


async def test_search_says_a_warning_sign_first_and_alone(newcomer: Person) -> None:
    await newcomer.say("/search my tongue is swelling and I can't breathe")
    assert "What I have on" not in await newcomer.hears("emergency")


async def test_saved_with_words_says_a_warning_sign_first_too(subscriber: Person) -> None:
    await subscriber.say("/saved my tongue is swelling and I can't breathe")
    assert "saved tips" not in await subscriber.hears("🚨", "112")


async def test_search_alone_says_how_it_is_used(newcomer: Person) -> None:
    await newcomer.say("/search")
    await newcomer.sees("/search wool")


async def test_the_bare_words_search_and_week_are_no_commands(subscriber: Person) -> None:
    await subscriber.say("week")
    assert "Your last" not in await subscriber.hears()
    await subscriber.say("search")
    assert "/search wool" not in await subscriber.hears()


async def test_the_week_has_the_last_seven_tips_newest_first(
    harness: BotHarness, subscriber: Person
) -> None:
    for _ in range(7):
        await harness.to_next_tip()
    titles = [tip["text"].splitlines()[1] for tip in await subscriber.tips()]
    await subscriber.say("/week")
    week = await subscriber.sees("Your last 7 tips")
    at = [week["text"].index(title) for title in titles[:0:-1]]
    assert at == sorted(at)
    assert titles[0] not in week["text"]


async def test_the_week_is_for_subscribers(newcomer: Person) -> None:
    await newcomer.say("/week")
    await newcomer.hears("/start")


async def test_a_saved_tip_is_found_by_its_words_and_removed_in_the_list(
    harness: BotHarness, subscriber: Person
) -> None:
    services = harness.app.services
    about = services.library.tip("treatment-moisturiser-strongly-recommended")
    other = services.library.tip("fibre-lentils-in-winter-soup")
    for tip in (about, other):
        harness.clock.move(1)
        await services.subscribers.save(subscriber.id, tip.id)
    await subscriber.say("/saved moisturiser")
    await subscriber.sees("1 saved tip about “moisturiser”")
    assert await subscriber.labels() == ["Those minutes with the tub count…"]
    await subscriber.say("/saved wool")
    await subscriber.sees("None of your saved tips is about “wool”")
    await subscriber.say("/saved")
    await subscriber.sees("2 saved tips")
    await subscriber.tap("Remove some")
    await subscriber.tap(f"Remove: {other.title}")
    await subscriber.hears("Removed.", "1 saved tip")
    await subscriber.tap("Done")
    assert await subscriber.labels() == ["Those minutes with the tub count…", "Remove some"]
    assert [tip.id for tip in (await services.subscribers.saved(subscriber.id)).tips] == [about.id]
