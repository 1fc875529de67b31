"""One statement for many rows, without SQLAlchemy's work per row where that can be had."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import CursorResult, Insert, Update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.tables import Executor, is_sqlite
from bot.store.types import UTCDateTime, to_microseconds


class Many:
    """An UPDATE or INSERT and the names of the values that each row brings, in the rows' order.

    Building a dict of parameters per row costs SQLAlchemy more than SQLite needs for the update;
    on SQLite the statement is compiled once and rows go to the driver as tuples.
    """

    def __init__(self, statement: Update | Insert, *names: str) -> None:
        self._statement = statement
        self._names = names
        self._compiled: tuple[str, list[tuple[int, Any]], set[int]] | None = None

    async def run(self, session: Executor, rows: Sequence[tuple[Any, ...]]) -> int:
        """Run it for all rows; how many rows changed (-1 where the driver does not tell)."""
        if not rows:
            return 0
        result: CursorResult[Any]
        if is_sqlite(session) and not isinstance(session, AsyncSession):
            text, order, instants = self._compiled or self._compile(session)
            result = await session.exec_driver_sql(text, _arranged(rows, order, instants))
        else:
            named = [dict(zip(self._names, row, strict=True)) for row in rows]
            result = await session.execute(self._statement, named)  # type: ignore[assignment]
        return result.rowcount

    def _compile(self, session: Any) -> tuple[str, list[tuple[int, Any]], set[int]]:
        compiled = self._statement.compile(dialect=session.dialect, column_keys=[])
        fixed = compiled.params
        order = [
            (self._names.index(name), None) if name in self._names else (-1, fixed[name])
            for name in compiled.positiontup or ()
        ]
        instants = {
            index
            for index, name in enumerate(self._names)
            if isinstance(compiled.binds[name].type, UTCDateTime)
        }
        self._compiled = (compiled.string, order, instants)
        return self._compiled


def _arranged(
    rows: Sequence[tuple[Any, ...]], order: list[tuple[int, Any]], instants: set[int]
) -> list[tuple[Any, ...]]:
    getters: list[Callable[[tuple[Any, ...]], Any]] = [
        _getter(index, fixed, instant=index in instants) for index, fixed in order
    ]
    return [tuple([get(row) for get in getters]) for row in rows]


def _getter(index: int, fixed: Any, *, instant: bool) -> Callable[[tuple[Any, ...]], Any]:
    if index < 0:
        return lambda _row: fixed
    if instant:
        return lambda row: None if row[index] is None else to_microseconds(row[index])
    return lambda row: row[index]
