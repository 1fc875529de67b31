"""The webhook: a row first, then 200; whoever lacks the secret learns nothing."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiohttp
import pytest
from pydantic import SecretStr

from bot.clock import MovableClock
from bot.metrics import Metrics
from bot.telegram.reading import Broken, Given
from bot.web.server import WebServer
from bot.web.webhook import EVERY_S, MAX_BODY, SECRET_HEADER, Refusals, Webhook
from tests.logbook import captured

SECRET = "s3cret_of-the-webhook"
UPDATE = {"update_id": 7, "message": {"text": "my story"}}


class Rows:
    """What was written down."""

    def __init__(self) -> None:
        self.clock = MovableClock(datetime(2026, 3, 2, tzinfo=UTC))
        self.metrics = Metrics(self.clock)
        self.taken: list[Given] = []
        self.broken = False

    async def take(self, updates: Sequence[Given]) -> int:
        if self.broken:
            raise OSError("disk full")
        self.taken += updates
        return len(updates)


@asynccontextmanager
async def served(rows: Rows) -> AsyncIterator[aiohttp.ClientSession]:
    refusals = Refusals(rows.clock, rows.metrics)
    hook = Webhook("https://bot.example/telegram/hook", SecretStr(SECRET), rows.take, refusals)
    server = WebServer("127.0.0.1", 0, hook.routes(), middlewares=[hook.middleware])
    await server.start()
    try:
        async with aiohttp.ClientSession(server.url) as session:
            yield session
    finally:
        await server.stop()


async def test_an_update_with_the_secret_is_written_down() -> None:
    rows = Rows()
    async with served(rows) as session:
        headers = {SECRET_HEADER: SECRET}
        async with session.post("/telegram/hook", json=UPDATE, headers=headers) as response:
            assert response.status == 200
    assert rows.taken == [UPDATE]


@pytest.mark.parametrize(
    "headers", [{}, {SECRET_HEADER: ""}, {SECRET_HEADER: "wrong"}, {SECRET_HEADER: SECRET + "x"}]
)
async def test_without_the_secret_there_is_401_without_a_body(headers: dict[str, str]) -> None:
    rows = Rows()
    async with (
        served(rows) as session,
        session.post("/telegram/hook", json=UPDATE, headers=headers) as response,
    ):
        assert response.status == 401
        assert await response.read() == b""
    assert rows.taken == []


async def test_a_body_that_is_too_large_is_put_aside_and_not_asked_for_again() -> None:
    rows = Rows()
    headers = {SECRET_HEADER: SECRET}
    async with served(rows) as session:
        body = io.BytesIO(b'{"update_id":7,"x":"' + b"x" * (MAX_BODY + 1))
        async with session.post("/telegram/hook", data=body, headers=headers) as response:
            assert response.status == 200
    assert rows.taken == [Broken(7)]


async def test_a_large_body_without_a_length_is_cut_off() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * (MAX_BODY // 32)

    rows = Rows()
    headers = {SECRET_HEADER: SECRET}
    async with (
        served(rows) as session,
        session.post("/telegram/hook", data=pieces(), headers=headers) as response,
    ):
        assert response.status == 200
    assert rows.taken == [Broken(None)]


@pytest.mark.parametrize(
    ("body", "number"),
    [(b"", None), (b"{", None), (b"[1]", None), (b'"text"', None), (b'{"update_id":7,"m', 7)],
)
async def test_what_is_no_update_is_put_aside_and_not_asked_for_again(
    body: bytes, number: int | None
) -> None:
    rows = Rows()
    async with served(rows) as session:
        headers = {SECRET_HEADER: SECRET}
        async with session.post("/telegram/hook", data=body, headers=headers) as response:
            assert response.status == 200
    assert rows.taken == [Broken(number)]


async def test_telegram_is_asked_to_come_again_when_nothing_can_be_written() -> None:
    rows = Rows()
    rows.broken = True
    async with served(rows) as session:
        headers = {SECRET_HEADER: SECRET}
        async with session.post("/telegram/hook", json=UPDATE, headers=headers) as response:
            assert response.status == 503


@pytest.mark.parametrize(
    ("method", "path", "status", "reason"),
    [
        ("GET", "/telegram/hook", 405, "wrong method"),
        ("PUT", "/telegram/hook", 405, "wrong method"),
        ("POST", "/", 404, "wrong path"),
        ("POST", "/telegram/hook/more", 404, "wrong path"),
    ],
)
async def test_only_post_and_only_one_path(
    method: str, path: str, status: int, reason: str
) -> None:
    rows = Rows()
    async with served(rows) as session:
        headers = {SECRET_HEADER: SECRET}
        async with session.request(method, path, json=UPDATE, headers=headers) as response:
            assert response.status == status
    assert rows.taken == []
    assert refused(rows) == {reason: 1}


async def test_neither_body_nor_secret_reach_the_log() -> None:
    rows = Rows()
    rows.broken = True
    with captured() as log:
        async with served(rows) as session:
            for secret in (SECRET, "another-secret"):
                headers = {SECRET_HEADER: secret}
                async with session.post("/telegram/hook", json=UPDATE, headers=headers):
                    pass
    for word in ("my story", SECRET, "another-secret"):
        assert word not in log.getvalue()
    assert "could not be written down" in log.getvalue()
    assert "Traceback" not in log.getvalue()


def refused(rows: Rows) -> dict[str, float]:
    """The metric by reason."""
    (family,) = rows.metrics.webhook_refused.collect()
    counted = (one for one in family.samples if one.name.endswith("_total"))
    return {one.labels["reason"]: one.value for one in counted}


async def test_every_refused_call_is_counted_and_a_line_a_minute_says_so() -> None:
    rows = Rows()
    async with served(rows) as session:

        async def call(headers: dict[str, str]) -> int:
            async with session.post("/telegram/hook", json=UPDATE, headers=headers) as response:
                return response.status

        with captured("INFO") as log:
            for _ in range(40):
                assert await call({SECRET_HEADER: "a-guess-of-mine"}) == 401
            assert await call({}) == 401
            rows.clock.move(EVERY_S)
            assert await call({SECRET_HEADER: "a-guess-of-mine"}) == 401
            rows.broken = True
            assert await call({SECRET_HEADER: SECRET}) == 503
    assert refused(rows) == {"wrong secret": 41, "no secret": 1, "not written down": 1}
    lines = [line for line in log.getvalue().splitlines() if "webhook calls were refused" in line]
    said = [dict(part.split("=") for part in line.split() if "=" in part) for line in lines]
    assert [one["times"] for one in said] == ["1", "1", "40", "1"]
    for secret in ("a-guess-of-mine", SECRET, "my story"):
        assert secret not in log.getvalue()
