"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, LargeBinary
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

# A rowid alias must be called INTEGER on SQLite; it holds 64 bits there anyway.
BigId = BigInteger().with_variant(Integer(), "sqlite")


def to_microseconds(instant: datetime) -> int:
    """Microseconds since 1970 in UTC.

    Raises:
        ValueError: the instant is naive, so nobody knows when it is.
    """
    if instant.tzinfo is None:
        raise ValueError("a naive datetime cannot be stored")
    return (instant - EPOCH) // MICROSECOND


def from_microseconds(value: int) -> datetime:
    """The aware UTC instant of so many microseconds since 1970."""
    return EPOCH + value * MICROSECOND


class UTCDateTime(TypeDecorator[datetime]):
    """An instant. Microseconds since 1970 on SQLite, ``timestamptz`` on PostgreSQL.

    SQLite keeps aware datetimes as text of whatever zone came in and hands them back naive, so
    comparing goes wrong; a whole number orders, indexes and adds rightly.
    """

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        microseconds = to_microseconds(value)
        return microseconds if dialect.name == "sqlite" else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if dialect.name == "sqlite":
            return from_microseconds(value)
        instant: datetime = value
        return instant.astimezone(UTC)


def set_to_bytes(numbers: int) -> bytes:
    """A bitmap over small numbers as it is stored, lowest numbers first."""
    return numbers.to_bytes((numbers.bit_length() + 7) // 8, "little")


def set_from_bytes(stored: bytes) -> int:
    """A stored bitmap as a whole number."""
    return int.from_bytes(stored, "little")


class NumberSet(TypeDecorator[int]):
    """A set of small numbers, as a whole number that has their bits: bytes in the database."""

    impl = LargeBinary
    cache_ok = True

    @property
    def python_type(self) -> type[int]:
        return int

    def process_bind_param(self, value: int | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        return None if value is None else set_to_bytes(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else set_from_bytes(value)


class plus_microseconds(FunctionElement[datetime]):  # noqa: N801 (reads like the SQL function it is)
    """``plus_microseconds(instant, amount)``: an instant moved by a whole amount, in SQL."""

    type = UTCDateTime()
    inherit_cache = True
    name = "plus_microseconds"


@compiles(plus_microseconds, "sqlite")
def _plus_on_sqlite(element: plus_microseconds, compiler: SQLCompiler, **kw: Any) -> str:
    instant, amount = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"({instant} + ({amount}))"


@compiles(plus_microseconds, "postgresql")
def _plus_on_postgresql(element: plus_microseconds, compiler: SQLCompiler, **kw: Any) -> str:
    instant, amount = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"({instant} + ({amount}) * INTERVAL '1 microsecond')"


class seconds_between(FunctionElement[float]):  # noqa: N801
    """``seconds_between(earlier, later)``: seconds from one instant to another, in SQL."""

    inherit_cache = True
    name = "seconds_between"


@compiles(seconds_between, "sqlite")
def _between_on_sqlite(element: seconds_between, compiler: SQLCompiler, **kw: Any) -> str:
    earlier, later = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"(({later} - {earlier}) / 1000000.0)"


@compiles(seconds_between, "postgresql")
def _between_on_postgresql(element: seconds_between, compiler: SQLCompiler, **kw: Any) -> str:
    earlier, later = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"CAST(EXTRACT(EPOCH FROM ({later} - {earlier})) AS DOUBLE PRECISION)"


class start_of_step(FunctionElement[datetime]):  # noqa: N801
    """``start_of_step(instant, first, step)``: where the step begins that it lies in, in SQL.

    Steps are so many microseconds long, one after the other from ``first`` on.
    """

    type = UTCDateTime()
    inherit_cache = True
    name = "start_of_step"


@compiles(start_of_step, "sqlite")
def _step_on_sqlite(element: start_of_step, compiler: SQLCompiler, **kw: Any) -> str:
    instant, first, step = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"({instant} - ({instant} - {first}) % {step})"


@compiles(start_of_step, "postgresql")
def _step_on_postgresql(element: start_of_step, compiler: SQLCompiler, **kw: Any) -> str:
    instant, first, step = (compiler.process(clause, **kw) for clause in element.clauses)
    passed = f"CAST(EXTRACT(EPOCH FROM ({instant} - {first})) AS DOUBLE PRECISION) * 1000000"
    return f"({first} + floor({passed} / {step}) * {step} * INTERVAL '1 microsecond')"


def one_of(column: str, *values: str) -> str:
    """The text of a CHECK that ``column`` holds one of ``values``, the likeliest first.

    SQLite builds a table for IN at every row, which made planning a quarter slower.
    """
    return " OR ".join(f"{column} = '{value}'" for value in values)
