"""One statement for many rows, without SQLAlchemy's work per row where that can be had."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias, cast

from sqlalchemy import CursorResult, Dialect, Insert, LargeBinary, Select, Table, Update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine

from bot.store.tables import Executor, is_sqlite

Row: TypeAlias = tuple[Any, ...]
Arrange: TypeAlias = Callable[[Row], Row]
Binder: TypeAlias = Callable[[Any], Any]


class Compiled(NamedTuple):
    """A statement as the driver takes it, and what puts a row's values into its order."""

    text: str
    arrange: Arrange


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
            text, arrange = self._compiled or self._compile(session)
            result = await session.exec_driver_sql(text, list(map(arrange, rows)))
        else:
            named = [dict(zip(self._names, row, strict=True)) for row in rows]
            result = await session.execute(self._statement, named)  # type: ignore[assignment]
        return result.rowcount

    def _compile(self, session: Any) -> Compiled:
        dialect = session.dialect
        compiled = self._statement.compile(dialect=dialect, column_keys=[])
        names = compiled.positiontup or ()
        places = [self._names.index(name) if name in self._names else None for name in names]
        binders = [_binder(compiled.binds[name].type, dialect) for name in names]
        if not any(binders) and None not in places and len(places) > 1:
            arrange: Arrange = itemgetter(*cast("list[int]", places))
        else:
            fixed = [compiled.params[name] for name in names]
            arrange = _arranging(list(zip(places, binders, fixed, strict=True)))
        self._compiled = Compiled(compiled.string, arrange)
        return self._compiled


def _arranging(parameters: Sequence[tuple[int | None, Binder | None, Any]]) -> Arrange:
    getters = [_getter(*parameter) for parameter in parameters]
    return lambda row: tuple([get(row) for get in getters])


def _getter(place: int | None, bind: Binder | None, fixed: Any) -> Callable[[Row], Any]:
    if place is None:
        return lambda _row: fixed
    return itemgetter(place) if bind is None else lambda row: bind(row[place])


def _binder(kind: TypeEngine[Any], dialect: Dialect) -> Binder | None:
    """What makes of a value what the driver takes; None where that is the value itself.

    Bytes are; wrapping them as SQLAlchemy does takes longer than writing them.
    """
    return (
        None
        if isinstance(kind, LargeBinary)
        else kind.dialect_impl(dialect).bind_processor(dialect)
    )


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
