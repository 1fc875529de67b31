from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from theatre import Person, Theatre, open_theatre


@pytest.fixture
async def theatre(tmp_path: Path) -> AsyncIterator[Theatre]:
    async with open_theatre(tmp_path) as stage:
        yield stage


@pytest.fixture
async def reader(theatre: Theatre) -> Person:
    return await theatre.reader()


@pytest.fixture
async def newcomer(theatre: Theatre) -> Person:
    return await theatre.person()


@pytest.fixture
async def admin(theatre: Theatre) -> Person:
    return await theatre.admin()


@pytest.fixture
def unused_tcp_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
