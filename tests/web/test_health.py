"""Liveness, readiness and metrics over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from urllib.parse import urlsplit

import aiohttp
import pytest

from bot.clock import MovableClock
from bot.metrics import Metrics
from bot.web.health import Health, health_routes
from bot.web.server import WebServer

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def health_of(*troubles: str) -> Health:
    metrics = Metrics(MovableClock(NOON))

    async def what_is_wrong() -> list[str]:
        return list(troubles)

    async def refresh() -> None:
        metrics.subscribers.labels("active").set(3)

    return Health(what_is_wrong, metrics.registry, refresh)


@asynccontextmanager
async def serving(*troubles: str) -> AsyncIterator[WebServer]:
    server = WebServer("127.0.0.1", 0, health_routes(health_of(*troubles)))
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@asynccontextmanager
async def served(*troubles: str) -> AsyncIterator[aiohttp.ClientSession]:
    async with serving(*troubles) as server, aiohttp.ClientSession(server.url) as session:
        yield session


async def test_a_process_in_trouble_is_alive_but_not_ready() -> None:
    async with served("no tick has gone well yet", "the database does not answer") as session:
        async with session.get("/healthz") as response:
            assert (response.status, await response.text()) == (200, "ok\n")
        async with session.get("/readyz") as response:
            assert response.status == 503
            assert (await response.text()).splitlines() == [
                "no tick has gone well yet",
                "the database does not answer",
            ]


async def test_a_process_without_trouble_is_ready() -> None:
    async with served() as session, session.get("/readyz") as response:
        assert (response.status, await response.text()) == (200, "ok\n")


async def test_metrics_are_in_prometheus_text_format() -> None:
    async with served() as session, session.get("/metrics") as response:
        assert response.headers["Content-Type"].startswith("text/plain; version=")
        text = await response.text()
    lines = text.splitlines()
    assert "# TYPE gutskin_subscribers gauge" in lines
    assert 'gutskin_subscribers{state="active"} 3.0' in lines
    assert "_created" not in text


async def test_who_wants_openmetrics_gets_it() -> None:
    accept = {"Accept": "application/openmetrics-text;version=1.0.0"}
    async with served() as session, session.get("/metrics", headers=accept) as response:
        assert response.headers["Content-Type"].startswith("application/openmetrics-text")
        assert (await response.text()).endswith("# EOF\n")


async def test_a_taken_port_is_told_and_a_stopped_server_has_no_address() -> None:
    async with serving() as server:
        port = urlsplit(server.url).port
        assert port is not None
        second = WebServer("127.0.0.1", port, health_routes(health_of()))
        with pytest.raises(OSError, match="in use"):
            await second.start()
        await second.stop()
        await second.stop()
        with pytest.raises(RuntimeError):
            _ = second.url
