"""The part of the control API that acts: users, messages, taps, faults, the clock."""

import dataclasses
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final, Protocol

from aiohttp import web

from bot.sandbox.http.bot_api import json_response
from bot.sandbox.http.control import Body, read_body
from bot.sandbox.model import groups
from bot.sandbox.model.errors import ApiError, ControlError
from bot.sandbox.model.faults import Fault, Faults
from bot.sandbox.model.people import Chat, Payload, User
from bot.sandbox.model.player import Player, Said
from bot.sandbox.model.values import Upload
from bot.sandbox.model.world import World

MOST_IN_AN_ALBUM: Final = 10  # core.telegram.org/bots/api#sendmediagroup
_USER_FIELDS: Final = ("last_name", "username", "language_code", "zone")

Act = Callable[[Body], Any]


class Stage(Protocol):
    """What the page's clock buttons control."""

    async def move(self, *, seconds: float | None, to_next_tip: bool) -> datetime:
        """Move the clock; returns the new instant."""
        ...


class Acting:
    """What users do, and faults of the connection."""

    def __init__(self, world: World, faults: Faults, stage: Stage | None) -> None:
        self._world = world
        self._player = Player(world)
        self._faults = faults
        self._stage = stage

    def routes(self) -> list[web.RouteDef]:
        """One route for each action."""
        acts: dict[str, Act] = {
            "users": self._add_user,
            "groups": self._add_group,
            "say": self._say,
            "topics": self._begin_topic,
            "location": self._location,
            "tap": self._tap,
            "inline": self._inline,
            "inline/choose": self._choose_inline,
            "album": self._album,
            "vote": self._vote,
            "block": self._block,
            "unblock": self._unblock,
            "deactivate": self._deactivate,
            "kick": self._kick,
            "migrate": self._migrate,
            "update": self._update,
            "faults": self._add_fault,
        }
        return [
            *(web.post(f"/control/{name}", _endpoint(act)) for name, act in acts.items()),
            web.delete("/control/faults", self._clear_faults),
            web.post("/control/clock", self._move_clock),
            web.post("/control/files", self._upload),
        ]

    def _user(self, body: Body) -> User:
        return self._player.user(body.required("user", int))

    def _chat(self, body: Body, user: User) -> Chat:
        return self._player.chat(body.optional("chat", int, user.id))

    def _add_user(self, body: Body) -> Payload:
        user_id = body.maybe("id", int)
        if user_id in self._world.users:
            raise ControlError(f"user {user_id} exists", 409)
        fields = {name: body.optional(name, str, "") for name in _USER_FIELDS}
        first_name = body.required("first_name", str)
        return self._world.add_user(id=user_id, first_name=first_name, **fields).shown()

    def _add_group(self, body: Body) -> Payload:
        member = self._player.user(body.required("member", int))
        title, kind = body.required("title", str), body.required("type", str)
        group = groups.add_group(self._world, title, kind, member)
        group.muted = body.optional("muted", bool, default=False)
        return group.payload()

    def _say(self, body: Body) -> Payload:
        user = self._user(body)
        chat = self._chat(body, user)
        said = _said(body)
        edited = body.maybe("edit", int)
        if edited is not None:
            return self._player.edit(user, self._player.message(chat, edited), said)
        return self._player.say(user, chat, said)

    def _album(self, body: Body) -> list[Payload]:
        user = self._user(body)
        files = body.required("files", list)
        if not 2 <= len(files) <= MOST_IN_AN_ALBUM:
            raise ControlError(f"an album has 2 to {MOST_IN_AN_ALBUM} pictures")
        return self._player.send_album(user, self._chat(body, user), files, _said(body))

    def _vote(self, body: Body) -> Payload:
        user = self._user(body)
        message = self._player.message(self._chat(body, user), body.required("message_id", int))
        return self._player.vote(user, message, body.required("options", list))

    async def _upload(self, request: web.Request) -> web.Response:
        """Keep a file that a user is about to send: the body, under the name in the query."""
        data = await request.read()
        if not data:
            raise ControlError("the file is empty")
        name = request.query.get("name") or "file"
        kept = self._world.files.keep("document", Upload(name, request.content_type, data))
        return json_response({"file": kept.file_id})

    def _begin_topic(self, body: Body) -> Payload:
        user = self._user(body)
        return self._player.begin_topic(user, self._chat(body, user), body.required("name", str))

    def _location(self, body: Body) -> Payload:
        point = body.required("latitude", float), body.required("longitude", float)
        forwarded = body.optional("forwarded", bool, default=False)
        return self._player.share_location(self._user(body), *point, forwarded=forwarded)

    def _tap(self, body: Body) -> Payload:
        user = self._user(body)
        times = body.optional("times", int, 1)
        answers = [self._tap_once(body, user) for _ in range(times)]
        if not answers:
            raise ControlError("times must be at least 1")
        return {**answers[-1], "update_ids": [answer["update_id"] for answer in answers]}

    def _tap_once(self, body: Body, user: User) -> Payload:
        chat = self._chat(body, user)
        label, data = body.maybe("label", str), body.maybe("data", str)
        message_id = body.maybe("message_id", int)
        if message_id is None:
            message, button = self._player.find_tap(chat, _given(label))
        else:
            message = self._player.message(chat, message_id)
            if data is None:
                button = self._player.button(message, _given(label))
            else:
                button = {"callback_data": data}
        if message is None:
            return self._player.press(user, button, _point(body))
        if "callback_data" not in button:
            # The client opens links and the like by itself; the bot is not told.
            return {"update_id": None, "url": button.get("url")}
        return self._player.tap(
            user,
            message,
            button["callback_data"],
            inaccessible=body.optional("inaccessible", bool, default=False),
            stale=body.optional("stale", bool, default=False),
        )

    def _inline(self, body: Body) -> Payload:
        query, offset = body.required("query", str), body.optional("offset", str, "")
        return self._player.ask_inline(self._user(body), query, offset)

    def _choose_inline(self, body: Body) -> Payload:
        user = self._user(body)
        query, result = body.required("inline_query_id", str), body.required("result_id", str)
        return self._player.choose_inline(user, self._chat(body, user), query, result)

    def _block(self, body: Body) -> Payload:
        return {"update_id": self._player.block(self._user(body))}

    def _unblock(self, body: Body) -> Payload:
        return {"update_id": self._player.unblock(self._user(body))}

    def _deactivate(self, body: Body) -> Payload:
        user = self._user(body)
        user.deactivated = True
        return user.shown()

    def _kick(self, body: Body) -> Payload:
        user = self._user(body)
        return {"update_id": groups.kick(self._world, self._chat(body, user), user)}

    def _migrate(self, body: Body) -> Payload:
        old = self._player.chat(body.required("chat", int))
        announce = body.optional("announce", bool, default=True)
        return groups.migrate(self._world, old, body.maybe("to", int), announce=announce).payload()

    def _update(self, body: Body) -> Payload:
        raw = body.maybe("raw", str)
        if raw is not None:
            update_id = self._world.updates.add_bytes(raw)
        else:
            update_id = self._world.updates.add_raw(body.required("update", dict))
        self._world.journal.transcript.add(
            kind="update", chat=None, who="", text="", labels=[], update_id=update_id
        )
        return {"update_id": update_id}

    def _add_fault(self, body: Body) -> Payload:
        fault = _fault(body)
        self._faults.add(fault)
        return dataclasses.asdict(fault)

    async def _clear_faults(self, _request: web.Request) -> web.Response:
        self._faults.clear()
        return json_response({"faults": []})

    async def _move_clock(self, request: web.Request) -> web.Response:
        if self._stage is None:
            raise ControlError("this sandbox has no clock to move", 409)
        body = await read_body(request)
        seconds = body.maybe("seconds", float)
        to_next_tip = body.optional("to_next_tip", bool, default=False)
        if (seconds is None) == (not to_next_tip):
            raise ControlError("give either seconds or to_next_tip")
        transcript = self._world.journal.transcript
        begun = transcript.last_seq
        now = await self._stage.move(seconds=seconds, to_next_tip=to_next_tip)
        self._world.journal.changed.notify()
        sent = (e for e in transcript.after(begun) if e["who"] == "bot" and e["kind"] == "message")
        reached = list(dict.fromkeys(event["chat"] for event in sent))
        return json_response({"now": now.isoformat(), "reached": reached})


