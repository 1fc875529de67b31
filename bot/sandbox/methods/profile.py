"""Methods about the bot itself: who it is, its texts, command menus and menu button."""

import re
from typing import Final

from bot.sandbox.methods.call import Call, Handler
from bot.sandbox.methods.plausible import Plausible
from bot.sandbox.model.errors import bad_request
from bot.sandbox.model.people import Payload
from bot.sandbox.model.profile import DEFAULT_SCOPE, Command, ScopeKey

_COMMAND: Final = re.compile(r"[a-z0-9_]{1,32}", re.ASCII)
_LANGUAGE: Final = re.compile(r"([a-z]{2})?", re.ASCII)
MAX_DESCRIPTION: Final = 256  # characters; core.telegram.org/bots/api#botcommand


def get_me(call: Call) -> Payload:
    """The bot as a user."""
    abilities = {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": call.world.inline_mode,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
    return call.world.bot.payload() | abilities


def set_my_commands(call: Call) -> bool:
    """The command menu of a scope and language."""
    commands: list[Command] = call.get("commands")
    for command in commands:
        if not _COMMAND.fullmatch(command["command"]):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"].strip()) <= MAX_DESCRIPTION:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    call.world.profile.commands[_scope(call), _language(call)] = commands
    return True


def get_my_commands(call: Call) -> list[Command]:
    """The menu set for exactly this scope and language."""
    return call.world.profile.commands.get((_scope(call), _language(call)), [])


def delete_my_commands(call: Call) -> bool:
    """Forget the menu of a scope and language."""
    call.world.profile.commands.pop((_scope(call), _language(call)), None)
    return True


def _scope(call: Call) -> ScopeKey:
    scope: Payload | None = call.get("scope")
    if scope is None or scope["type"] == "default":
        return DEFAULT_SCOPE
    key: tuple[str | int, ...] = (scope["type"],)
    if "chat_id" in scope:
        key += (call.world.chat(scope["chat_id"]).id,)
    if "user_id" in scope:
        key += (scope["user_id"],)
    return key


def _language(call: Call) -> str:
    language: str = call.get("language_code") or ""
    if not _LANGUAGE.fullmatch(language):
        raise bad_request("LANG_CODE_INVALID")
    return language


def set_my_name(call: Call) -> bool:
    """The bot's name for a language."""
    return _set_text(call, "name")


def get_my_name(call: Call) -> Payload:
    """The name, else the account's own."""
    name = call.world.profile.text("name", _language(call))
    return {"name": name or call.world.bot.first_name}


def set_my_description(call: Call) -> bool:
    """What an empty chat shows."""
    return _set_text(call, "description")


def get_my_description(call: Call) -> Payload:
    """What an empty chat shows."""
    return _text(call, "description")


def set_my_short_description(call: Call) -> bool:
    """What the profile page shows."""
    return _set_text(call, "short_description")


def get_my_short_description(call: Call) -> Payload:
    """What the profile page shows."""
    return _text(call, "short_description")


def _set_text(call: Call, kind: str) -> bool:
    call.world.profile.set_text(kind, _language(call), call.get(kind) or "")
    return True


def _text(call: Call, kind: str) -> Payload:
    return {kind: call.world.profile.text(kind, _language(call))}


def set_my_profile_photo(call: Call) -> bool:
    """The bot's picture."""
    call.world.profile.picture = Plausible(call.world.table, call.world.timestamp()).value(
        "PhotoSize"
    )
    return True


def remove_my_profile_photo(call: Call) -> bool:
    """No picture any more."""
    call.world.profile.picture = None
    return True


def get_user_profile_photos(call: Call) -> Payload:
    """The bot's picture, if it has one; people here have none."""
    own = call.world.profile.picture if call.get("user_id") == call.world.bot.id else None
    photos = [[own]] if own else []
    return {"total_count": len(photos), "photos": photos}


def set_chat_menu_button(call: Call) -> bool:
    """The button beside the input field, of one private chat or of all."""
    button: Payload = call.get("menu_button") or {"type": "default"}
    chat_id = call.get("chat_id")
    if chat_id is None:
        call.world.profile.menu_button = button
    else:
        call.world.chat(chat_id).menu_button = button
    return True


def get_chat_menu_button(call: Call) -> Payload:
    """The chat's own button, else the one of all chats."""
    chat_id = call.get("chat_id")
    own = None if chat_id is None else call.world.chat(chat_id).menu_button
    return own or call.world.profile.menu_button


def leave_server(_call: Call) -> bool:
    """`logOut` and `close`: the sandbox has no other server to move to."""
    return True


METHODS: Final[dict[str, Handler]] = {
    "getMe": get_me,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": set_my_name,
    "getMyName": get_my_name,
    "setMyDescription": set_my_description,
    "getMyDescription": get_my_description,
    "setMyShortDescription": set_my_short_description,
    "getMyShortDescription": get_my_short_description,
    "setMyProfilePhoto": set_my_profile_photo,
    "removeMyProfilePhoto": remove_my_profile_photo,
    "getUserProfilePhotos": get_user_profile_photos,
    "setChatMenuButton": set_chat_menu_button,
    "getChatMenuButton": get_chat_menu_button,
    "logOut": leave_server,
    "close": leave_server,
}
