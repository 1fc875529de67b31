"""One statement for many rows, without SQLAlchemy's work per row where that can be had."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import CursorResult, Dialect, Insert, LargeBinary, Select, Table, Update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine

from bot.store.tables import Executor, is_sqlite

Getter: TypeAlias = Callable[[tuple[Any, ...]], Any]


class Compiled(NamedTuple):
    """A statement as the driver takes it, and how each of its parameters is had from a row."""

    text: str
    getters: list[Getter]


class Many:
    """An UPDATE or INSERT and the names of the values that each row brings, in the rows' order.

    Building a dict of parameters per row costs SQLAlchemy more than SQLite needs for the update;
    on SQLite the statement is compiled once and rows go to the driver as tuples. Of a single row
    that is worth it, too, where every fraction of a millisecond counts.
    """

    def __init__(self, statement: Update | Insert, *names: str) -> None:
        self._statement = statement
        self._names = names
        self._compiled: Compiled | None = None

    async def run(self, session: Executor, rows: Sequence[tuple[Any, ...]]) -> int:
        """Run it for all rows; how many rows changed (-1 where the driver does not tell)."""
        if not rows:
            return 0
        result: CursorResult[Any]
        if is_sqlite(session) and not isinstance(session, AsyncSession):
            text, getters = self._compiled or self._compile(session)
            arranged = [tuple([get(row) for get in getters]) for row in rows]
            result = await session.exec_driver_sql(text, arranged)
        else:
            named = [dict(zip(self._names, row, strict=True)) for row in rows]
            result = await session.execute(self._statement, named)  # type: ignore[assignment]
        return result.rowcount

    def _compile(self, session: Any) -> Compiled:
        dialect = session.dialect
        compiled = self._statement.compile(dialect=dialect, column_keys=[])
        fixed = compiled.params
        getters = [
            _getter(self._names.index(name), compiled.binds[name].type, dialect)
            if name in self._names
            else _constant(fixed[name])
            for name in compiled.positiontup or ()
        ]
        self._compiled = Compiled(compiled.string, getters)
        return self._compiled


def _constant(value: Any) -> Getter:
    return lambda _row: value


def _getter(index: int, kind: TypeEngine[Any], dialect: Dialect) -> Getter:
    process = kind.dialect_impl(dialect).bind_processor(dialect)
    # Bytes are what the driver wants; wrapping them as SQLAlchemy does takes longer than writing.
    if process is None or isinstance(kind, LargeBinary):
        return itemgetter(index)
    return lambda row: process(row[index])


class Filling:
    """INSERT … SELECT … ON CONFLICT DO NOTHING; ``names`` are the values that a run brings."""

    def __init__(
        self, table: Table, columns: Sequence[str], rows: Select[Any], *names: str
    ) -> None:
        made = (sqlite_insert(table), postgres_insert(table))
        self._names = names
        self._sqlite, self._postgres = (
            Many(one.from_select(list(columns), rows).on_conflict_do_nothing(), *names)
            for one in made
        )

    async def run(self, session: Executor, values: Mapping[str, Any]) -> int:
        """Run it; how many rows are new."""
        many = self._sqlite if is_sqlite(session) else self._postgres
        return await many.run(session, [tuple(values[name] for name in self._names)])
