"""The webhook: a row first, then 200. Whoever lacks the secret gets 401 and nothing else.

Telegram repeats for a day what is not answered with a 2xx. That is right where it could not be
written down, and wrong where it cannot be read: the hundredth time it is as broken as the first.
"""

from __future__ import annotations

import asyncio
import hmac
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from pydantic import SecretStr

from bot.clock import Clock
from bot.metrics import Metrics
from bot.store.troubles import kind_of
from bot.telegram.reading import Broken, Given, read_update
from bot.web.server import PATIENCE_S

log = structlog.get_logger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name (Bot API)
EVERY_S = 60.0
PART = 65536  # bytes
MAX_BODY = 1024 * 1024  # bytes; a text of 4096 characters with all its entities stays far below

Take = Callable[[Sequence[Given]], Awaitable[int]]


class Refusals:
    """Counts refused calls, and writes a line of each reason at most once a minute.

    Anyone may call a public address as often as they like, and must not fill the log. What
    they brought is in no line.
    """

    def __init__(self, clock: Clock, metrics: Metrics) -> None:
        self._clock = clock
        self._metrics = metrics
        self._untold: Counter[str] = Counter()
        self._told_at: dict[str, float] = {}

    def note(self, reason: str) -> None:
        """One more call was refused."""
        self._metrics.webhook_refused.labels(reason).inc()
        self._untold[reason] += 1
        now = self._clock.monotonic()
        if now - self._told_at.get(reason, -EVERY_S) >= EVERY_S:
            self._told_at[reason] = now
            times = self._untold.pop(reason)
            log.warning("webhook calls were refused", reason=reason, times=times)


@dataclass(frozen=True)
class Webhook:
    """Accepts updates at the path of ``url`` from whoever knows ``secret``.

    A body may take ``patience`` seconds to arrive.
    """

    url: str
    secret: SecretStr
    take: Take
    refusals: Refusals
    patience: float = PATIENCE_S

    @property
    def path(self) -> str:
        """The one path that is answered."""
        return urlsplit(self.url).path or "/"

    def routes(self) -> list[web.RouteDef]:
        """Only POST, only one path: aiohttp answers everything else with 405 or 404."""
        return [web.post(self.path, self._receive)]

    @property
    def middleware(self) -> Middleware:
        """Notes calls to another path, or by another method: a proxy may change both."""

        @web.middleware
        async def note(request: web.Request, handler: Handler) -> web.StreamResponse:
            try:
                return await handler(request)
            except (web.HTTPNotFound, web.HTTPMethodNotAllowed) as refusal:
                self.refusals.note("wrong path" if refusal.status == 404 else "wrong method")
                raise

        return note

    async def _receive(self, request: web.Request) -> web.Response:
        if not self._knows_the_secret(request):
            known = SECRET_HEADER in request.headers
            self.refusals.note("wrong secret" if known else "no secret")
            return web.Response(status=401)
        try:
            async with asyncio.timeout(self.patience):
                update = await _read(request)
        except TimeoutError:
            self.refusals.note("too slow")
            response = web.Response(status=408)
            response.force_close()
            return response
        try:
            await self.take([update])
        except Exception as error:  # noqa: BLE001 - whatever it is, Telegram gives it again
            self.refusals.note("not written down")
            log.error(  # noqa: TRY400 - a full disk would be filled further by tracebacks
                "an update could not be written down; Telegram will give it again",
                kind=kind_of(error),
            )
            return web.Response(status=503)
        return web.Response(status=200)

    def _knows_the_secret(self, request: web.Request) -> bool:
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        return hmac.compare_digest(given, self.secret.get_secret_value().encode())


async def _read(request: web.Request) -> Given:
    """The update; of one that is larger than any of Telegram's no more than its number."""
    body = bytearray()
    async for part in request.content.iter_chunked(PART):
        body += part
        if len(body) > MAX_BODY:
            beginning = read_update(bytes(body[:PART]))
            return beginning if isinstance(beginning, Broken) else Broken(None)
    return read_update(bytes(body))
