"""The tables as SQLAlchemy's core sees them, and what every query module shares."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any, TypeAlias, TypeVar, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    CursorResult,
    Executable,
    Result,
    String,
    literal_column,
)
from sqlalchemy import Table as CoreTable
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

import bot.store.admin_models
import bot.store.outbox_models  # noqa: F401 (their tables must be known)
from bot.store.inthread import InThread
from bot.store.models import Table

R = TypeVar("R", bound=Table)
N = TypeVar("N", bound=tuple[Any, ...])
Executor: TypeAlias = AsyncSession | AsyncConnection | InThread

_known = Table.metadata.tables
subscriber: CoreTable = _known["subscriber"]
rotation: CoreTable = _known["rotation"]
slot: CoreTable = _known["slot"]
subscription: CoreTable = _known["subscription"]
delivery: CoreTable = _known["delivery"]
broadcast: CoreTable = _known["broadcast"]
broadcast_tally: CoreTable = _known["broadcast_tally"]
saved: CoreTable = _known["saved"]
tip_vote: CoreTable = _known["tip_vote"]
tip_tally: CoreTable = _known["tip_tally"]
answer_vote: CoreTable = _known["answer_vote"]
miss: CoreTable = _known["miss"]
inbox: CoreTable = _known["inbox"]
heartbeat: CoreTable = _known["heartbeat"]
flood_wait: CoreTable = _known["flood_wait"]
counter: CoreTable = _known["counter"]
segment: CoreTable = _known["segment"]
listed: CoreTable = _known["listed"]
admin: CoreTable = _known["admin"]
invitation: CoreTable = _known["invitation"]
dialogue: CoreTable = _known["dialogue"]
audit: CoreTable = _known["audit"]
login: CoreTable = _known["login"]
question: CoreTable = _known["question"]
withdrawn_tip: CoreTable = _known["withdrawn_tip"]


def columns_of(table: type[Table], read: type[Table]) -> list[Column[Any]]:
    """The columns of ``table`` that the value ``read`` has."""
    columns = Table.metadata.tables[str(table.__tablename__)].c
    return [columns[name] for name in read.model_fields if name in columns]


def _maker(read: type[R]) -> Callable[..., R]:
    return read.model_construct  # type: ignore[return-value]


def read_all(read: type[R], found: Result[Any]) -> list[R]:
    """A value for each row that was found, by the names of the columns.

    As with rows of SQLModel nothing is validated, lest one odd row keep all others from being
    read.
    """
    names, make = tuple(found.keys()), _maker(read)
    return [make(**dict(zip(names, row, strict=False))) for row in found.all()]


def read_tuples(kind: type[N], found: Result[Any]) -> list[N]:
    """A named tuple for each row that was found, by the names of the columns."""
    names, shape = tuple(found.keys()), cast("Any", kind)
    in_order = itemgetter(*(names.index(field) for field in shape._fields))
    return [shape._make(in_order(row)) for row in found.all()]


def read_one(read: type[R], found: Result[Any]) -> R | None:
    """The value of the first row, if one was found."""
    row = found.mappings().first()
    return None if row is None else _maker(read)(**row)


def pairs(found: Result[Any, Any]) -> dict[Any, Any]:
    """Of rows of two columns, the second by the first."""
    return {row[0]: row[1] for row in found.all()}


def rows_in(state: str) -> ColumnElement[bool]:
    """That a delivery is ``queued`` or ``leased``, written so that the partial indexes serve it.

    As a parameter SQLite would not see that they hold all that is asked for.
    """
    return delivery.c.state == literal_column(f"'{state}'", String)


def is_sqlite(session: Executor) -> bool:
    """Which of the two dialects a statement must speak."""
    if isinstance(session, AsyncSession):
        return session.get_bind().dialect.name == "sqlite"
    return session.dialect.name == "sqlite"


def insert_into(
    session: Executor, table: CoreTable | type[Table]
) -> SqliteInsert | PostgresInsert:
    """An INSERT that knows ON CONFLICT, in the session's dialect."""
    return sqlite_insert(table) if is_sqlite(session) else postgres_insert(table)


async def affected(session: Executor, statement: Executable) -> int:
    """Run a change and tell how many rows it touched."""
    result: Any = await session.execute(statement)
    if not isinstance(result, CursorResult):
        raise TypeError("only changes have a row count")
    return result.rowcount
