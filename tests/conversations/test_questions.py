"""Questions: by topic, in one's own words, and what is told first."""

from __future__ import annotations

import pytest
from theatre import Person, Theatre


async def test_faq_lists_topics_and_questions_in_pages(theatre: Theatre, reader: Person) -> None:
    answers = theatre.app.house.library.answers
    await reader.say("/faq")
    await reader.sees("Questions and answers")
    topic = (await reader.labels())[0]
    await reader.tap(topic)
    await reader.sees(topic.rpartition(" (")[0], "Choose a question.")
    question = (await reader.labels())[0]
    assert question.rstrip("…") in " ".join(answer.question for answer in answers)
    await reader.tap(question)
    await reader.sees(question.rstrip("…"), "Evidence:", "Source")


async def test_the_topics_turn_over_in_place(reader: Person) -> None:
    await reader.say("/faq")
    count = len(await reader.messages())
    await reader.forge("1fl:0")
    await reader.tap((await reader.labels())[0])
    await reader.tap("All topics")
    await reader.sees("Questions and answers")
    assert len(await reader.messages()) == count


@pytest.mark.parametrize("lead", ["", "/faq "])
async def test_a_question_in_own_words_gets_the_best_answer(reader: Person, lead: str) -> None:
    await reader.say(f"{lead}Do probiotics help against eczema?")
    message = await reader.sees("robiotic", "Evidence:", "Source")
    assert "Not what I asked" in await reader.labels()
    assert message["html"]


async def test_someone_unknown_may_ask_and_nothing_is_stored(
    theatre: Theatre, newcomer: Person
) -> None:
    await newcomer.say("Do probiotics help against eczema?")
    await newcomer.sees("robiotic")
    await newcomer.tap("👍 Helpful")
    await newcomer.hears("Thank you, noted.")
    await newcomer.tap("Not what I asked")
    await newcomer.sees("Sorry about that")
    assert await theatre.app.house.readers.find(newcomer.id) is None


async def test_what_has_no_answer_is_not_guessed(reader: Person) -> None:
    await reader.say("how do I change the oil of my tractor engine")
    await reader.sees("I do not want to guess")
    assert "All topics" in await reader.labels()
    assert len(await reader.labels()) >= 2


async def test_an_answer_may_be_rated_and_taken_back(reader: Person) -> None:
    await reader.say("Do probiotics help against eczema?")
    await reader.tap("👍 Helpful")
    assert "👍 Helpful, noted" in await reader.labels()
    await reader.tap("👎 Not helpful")
    assert "👎 Not helpful, noted" in await reader.labels()
    await reader.tap("👎 Not helpful, noted")
    await reader.hears("Taken back.")


async def test_not_what_i_asked_is_remembered_without_the_words(
    theatre: Theatre, reader: Person
) -> None:
    await reader.say("Do probiotics help against eczema?")
    await reader.tap("Not what I asked")
    await reader.sees("Sorry about that", "Try other words")
    exported = await theatre.app.house.privacy.export(reader.id)
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
async def test_warning_signs_come_first(reader: Person, words: str) -> None:
    await reader.say(words)
    heard = await reader.heard()
    assert "Source" in heard[0]["text"]
    assert any(word in heard[0]["text"].lower() for word in ("now", "emergency", "today"))
    assert "I do not want to guess" not in await reader.hears()


async def test_beside_a_warning_sign_nothing_leads_away_from_it(reader: Person) -> None:
    await reader.say("I don't want to live any more")
    assert "did you mean" not in await reader.hears("glad you wrote this")


async def test_the_caption_of_a_picture_is_read(reader: Person) -> None:
    await reader.send(photo=True, caption="my lips are swelling and I can't breathe")
    first, *rest = await reader.heard()
    assert "emergency number now" in first["text"]
    assert any("cannot see photos" in event["text"] for event in rest)
    await reader.send(photo=True, caption="Do probiotics help against eczema?")
    await reader.hears("cannot see photos", "Cochrane")


FILLER = "We have tried many creams over the years, some of them more than once. " * 60


@pytest.mark.parametrize("length", [1001, 2500, 4096])
async def test_a_long_story_is_read_like_any_other_message(reader: Person, length: int) -> None:
    await reader.say(f"Do probiotics help against eczema? {FILLER}"[:length])
    heard = await reader.hears("robiotic", "Evidence:")
    assert "too long" not in heard


@pytest.mark.parametrize("before", [0, 550, 590, 2000, 3900])
@pytest.mark.parametrize("lead", ["", "/faq "])
async def test_a_warning_sign_is_found_wherever_it_stands(
    reader: Person, before: int, lead: str
) -> None:
    sign = "Now her lips are swelling and she can't breathe. "
    await reader.say(f"{lead}{FILLER[:before].rpartition(' ')[0]} {sign}{FILLER}"[:4096])
    first, *_ = await reader.heard()
    assert "emergency number now" in first["text"]
    assert "I do not want to guess" not in await reader.hears()


async def test_an_album_is_answered_once(theatre: Theatre, reader: Person) -> None:
    photo = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]
    for number in (1, 2, 3):
        message = {
            "message_id": 9000 + number,
            "date": int(theatre.clock.now().timestamp()),
            "chat": {"id": reader.id, "type": "private", "first_name": "Rita"},
            "from": {"id": reader.id, "is_bot": False, "first_name": "Rita"},
            "media_group_id": "album",
            "photo": photo,
        }
        await theatre.post("update", update={"message": message})
    await theatre.settle()
    shown = [item["text"] for item in await reader.messages()]
    assert sum("cannot see photos" in text for text in shown) == 1


@pytest.mark.parametrize(("word", "reply"), [("Thanks!", "You are welcome."), ("hi 🙂", "Hello!")])
async def test_a_courtesy_is_met_with_one(reader: Person, word: str, reply: str) -> None:
    await reader.say(word)
    await reader.sees(reply, "/tip")


async def test_warning_signs_come_first_even_while_subscribing(newcomer: Person) -> None:
    await newcomer.begin()
    await newcomer.say("my face is swelling and I have trouble breathing")
    heard = await newcomer.hears()
    assert "I do not know the place" not in heard
    await newcomer.say("Berlin")
    await newcomer.sees("for you now, right?")


async def test_buttons_of_answers_that_are_gone(reader: Person) -> None:
    for data in ("1ft:gone:0", "1fa:no-such-answer", "1fr:1:no-such-answer", "1fn:no-such-answer"):
        await reader.forge(data)
        await reader.hears("no longer here")


async def test_a_page_beyond_the_last_shows_the_last(reader: Person) -> None:
    await reader.say("/faq")
    await reader.forge("1fl:999")
    await reader.sees("Questions and answers")
    await reader.forge("1tp:999")
    await reader.sees("saved no tip yet")
