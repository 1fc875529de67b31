"""In a chat with topics the answer stands in the topic of the question."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot_harness import BotHarness, Person
from tests.logbook import captured


async def begin_topic(harness: BotHarness, person: Person, name: str = "Skin") -> int:
    made = await harness.post("topics", user=person.id, name=name)
    await harness.settle()
    return int(made["topic"])


async def topics_of(person: Person) -> set[int]:
    """The topics that the bot wrote into since the person's last act; 0 is none."""
    answers = {event["message_id"] for event in await person.answers() if event["kind"] != "toast"}
    return {m["topic"] for m in await person.messages() if m["message_id"] in answers}


@pytest.mark.parametrize(
    "words",
    ["/help", "/settings", "/tip", "/saved", "/privacy", "/nothing", "Do probiotics help?",
     "I can't breathe and my lips are swelling", "👍", "hello", "/export", "/stop"],
)  # fmt: skip
async def test_a_reply_stands_in_the_topic_of_the_message(
    harness: BotHarness, subscriber: Person, words: str
) -> None:
    topic = await begin_topic(harness, subscriber)
    await subscriber.say(words, topic=topic)
    assert await topics_of(subscriber) == {topic}
    await subscriber.say(words)
    assert await topics_of(subscriber) == {0}


async def test_a_subscription_goes_on_in_its_topic(harness: BotHarness, newcomer: Person) -> None:
    topic = await begin_topic(harness, newcomer)
    await newcomer.say("/start", topic=topic)
    await newcomer.tap("Yes, start")
    await newcomer.tap("Both of us")
    await newcomer.say("Berlin", topic=topic)
    await newcomer.tap("08:00")
    await newcomer.tap("Why?")
    await newcomer.sees("Sources")
    assert {m["topic"] for m in await newcomer.messages()} == {topic}


async def test_a_topic_that_is_gone_costs_no_answer(
    harness: BotHarness, subscriber: Person
) -> None:
    topic = await begin_topic(harness, subscriber)
    harness.sandbox.world.chats[subscriber.id].topics.clear()
    harness.sandbox.world.chats[subscriber.id].topics.add(topic + 1000)
    await harness.post("update", update={"message": message_by(subscriber, topic, "/help")})
    await harness.settle()
    await subscriber.sees("/settings")
    assert (await subscriber.messages())[-1]["topic"] == 0


def message_by(person: Person, topic: int, text: str, **more: Any) -> dict[str, Any]:
    user = {"id": person.id, "is_bot": False, "first_name": person.name}
    chat = {"id": person.id, "type": "private", "first_name": person.name}
    return {
        "message_id": 9000, "date": 1772452800, "from": user, "chat": chat, "text": text,
        "message_thread_id": topic, "is_topic_message": True, **more,
    }  # fmt: skip


class TestBroadcast:
    @pytest.fixture(autouse=True)
    async def _somebody_reads(self, subscriber: Person) -> None: ...

    async def test_a_text_in_a_topic_is_broadcast(
        self, harness: BotHarness, admin: Person
    ) -> None:
        topic = await begin_topic(harness, admin, "News")
        await admin.say("/broadcast Hello all", topic=topic)
        preview = [m for m in await admin.messages() if "Hello all" in m["text"]]
        assert [m["topic"] for m in preview] == [topic]
        await admin.tap("Send it now")
        await admin.sees("Broadcast done", "Sent: 1")

    async def test_the_first_message_of_a_topic_is_no_reply(
        self, harness: BotHarness, admin: Person
    ) -> None:
        topic = await begin_topic(harness, admin, "News")
        await admin.say("/broadcast", topic=topic)
        await admin.sees("Send me the message")
        assert "Send it now" not in await admin.labels()

    async def test_nor_where_it_is_known_by_its_number_alone(
        self, harness: BotHarness, admin: Person
    ) -> None:
        topic = await begin_topic(harness, admin, "News")
        first = message_by(admin, topic, "gone") | {"message_id": topic}
        update = message_by(admin, topic, "/broadcast Hello all", reply_to_message=first)
        await harness.post("update", update={"message": update})
        await harness.settle()
        assert "Send it now" in await admin.labels()
        previews = [
            m["text"] for m in await admin.messages() if "From the GutSkin team" in m["text"]
        ]
        assert "Hello all" in previews[-1], "not the old message"

    async def test_a_reply_to_a_message_in_a_topic_is_one(
        self, harness: BotHarness, admin: Person
    ) -> None:
        topic = await begin_topic(harness, admin, "News")
        said = await admin.say("A question for all of you?", topic=topic)
        await admin.say("/broadcast", topic=topic, reply_to=said["message_id"])
        assert "Send it now" in await admin.labels()
        assert await topics_of(admin) == {topic}


class TestGroups:
    @pytest.mark.parametrize("kind", ["group", "supergroup"])
    async def test_where_the_bot_may_not_write_it_is_quiet(
        self, harness: BotHarness, subscriber: Person, kind: str
    ) -> None:
        group = await harness.post(
            "groups", title="G", type=kind, member=subscriber.id, muted=True
        )
        with captured("INFO") as log:
            await subscriber.say("/start@GutSkinBot", chat=group["id"])
        assert log.getvalue() == ""

    @pytest.mark.parametrize(
        ("code", "words"),
        [
            (400, "Bad Request: CHAT_WRITE_FORBIDDEN"),
            (400, "Bad Request: have no rights to send a message"),
            (400, "Bad Request: TOPIC_CLOSED"),
            (400, "Bad Request: CHAT_RESTRICTED"),
            (400, "Bad Request: chat not found"),
            (403, "Forbidden: bot was kicked from the supergroup chat"),
            (403, "Forbidden: bot is not a member of the supergroup chat"),
        ],
    )
    async def test_whatever_the_group_forbids(
        self, harness: BotHarness, subscriber: Person, code: int, words: str
    ) -> None:
        group = await harness.post("groups", title="G", type="supergroup", member=subscriber.id)
        await harness.fault("error", chat=group["id"], error_code=code, description=words)
        with captured("INFO") as log:
            await subscriber.say("/start@GutSkinBot", chat=group["id"])
        assert log.getvalue() == ""

    async def test_a_fault_of_ours_is_not_kept_quiet(
        self, harness: BotHarness, subscriber: Person
    ) -> None:
        group = await harness.post("groups", title="G", type="supergroup", member=subscriber.id)
        await harness.fault("error", chat=group["id"], error_code=400,
                            description="Bad Request: can't parse entities")  # fmt: skip
        with captured("INFO") as log:
            await subscriber.say("/start@GutSkinBot", chat=group["id"])
        assert "a handler failed" in log.getvalue()

    async def test_a_group_with_topics_is_answered_in_the_topic(
        self, harness: BotHarness, subscriber: Person
    ) -> None:
        group = await harness.post("groups", title="G", type="supergroup", member=subscriber.id)
        made = await harness.post("topics", user=subscriber.id, chat=group["id"], name="Bots")
        await subscriber.say("/start@GutSkinBot", chat=group["id"], topic=made["topic"])
        shown = await harness.get(f"chats/{group['id']}/messages")
        assert [m["topic"] for m in shown if m["from_bot"]] == [made["topic"]]


async def test_a_chat_that_is_out_of_reach_is_a_line_and_no_traceback(
    harness: BotHarness, subscriber: Person
) -> None:
    await harness.fault("error", chat=subscriber.id, error_code=400,
                        description="Bad Request: chat not found")  # fmt: skip
    with captured("INFO") as log:
        await subscriber.say("/help")
    (line,) = log.getvalue().splitlines()
    assert "a chat cannot be answered" in line
