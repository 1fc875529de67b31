"""Methods that look things up: chats, members, files."""

from typing import Final

from bot.sandbox.methods.call import Call, Handler
from bot.sandbox.methods.plausible import Plausible
from bot.sandbox.model.errors import bad_request
from bot.sandbox.model.people import Chat, Payload
from bot.sandbox.model.world import World


def get_chat(call: Call) -> Payload:
    """The chat with everything that the API promises about it."""
    chat = call.world.chat(call.get("chat_id"))
    filled = Plausible(call.world.table, call.world.timestamp()).value("ChatFullInfo")
    return {**filled, **chat.payload()}


def get_chat_member(call: Call) -> Payload:
    """The status of a user or the bot in the chat."""
    chat = call.world.chat(call.get("chat_id"))
    return _member(call.world, chat, call.get("user_id"))


def get_chat_administrators(call: Call) -> list[Payload]:
    """The bot and the group's creator."""
    chat = call.world.chat(call.get("chat_id"))
    if chat.user is not None:
        raise bad_request("there are no administrators in the private chat")
    return [_member(call.world, chat, user_id) for user_id in sorted(chat.members)]


def get_chat_member_count(call: Call) -> int:
    """Members and the bot."""
    chat = call.world.chat(call.get("chat_id"))
    return len(chat.members) + 1


def _member(world: World, chat: Chat, user_id: int) -> Payload:
    if user_id == world.bot.id:
        status = "kicked" if chat.kicked else "member"
        return {"status": status, "user": world.bot.payload()} | (
            {"until_date": 0} if chat.kicked else {}
        )
    user = world.users.get(user_id)
    if user is None:
        raise bad_request("PARTICIPANT_ID_INVALID")
    if user_id not in chat.members:
        return {"status": "left", "user": user.payload()}
    if chat.user is not None:
        return {"status": "member", "user": user.payload()}
    return {"status": "creator", "user": user.payload(), "is_anonymous": False}


def get_file(call: Call) -> Payload:
    """Size and download path of a file."""
    stored = call.world.files.by_id(call.get("file_id"))
    return stored.payload() | {"file_path": stored.path}


METHODS: Final[dict[str, Handler]] = {
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "getFile": get_file,
}
