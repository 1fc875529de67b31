"""The part of the control API that reads: chats, transcript, calls, clock; and waits."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final
from urllib.parse import quote

import orjson
from aiohttp import web

from bot.sandbox.http.bot_api import file_response, json_response
from bot.sandbox.http.control import number
from bot.sandbox.model.errors import ApiError, ControlError
from bot.sandbox.model.keyboards import shown_reply
from bot.sandbox.model.people import Chat, Payload
from bot.sandbox.model.world import World

DEFAULT_WAIT_SECONDS: Final = 5.0
# A bot confirms an update before it has handled it; after a pause this long it counts as idle.
SETTLE_SECONDS: Final = 0.05


class Watching:
    """Answers questions about the world, without changing it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._closed = False

    def close(self) -> None:
        """End every wait and stream."""
        self._closed = True

    def routes(self) -> list[web.RouteDef]:
        """One route for every view."""
        views = {
            "users": self._users,
            "chats": self._chats,
            "chats/{chat}": self._chat,
            "chats/{chat}/messages": self._messages,
            "transcript": self._transcript,
            "calls": self._calls,
            "commands": self._commands,
            "bot": self._bot,
            "files/{file}": self._file,
            "clock": self._clock,
            "wait": self._wait,
            "idle": self._idle,
            "events": self._events,
        }
        return [web.get(f"/control/{path}", view) for path, view in views.items()]

    async def _users(self, _request: web.Request) -> web.Response:
        return json_response([user.shown() for user in self._world.users.values()])

    async def _chats(self, _request: web.Request) -> web.Response:
        return json_response([self._chat_shown(chat) for chat in self._world.chats.values()])

    async def _chat(self, request: web.Request) -> web.Response:
        return json_response(self._chat_shown(self._chat_named(request)))

    def _chat_named(self, request: web.Request) -> Chat:
        given: str = request.match_info["chat"]
        numeric = given.removeprefix("-").isdecimal()
        chat = self._world.chats.get(int(given)) if numeric else None
        if chat is None:
            raise ControlError(f"no chat {given}", 404)
        return chat

    def _chat_shown(self, chat: Chat) -> Payload:
        profile = self._world.profile
        return {
            **chat.payload(),
            "reply_keyboard": shown_reply(chat.reply_keyboard),
            "blocked": chat.user is not None and chat.user.blocked,
            "kicked": chat.kicked,
            "migrated_to": chat.migrated_to,
            "menu_button": chat.menu_button or profile.menu_button,
            "actions": chat.actions,
            "topics": [{"id": topic, "name": name} for topic, name in chat.topic_names.items()],
        }

    async def _messages(self, request: web.Request) -> web.Response:
        chat = self._chat_named(request)
        after = number(request, "after", 0)
        messages = self._world.messages[chat.id].values()
        return json_response([m.shown() for m in messages if m.message_id > after])

    async def _transcript(self, request: web.Request) -> web.Response:
        after = int(number(request, "after", 0))
        return json_response(list(self._world.journal.transcript.after(after)))

    async def _calls(self, request: web.Request) -> web.Response:
        method = request.query.get("method", "").lower()
        records = self._world.journal.calls.after(int(number(request, "after", 0)))
        return json_response([r for r in records if method in {"", r["method"].lower()}])

    async def _commands(self, request: web.Request) -> web.Response:
        user = self._world.users.get(int(number(request, "user", 0)))
        if user is None:
            raise ControlError("no such user", 404)
        chat = self._world.chats.get(int(number(request, "chat", user.id)))
        if chat is None:
            raise ControlError("no such chat", 404)
        admin = chat.user is None and user.id in chat.members
        return json_response(
            self._world.profile.menu(chat, user.id, user.language_code[:2], admin=admin)
        )

    async def _bot(self, request: web.Request) -> web.Response:
        """What a user sees of the bot before they have written to it."""
        user = self._world.users.get(int(number(request, "user", 0)))
        language = user.language_code[:2] if user else ""
        profile, bot = self._world.profile, self._world.bot
        return json_response(
            {
                "name": profile.text("name", language) or bot.first_name,
                "username": bot.username,
                "description": profile.text("description", language),
                "short_description": profile.text("short_description", language),
            }
        )

    async def _file(self, request: web.Request) -> web.Response:
        """A file as it was sent; whatever is in it, nothing of it is run."""
        try:
            stored = self._world.files.by_id(request.match_info["file"])
        except ApiError as error:
            raise ControlError(error.description, 404) from error
        named = {"Content-Disposition": f"inline; filename*=UTF-8''{quote(stored.name, safe='')}"}
        return file_response(stored, named)

    async def _clock(self, _request: web.Request) -> web.Response:
        return json_response({"now": self._world.clock.now().isoformat()})

    async def _wait(self, request: web.Request) -> web.Response:
        """Events of the chat after N; held in real time until there is one."""
        after = int(number(request, "after", 0))
        chat = request.query.get("chat")
        loop = asyncio.get_running_loop()
        deadline = loop.time() + number(request, "timeout", DEFAULT_WAIT_SECONDS)
        while True:
            events = self._events_of(after, chat)
            left = deadline - loop.time()
            if events or left <= 0 or self._closed:
                return json_response(events)
            await self._world.journal.changed.wait(left)

    def _events_of(self, after: int, chat: str | None) -> list[Payload]:
        events = self._world.journal.transcript.after(after)
        return [event for event in events if chat is None or str(event["chat"]) == chat]

    async def _idle(self, request: web.Request) -> web.Response:
        """200 once nothing is under way, 408 when that has not come about in time."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + number(request, "timeout", DEFAULT_WAIT_SECONDS)
        settle = number(request, "settle", SETTLE_SECONDS)
        while (left := deadline - loop.time()) > 0 and not self._closed:
            busy = self._world.unfinished > 0
            disturbed = await self._world.activity.wait(left if busy else min(settle, left))
            if not disturbed and not busy and self._world.unfinished == 0:
                return json_response({"idle": True})
        unfinished = self._world.unfinished
        return json_response({"idle": False, "unfinished": unfinished}, 408)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        after = int(number(request, "after", self._last_heard(request)))
        headers = {"Cache-Control": "no-store", "Content-Type": "text/event-stream"}
        answer = web.StreamResponse(headers=headers)
        await answer.prepare(request)
        with suppress(ConnectionResetError):  # the page was closed
            await self._stream(answer.write, after)
        return answer

    def _last_heard(self, request: web.Request) -> int:
        """What the page heard last; one that is new, or of an earlier run, hears what is new."""
        last = self._world.journal.transcript.last_seq
        heard = request.headers.get("Last-Event-ID", "")
        return min(int(heard), last) if heard.isdecimal() else last

    async def _stream(self, send: Callable[[bytes], Awaitable[None]], transcript_seq: int) -> None:
        journal = self._world.journal
        calls_seq = journal.calls.last_seq
        while not self._closed:
            await send(_event("clock", {"now": self._world.clock.now().isoformat()}))
            for record in journal.transcript.after(transcript_seq):
                transcript_seq = record["seq"]
                await send(_event("transcript", record, transcript_seq))
            for record in journal.calls.after(calls_seq):
                calls_seq = record["seq"]
                await send(_event("call", record))
            seen = (transcript_seq, calls_seq)
            if seen == (journal.transcript.last_seq, journal.calls.last_seq) and not self._closed:
                await journal.changed.wait()


def _event(name: str, data: Any, seq: int | None = None) -> bytes:
    """An event of the stream; the page that lost it asks for what came after its last `seq`."""
    lines = b"" if seq is None else b"id: %d\n" % seq
    return lines + b"event: " + name.encode() + b"\ndata: " + orjson.dumps(data) + b"\n\n"
