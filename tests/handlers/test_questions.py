"""Questions: by topic, in one's own words, and what is told first."""

from __future__ import annotations

import pytest

from tests.bot_harness import BotHarness, Person


async def test_faq_lists_topics_and_questions_in_pages(
    harness: BotHarness, subscriber: Person
) -> None:
    answers = harness.app.services.library.answers
    await subscriber.say("/faq")
    await subscriber.sees("Questions and answers")
    topic = (await subscriber.labels())[0]
    await subscriber.tap(topic)
    await subscriber.sees(topic.rpartition(" (")[0], "Choose a question.")
    question = (await subscriber.labels())[0]
    [chosen] = [one for one in answers if one.name == question]
    await subscriber.tap(question)
    await subscriber.sees(chosen.headline)


async def test_the_topics_turn_over_in_place(subscriber: Person) -> None:
    await subscriber.say("/faq")
    count = len(await subscriber.messages())
    await subscriber.forge("1fl:0")
    await subscriber.tap((await subscriber.labels())[0])
    await subscriber.tap("All topics")
    await subscriber.sees("Questions and answers")
    assert len(await subscriber.messages()) == count


@pytest.mark.parametrize("lead", ["", "/faq "])
async def test_a_question_in_own_words_gets_the_best_answer(subscriber: Person, lead: str) -> None:
    await subscriber.say(f"{lead}Do probiotics help against eczema?")
    message = await subscriber.sees(
        "most people won't notice a difference", "Rests on points from", "Related:"
    )
    await subscriber.tap("sources")
    await subscriber.sees("Rests on points from", "Cochrane", "Sources\n• ")
    await subscriber.tap("👍 Helpful")
    assert {"Hide sources", "✓ 👍 Helpful"} <= {*await subscriber.labels()}
    await subscriber.tap("Hide sources")
    assert "Sources\n• " not in (await subscriber.messages())[-1]["text"]
    assert "✓ 👍 Helpful" in await subscriber.labels()
    assert "Not what I asked" in await subscriber.labels()
    assert message["html"]


async def test_someone_unknown_may_ask_and_nothing_is_stored(
    harness: BotHarness, newcomer: Person
) -> None:
    await newcomer.say("Do probiotics help against eczema?")
    await newcomer.sees("most people won't notice a difference")
    await newcomer.tap("👍 Helpful")
    await newcomer.hears("Thanks for telling me.")
    await newcomer.tap("Not what I asked")
    await newcomer.sees("Sorry about that")
    assert await harness.app.services.subscribers.find(newcomer.id) is None


async def test_what_has_no_answer_is_not_guessed(subscriber: Person) -> None:
    await subscriber.say("how do I change the oil of my tractor engine")
    await subscriber.sees("I won't guess")
    assert "All topics" in await subscriber.labels()
    assert len(await subscriber.labels()) >= 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("how many people have psoriasis", "I only know about eczema"),
        ("can my dog eat probiotics", "A vet can help with animals"),
    ],
)
async def test_what_is_about_something_else_is_told_so(
    subscriber: Person, words: str, said: str
) -> None:
    await subscriber.say(words)
    await subscriber.sees(said)
    assert "Rests on" not in await subscriber.hears()


async def test_an_answer_may_be_rated_and_taken_back(subscriber: Person) -> None:
    await subscriber.say("Do probiotics help against eczema?")
    await subscriber.tap("👍 Helpful")
    assert "✓ 👍 Helpful" in await subscriber.labels()
    await subscriber.tap("👎 Not helpful")
    assert "✓ 👎 Not helpful" in await subscriber.labels()
    await subscriber.tap("✓ 👎 Not helpful")
    await subscriber.hears("That's undone.")


async def test_not_what_i_asked_is_remembered_without_the_words(
    harness: BotHarness, subscriber: Person
) -> None:
    await subscriber.say("Do probiotics help against eczema?")
    await subscriber.tap("Not what I asked")
    await subscriber.sees("Sorry about that", "Try other words")
    exported = await harness.app.services.privacy.export(subscriber.id)
    assert len(exported["miss"]) == 1
    assert "against" not in str(exported)


