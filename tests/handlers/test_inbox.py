"""Questions without an answer: passed on with a yes, grouped, answered, and gone after 30 days."""

from __future__ import annotations

from pathlib import Path

import yaml
from sqlalchemy import select

from bot.store.queries import questions
from bot.store.tables import question
from tests.bot_harness import BotHarness, Person, open_harness

ODD = "Can I take my pet hedgehog to the opera in Vienna?"
ODD_TOO = "can i take my pet hedgehog to the vienna opera"
OTHER = "Which brand of violin strings survives the monsoon?"


async def ask(person: Person, words: str) -> None:
    await person.say(words)
    await person.tap("Ask the team")
    await person.hears("pass your words on without your name", "30 days at most")
    await person.tap("Yes, ask the team")
    await person.sees("Passed on, without your name")


async def test_only_a_yes_passes_a_question_on(
    harness: BotHarness, admin: Person, subscriber: Person
) -> None:
    await subscriber.say(ODD)
    assert "Ask the team" in await subscriber.labels()
    await admin.say("/inbox")
    await admin.sees("The inbox is empty")
    await subscriber.tap("Ask the team")
    await subscriber.tap("No, leave it")
    await subscriber.sees("I haven't passed anything on")
    await admin.say("/inbox")
    await admin.sees("The inbox is empty")
    await ask(subscriber, ODD)
    await admin.say("/inbox")
    card = await admin.sees("1 of 1, asked once", ODD)
    assert subscriber.name not in card["text"]
    assert await admin.labels() == ["Answer", "Make it an FAQ entry", "Dismiss"]


async def test_what_asks_the_same_is_one_group_the_most_asked_first(
    harness: BotHarness, admin: Person
) -> None:
    people = [await harness.subscriber(f"R{number}") for number in range(3)]
    await ask(people[0], ODD)
    await ask(people[1], OTHER)
    await ask(people[2], ODD_TOO)
    await admin.say("/inbox")
    await admin.sees("1 of 2, asked 2 times", ODD, ODD_TOO)
    await admin.tap("Not now, next one")
    await admin.sees("2 of 2, asked once", OTHER)
    await admin.tap("Not now, next one")
    await admin.sees("1 of 2, asked 2 times")
    await admin.tap("One at a time")
    await admin.sees("Question 1 of 3", ODD)


async def test_an_answer_reaches_the_whole_group_as_replies(
    harness: BotHarness, admin: Person
) -> None:
    people = [await harness.subscriber(f"R{number}") for number in range(2)]
    await ask(people[0], ODD)
    await ask(people[1], ODD_TOO)
    await admin.say("/inbox")
    await admin.tap("Answer all 2")
    await admin.sees("Write the answer now", "2 people")
    await admin.say("Only in a box.", entities=[{"type": "italic", "offset": 5, "length": 2}])
    shown = (await admin.messages())[-2]
    assert shown["text"] == "The team has answered your question\n\nOnly in a box."
    await admin.sees("Send the message above to 2 people")
    for person in people:
        assert "Only in a box." not in (await person.messages())[-1]["text"]
    await admin.tap("Send it")
    await admin.sees("Answered.", "Sent: 2")
    for person, words in zip(people, (ODD, ODD_TOO), strict=True):
        message = await person.sees("The team has answered your question", "Only in a box.")
        assert "<i>in</i>" in message["html"]
        every = await harness.get(f"chats/{person.id}/messages")
        asked = next(one for one in every if one["message_id"] == message["reply_to"])
        assert asked["text"] == words
    await admin.say("/inbox")
    await admin.sees("The inbox is empty")


async def test_an_answer_may_be_written_again_or_given_up(
    harness: BotHarness, admin: Person, subscriber: Person
) -> None:
    await ask(subscriber, ODD)
    await admin.say("/inbox")
    await admin.tap("Answer")
    await admin.send(photo=True, caption="No")
    await admin.sees("I can only pass on words")
    await admin.say("x" * 4090)
    await admin.sees("too long for one message")
    await admin.say("Perhaps.")
    await admin.tap("Write it again")
    await admin.say("Certainly not.")
    await admin.tap("Cancel")
    await admin.sees("nothing was sent")
    await admin.say("hello")
    await admin.sees("Hello")
    await admin.say("/inbox")
    await admin.sees("asked once", ODD)
    assert "Certainly" not in (await subscriber.messages())[-1]["text"]


async def test_of_two_admins_who_answer_one_is_heard(tmp_path: Path) -> None:
    async with open_harness(tmp_path, admin_ids=frozenset({9000, 9001})) as harness:
        ada = await harness.admin()
        bea = await harness.person("Bea", id=9001)
        asker = await harness.subscriber()
        await ask(asker, ODD)
        for admin, words in ((ada, "From Ada."), (bea, "From Bea.")):
            await admin.say("/inbox")
            await admin.tap("Answer")
            await admin.say(words)
        await ada.tap("Send it")
        await ada.sees("Nothing was sent")
        await bea.tap("Send it")
        await bea.sees("Sent: 1")
        texts = [message["text"] for message in await asker.messages()]
        assert sum("The team has answered" in text for text in texts) == 1
        assert "From Bea." in texts[-1]


