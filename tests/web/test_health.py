"""Liveness, readiness and metrics over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from bot.web.health import Health, Sample, exposition
from bot.web.server import WebServer


@asynccontextmanager
async def served(*troubles: str) -> AsyncIterator[aiohttp.ClientSession]:
    async def what_is_wrong() -> list[str]:
        return list(troubles)

    async def figures() -> list[Sample]:
        return [Sample("subscribers", "Readers.", 3, (("state", "active"),))]

    server = WebServer("127.0.0.1", 0, Health(what_is_wrong, figures))
    await server.start()
    try:
        async with aiohttp.ClientSession(server.url) as session:
            yield session
    finally:
        await server.stop()


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
        assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        assert (await response.text()).splitlines() == [
            "# HELP gutskin_subscribers Readers.",
            "# TYPE gutskin_subscribers gauge",
            'gutskin_subscribers{state="active"} 3',
        ]


def test_samples_of_one_name_stand_together_and_labels_are_escaped() -> None:
    text = exposition(
        [
            Sample("a", "A.", 1, (("why", 'he said "no"\n\\'),)),
            Sample("b", "B.", 0.5, kind="counter"),
            Sample("a", "A.", 2),
        ]
    )
    assert text.splitlines() == [
        "# HELP gutskin_a A.",
        "# TYPE gutskin_a gauge",
        'gutskin_a{why="he said \\"no\\"\\n\\\\"} 1',
        "gutskin_a 2",
        "# HELP gutskin_b B.",
        "# TYPE gutskin_b counter",
        "gutskin_b 0.5",
    ]


async def test_a_taken_port_is_told_and_a_stopped_server_has_no_address() -> None:
    async with served() as session:
        port = session._base_url.port
        assert port is not None
        health = Health(lambda: None, lambda: None)  # type: ignore[arg-type,return-value]
        second = WebServer("127.0.0.1", port, health)
        with pytest.raises(OSError, match="in use"):
            await second.start()
        await second.stop()
        await second.stop()
        with pytest.raises(RuntimeError):
            _ = second.url
