"""A lean stand-in for the Bot API, in a process and on a core of its own.

It does as little as can be done for an answer that every client accepts, so that it is faster than
all of them, and it keeps the books: who got what, how often, and in which second. Steered over
HTTP as well (``/control/...``), since it is another process.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import re
import time
from collections.abc import Callable
from typing import Any

import orjson
import uvloop

from tests.bench.books import Books
from tests.bench.crowd import Crowd

CHAT = re.compile(rb'(?:^|["&])chat_id"?[:=]\s*"?(-?\d+)')
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
ME = {"id": 123456, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
MOST_UPDATES = 100  # Bot API: getUpdates, limit
MESSAGE_ID = 10**9  # replaced by a running number of the same length
TEXT = "A tip of about six hundred characters. " * 16


def _answer(status: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


def _ok(result: object) -> bytes:
    return _answer("200 OK", orjson.dumps({"ok": True, "result": result}))


def _refusal(code: int, description: str, **parameters: int) -> bytes:
    body = {"ok": False, "error_code": code, "description": description}
    return _answer(f"{code} Refused", orjson.dumps({**body, "parameters": parameters}))


EDITED, DELETED = -1, -2
DELIVERING = {
    b"/sendMessage": 0,
    b"/copyMessage": 0,
    b"/editMessageText": EDITED,
    b"/editMessageCaption": EDITED,
    b"/deleteMessage": DELETED,
}
"""The methods of which the books are kept, and what they change of a message that was sent, as
the journal has it."""

TRUE = _ok(result=True)
ANSWERS = {"getMe": _ok(ME), "getUserProfilePhotos": _ok({"total_count": 1, "photos": [[]]})}
FLOOD = _refusal(429, "Too Many Requests: retry after 1", retry_after=1)
BLOCKED = _refusal(403, "Forbidden: bot was blocked by the user")
BAD_GATEWAY = _answer("502 Bad Gateway", b"<html>Bad Gateway</html>")
SENT_HEAD, SENT_TAIL = _ok(
    {
        "message_id": MESSAGE_ID,
        "from": ME,
        "chat": {"id": 1, "type": "private", "first_name": "Reader"},
        "date": 1_700_000_000,
        "text": TEXT,
        "entities": [{"type": "bold", "offset": 0, "length": 5}],
    }
).split(str(MESSAGE_ID).encode())


class Standin:
    """What the server knows, and how it is told to behave."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.books = Books()
        self.rules: dict[str, float] = {}
        self.chance = random.Random(20261122)
        self.level, self.filled_at = 3.0, 0.0
        self.message_id = MESSAGE_ID
        self.update_id = 1
        self.updates: list[dict[str, Any]] = []
        self.polls: list[tuple[int, Visitor]] = []
        self.spoken: dict[int, float] = {}
        self.crowd = Crowd(self.speak)

    # Sending

    def send(self, visitor: Visitor, body: bytes, change: int = 0) -> None:
        found = CHAT.search(body)
        chat = int(found[1]) if found else 0
        self.books.requests += 1
        rules = self.rules
        if rules:
            if (rate := rules.get("rate")) and not self._within(rate):
                self.books.floods += 1
                visitor.write(FLOOD)
                return
            if "faults" in rules and self._spoiled(visitor, chat, body, change):
                return
        self._deliver(chat, body, change=change)
        if change == DELETED:
            visitor.write(TRUE)
            return
        self.message_id += 1
        answer = b"%b%d%b" % (SENT_HEAD, self.message_id, SENT_TAIL)
        if delay := rules.get("delay"):
            self.loop.call_later(delay, visitor.write, answer)
        else:
            visitor.write(answer)

    def _deliver(self, chat: int, body: bytes, fate: str = "sent", change: int = 0) -> None:
        now = time.monotonic()
        self.books.delivered[chat] += 1
        self.books.times.append(now)
        self.crowd.heard(chat, body)
        if self.spoken and (asked := self.spoken.pop(chat, None)):
            self.books.replies.append(now - asked)
        if "faults" in self.rules:
            self.books.note(chat, body, fate, change)

    def _within(self, rate: float) -> bool:
        now = time.monotonic()
        self.level = min(3.0, self.level + (now - self.filled_at) * rate)
        self.filled_at = now
        if self.level < 1.0:
            return False
        self.level -= 1.0
        return True

    def _spoiled(self, visitor: Visitor, chat: int, body: bytes, change: int) -> bool:
        if chat % 20 == 0:
            self.books.note(chat, body, "refused", change)
            visitor.write(BLOCKED)
            return True
        dice = self.chance.random()
        if dice < 0.010:
            self.books.note(chat, body, "failed", change)
            visitor.write(BAD_GATEWAY)
        elif dice < 0.012:
            self.books.note(chat, body, "reset", change)
            visitor.drop()
        elif dice < 0.014:
            self._deliver(chat, body, "cut", change)
            visitor.drop()
        else:
            return False
        return True

    # Talking

    def poll(self, visitor: Visitor, body: bytes) -> None:
        offset = re.search(rb'offset"?[:=]\s*"?(-?\d+)', body)
        first = int(offset[1]) if offset else 0
        self.updates = [update for update in self.updates if update["update_id"] >= first]
        if self.updates:
            self._give_updates(visitor)
        else:
            self.polls.append((first, visitor))
            self.loop.call_later(10.0, self._end_poll, visitor)

    def _end_poll(self, visitor: Visitor) -> None:
        if any(held is visitor for _, held in self.polls):
            self.polls = [(first, held) for first, held in self.polls if held is not visitor]
            visitor.write(_ok([]))

    def _give_updates(self, visitor: Visitor) -> None:
        now = time.monotonic()
        for update in self.updates[:MOST_UPDATES]:
            self.spoken.setdefault(update["message"]["chat"]["id"], now)
        visitor.write(_ok(self.updates[:MOST_UPDATES]))

    def speak(self, chat: int, text: str) -> None:
        """A subscriber writes; the time until the first message back is kept."""
        self.update_id += 1
        person = {"id": abs(chat), "is_bot": False, "first_name": "R", "language_code": "en"}
        place = {"id": chat, "type": "private" if chat > 0 else "supergroup", "first_name": "R"}
        message: dict[str, Any] = {"message_id": self.update_id, "date": int(time.time())}
        message |= {"chat": place, "from": person}
        message |= {"text": text}
        if text.startswith("/"):
            command = {"type": "bot_command", "offset": 0, "length": len(text)}
            message["entities"] = [command]
        self.updates.append({"update_id": self.update_id, "message": message})
        if self.polls:
            _, visitor = self.polls.pop()
            self._give_updates(visitor)

    # Steering

    def control(self, visitor: Visitor, action: str, body: bytes) -> None:
        given: dict[str, Any] = orjson.loads(body) if body else {}
        if action == "rules":
            self.rules = given
            self.books = Books()
            self.level, self.filled_at = 3.0, time.monotonic()
        if action == "fresh":
            self.books = Books()
        if action == "talk":
            for turn in range(given["count"]):
                moment = self.chance.uniform(turn, turn + 1) * given["gap"]
                self.loop.call_later(moment, self.speak, given["first"] + turn, given["text"])
        if action == "crowd":
            self.crowd.begin(given)
        if action == "hush":
            visitor.write(_answer("200 OK", orjson.dumps(self.crowd.end())))
            return
        report = self.books.journal if action == "journal" else self.books.summary()
        visitor.write(_answer("200 OK", orjson.dumps(report, option=orjson.OPT_NON_STR_KEYS)))


