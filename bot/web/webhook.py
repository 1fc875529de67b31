"""The webhook: a row first, then 200. Whoever lacks the secret gets 401 and nothing else."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson
import structlog
from aiohttp import web
from pydantic import SecretStr

log = structlog.get_logger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name (Bot API)
MAX_BODY = 1024 * 1024  # bytes; a text of 4096 characters with all its entities stays far below

Take = Callable[[Sequence[Mapping[str, Any]]], Awaitable[int]]


@dataclass(frozen=True)
class Webhook:
    """Accepts updates at the path of ``url`` from whoever knows ``secret``."""

    url: str
    secret: SecretStr
    take: Take

    @property
    def path(self) -> str:
        """The one path that is answered."""
        return urlsplit(self.url).path or "/"

    def routes(self) -> list[web.RouteDef]:
        """Only POST, only one path: aiohttp answers everything else with 405 or 404."""
        return [web.post(self.path, self._receive)]

    async def _receive(self, request: web.Request) -> web.Response:
        if not self._knows_the_secret(request):
            return web.Response(status=401)
        if (request.content_length or 0) > MAX_BODY:
            return web.Response(status=413)
        update = _json(await request.read())
        if update is None:
            return web.Response(status=400)
        try:
            await self.take([update])
        except Exception:
            log.exception("an update could not be written down; Telegram will give it again")
            return web.Response(status=503)
        return web.Response(status=200)

    def _knows_the_secret(self, request: web.Request) -> bool:
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        return hmac.compare_digest(given, self.secret.get_secret_value().encode())


def _json(body: bytes) -> Mapping[str, Any] | None:
    try:
        update = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return update if isinstance(update, dict) else None
