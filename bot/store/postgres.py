"""Connections to PostgreSQL that notice when nobody answers any more.

A network that drops packets without a word resets nothing: whoever waits for an answer would wait
for as long as the kernel likes. So each statement has a limit, each connection asks the other
side for a sign of life, and the server gives up a transaction that we were cut off from, whose
locks would otherwise hold up the next one.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

import asyncpg
from sqlalchemy import URL, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.database_url import POSTGRESQL, driver_arguments

CONNECT_S = 10.0
STATEMENT_S = 15.0
LOST_TRANSACTION_S = 30  # how long the server keeps the locks of one that says nothing more
# Seconds of silence before the first sign of life is asked for, between two, and how many.
KEEPALIVE: Mapping[str, int] = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3}
UNACKNOWLEDGED_MS = 20_000  # what was sent and not even received for so long was sent to nobody
SET_ON_CONNECT = (
    f"SELECT set_config('idle_in_transaction_session_timeout', '{LOST_TRANSACTION_S}s', false)"
)


class _WatchedConnection(asyncpg.Connection):  # type: ignore[misc]
    """A connection whose socket asks for signs of life."""

    __slots__ = ()

    def __init__(self, protocol: Any, transport: Any, *more: Any) -> None:
        super().__init__(protocol, transport, *more)
        _watch(transport.get_extra_info("socket"))


def _watch(sock: Any) -> None:
    if sock.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    options = {**KEEPALIVE, "TCP_USER_TIMEOUT": UNACKNOWLEDGED_MS}
    for name, value in options.items():
        if hasattr(socket, name):  # not every system has all of them
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def exchange_limit(url: URL) -> float | None:
    """Seconds that a whole transaction may take: some statements, and being rid of it."""
    if url.get_backend_name() == "sqlite":
        return None
    statement: float = driver_arguments(url).get("command_timeout", STATEMENT_S)
    return 2 * statement


def make_postgres_engine(url: URL, *, pool_size: int, limited: bool) -> AsyncEngine:
    """An engine for ``url``; with ``limited`` false a statement may take as long as it needs.

    What the address holds goes to the driver alone: no engine, pool or error shows it.
    """
    limits = {"timeout": CONNECT_S, "command_timeout": STATEMENT_S if limited else None}
    arguments = {**limits, **driver_arguments(url), "connection_class": _WatchedConnection}
    engine = create_async_engine(
        URL.create(POSTGRESQL),
        pool_size=pool_size,
        pool_pre_ping=True,
        connect_args=arguments,
        hide_parameters=True,
    )
    if limited:
        event.listen(engine.sync_engine, "connect", _settle)
    return engine


def _settle(connection: DBAPIConnection, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(SET_ON_CONNECT)
    cursor.close()
    connection.commit()  # a setting goes with the transaction that made it