class Visitor(asyncio.Protocol):
    """One connection: cuts out whole requests and hands them on by the method's name."""

    def __init__(self, server: Standin) -> None:
        self._server = server
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None

    def write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def drop(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            self._buffer = buffer
            return
        length = LENGTH.search(buffer, 0, end)
        whole = end + 4 + (int(length[1]) if length else 0)
        if len(buffer) < whole:
            self._buffer = buffer
            return
        self._buffer = b""
        path = buffer[: buffer.find(b" HTTP/")]
        self._act(path, buffer[end + 4 : whole])

    def _act(self, path: bytes, body: bytes) -> None:
        server = self._server
        change = DELIVERING.get(path[path.rfind(b"/") :])
        if change is not None:
            server.send(self, body, change)
            return
        name = path.rpartition(b"/")[2].decode()
        if b"/control/" in path:
            server.control(self, name, body)
        elif name == "getUpdates":
            server.poll(self, body)
        else:
            self.write(ANSWERS.get(name, TRUE))


async def serve(port: int, ready: Callable[[int], None]) -> None:
    standin = Standin()
    server = await standin.loop.create_server(lambda: Visitor(standin), "127.0.0.1", port)
    ready(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--core", type=int, default=None)
    given = parser.parse_args()
    if given.core is not None:
        os.sched_setaffinity(0, {given.core})
    with contextlib.suppress(PermissionError):
        # A server that is late itself would see a burst where there was none.
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    uvloop.run(serve(given.port, lambda port: print(port, flush=True)))


if __name__ == "__main__":
    main()