@pytest.mark.parametrize(
    "words",
    [
        "I don't want to live any more",
        "my face is swelling and I have trouble breathing",
        "/faq painful blisters are spreading fast on my arm",
    ],
)
async def test_warning_signs_come_first(subscriber: Person, words: str) -> None:
    await subscriber.say(words)
    answers = await subscriber.answers()
    assert answers[0]["text"].startswith("🚨 ")
    assert any(word in answers[0]["text"].lower() for word in ("now", "emergency", "today"))
    assert "I won't guess" not in await subscriber.hears()


async def test_beside_a_warning_sign_nothing_leads_away_from_it(subscriber: Person) -> None:
    await subscriber.say("I don't want to live any more")
    assert "did you mean" not in await subscriber.hears("glad you wrote this")


async def test_the_caption_of_a_picture_is_read(subscriber: Person) -> None:
    await subscriber.send(photo=True, caption="my lips are swelling and I can't breathe")
    first, *rest = await subscriber.answers()
    assert "can be an emergency" in first["text"]
    assert any("can't see photos" in event["text"] for event in rest)
    await subscriber.send(photo=True, caption="Do probiotics help against eczema?")
    await subscriber.hears("can't see photos", "Cochrane")


FILLER = "We have tried many creams over the years, some of them more than once. " * 60


@pytest.mark.parametrize("length", [1001, 2500, 4096])
async def test_a_long_story_is_read_like_any_other_message(
    subscriber: Person, length: int
) -> None:
    await subscriber.say(f"Do probiotics help against eczema? {FILLER}"[:length])
    answers = await subscriber.hears(
        "most people won't notice a difference", "Rests on points from"
    )
    assert "too long" not in answers


@pytest.mark.parametrize("before", [0, 550, 590, 2000, 3900])
@pytest.mark.parametrize("lead", ["", "/faq "])
async def test_a_warning_sign_is_found_wherever_it_stands(
    subscriber: Person, before: int, lead: str
) -> None:
    sign = "Now her lips are swelling and she can't breathe. "
    await subscriber.say(f"{lead}{FILLER[:before].rpartition(' ')[0]} {sign}{FILLER}"[:4096])
    first, *_ = await subscriber.answers()
    assert "can be an emergency" in first["text"]
    assert "I won't guess" not in await subscriber.hears()


async def test_an_album_is_answered_once(harness: BotHarness, subscriber: Person) -> None:
    photo = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
    for number in (1, 2, 3):
        message = {
            "message_id": 9000 + number,
            "date": int(harness.clock.now().timestamp()),
            "chat": {"id": subscriber.id, "type": "private", "first_name": "Rita"},
            "from": {"id": subscriber.id, "is_bot": False, "first_name": "Rita"},
            "media_group_id": "album",
            "photo": photo,
        }
        await harness.post("update", update={"message": message})
    await harness.settle()
    shown = [item["text"] for item in await subscriber.messages()]
    assert sum("can't see photos" in text for text in shown) == 1


@pytest.mark.parametrize(("word", "reply"), [("Thanks!", "You're welcome."), ("hi 🙂", "Hello!")])
async def test_a_courtesy_is_met_with_one(subscriber: Person, word: str, reply: str) -> None:
    await subscriber.say(word)
    await subscriber.sees(reply)


async def test_warning_signs_come_first_even_while_subscribing(newcomer: Person) -> None:
    await newcomer.begin()
    await newcomer.say("my face is swelling and I have trouble breathing")
    answers = await newcomer.hears()
    assert "find “" not in answers
    await newcomer.say("Berlin")
    await newcomer.sees("where you are, right?")


async def test_buttons_of_answers_that_are_gone(subscriber: Person) -> None:
    for data in ("1ft:gone:0", "1fa:no-such-answer", "1fr:1:no-such-answer", "1fn:no-such-answer"):
        await subscriber.forge(data)
        await subscriber.hears("no longer here")


async def test_a_page_beyond_the_last_shows_the_last(subscriber: Person) -> None:
    await subscriber.say("/faq")
    await subscriber.forge("1fl:999")
    await subscriber.sees("Questions and answers")
    await subscriber.forge("1tp:999")
    await subscriber.sees("No saved tips yet")
