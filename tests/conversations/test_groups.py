"""A group that becomes a supergroup has another number from then on; what is its goes along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from theatre import Person, Theatre

MOMENT = 1772452800
# Whoever writes on behalf of a group is a bot of this name to the Bot API.
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group"}


@dataclass
class Group:
    """A group that gets tips, and the supergroup that it becomes."""

    theatre: Theatre
    id: int
    new_id: int = 0

    async def becomes_a_supergroup(self, *, announce: bool) -> None:
        new = await self.theatre.post("migrate", chat=self.id, announce=announce)
        self.new_id = new["id"]
        await self.theatre.settle()

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
                "chat": {"id": chat, "type": kind, "title": "Readers"},
                "from": ANONYMOUS,
                notice: other,
            }
            await self.theatre.post("update", update={"message": message})
            await self.theatre.settle()

    async def tips(self, chat_id: int) -> int:
        shown = await self.theatre.get(f"chats/{chat_id}/messages")
        return sum("Try today:" in message["text"] for message in shown)

    async def is_where_it_was_before_under_the_new_number(self) -> None:
        readers = self.theatre.app.house.readers
        assert await readers.find(self.id) is None
        moved = await readers.find(self.new_id)
        assert moved is not None
        assert (moved.state, moved.zone, moved.local_minute) == ("active", "Europe/Berlin", 480)


@pytest.fixture
async def group(theatre: Theatre, reader: Person) -> Group:
    made = await theatre.post("groups", title="Readers", type="group", member=reader.id)
    readers = theatre.app.house.readers
    await readers.arrive(made["id"])
    await readers.set_zone(made["id"], "Europe/Berlin")
    await readers.set_hour(made["id"], 480)
    return Group(theatre, made["id"])


async def test_the_next_tip_comes_to_the_supergroup(theatre: Theatre, group: Group) -> None:
    await group.becomes_a_supergroup(announce=True)
    await group.is_where_it_was_before_under_the_new_number()
    await theatre.pass_time(days=1)
    assert (await group.tips(group.id), await group.tips(group.new_id)) == (0, 1)
    refused = [call for call in await theatre.calls("sendMessage") if call["status"] != 200]
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
    theatre: Theatre, group: Group, notices: tuple[str, ...]
) -> None:
    await group.becomes_a_supergroup(announce=False)
    await group.tells(*notices)
    await group.is_where_it_was_before_under_the_new_number()
    await theatre.pass_time(days=1)
    assert (await group.tips(group.id), await group.tips(group.new_id)) == (0, 1)


async def test_a_group_nobody_knows_may_move_too(theatre: Theatre, reader: Person) -> None:
    made = await theatre.post("groups", title="Others", type="group", member=reader.id)
    sent = len(await theatre.calls("sendMessage"))
    await Group(theatre, made["id"]).becomes_a_supergroup(announce=True)
    assert len(await theatre.calls("sendMessage")) == sent
    await theatre.pass_time(days=1)
    assert len(await reader.tips()) == 2
