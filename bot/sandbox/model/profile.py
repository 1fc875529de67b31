"""The bot's profile: names, descriptions, command menus by scope, menu button."""

from dataclasses import dataclass, field
from typing import Any, Final

from bot.sandbox.model.people import Chat

Command = dict[str, str]
ScopeKey = tuple[str | int, ...]

DEFAULT_SCOPE: Final[ScopeKey] = ("default",)


@dataclass(slots=True)
class Profile:
    """Texts by kind and language ("" = every other language), commands by scope and language."""

    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    commands: dict[tuple[ScopeKey, str], list[Command]] = field(default_factory=dict)
    picture: dict[str, Any] | None = None
    menu_button: dict[str, Any] = field(default_factory=lambda: {"type": "commands"})

    def text(self, kind: str, language: str) -> str:
        """The text for a language, else the one for all."""
        return self.texts.get((kind, language)) or self.texts.get((kind, ""), "")

    def set_text(self, kind: str, language: str, text: str) -> None:
        """Set or (with "") remove a text."""
        self.texts[kind, language] = text

    def menu(
        self, chat: Chat, user_id: int, language: str, *, admin: bool = False
    ) -> list[Command]:
        """Commands this user sees here: the narrowest scope wins, within it the own language.

        The order is Telegram's: core.telegram.org/bots/api#determining-list-of-commands.
        """
        for scope in _scopes_seen(chat, user_id, admin=admin):
            for spoken in (language, ""):
                if commands := self.commands.get((scope, spoken)):
                    return commands
        return []


def _scopes_seen(chat: Chat, user_id: int, *, admin: bool) -> list[ScopeKey]:
    if chat.type == "private":
        return [("chat", chat.id), ("all_private_chats",), DEFAULT_SCOPE]
    administrators: list[ScopeKey] = [("chat_administrators", chat.id)] if admin else []
    all_administrators: list[ScopeKey] = [("all_chat_administrators",)] if admin else []
    return [
        ("chat_member", chat.id, user_id),
        *administrators,
        ("chat", chat.id),
        *all_administrators,
        ("all_group_chats",),
        DEFAULT_SCOPE,
    ]
