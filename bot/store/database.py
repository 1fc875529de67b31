"""The engine, and the two ways to use it: readers share, writers begin at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias, TypeVar, overload

from sqlalchemy import URL, Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from bot.database_url import read_address, shown
from bot.store.inthread import Transactions
from bot.store.postgres import exchange_limit, make_postgres_engine
from bot.store.tables import Executor

BEGIN = "gutskin_begin"
BUSY_SECONDS = 10
PRAGMAS = (
    f"busy_timeout={BUSY_SECONDS * 1000}",
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "journal_size_limit=67108864",
    "secure_delete=ON",  # what is erased is overwritten, pages that become free included
    "cache_size=-4096",
    "wal_autocheckpoint=4000",  # pages, 16 MB: a busy hour writes the same ones again and again
)
T = TypeVar("T")
Work: TypeAlias = Callable[[Executor], Coroutine[Any, Any, T]]
"""What is done in a transaction: it awaits query functions and nothing else."""


def make_engine(
    url: URL, *, foreign_keys: bool = True, pool_size: int = 5, limited: bool = True
) -> AsyncEngine:
    """An engine whose every connection has the right settings and honest transactions.

    On PostgreSQL a statement is given up after some seconds, unless ``limited`` is false.
    """
    if url.get_backend_name() != "sqlite":
        return make_postgres_engine(url, pool_size=pool_size, limited=limited)
    _private_file(Path(str(url.database)))
    # The driver's own transactions begin too late (at the first write) and lose updates.
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        connect_args={"isolation_level": None},
        hide_parameters=True,  # an error's text would hold chat numbers and settings
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _settle(connection: DBAPIConnection, _record: Any) -> None:
        settle(connection, foreign_keys=foreign_keys)

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get(BEGIN, "BEGIN"))

    return engine


def settle(connection: Any, *, foreign_keys: bool = True) -> None:
    """What every SQLite connection needs; a pragma reaches only the connection it is given to."""
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
    cursor.close()


def _private_file(path: Path) -> None:
    # Subscribers' settings are nobody else's business on a shared machine.
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)


class Database:
    """The database, opened once by the app and handed to whoever needs it.

    On PostgreSQL whatever is asked of it ends within some seconds, with ``TimeoutError`` where
    nobody answers; the next time finds a new connection.
    """

    def __init__(self, engine: AsyncEngine, address: str, limit: float | None = None) -> None:
        self.engine = engine
        self.address = address
        """Driver, host and name, which may be shown."""
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._limit = limit  # seconds for one exchange with a server; None: it is a file
        self._writer = engine.execution_options(**{BEGIN: "BEGIN IMMEDIATE"})
        # SQLite has one writer; waiting here is fair and wakes at once, its polling is neither.
        self._turn: asyncio.Lock | None = asyncio.Lock() if self.is_sqlite else None
        self._transactions = self._looks = None
        if self.is_sqlite:
            self._transactions = Transactions(engine.url, settle, "BEGIN IMMEDIATE")
            self._looks = Transactions(engine.url, settle, "BEGIN")

    @classmethod
    async def open(cls, url: str | URL) -> Database:
        """Open ``url`` (made if it is a SQLite file that does not exist). No migration is run.

        Raises:
            ValueError: neither SQLite in a file nor PostgreSQL.
            sqlalchemy.exc.DBAPIError, OSError: it cannot be opened.
        """
        found = read_address(url)
        db = cls(make_engine(found), shown(found), exchange_limit(found))
        try:
            async with db.engine.connect():
                return db
        except BaseException:
            await db.close()
            raise

    @overload
    def read(self) -> AbstractAsyncContextManager[AsyncSession]: ...

    @overload
    def read(self, work: Work[T]) -> Coroutine[Any, Any, T]: ...

    def read(self, work: Work[T] | None = None) -> Any:
        """Look at what is there; on SQLite no writer is waited for.

        ``async with db.read() as session`` gives a session to look with. ``await db.read(work)``
        runs ``work``, which awaits query functions and nothing else, in a transaction, and costs
        least: on SQLite it takes a single trip to another thread.
        """
        return self._reading() if work is None else self._read(work)

    @overload
    def write(self) -> AbstractAsyncContextManager[AsyncSession]: ...

    @overload
    def write(self, work: Work[T]) -> Coroutine[Any, Any, T]: ...

    def write(self, work: Work[T] | None = None) -> Any:
        """Change what is there, in a transaction; on SQLite one writer goes after the other.

        ``async with db.write() as session`` gives a session that commits on leaving: never await
        the network inside. ``await db.write(work)`` runs ``work`` as :meth:`read` does.
        """
        return self._writing() if work is None else self._write(work)

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncSession]:
        async with (
            asyncio.timeout(self._limit),
            AsyncSession(self.engine, expire_on_commit=False, autoflush=False) as session,
        ):
            yield session

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncSession]:
        if self._turn is None:
            async with self._session() as session:
                yield session
        else:
            async with self._turn, self._session() as session:
                yield session

    async def _write(self, work: Work[T]) -> T:
        if self._turn is None or self._transactions is None:
            async with asyncio.timeout(self._limit), self._writer.begin() as connection:
                return await work(connection)
        async with self._turn:
            return await self._transactions.run(work)

    async def _read(self, work: Work[T]) -> T:
        if self._looks is not None:
            return await self._looks.run(work)
        async with asyncio.timeout(self._limit), self.engine.connect() as connection:
            return await work(connection)

    async def empty_log(self) -> bool:
        """Fold SQLite's write-ahead log into the file and empty it; whether that could be done.

        What was erased stands in the log until it is written over. Whoever is reading meanwhile
        keeps it from being emptied; nobody is made to wait.
        """
        if self._turn is None:
            return True
        async with self._turn, self.engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            await (await driver.execute("PRAGMA busy_timeout=0")).close()
            try:
                async with driver.execute("PRAGMA wal_checkpoint(TRUNCATE)") as cursor:
                    busy = (await cursor.fetchone())[0]
            finally:
                again = f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}"
                await (await driver.execute(again)).close()
        return not busy

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[AsyncSession]:
        async with (
            asyncio.timeout(self._limit),
            AsyncSession(self._writer, expire_on_commit=False, autoflush=False) as session,
            session.begin(),
        ):
            yield session

    async def close(self) -> None:
        """Close every connection; driver threads end with them."""
        for threads in (self._transactions, self._looks):
            if threads is not None:
                await threads.close()
        await self.engine.dispose()
