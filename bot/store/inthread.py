"""Runs a whole SQLite transaction in one trip to a thread, instead of a trip per statement.

SQLAlchemy's asynchronous SQLite hands every statement, fetch and close to a thread of its own;
for a transaction of ten statements that costs more than the statements. The query functions are
the same here: they await an object that has the answer at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import (
    URL,
    Connection,
    Dialect,
    Engine,
    Executable,
    create_engine,
    event,
)
from sqlalchemy.pool import QueuePool

T = TypeVar("T")


class InThread:
    """Looks like an asynchronous connection, but never waits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def dialect(self) -> Dialect:
        return self._connection.dialect

    async def execute(self, statement: Executable, parameters: Any = None) -> Any:
        return self._connection.execute(statement, parameters)

    async def exec_driver_sql(self, statement: str, parameters: Sequence[tuple[Any, ...]]) -> Any:
        return self._connection.exec_driver_sql(statement, list(parameters))


class Transactions:
    """Runs transactions one after the other in a thread of its own."""

    def __init__(self, url: URL, settle: Callable[[Any], None], begin: str) -> None:
        self._engine = _engine(url, settle, begin)
        self._closed = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-transactions")

    async def run(self, work: Callable[[InThread], Coroutine[Any, Any, T]]) -> T:
        """Run ``work`` in a transaction that commits when it returns.

        Raises:
            RuntimeError: ``work`` waited for something else than its statements.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._run, work)

    def _run(self, work: Callable[[InThread], Coroutine[Any, Any, T]]) -> T:
        with self._engine.begin() as connection:
            return _finish(work(InThread(connection)))

    async def close(self) -> None:
        """Close the connection and end the thread."""
        if not self._closed:
            self._closed = True
            await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
            self._thread.shutdown()


def _finish(work: Coroutine[Any, Any, T]) -> T:
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    work.close()
    raise RuntimeError("a transaction must wait for nothing but its statements")


def _engine(url: URL, settle: Callable[[Any], None], begin: str) -> Engine:
    engine = create_engine(
        url.set(drivername="sqlite"),
        connect_args={"isolation_level": None, "check_same_thread": False},
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
    )

    @event.listens_for(engine, "connect")
    def _settle(connection: Any, _record: Any) -> None:
        settle(connection)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
