"""The parameter table of the Bot API, and the check of a call against it.

The table (botapi.json) is generated data. Values arrive as text (forms) or native (JSON); both are
brought to the declared type. Numbers outside a range are moved to its border and parameters that
the table does not know are left out, as Telegram does; everything else is refused.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from bot.sandbox.model.errors import QUERY_TOO_OLD, ApiError, bad_request
from bot.sandbox.model.values import GIVEN, NATIVE, MismatchError, from_json

# Left to the check of keyboards, which has words of its own.
_MARKUPS: Final = {
    "InlineKeyboardMarkup",
    "ReplyKeyboardMarkup",
    "ReplyKeyboardRemove",
    "ForceReply",
}
_TOO_MANY: Final = {
    "message_ids": "too many message identifiers specified",
    "commands": "BOT_COMMANDS_TOO_MUCH",
}
# How Telegram words the absence of what a method cannot do without.
_ABSENT: Final = {
    "chat_id": "chat_id is empty",
    "from_chat_id": "chat_id is empty",
    "message_id": "message identifier is not specified",
    "message_ids": "message identifiers are not specified",
    "user_id": "invalid user_id specified",
    "text": "message text is empty",
    "action": "wrong parameter action in request",
    "latitude": "latitude is empty",
    "longitude": "longitude is empty",
    "callback_query_id": QUERY_TOO_OLD,
    "inline_query_id": QUERY_TOO_OLD,
    "file_id": "file_id not specified",
    **{
        kind: f"there is no {kind.replace('_', ' ')} in the request"
        for kind in (
            "animation", "audio", "document", "photo", "sticker", "video", "video_note", "voice",
        )
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Slot:
    """A parameter of a method or a field of a type."""

    name: str
    types: tuple[str, ...]
    required: bool
    limits: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Method:
    """A method: its parameters by name, and the types it may return."""

    name: str
    returns: tuple[str, ...]
    parameters: Mapping[str, Slot]


@dataclass(frozen=True, slots=True)
class ObjectType:
    """A type of the API: its fields, or the types it stands for."""

    name: str
    fields: Mapping[str, Slot]
    members: tuple[str, ...]


@cache
def load_table() -> "Table":
    """The table that ships with the sandbox."""
    return Table(json.loads(files("bot.sandbox").joinpath("botapi.json").read_text("utf-8")))


class Table:
    """Methods (by lower-case name) and types of the Bot API."""

    def __init__(self, source: Mapping[str, Any]) -> None:
        self.version: str = source["version"]
        self.methods = {name.lower(): _method(name, m) for name, m in source["methods"].items()}
        self.types = {name: _object_type(name, t) for name, t in source["types"].items()}

    def check(self, method: Method, given: Mapping[str, Any]) -> dict[str, Any]:
        """Values of the declared types, only those given; ApiError 400 for missing and wrong."""
        checked: dict[str, Any] = {}
        for name, slot in method.parameters.items():
            value = given.get(name)
            if value is not None and (value != "" or _takes_empty_text(slot)):
                checked[name] = self._parameter(slot, value)
            elif slot.required:
                raise bad_request(_absent(name))
        return checked

    def _parameter(self, slot: Slot, value: Any) -> Any:
        try:
            coerced = self._any_of(slot.types, value, nested=False)
        except MismatchError as error:
            raise _wrong(slot, str(error)) from error
        return _within(slot, coerced)

    def _any_of(self, types: tuple[str, ...], value: Any, *, nested: bool) -> Any:
        failure = MismatchError("wrong type")
        for declared in types:
            try:
                return self._as(declared, value, nested=nested)
            except MismatchError as error:
                failure = error
        raise failure

    def _as(self, declared: str, value: Any, *, nested: bool) -> Any:
        scalar = (NATIVE if nested else GIVEN).get(declared)
        if scalar is not None:
            return scalar(value)
        if declared in _MARKUPS:
            return value
        decoded = value if nested else from_json(value)
        if declared.startswith("Array of "):
            return self._as_array(declared.removeprefix("Array of "), decoded)
        return self.as_object(declared, decoded)

    def _as_array(self, inner: str, value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise MismatchError(f"expected an Array of {inner}")
        try:
            return [self._as(inner, item, nested=True) for item in value]
        except MismatchError as error:
            if inner in self.types and not str(error).startswith("can't parse"):
                raise MismatchError(f"can't parse {inner}: {error}") from error
            raise

    def as_object(self, name: str, value: Any) -> dict[str, Any]:
        """`value` as an object of the type `name`; MismatchError when it is none."""
        kind = self.types[name]
        if name == "KeyboardButton" and isinstance(value, str):
            return {"text": value}
        if not isinstance(value, dict):
            raise MismatchError(f"{name} must be an Object")
        if kind.members:
            return self._as_member(kind, value)
        return {**value, **self._fields(kind, value)}

    def _as_member(self, kind: ObjectType, value: dict[str, Any]) -> dict[str, Any]:
        """The member whose fixed fields match; the errors of the others would only mislead."""
        fitting = [m for m in kind.members if _agrees(self.types[m], value)]
        if not fitting:
            raise MismatchError(f"can't parse {kind.name}: Unsupported type specified")
        result: dict[str, Any] = self._any_of(tuple(fitting), value, nested=True)
        return result

    def _fields(self, kind: ObjectType, value: dict[str, Any]) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for name, slot in kind.fields.items():
            if value.get(name) is None:
                if slot.required:
                    raise MismatchError(f'Can\'t find field "{name}"')
                continue
            try:
                fields[name] = self._any_of(slot.types, value[name], nested=True)
            except MismatchError as error:
                if slot.types[0] in {"Integer", "Float", "Boolean", "String"}:
                    text = f'Field "{name}" must be of type {_spoken(slot)}'
                    raise MismatchError(text) from error
                raise
        return fields


def _method(name: str, source: Mapping[str, Any]) -> Method:
    slots = {p: _slot(p, declared) for p, declared in source["params"].items()}
    return Method(name, tuple(source["returns"].split("|")), slots)


def _object_type(name: str, source: Any) -> ObjectType:
    if isinstance(source, list):
        return ObjectType(name, {}, tuple(source))
    return ObjectType(name, {f: _slot(f, declared) for f, declared in source.items()}, ())


def _slot(name: str, declared: Any) -> Slot:
    types, limits = declared if isinstance(declared, list) else (declared, {})
    return Slot(name, tuple(types.removesuffix("!").split("|")), types.endswith("!"), limits)


def _agrees(kind: ObjectType, value: Mapping[str, Any]) -> bool:
    return all(
        value.get(name) == slot.limits["const"]
        for name, slot in kind.fields.items()
        if "const" in slot.limits
    )


def _takes_empty_text(slot: Slot) -> bool:
    return slot.types == ("String",) and slot.name not in {"text", "action"}


def _absent(name: str) -> str:
    return _ABSENT.get(name, f'parameter "{name}" is required')


def _wrong(slot: Slot, reason: str) -> ApiError:
    """A value of the wrong type: the plain parameters have words of their own."""
    if slot.name in {"message_id", "user_id", "chat_id", "from_chat_id"}:
        return bad_request("chat not found" if "chat" in slot.name else _absent(slot.name))
    if slot.types[0] in {"Integer", "Float", "Boolean", "String"}:
        return bad_request(f'invalid parameter "{slot.name}" specified: {_spoken(slot)} expected')
    if reason == "not JSON":
        return bad_request(f"can't parse {_spoken_name(slot.name)} JSON object")
    if reason == f"{slot.types[0]} must be an Object":
        return bad_request(f"object expected as {_spoken_name(slot.name)}")
    return bad_request(reason)


def _spoken(slot: Slot) -> str:
    return " or ".join(slot.types)


def _spoken_name(name: str) -> str:
    return "reply keyboard markup" if name == "reply_markup" else name.replace("_", " ")


def _within(slot: Slot, value: Any) -> Any:
    limits = slot.limits
    match value:
        case int() | float() if "range" in limits and value not in limits.get("also", ()):
            low, high = limits["range"]
            return min(max(value, low), high)
        case list() if "items" in limits:
            _count_items(slot, len(value))
        case str() if "bytes" in limits:
            _measure(slot, len(value.encode("utf-8", "replace")), limits["bytes"])
        # Texts and captions are measured after their markup has been read.
        case str() if "limit" in limits and slot.name not in {"text", "caption"}:
            _measure(slot, len(value), limits["limit"])
    return value


def _count_items(slot: Slot, count: int) -> None:
    low, high = slot.limits["items"]
    if count == 0 < low:
        raise bad_request(_absent(slot.name))
    if count < low:
        raise bad_request(f"not enough {_spoken_name(slot.name)} specified")
    if count > high:
        raise bad_request(
            _TOO_MANY.get(slot.name, f"too many {_spoken_name(slot.name)} specified")
        )


def _measure(slot: Slot, length: int, limits: list[int]) -> None:
    if length > limits[1]:
        raise bad_request(f"{_spoken_name(slot.name)} is too long")
    if length < limits[0] and slot.required:
        raise bad_request(_absent(slot.name))