async def test_who_blocked_or_left_is_counted_and_not_written_to(
    harness: BotHarness, admin: Person
) -> None:
    people = [await harness.subscriber(f"R{number}") for number in range(3)]
    for person in people:
        await ask(person, ODD)
    await admin.say("/inbox")
    await admin.tap("Answer all 3")
    await admin.say("Only in a box.")
    await people[0].block()
    await people[1].say("/forget")
    await people[1].tap("Yes, erase everything")
    await admin.tap("Send it")
    await admin.sees("Sent: 1", "blocked me or left: 2")
    await people[2].sees("Only in a box.")


async def test_five_open_questions_are_enough_for_one_person(
    harness: BotHarness, subscriber: Person
) -> None:
    for animal in ("hedgehog", "parrot", "tortoise", "ferret", "goldfish"):
        await ask(subscriber, f"Can I take my pet {animal} to the opera in Vienna?")
    await subscriber.say(OTHER)
    await subscriber.tap("Ask the team")
    await subscriber.tap("Yes, ask the team")
    await subscriber.sees("five questions of yours")
    assert await harness.app.services.questions.count_open() == 5


async def test_words_are_kept_encrypted_without_a_name_and_for_30_days(
    harness: BotHarness, admin: Person, subscriber: Person
) -> None:
    await ask(subscriber, ODD)
    async with harness.app.services.db.read() as session:
        (row,) = (await session.execute(select(question))).all()
    assert b"hedgehog" not in row.words
    await harness.pass_time(days=29)
    assert await harness.app.run_job("purge")
    await admin.say("/inbox")
    await admin.sees(ODD)
    await harness.pass_time(days=1, minutes=1)
    assert await harness.app.run_job("purge")
    await admin.say("/inbox")
    await admin.sees("The inbox is empty")


async def test_what_is_dismissed_loses_its_words_at_once(
    harness: BotHarness, admin: Person, subscriber: Person
) -> None:
    await ask(subscriber, ODD)
    await admin.say("/inbox")
    await admin.tap("Dismiss")
    await admin.hears("Dismissed 1 question")
    await admin.sees("The inbox is empty")
    async with harness.app.services.db.read() as session:
        (row,) = (await session.execute(select(question))).all()
    assert (row.state, row.words) == ("dismissed", b"")


async def test_a_warning_sign_comes_before_everything(
    harness: BotHarness, admin: Person, subscriber: Person
) -> None:
    await subscriber.say("my son can't breathe and his lips are swelling")
    assert "Ask the team" not in await subscriber.labels()


async def test_a_stranger_and_forwarded_words_are_not_passed_on(
    harness: BotHarness, newcomer: Person
) -> None:
    await newcomer.say(ODD)
    assert "Ask the team" not in await newcomer.labels()
    await newcomer.forge("1qa:yes")
    await newcomer.hears("I can't see your question any more")
    subscriber = await harness.subscriber("Kim")
    await subscriber.say(ODD, forwarded=True)
    assert "Ask the team" not in await subscriber.labels()
    assert await harness.app.services.questions.count_open() == 0


async def test_nobody_else_sees_the_inbox(harness: BotHarness, subscriber: Person) -> None:
    await ask(subscriber, ODD)
    await subscriber.say("/inbox")
    await subscriber.hears("I don't know that one")
    for data in ("1qi:dismiss:1:1:0", "1qi:answer:1:1:0", "1qs:send:1:1:00000000"):
        await subscriber.forge(data)
    assert await harness.app.services.questions.count_open() == 1


async def test_a_draft_in_the_contents_format_comes_as_a_file(
    harness: BotHarness, admin: Person, subscriber: Person
) -> None:
    await ask(subscriber, ODD)
    await admin.say("/inbox")
    await admin.tap("Answer")
    await admin.say("Only in a box.\n\nAsk the house first.")
    await admin.tap("Send it")
    await admin.tap("Make it an FAQ entry")
    written = harness.sandbox.world.files.by_id("sandbox-document-000001").data.decode()
    (entry,) = yaml.safe_load(written)
    assert entry["headline"] == "Only in a box."
    assert entry["body"] == "Ask the house first."
    assert entry["claims"] == []
    assert "hedgehog" not in written


async def test_a_draft_may_be_made_before_there_is_an_answer(
    harness: BotHarness, admin: Person, subscriber: Person
) -> None:
    other = await harness.subscriber("Tom")
    for count, (person, words) in enumerate(((subscriber, ODD), (other, ODD_TOO)), 1):
        await ask(person, words)
        await admin.say("/inbox")
        await admin.tap("Make it an FAQ entry")
        file = harness.sandbox.world.files.by_id(f"sandbox-document-00000{count}")
        written = file.data.decode()
        assert f"put to the team ({count})" in written
        assert "hedgehog" not in written
        (entry,) = yaml.safe_load(written)
        assert entry["headline"] == entry["body"] == "TO BE WRITTEN"


async def test_an_answer_that_telegram_puts_off_is_sent_later(
    harness: BotHarness, admin: Person, subscriber: Person
) -> None:
    await ask(subscriber, ODD)
    await admin.say("/inbox")
    await admin.tap("Answer")
    await admin.say("Only in a box.")
    async with harness.app.services.db.write() as session:
        (waiting,) = await questions.open_ones(session, 5)
        assert waiting.answer is not None
        assert await questions.send(session, waiting.id, waiting.answer) == 1
    assert await harness.app.run_job("answers")
    await subscriber.sees("Only in a box.")
    assert await harness.app.run_job("answers")
    texts = [message["text"] for message in await subscriber.messages()]
    assert sum("Only in a box." in text for text in texts) == 1
