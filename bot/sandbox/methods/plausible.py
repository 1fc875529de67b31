"""Plausible answers: any type of the Bot API, with the fields that the API promises."""

from typing import Any, Final

from bot.sandbox.model.table import Slot, Table

_DEEPEST: Final = 6
_SCALARS: Final = {"Integer": 1, "Float": 1.0, "Boolean": True, "String": "sandbox"}


class Plausible:
    """Makes values of the table's types; `timestamp` in Unix seconds stands in for every date."""

    def __init__(self, table: Table, timestamp: int) -> None:
        self._table = table
        self._timestamp = timestamp

    def value(self, declared: str, depth: int = 0) -> Any:
        """A value of the type: required fields only, lists empty, of a union the first member."""
        if declared in _SCALARS:
            return _SCALARS[declared]
        if declared.startswith("Array of ") or depth > _DEEPEST:
            return []
        kind = self._table.types[declared]
        if kind.members:
            return self.value(kind.members[0], depth + 1)
        required = (slot for slot in kind.fields.values() if slot.required)
        return {slot.name: self._field(slot, depth) for slot in required}

    def _field(self, slot: Slot, depth: int) -> Any:
        if "const" in slot.limits:
            return slot.limits["const"]
        if slot.name == "date" or slot.name.endswith("_date"):
            return self._timestamp
        return self.value(slot.types[0], depth + 1)
