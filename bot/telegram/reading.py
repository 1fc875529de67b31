"""What Telegram gives, as JSON: read strictly where that goes, leniently where it does not.

Telegram repeats what was not confirmed, so an update that stops its batch stops everybody. Here
no update can: what is no UTF-8 becomes U+FFFD, half of a surrogate pair too; a number beyond 64
bits, and whatever lies deeper than any update of the Bot API, become null. What is left cannot be
read at all is an :class:`Broken` with its number. Whatever is read can also be written as JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

DEEPEST = 100  # levels of nesting; the Bot API's own updates have some twenty
LARGEST_NUMBER = 2**31 - 1  # update ids and offsets have 32 bits (tdlib/telegram-bot-api)
# As orjson writes it: a number of 19 digits or more, or one with an exponent.
HUGE = re.compile(rb"[:,\[]-?(?:\d{19}|[\d.]+e)")
STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
# In JSON that is well formed this cannot occur within a text, where quotes are escaped.
BEGINNING = re.compile(r'\{\s*"update_id"\s*:\s*(\d{1,10})\b')
ENDING = re.compile(r"\]\s*\}\s*\Z")
SURROGATE = re.compile("[\ud800-\udfff]")


class Broken(NamedTuple):
    """An update that cannot be read; its number, if that much could be.

    ``cut`` says that the answer ended in the middle of it: another answer may hold all of it.
    """

    update_id: int | None
    cut: bool = False


Given = Mapping[str, Any] | Broken
"""An update as it came."""


def read_update(body: bytes) -> Given:
    """The one update that a webhook call brings."""
    try:
        return _update(_value(body))
    except ValueError:
        found = BEGINNING.search(_text(body))
        return Broken(_number(found[1]) if found else None)


def read_answer(body: bytes) -> dict[str, Any]:
    """The answer to ``getUpdates``; where it has a list as its ``result``, of :data:`Given`.

    Raises:
        ValueError: nothing of it can be read.
    """
    try:
        answer = _value(body, alone=True)
    except ValueError:
        updates = _salvaged(_text(body))
        if not updates:
            raise
        return {"ok": True, "result": updates}
    if not isinstance(answer, dict):
        raise ValueError("the answer is no JSON object")  # noqa: TRY004 - a value, not a type
    if isinstance(answer.get("result"), list):
        answer["result"] = [_update(item) for item in answer["result"]]
    return answer


def number_of(update: Given) -> int | None:
    """The number by which Telegram knows the update; None where it is none that can be used."""
    return update.update_id if isinstance(update, Broken) else _number(update.get("update_id"))


def written(update: Mapping[str, Any]) -> bytes:
    """The update as JSON, without what JSON and databases cannot hold."""
    try:
        body = orjson.dumps(update)
    except orjson.JSONEncodeError:
        return orjson.dumps(_tamed(dict(update)))
    return orjson.dumps(_tamed(dict(update))) if HUGE.search(body) else body


def _update(value: Any) -> Given:
    if not isinstance(value, dict):
        return Broken(None)
    number = _number(value.get("update_id"))
    return Broken(None) if number is None else {**value, "update_id": number}


def _number(value: Any) -> int | None:
    """A usable number, or its digits."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 10:
        value = int(value)
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_NUMBER
    return value if fits else None


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")


def _value(body: bytes, *, alone: bool = False) -> Any:
    """A JSON value, with nothing behind it if it is to be ``alone``.

    Raises:
        ValueError: there is none, even for a lenient reader.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        value, rest = _leniently(_text(body))
        if alone and rest.strip():
            raise
        return value


def _leniently(text: str) -> tuple[Any, str]:
    """The JSON value at the beginning of ``text``, and what follows it."""
    pruned = _pruned(text).lstrip("\ufeff \t\r\n")
    value, end = _DECODER.raw_decode(pruned)
    return _tamed(value), pruned[end:]


def _whole(digits: str) -> int | None:
    return int(digits) if len(digits) < 20 else None


def _nothing(_word: str) -> None:
    """``NaN`` and ``Infinity`` are no JSON."""


_DECODER = json.JSONDecoder(parse_int=_whole, parse_constant=_nothing, strict=False)


def _pruned(text: str) -> str:
    """The text with ``null`` in place of what is nested too deep. It is not read recursively."""
    parts: list[str] = []
    depth = kept = 0
    for found in STRUCTURE.finditer(text):
        if found[0] in "[{":
            if depth == DEEPEST:
                parts += (text[kept : found.start()], "null")
            depth += 1
        elif found[0] in "]}":
            depth -= 1
            if depth == DEEPEST:
                kept = found.end()
    return "".join((*parts, text[kept:])) if depth <= DEEPEST else "".join(parts)


def _tamed(value: Any, room: int = DEEPEST) -> Any:
    """The value without what cannot be written; ``room`` is how many more levels it may have."""
    if isinstance(value, str):
        return value if value.isascii() else SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        inner = {_tamed(key): _tamed(item, room - 1) for key, item in value.items() if room}
        return inner if room else None
    if isinstance(value, list):
        return [_tamed(item, room - 1) for item in value] if room else None
    if isinstance(value, int | float):
        return value if -(2.0**63) < value < 2.0**63 else None
    return value


def _salvaged(text: str) -> list[Given]:
    """The updates of an answer whose structure is broken somewhere, each for itself."""
    found = list(BEGINNING.finditer(text))
    ends = [*(following.start() for following in found[1:]), len(text)]
    updates = [  # where none begins, there is an end all the same
        _piece(text[one.start() : end], one[1]) for one, end in zip(found, ends, strict=False)
    ]
    if updates and isinstance(updates[-1], Broken) and not ENDING.search(text):
        updates[-1] = Broken(updates[-1].update_id, cut=True)
    return updates


def _piece(text: str, digits: str) -> Given:
    try:
        return _update(_leniently(text)[0])
    except ValueError:
        return Broken(_number(digits))
