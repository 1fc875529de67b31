"""The Bot API over HTTP: token, faults, rate, check, method, log."""

import asyncio
import inspect
from collections.abc import Mapping
from email.utils import format_datetime
from typing import Any

import orjson
from aiohttp import web

from bot.sandbox.http.bodies import read_parameters
from bot.sandbox.methods import implementations, remaining
from bot.sandbox.methods.call import Call
from bot.sandbox.model.errors import ApiError, ConnectionDroppedError
from bot.sandbox.model.faults import Fault, Faults, RateLimit
from bot.sandbox.model.storage import StoredFile
from bot.sandbox.model.table import Method
from bot.sandbox.model.values import Upload
from bot.sandbox.model.world import World


class BotApi:
    """Answers `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

    def __init__(self, world: World, token: str, rate: RateLimit | None) -> None:
        self.faults = Faults()
        self._world = world
        self._token = token
        self._rate = rate
        self._handlers = implementations()

    async def call(self, request: web.Request) -> web.Response:
        """One call, logged; a fault may leave it unanswered."""
        name: str = request.match_info["method"]
        counted = name.lower() != "getupdates"
        self._world.calls_in_progress += counted
        given: dict[str, Any] = {}
        begun = asyncio.get_running_loop().time()
        status, error = 0, "connection dropped"
        try:
            self._check_token(request)
            given = await read_parameters(request)
            body = await self._answer(name, given)
            status, error = 200, ""
        except ApiError as refusal:
            body, status, error = refusal.answer(), refusal.code, refusal.description
        except ConnectionDroppedError:
            return _cut(request)
        finally:
            self._world.calls_in_progress -= counted
            seconds = asyncio.get_running_loop().time() - begun
            self._log(name, given, status=status, error=error, seconds=round(seconds, 4))
        answer = json_response(body, status)
        answer.headers["Date"] = format_datetime(self._world.clock.now(), usegmt=True)
        return answer

    def _check_token(self, request: web.Request) -> None:
        if request.match_info["token"] != self._token:
            raise ApiError(401, "Unauthorized")

    async def _answer(self, name: str, given: dict[str, Any]) -> dict[str, Any]:
        fault = self.faults.take(name, given.get("chat_id"))
        if fault is not None:
            await self._suffer(fault)
        method = self._world.table.methods.get(name.lower())
        if method is None:
            raise ApiError(404, "Not Found")
        if self._rate is not None:
            self._rate.check(method.name, self._world.clock.now())
        result = await self._run(method, given)
        if fault is not None and fault.kind == "drop_after":
            raise ConnectionDroppedError
        if fault is not None and fault.kind == "put_off":
            result = {**result, "message_id": 0}
        return {"ok": True, "result": result}

    async def _suffer(self, fault: Fault) -> None:
        if fault.kind == "drop_before":
            raise ConnectionDroppedError
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        if refusal := fault.error():
            raise refusal

    async def _run(self, method: Method, given: dict[str, Any]) -> Any:
        checked = self._world.table.check(method, given)
        handler = self._handlers.get(method.name, remaining.answer)
        uploads = {name: value for name, value in given.items() if isinstance(value, Upload)}
        result = handler(Call(self._world, method, checked, uploads))
        return await result if inspect.isawaitable(result) else result

    def _log(self, name: str, given: dict[str, Any], **outcome: Any) -> None:
        method = self._world.table.methods.get(name.lower())
        known = method.parameters if method else {}
        self._world.journal.calls.add(
            method=method.name if method else name,
            parameters={key: _loggable(value) for key, value in given.items()},
            unknown_parameters=[key for key in given if key not in known],
            **outcome,
        )
        self._world.activity.notify()

    async def download(self, request: web.Request) -> web.Response:
        """A file's bytes, as `getFile` promised them."""
        if request.match_info["token"] != self._token:
            return json_response(ApiError(401, "Unauthorized").answer(), 401)
        stored = self._world.files.by_path(request.match_info["path"])
        if stored is None:
            return json_response(ApiError(404, "Not Found").answer(), 404)
        return file_response(stored)


def _loggable(value: Any) -> Any:
    if isinstance(value, Upload):
        return f"<file {value.name}, {len(value.data)} bytes>"
    return value


def _cut(request: web.Request) -> web.Response:
    """Close the connection; the answer is for the server and reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def file_response(stored: StoredFile, more: Mapping[str, str] | None = None) -> web.Response:
    """A file as it was sent; whatever is in it, nothing of it is run in the page's name."""
    headers = {"Content-Type": stored.content_type, "Content-Security-Policy": "sandbox"}
    headers["X-Content-Type-Options"] = "nosniff"
    return web.Response(body=stored.data, headers={**headers, **(more or {})})


def json_response(body: Any, status: int = 200) -> web.Response:
    """`body` as JSON; numbers and text only."""
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")
