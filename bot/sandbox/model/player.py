"""What the users of the sandbox do: write, share, tap, block."""

from dataclasses import dataclass, replace
from typing import Any, Final

from bot.sandbox.model import inline
from bot.sandbox.model.entities import Entity, FormattedText, check_entities, tidy
from bot.sandbox.model.errors import ControlError
from bot.sandbox.model.keyboards import Markup, buttons_of, find_button, inline_buttons
from bot.sandbox.model.messages import Message
from bot.sandbox.model.people import Chat, Payload, User
from bot.sandbox.model.polls import MOST_OPTIONS, poll, vote
from bot.sandbox.model.storage import document, photo_sizes, voice
from bot.sandbox.model.world import World

_WORDED: Final = frozenset({"poll", "checklist"})  # their words are their content


@dataclass(frozen=True, slots=True)
class Said:
    """A message by a user as the control API describes it.

    `media` is the kind of content: a poll or checklist has the lines of `text` as its question
    and options, a file of one's own has its id in `file`.
    """

    text: str = ""
    entities: list[Entity] | None = None
    reply_to: int | None = None
    media: str = ""
    file: str = ""
    album: str = ""
    silent: bool = False
    via: str = ""
    topic: int = 0
    forwarded: bool = False


class Player:
    """Acts for the users; every action becomes an update for the bot."""

    def __init__(self, world: World) -> None:
        self._world = world

    def user(self, user_id: Any) -> User:
        """The user; ControlError 404 when there is none."""
        user = self._world.users.get(user_id) if isinstance(user_id, int) else None
        if user is None:
            raise ControlError(f"no user {user_id}", 404)
        return user

    def chat(self, chat_id: Any) -> Chat:
        """The chat; ControlError 404 when there is none."""
        chat = self._world.chats.get(chat_id) if isinstance(chat_id, int) else None
        if chat is None:
            raise ControlError(f"no chat {chat_id}", 404)
        return chat

    def message(self, chat: Chat, message_id: Any) -> Message:
        """A message of the chat, deleted ones too; ControlError 404 when there is none."""
        message = self._world.messages[chat.id].get(message_id)
        if message is None:
            raise ControlError(f"no message {message_id} in chat {chat.id}", 404)
        return message

    def say(self, user: User, chat: Chat, said: Said) -> Payload:
        """Write a message; a user who had blocked the bot is asked to restart it first."""
        if chat.user is not None and user.blocked:
            self.unblock(user)
        formatted = _formatted(said)
        media = self._media(said, formatted.text)
        if media.keys() & _WORDED:
            formatted = FormattedText()
        if not formatted.text and not media:
            raise ControlError("a message needs a text")
        message = self._world.post(
            chat,
            self._sender(user, said.via),
            text=formatted.text,
            entities=formatted.entities,
            media=media,
            reply_to=self._replied_to(chat, said.reply_to or said.topic or None),
            topic=self._topic(chat, said.topic),
            album=said.album,
            silent=said.silent,
            origin=self._origin() if said.forwarded else None,
        )
        return self._sent(user, message)

    def begin_topic(self, user: User, chat: Chat, name: str) -> Payload:
        """Begin a topic; what is written there replies to its first message, unless to another."""
        created = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        message = self._world.post(chat, user, media=created)
        message.topic = message.message_id
        chat.topics.add(message.topic)
        chat.topic_names[message.topic] = name
        return self._sent(user, message) | {"topic": message.topic}

    def _topic(self, chat: Chat, topic: int) -> int:
        if topic and topic not in chat.topics:
            raise ControlError(f"no topic {topic} in chat {chat.id}", 404)
        return topic

    def _origin(self) -> Payload:
        """Where a forwarded message is from: someone who does not want to be named."""
        return {
            "type": "hidden_user",
            "sender_user_name": "Someone",
            "date": self._world.timestamp() - 3600,
        }

    def _sender(self, user: User, via: str) -> User:
        """Another bot writes in the user's name when `via` is "bot"."""
        if via != "bot":
            return user
        return User(user.id, user.first_name, username=f"{user.first_name}Bot", is_bot=True)

    def _media(self, said: Said, words: str) -> Payload:
        files = self._world.files
        own = files.by_id(said.file) if said.file else None
        match said.media:
            case "photo":
                return photo_sizes(own or files.keep_photograph())
            case "document":
                return document(own or files.keep_photograph())
            case "voice":
                return voice(own or files.keep_recording())
            case "poll":
                question, options = _lines(words)
                return poll(self._world, question, options)
            case "checklist":
                return _checklist(*_lines(words))
        return {}

    def send_album(self, user: User, chat: Chat, files: list[str], said: Said) -> list[Payload]:
        """Send several pictures as one album; the words stand under the first."""
        album = self._world.new_query_id()
        parts = [replace(said, media="photo", file=file, album=album) for file in files]
        rest = [replace(part, text="", entities=None) for part in parts[1:]]
        return [self.say(user, chat, part) for part in [*parts[:1], *rest]]

    def _replied_to(self, chat: Chat, message_id: int | None) -> Message | None:
        return None if message_id is None else self.message(chat, message_id)

    def _sent(self, user: User, message: Message) -> Payload:
        chat = message.chat
        if chat.user is not None:
            user.wrote = True
        kind = "channel_post" if chat.type == "channel" else "message"
        return self._announced(user, message, kind, "message")

    def _announced(self, user: User, message: Message, update: str, event: str) -> Payload:
        update_id = self._world.updates.add(update, message.payload())
        self._world.record(event, message, user=user.id, update_id=update_id)
        return {"message_id": message.message_id, "update_id": update_id}

    def edit(self, user: User, message: Message, said: Said) -> Payload:
        """Change an own message."""
        formatted = _formatted(said)
        message.text, message.entities = formatted.text, formatted.entities
        message.edit_date = self._world.timestamp()
        channel = message.chat.type == "channel"
        kind = "edited_channel_post" if channel else "edited_message"
        return self._announced(user, message, kind, "edited")

    def share_location(
        self, user: User, latitude: float, longitude: float, *, forwarded: bool = False
    ) -> Payload:
        """Send a point on the map to the private chat."""
        location = {"latitude": latitude, "longitude": longitude}
        return self._share(user, {"location": location}, self._origin() if forwarded else None)

    def _share(self, user: User, media: Payload, origin: Payload | None = None) -> Payload:
        if user.blocked:
            self.unblock(user)
        chat = self._world.chats[user.id]
        return self._sent(user, self._world.post(chat, user, media=media, origin=origin))

    def button(self, message: Message, label: str) -> Markup:
        """The button with this label under this message; ControlError 404 when it has none."""
        buttons = inline_buttons(message.markup)
        found = find_button(buttons, label, exact=True) or find_button(buttons, label, exact=False)
        if found is None:
            raise ControlError(f"no button {label!r} under message {message.message_id}", 404)
        return found

    def find_tap(self, chat: Chat, label: str) -> tuple[Message | None, Markup]:
        """The newest button with this label: its message, or None for the reply keyboard."""
        for exact in (True, False):
            found = self._find(chat, label, exact=exact)
            if found is not None:
                return found
        raise ControlError(f"no button {label!r} in chat {chat.id}", 404)

    def _find(
        self, chat: Chat, label: str, *, exact: bool
    ) -> tuple[Message | None, Markup] | None:
        rows = (chat.reply_keyboard or {}).get("keyboard", [])
        reply = find_button(list(buttons_of(rows)), label, exact=exact)
        if reply is not None:
            return None, reply
        for message in reversed(self._world.messages[chat.id].values()):
            if message.deleted:
                continue
            button = find_button(inline_buttons(message.markup), label, exact=exact)
            if button is not None:
                return message, button
        return None

    def press(self, user: User, button: Markup, point: tuple[float, float] | None) -> Payload:
        """Press a reply-keyboard button: its text is sent, or what it asks for."""
        chat = self._world.chats[user.id]
        if (chat.reply_keyboard or {}).get("one_time_keyboard"):
            chat.reply_keyboard = None
        if button.get("request_location"):
            if point is None:
                raise ControlError("this button shares a location: give latitude and longitude")
            return self.share_location(user, *point)
        if button.get("request_contact"):
            contact = {"phone_number": "+490000000", "first_name": user.first_name}
            return self._share(user, {"contact": contact | {"user_id": user.id}})
        return self.say(user, chat, Said(button["text"]))

    def tap(
        self, user: User, message: Message, data: str, *, inaccessible: bool, stale: bool
    ) -> Payload:
        """Tap an inline button; an `inaccessible` message comes without content."""
        query = self._world.ask(user, message, stale=stale)
        shown = message.payload()
        if inaccessible or message.deleted:
            shown = {"chat": shown["chat"], "message_id": message.message_id, "date": 0}
        content = {
            "id": query.id,
            "from": user.payload(),
            "message": shown,
            "chat_instance": str(message.chat.id),
            "data": data,
        }
        update_id = self._world.updates.add("callback_query", content)
        self._record(user, message.chat, "tapped", data, update_id=update_id)
        return {"update_id": update_id, "callback_query_id": query.id}

    def ask_inline(self, user: User, text: str, offset: str) -> Payload:
        """Type the bot's name and `text` in some other chat."""
        if not self._world.inline_mode:
            raise ControlError("the bot's inline mode is off", 409)
        query_id = self._world.new_query_id()
        self._world.inline_queries[query_id] = user
        content = {"id": query_id, "from": user.payload(), "query": text, "offset": offset}
        update_id = self._world.updates.add("inline_query", content)
        self._record(user, self._world.chats[user.id], "inline", text, update_id=update_id)
        return {"update_id": update_id, "inline_query_id": query_id}

    def choose_inline(self, user: User, chat: Chat, query_id: str, result_id: str) -> Payload:
        """Post a result of an inline query in the chat."""
        return self._sent(user, inline.post(self._world, user, chat, query_id, result_id))

    def vote(self, user: User, message: Message, options: list[int]) -> Payload:
        """Answer a poll."""
        return vote(self._world, user, message, options)

    def block(self, user: User) -> int | None:
        """Block the bot: nothing can be sent any more, and the bot is told."""
        user.blocked = True
        return self._membership(user, "blocked", "member", "kicked")

    def unblock(self, user: User) -> int | None:
        """Let the bot write again."""
        user.blocked = False
        return self._membership(user, "unblocked", "kicked", "member")

    def _membership(self, user: User, event: str, before: str, now: str) -> int | None:
        chat = self._world.chats[user.id]
        content = {
            "chat": chat.payload(),
            "from": user.payload(),
            "date": self._world.timestamp(),
            "old_chat_member": self._standing(before),
            "new_chat_member": self._standing(now),
        }
        update_id = self._world.updates.add("my_chat_member", content)
        self._record(user, chat, event, "", update_id=update_id)
        return update_id

    def _standing(self, status: str) -> Payload:
        until = {"until_date": 0} if status == "kicked" else {}
        return {"status": status, "user": self._world.bot.payload(), **until}

    def _record(self, user: User, chat: Chat, event: str, text: str, **more: Any) -> None:
        self._world.journal.transcript.add(
            kind=event,
            chat=chat.id,
            who=user.first_name,
            user=user.id,
            text=text,
            labels=[],
            **more,
        )


def _formatted(said: Said) -> FormattedText:
    return tidy(FormattedText(said.text, check_entities(said.text, said.entities or [])))


def _lines(words: str) -> tuple[str, list[str]]:
    """The first line, and the others; ControlError 400 where there are too few or too many."""
    first, *others = [line.strip() for line in words.splitlines() if line.strip()] or [""]
    if not first or not 1 <= len(others) <= MOST_OPTIONS:
        raise ControlError(f"write a first line, and 1 to {MOST_OPTIONS} lines more")
    return first, others


def _checklist(title: str, tasks: list[str]) -> Payload:
    """The content of a checklist, which bots meet rarely and most cannot read."""
    listed = [{"id": at, "text": task} for at, task in enumerate(tasks, 1)]
    return {"checklist": {"title": title, "tasks": listed}}
