"""The state of the sandbox: its users, chats, messages, and what the bot has set up."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from bot.sandbox.model.errors import bad_request, forbidden
from bot.sandbox.model.journal import Journal, SandboxClock
from bot.sandbox.model.messages import Message
from bot.sandbox.model.people import Chat, Payload, User
from bot.sandbox.model.profile import Profile
from bot.sandbox.model.signals import Signal
from bot.sandbox.model.storage import FileStore
from bot.sandbox.model.table import Table
from bot.sandbox.model.updates import UpdateQueue

# Above 32 bits, as Telegram's are by now.
FIRST_USER_ID: Final = 7_000_000_001
FIRST_SUPERGROUP_ID: Final = -1_002_000_000_001
FIRST_GROUP_ID: Final = -4_000_000_001
# Telegram does not document how long a tap may stay unanswered; minutes are too long.
QUERY_LIFETIME: Final = timedelta(seconds=60)


@dataclass(slots=True)
class CallbackQuery:
    """A tap that waits for its answer."""

    id: str
    user: User
    message: Message
    asked_at: datetime


@dataclass
class World:
    """Everything that the methods and the control API work on."""

    clock: SandboxClock
    bot: User
    table: Table
    journal: Journal
    activity: Signal = field(default_factory=Signal)
    users: dict[int, User] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    messages: dict[int, dict[int, Message]] = field(default_factory=dict)
    queries: dict[str, CallbackQuery] = field(default_factory=dict)
    inline_queries: dict[str, User] = field(default_factory=dict)
    inline_results: dict[str, list[Payload]] = field(default_factory=dict)
    profile: Profile = field(default_factory=Profile)
    files: FileStore = field(default_factory=FileStore)
    calls_in_progress: int = 0
    local_mode: bool = False
    inline_mode: bool = True

    def __post_init__(self) -> None:
        self.updates = UpdateQueue(self.activity)
        self._last_message_id = 0
        self._last_query_id = 4_200_000_000_000_000_000

    def timestamp(self) -> int:
        """The present instant in Unix seconds."""
        return int(self.clock.now().timestamp())

    def add_user(self, **fields: Any) -> User:
        """A new user with a private chat; the id is chosen when none is given."""
        user_id = fields.pop("id", None) or max([FIRST_USER_ID - 1, *self.users]) + 1
        user = User(id=user_id, **fields)
        self.users[user.id] = user
        self.add_chat(Chat(id=user.id, type="private", user=user, members={user.id}))
        return user

    def add_chat(self, chat: Chat) -> Chat:
        """Make `chat` known."""
        self.chats[chat.id] = chat
        self.messages[chat.id] = {}
        return chat

    def new_group_id(self, kind: str) -> int:
        """An id as groups (small negative) or supergroups and channels (-100…) have them."""
        if kind == "group":
            return min([FIRST_GROUP_ID + 1, *(c for c in self.chats if c > -(10**12))]) - 1
        return min([FIRST_SUPERGROUP_ID + 1, *self.chats]) - 1

    def chat(self, chat_id: int | str) -> Chat:
        """The chat a call names, by id or @username; ApiError 400 when it is not there."""
        if isinstance(chat_id, str):
            wanted = chat_id.removeprefix("@").lower()
            found = (c for c in self.chats.values() if c.username and c.username.lower() == wanted)
            chat = next(found, None)
        else:
            chat = self.chats.get(chat_id)
        if chat is None:
            raise bad_request("chat not found")
        return chat

    def writable_chat(self, chat_id: int | str) -> Chat:
        """The chat, if the bot may write there; otherwise raises Telegram's refusal."""
        chat = self.chat(chat_id)
        if chat.migrated_to is not None:
            error = bad_request("group chat was upgraded to a supergroup chat")
            error.parameters["migrate_to_chat_id"] = chat.migrated_to
            raise error
        if chat.kicked:
            raise forbidden(f"bot was kicked from the {chat.type} chat")
        if chat.muted:
            raise bad_request("not enough rights to send text messages to the chat")
        if chat.user is not None:
            _check_reachable(chat.user)
        return chat

    def message(self, chat: Chat, message_id: int) -> Message | None:
        """A message that is still there."""
        message = self.messages[chat.id].get(message_id)
        return None if message is None or message.deleted else message

    def post(self, chat: Chat, sender: User, **content: Any) -> Message:
        """A new message in `chat`, written down in the transcript by the caller."""
        self._last_message_id += 1
        message = Message(
            message_id=self._last_message_id,
            chat=chat,
            date=self.timestamp(),
            sender=sender,
            from_bot=sender is self.bot,
            **content,
        )
        self.messages[chat.id][message.message_id] = message
        return message

    def post_from_bot(self, chat: Chat, **content: Any) -> Message:
        """A message by the bot, with what follows from its keyboard, in the transcript."""
        message = self.post(chat, self.bot, **content)
        markup = message.markup or {}
        if "keyboard" in markup:
            chat.reply_keyboard = markup
        elif "remove_keyboard" in markup:
            chat.reply_keyboard = None
        self.record("message", message)
        return message

    def record(self, event: str, message: Message, **more: Any) -> Payload:
        """Write an event about `message` into the transcript."""
        return self.journal.transcript.add(
            kind=event,
            chat=message.chat.id,
            who="bot" if message.from_bot else message.sender.first_name,
            message_id=message.message_id,
            content=message.kind,
            text=message.text,
            labels=message.labels,
            **more,
        )

    def new_query_id(self) -> str:
        """An id for a callback or inline query."""
        self._last_query_id += 1
        return str(self._last_query_id)

    def ask(self, user: User, message: Message, *, stale: bool) -> CallbackQuery:
        """A new callback query; a `stale` one is too old to be answered from the start."""
        age = QUERY_LIFETIME * 2 if stale else timedelta(0)
        query = CallbackQuery(self.new_query_id(), user, message, asked_at=self.clock.now() - age)
        self.queries[query.id] = query
        return query

    def take_query(self, query_id: str) -> CallbackQuery | None:
        """The query, once and in time."""
        query = self.queries.pop(query_id, None)
        if query is None or self.clock.now() - query.asked_at > QUERY_LIFETIME:
            return None
        return query

    @property
    def unfinished(self) -> int:
        """Updates not confirmed or delivered, and calls in progress."""
        return self.updates.unfinished + self.calls_in_progress

    def close(self) -> None:
        """Release all waiters."""
        self.updates.close()
        self.journal.changed.notify()
        self.activity.notify()


def _check_reachable(user: User) -> None:
    if user.deactivated:
        raise forbidden("user is deactivated")
    if user.blocked:
        raise forbidden("bot was blocked by the user")
    if not user.wrote:
        raise forbidden("bot can't initiate conversation with a user")
