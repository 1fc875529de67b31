"""Topics, forwarded messages, and groups in which the bot may not write."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import Hand


async def newest(hand: Hand) -> dict[str, Any]:
    update = (await hand.updates())[-1]
    return dict(update["message"])


class TestTopics:
    async def test_a_message_in_a_topic_names_it_and_replies_to_its_first_message(
        self, hand: Hand, ada: int
    ) -> None:
        topic = (await hand.control("topics", user=ada, name="Creams"))["topic"]
        first = await newest(hand)
        assert first["forum_topic_created"]["name"] == "Creams"
        assert first["message_thread_id"] == first["message_id"] == topic
        await hand.control("say", user=ada, text="hello", topic=topic)
        message = await newest(hand)
        assert (message["message_thread_id"], message["is_topic_message"]) == (topic, True)
        assert message["reply_to_message"]["message_id"] == topic

    async def test_the_bot_writes_into_it(self, hand: Hand, ada: int) -> None:
        topic = (await hand.control("topics", user=ada, name="Creams"))["topic"]
        said = await hand.control("say", user=ada, text="hello", topic=topic)
        sent = await hand.ok("sendMessage", chat_id=ada, text="hi", message_thread_id=topic)
        assert sent["message_thread_id"] == topic
        copied = await hand.ok("copyMessage", chat_id=ada, from_chat_id=ada,
                               message_id=said["message_id"], message_thread_id=topic)  # fmt: skip
        shown = await hand.messages(ada)
        assert [m["topic"] for m in shown if m["message_id"] == copied["message_id"]] == [topic]

    async def test_one_that_is_not_there_is_refused(self, hand: Hand, ada: int) -> None:
        refusal = await hand.refused("sendMessage", chat_id=ada, text="x", message_thread_id=9)
        assert refusal == "Bad Request: message thread not found"
        await hand.control("say", 404, user=ada, text="hello", topic=9)

    async def test_a_group_without_topics_ignores_the_number(self, hand: Hand, ada: int) -> None:
        group = await hand.control("groups", title="G", type="supergroup", member=ada)
        sent = await hand.ok("sendMessage", chat_id=group["id"], text="x", message_thread_id=9)
        assert "message_thread_id" not in sent


async def test_a_forwarded_message_says_where_it_is_from(hand: Hand, ada: int) -> None:
    await hand.control("say", user=ada, text="/stop", forwarded=True)
    assert (await newest(hand))["forward_origin"]["type"] == "hidden_user"
    await hand.control("location", user=ada, latitude=52.5, longitude=13.4, forwarded=True)
    assert (await newest(hand))["forward_origin"]["sender_user_name"] == "Someone"


@pytest.mark.parametrize("kind", ["group", "supergroup"])
async def test_who_may_not_write_in_a_group_is_told_so(hand: Hand, ada: int, kind: str) -> None:
    group = await hand.control("groups", title="G", type=kind, member=ada, muted=True)
    refusal = await hand.refused("sendMessage", chat_id=group["id"], text="x")
    assert refusal == "Bad Request: not enough rights to send text messages to the chat"
