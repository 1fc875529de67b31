"""A group that becomes a supergroup has another number from then on; what is its goes along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.bot_harness import BotHarness, Person

MOMENT = 1772452800
# Whoever writes on behalf of a group is a bot of this name to the Bot API.
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group"}


@dataclass
class Group:
    """A group that gets tips, and the supergroup that it becomes."""

    harness: BotHarness
    id: int
    new_id: int = 0

    async def becomes_a_supergroup(self, *, announce: bool) -> None:
        new = await self.harness.post("migrate", chat=self.id, announce=announce)
        self.new_id = new["id"]
        await self.harness.settle()

    async def tells(self, *notices: str) -> None:
        """The service messages come, in this order."""
        for notice in notices:
            chat, other = self.id, self.new_id
            if notice == "migrate_from_chat_id":
                chat, other = other, chat
            kind = "group" if chat == self.id else "supergroup"
            message: dict[str, Any] = {
                "message_id": 77,
                "date": MOMENT,
                "chat": {"id": chat, "type": kind, "title": "Subscribers"},
                "from": ANONYMOUS,
                notice: other,
            }
            await self.harness.post("update", update={"message": message})
            await self.harness.settle()

    async def tips(self, chat_id: int) -> int:
        shown = await self.harness.get(f"chats/{chat_id}/messages")
        return sum("Try today:" in message["text"] for message in shown)

    async def is_where_it_was_before_under_the_new_number(self) -> None:
        subscribers = self.harness.app.services.subscribers
        assert await subscribers.find(self.id) is None
        moved = await subscribers.find(self.new_id)
        assert moved is not None
        assert (moved.state, moved.zone, moved.local_minute) == ("active", "Europe/Berlin", 480)


@pytest.fixture
async def group(harness: BotHarness, subscriber: Person) -> Group:
    made = await harness.post("groups", title="Subscribers", type="group", member=subscriber.id)
    subscribers = harness.app.services.subscribers
    await subscribers.arrive(made["id"], "en")
    await subscribers.set_zone(made["id"], "Europe/Berlin")
    await subscribers.set_hour(made["id"], 480)
    return Group(harness, made["id"])


async def test_the_next_tip_comes_to_the_supergroup(harness: BotHarness, group: Group) -> None:
    await group.becomes_a_supergroup(announce=True)
    await group.is_where_it_was_before_under_the_new_number()
    await harness.pass_time(days=1)
    assert (await group.tips(group.id), await group.tips(group.new_id)) == (0, 1)
    refused = [call for call in await harness.calls("sendMessage") if call["status"] != 200]
    assert refused == [], "nothing had to be refused for the bot to know"


@pytest.mark.parametrize(
    "notices",
    [
        ("migrate_to_chat_id",),
        ("migrate_from_chat_id",),
        ("migrate_to_chat_id", "migrate_from_chat_id"),
        ("migrate_from_chat_id", "migrate_to_chat_id"),
        ("migrate_from_chat_id", "migrate_from_chat_id"),
    ],
)
async def test_either_notice_is_enough_and_both_do_no_harm(
    harness: BotHarness, group: Group, notices: tuple[str, ...]
) -> None:
    await group.becomes_a_supergroup(announce=False)
    await group.tells(*notices)
    await group.is_where_it_was_before_under_the_new_number()
    await harness.pass_time(days=1)
    assert (await group.tips(group.id), await group.tips(group.new_id)) == (0, 1)


async def test_a_group_nobody_knows_may_move_too(harness: BotHarness, subscriber: Person) -> None:
    made = await harness.post("groups", title="Others", type="group", member=subscriber.id)
    sent = len(await harness.calls("sendMessage"))
    await Group(harness, made["id"]).becomes_a_supergroup(announce=True)
    assert len(await harness.calls("sendMessage")) == sent
    await harness.pass_time(days=1)
    assert len(await subscriber.tips()) == 2
