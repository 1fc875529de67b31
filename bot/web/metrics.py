"""``/metrics``: what the bot counts, in Prometheus' formats."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator

from aiohttp import web
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector


class _Shown(Collector):
    """What the registry holds, without the moments at which its counters were made.

    Those come from the machine's clock, which may be wrong, and nobody asks for them.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        for metric in self._registry.collect():
            metric.samples = [one for one in metric.samples if not one.name.endswith("_created")]
            yield metric


def metrics_route(
    registry: CollectorRegistry, refresh: Callable[[], Awaitable[None]]
) -> web.RouteDef:
    """The route; ``refresh`` is awaited before each answer and sets what only a look can tell."""
    shown = _Shown(registry)

    async def metrics(request: web.Request) -> web.Response:
        await refresh()
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(shown), headers={"Content-Type": content_type})

    return web.get("/metrics", metrics)
