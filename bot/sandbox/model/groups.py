"""Groups, supergroups and channels: made, left, and moved to another id."""

from typing import Final

from bot.sandbox.model.errors import ControlError
from bot.sandbox.model.people import Chat, Payload, User
from bot.sandbox.model.world import World

KINDS: Final = ("group", "supergroup", "channel")


def add_group(world: World, title: str, kind: str, member: User) -> Chat:
    """A chat of the kind with the bot and `member` in it."""
    if kind not in KINDS:
        raise ControlError(f"type must be one of {', '.join(KINDS)}")
    chat_id = world.new_group_id(kind)
    return world.add_chat(Chat(id=chat_id, type=kind, title=title, members={member.id}))


def kick(world: World, chat: Chat, user: User) -> int | None:
    """`user` removes the bot from the chat."""
    chat.kicked = True
    standing = {"user": world.bot.payload()}
    return world.updates.add(
        "my_chat_member",
        {
            "chat": chat.payload(),
            "from": user.payload(),
            "date": world.timestamp(),
            "old_chat_member": {"status": "member", **standing},
            "new_chat_member": {"status": "kicked", "until_date": 0, **standing},
        },
    )


def migrate(world: World, old: Chat, new_id: int | None, *, announce: bool) -> Chat:
    """The group becomes a supergroup with a new id; `announce` sends both service messages."""
    if old.type != "group":
        raise ControlError("only a group becomes a supergroup")
    new_id = new_id or world.new_group_id("supergroup")
    new = world.chats.get(new_id) or world.add_chat(
        Chat(id=new_id, type="supergroup", title=old.title, members=set(old.members))
    )
    old.migrated_to = new.id
    if announce:
        _announce(world, old, {"migrate_to_chat_id": new.id})
        _announce(world, new, {"migrate_from_chat_id": old.id})
    return new


def _announce(world: World, chat: Chat, notice: Payload) -> None:
    sender = world.users[min(chat.members)]
    world.updates.add("message", world.post(chat, sender, media=notice).payload())
