"""Users and chats of the sandbox."""

from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.model.keyboards import Markup

Payload = dict[str, Any]


@dataclass(slots=True)
class User:
    """Someone with a Telegram account; `zone` is only shown by the chat page."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = ""
    zone: str = ""
    is_bot: bool = False
    wrote: bool = False
    blocked: bool = False
    deactivated: bool = False

    def payload(self) -> Payload:
        """A User of the Bot API."""
        return {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name} | {
            name: value
            for name in ("last_name", "username", "language_code")
            if (value := getattr(self, name))
        }

    def shown(self) -> Payload:
        """What the control API tells of the user."""
        return {
            "id": self.id,
            "chat": self.id,
            "first_name": self.first_name,
            "last_name": self.last_name,
            "username": self.username,
            "language_code": self.language_code,
            "zone": self.zone,
            "wrote": self.wrote,
            "blocked": self.blocked,
            "deactivated": self.deactivated,
        }


@dataclass(slots=True)
class Chat:
    """A place where messages are; a private chat has its user's id."""

    id: int
    type: str
    title: str = ""
    username: str = ""
    user: User | None = None
    members: set[int] = field(default_factory=set)
    kicked: bool = False
    muted: bool = False
    topics: set[int] = field(default_factory=set)
    topic_names: dict[int, str] = field(default_factory=dict)
    migrated_to: int | None = None
    reply_keyboard: Markup | None = None
    menu_button: Payload | None = None
    actions: int = 0

    def payload(self) -> Payload:
        """A Chat of the Bot API."""
        if self.user is not None:
            person = self.user.payload()
            names = ("first_name", "last_name", "username")
            named = {name: person[name] for name in names if name in person}
            return {"id": self.id, **named, "type": "private"}
        named = {"username": self.username} if self.username else {}
        return {"id": self.id, "title": self.title, **named, "type": self.type}
