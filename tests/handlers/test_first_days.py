"""What people of all kinds write on their first days, and that no answer is a dead end."""

from __future__ import annotations

import pytest

from tests.bot_harness import BotHarness, Person


async def begun(person: Person) -> None:
    await person.say("/start")
    await person.tap("Yes, start")


@pytest.mark.parametrize(
    ("typed", "audience"),
    [
        ("me lol", "adult"),
        ("They are for myself, thank you.", "adult"),
        ("It's for my daughter", "parent"),
        ("the two of us please", "both"),
    ],
)
async def test_who_the_tips_are_for_is_read_as_people_say_it(
    harness: BotHarness, newcomer: Person, typed: str, audience: str
) -> None:
    await begun(newcomer)
    await newcomer.say(typed)
    await newcomer.sees("What time zone")
    found = await harness.app.services.subscribers.find(newcomer.id)
    assert found is not None
    assert found.audience == audience


async def test_what_is_no_answer_to_our_question_is_told_where_help_is(newcomer: Person) -> None:
    """It may have been about something that cannot wait, which we did not understand."""
    await begun(newcomer)
    await newcomer.say("my neighbour sings")
    await newcomer.sees("didn't catch that", "Who are the tips for?", "If it's urgent")
    await newcomer.tap("Just me")
    await newcomer.say("my neighbour sings")
    await newcomer.sees("I can't find “my neighbour sings”", "If it's urgent")


async def test_a_place_is_found_by_the_town_beside_it(newcomer: Person) -> None:
    await begun(newcomer)
    await newcomer.say("me")
    await newcomer.say("I live in a small village near Norwich, in Norfolk.")
    assert "Norwich, England" in " ".join(await newcomer.labels())


async def test_a_slip_in_a_place_is_no_wish_to_change_it(newcomer: Person) -> None:
    await begun(newcomer)
    await newcomer.tap("Just me")
    await newcomer.say("new yrok")
    await newcomer.sees("Did you mean this?")
    assert "New York" in " ".join(await newcomer.labels())


@pytest.mark.parametrize("said", ["Berlin at 8am", "brigton at 8am"])
async def test_a_place_with_an_hour_leaves_no_question_open(
    harness: BotHarness, newcomer: Person, said: str
) -> None:
    await begun(newcomer)
    await newcomer.tap("Just me")
    await newcomer.say(said)
    for label in [label for label in await newcomer.labels() if "Brighton" in label]:
        await newcomer.tap(label)
    assert await newcomer.tips()
    found = await harness.app.services.subscribers.find(newcomer.id)
    assert found is not None
    assert (found.expecting, found.local_minute) == (None, 480)
    await newcomer.say("what do i do now")
    await newcomer.sees("I'm not sure what you mean")


@pytest.mark.parametrize("word", ["cancel", "/cancel", "never mind", "No thanks"])
async def test_a_question_of_the_settings_can_be_let_be(
    harness: BotHarness, subscriber: Person, word: str
) -> None:
    for part in ("Time zone", "Pause or stop"):
        await subscriber.say("/settings")
        await subscriber.tap(part)
        await subscriber.say(word)
        await subscriber.sees("I've kept everything as it was")
        found = await harness.app.services.subscribers.find(subscriber.id)
        assert found is not None
        assert (found.expecting, found.zone, found.state) == (None, "Europe/Berlin", "active")


async def test_a_mistyped_command_is_told_the_right_one(subscriber: Person, admin: Person) -> None:
    await subscriber.say("/settigns")
    await subscriber.sees("Did you mean /settings?")
    for unknown in ("/wat", "/brodcast"):
        await subscriber.say(unknown)
        await subscriber.sees("I don't know that one. See /help.")
    await admin.say("/brodcast")
    await admin.sees("Did you mean /broadcast?")


@pytest.mark.parametrize(
    ("command", "said"),
    [("/unsubscribe", "One tap and the tips stop"), ("/language", "I only write English")],
)
async def test_a_wish_that_looks_like_a_command_is_heard(
    subscriber: Person, command: str, said: str
) -> None:
    await subscriber.say(command)
    await subscriber.sees(said)


async def test_words_that_may_mean_life_or_the_tips_are_offered_both(subscriber: Person) -> None:
    await subscriber.say("I want to leave")
    await subscriber.sees("I'm glad you wrote this")
    await subscriber.tap("Stop the tips")
    await subscriber.sees("You're unsubscribed")


async def test_nothing_about_another_matter_follows_a_warning(subscriber: Person) -> None:
    await subscriber.say("i cant breathe after eating peanuts")
    answer = await subscriber.hears("Call", "now")
    assert "---" not in answer, "no breathing exercise"
    await subscriber.say("I can't do this any more")
    await subscriber.hears("I'm glad you wrote this", "findahelpline.com")


WORDS = {
    "hi": "Nice to hear from you",
    "u there?": "I'm a bot",
    "Can you telephone me?": "I'm a bot",
    "I would like to speak to somebody": "I'm a bot",
    "this tip sucks": "That isn't what you needed",
    "this is too much, too many messages": "One tap and the tips stop",
    "I pressed the wrong button. What shall I do?": "No harm done",
    "How do I make the letters bigger?": "up to Telegram",
    "yes": "tap the button",
    "gimme a tip": "Try today:",
    "Please erase all that you know about me.": "Erase everything about you?",
    "I should like them at half past nine in the evening": "21:30",
    "Would you be so kind as to stop on Sundays, since I go to church?": "days",
    "I am going into hospital on the 20th, please do not write to me until then.": "how long",
    "call an ambulance": "call 112 now",
    "what is the crisis line number": "findahelpline.com",
    "lol": "here whenever you need me",
    "/saved cream": "No saved tips yet",
    "edit it": "You can see and change everything that's set here",
}


async def test_words_about_the_bot_are_heard_as_people_write_them(subscriber: Person) -> None:
    for words, answer in WORDS.items():
        await subscriber.say(words)
        labels = " ".join(await subscriber.labels())
        heard = f"{await subscriber.hears()} {labels}"
        assert answer in heard, (words, heard)
    await subscriber.say("Stopp")
    await subscriber.sees("You're unsubscribed")


async def test_an_admin_with_a_typo_is_told_how_to_put_it_right(admin: Person) -> None:
    for words in ("I made a typo in the broadcast", "how do I correct a broadcast"):
        await admin.say(words)
        await admin.sees("“Edit” under its report", "“Recall”", "48 hours")


async def test_a_stranger_who_greets_is_offered_the_tips(newcomer: Person) -> None:
    await newcomer.say("hi")
    await newcomer.tap("Get one every day")
    await newcomer.sees("Is that OK?")
