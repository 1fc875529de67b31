"""Is the process alive, and is it doing its work?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web
from prometheus_client import CollectorRegistry

from bot.web.metrics import metrics_route


@dataclass(frozen=True)
class Health:
    """``troubles`` names what is wrong now (nothing: ready); ``registry`` holds the metrics.

    ``refresh`` sets those of them that have to be looked up.
    """

    troubles: Callable[[], Awaitable[list[str]]]
    registry: CollectorRegistry
    refresh: Callable[[], Awaitable[None]]


def health_routes(health: Health) -> list[web.RouteDef]:
    """Serve ``/healthz`` (the loop runs), ``/readyz`` (the work is done) and ``/metrics``."""

    async def alive(_request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def ready(_request: web.Request) -> web.Response:
        found = await health.troubles()
        return web.Response(
            status=503 if found else 200, text="".join(f"{one}\n" for one in found) or "ok\n"
        )

    return [
        web.get("/healthz", alive),
        web.get("/readyz", ready),
        metrics_route(health.registry, health.refresh),
    ]