def _endpoint(act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        body = await read_body(request)
        try:
            return json_response(act(body))
        except ApiError as error:
            raise ControlError(error.description) from error

    return answer


def _given(label: str | None) -> str:
    if not label:
        raise ControlError("label is missing")
    return label


def _said(body: Body) -> Said:
    kinds = (kind for kind in ("photo", "document") if body.optional(kind, bool, default=False))
    return Said(
        text=body.optional("text", str, "") or body.optional("caption", str, ""),
        entities=body.maybe("entities", list),
        reply_to=body.maybe("reply_to", int),
        media=body.optional("media", str, "") or next(kinds, ""),
        file=body.optional("file", str, ""),
        silent=body.optional("silent", bool, default=False),
        via=body.optional("via", str, ""),
        topic=body.optional("topic", int, 0),
        forwarded=body.optional("forwarded", bool, default=False),
    )


def _point(body: Body) -> tuple[float, float] | None:
    latitude, longitude = body.maybe("latitude", float), body.maybe("longitude", float)
    return None if latitude is None or longitude is None else (latitude, longitude)


def _fault(body: Body) -> Fault:
    known = {field.name for field in dataclasses.fields(Fault)}
    if unknown := [name for name in body.fields if name not in known]:
        raise ControlError(f"a fault has no {unknown[0]}")
    fault = Fault(body.required("kind", str), body.optional("method", str, ""))
    fault.chat = body.maybe("chat", int)
    fault.retry_after = body.optional("retry_after", int, fault.retry_after)
    fault.seconds = body.optional("seconds", float, fault.seconds)
    fault.error_code = body.optional("error_code", int, fault.error_code)
    fault.description = body.optional("description", str, fault.description)
    fault.times = body.optional("times", int, fault.times)
    return fault
