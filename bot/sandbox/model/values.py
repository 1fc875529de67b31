"""Single values of a call: text from a form or native from JSON, brought to their type."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import orjson

_INTEGER: Final = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_TRUE: Final = {"true", "yes", "1", "t", "y"}
_FALSE: Final = {"false", "no", "0", "", "f", "n"}


class MismatchError(Exception):
    """A value that is not of the declared type; the text is Telegram's."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file sent along with the call."""

    name: str
    content_type: str
    data: bytes


def from_json(value: Any) -> Any:
    """A JSON text decoded; anything else as it is."""
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise MismatchError("not JSON") from error


def as_integer(value: Any) -> int:
    """A whole number, or its digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        return int(value)
    raise MismatchError("expected an Integer")


def as_float(value: Any) -> float:
    """A finite number, or its digits."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    try:
        number = float(value) if isinstance(value, str) else float("nan")
    except ValueError as error:
        raise MismatchError("expected a Float") from error
    if not abs(number) < float("inf"):
        raise MismatchError("expected a Float")
    return number


def as_boolean(value: Any) -> bool:
    """True or false, as JSON has them."""
    if isinstance(value, bool):
        return value
    raise MismatchError("expected a Boolean")


def as_flag(value: Any) -> bool:
    """A Boolean, or the words by which a form expresses one."""
    if isinstance(value, bool):
        return value
    spoken = str(value).strip().lower() if isinstance(value, str | int) else None
    if spoken not in _TRUE | _FALSE:
        raise MismatchError("expected a Boolean")
    return spoken in _TRUE


def as_string(value: Any) -> str:
    """Text."""
    if isinstance(value, str):
        return value
    raise MismatchError("expected a String")


def as_text(value: Any) -> str:
    """Text, or a number in its place."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return as_string(value)


def as_file(value: Any) -> Upload:
    """A file that came with the call."""
    if isinstance(value, Upload):
        return value
    raise MismatchError("file must be uploaded")


NATIVE: Final[dict[str, Callable[[Any], Any]]] = {
    "Integer": as_integer,
    "Float": as_float,
    "Boolean": as_boolean,
    "String": as_string,
    "InputFile": as_file,
}
GIVEN: Final = NATIVE | {"Boolean": as_flag, "String": as_text}
