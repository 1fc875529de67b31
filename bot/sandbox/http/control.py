"""Control calls: their JSON bodies, read strictly enough to point out a mistake in a test."""

from typing import Any, TypeVar

import orjson
from aiohttp import web

from bot.sandbox.model.errors import ControlError

T = TypeVar("T")


class Body:
    """The JSON object of a control call; every method raises ControlError 400 in plain words."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields = fields

    def required(self, name: str, kind: type[T]) -> T:
        """The field, of this type."""
        if name not in self.fields:
            raise ControlError(f"{name} is missing")
        return _typed(name, self.fields[name], kind)

    def optional(self, name: str, kind: type[T], default: T) -> T:
        """The field, or `default` when it is absent or null."""
        value = self.fields.get(name)
        return default if value is None else _typed(name, value, kind)

    def maybe(self, name: str, kind: type[T]) -> T | None:
        """The field, or None when it is absent or null."""
        value = self.fields.get(name)
        return None if value is None else _typed(name, value, kind)


def _typed(name: str, value: Any, kind: type[T]) -> T:
    if kind is float and isinstance(value, int):
        value = float(value)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ControlError(f"{name} must be {kind.__name__}, not {value!r}")
    return value


async def read_body(request: web.Request) -> Body:
    """The body as an object; ControlError 400 when it is none."""
    try:
        fields = orjson.loads(await request.read() or b"{}")
    except orjson.JSONDecodeError as error:
        raise ControlError(f"the body is not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise ControlError("the body must be a JSON object")
    return Body(fields)


def number(request: web.Request, name: str, default: float) -> float:
    """A number of the query string; ControlError 400 when it is none."""
    given = request.query.get(name, default)
    try:
        return float(given)
    except ValueError as error:
        raise ControlError(f"{name} must be a number, not {given!r}") from error
