"""From an update's JSON to PTB's object, without the branches that PTB cannot read.

Telegram adds kinds of content faster than a library learns them, and PTB reads an update as a
whole: one branch in a form of tomorrow, in a message that was replied to, would cost all of it,
with the cry for help in its text. So each part of a message is tried for itself, and of a part
that cannot be read the smallest branch is left out whose absence mends it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import structlog
from telegram import Bot, Update

log = structlog.get_logger(__name__)

MOST_TRIES = 100  # of reading, for one update; what has not been tried by then is left out
MOST_BRANCHES = 500  # of one part that are looked at
MESSAGE = ("message_id", "date", "chat")
# The kinds of update that we ask for, and messages within them: what they cannot be without.
NEEDED: dict[str, tuple[str, ...]] = {
    "message": MESSAGE,
    "reply_to_message": MESSAGE,
    "pinned_message": MESSAGE,
    "callback_query": ("id", "from", "chat_instance"),
    "inline_query": ("id", "from", "query", "offset"),
    "my_chat_member": ("chat", "from", "date", "old_chat_member", "new_chat_member"),
}
FIRST = ("from", "text", "caption", "data", "forward_origin")  # before the tries are used up

Reads = Callable[[Any], bool]
Path = tuple[str | int, ...]


class UnreadableUpdateError(Exception):
    """An update in a form that we do not understand."""


class _SpentError(Exception):
    """All tries are used up: whatever is looked at is left out."""


def parse_update(update: Mapping[str, Any], bot: Bot) -> Update:
    """The update as PTB has it, as much of it as can be read.

    Raises:
        UnreadableUpdateError: what every update of its kind has cannot be read.
    """
    reader = _Reader(bot)
    found = reader.read(update)
    if found is not None:
        return found
    kind = next((name for name in update if name in NEEDED), "")
    frame = {"update_id": update.get("update_id")}
    try:
        part = _mended(kind, update.get(kind), lambda part: reader.reads({**frame, kind: part}))
    except _SpentError:
        raise UnreadableUpdateError from None
    found = reader.read({**frame, kind: part})
    if not kind or part is None or found is None:
        raise UnreadableUpdateError
    log.info("a part of an update cannot be read and is left out", kind=kind)
    return found


class _Reader:
    """PTB, asked again and again, but not for ever."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._tries = 0

    def read(self, update: Mapping[str, Any]) -> Update | None:
        try:
            return Update.de_json(dict(update), self._bot)
        except Exception:  # noqa: BLE001 - PTB raises whatever an odd form makes it raise
            return None

    def reads(self, update: Mapping[str, Any]) -> bool:
        if self._tries >= MOST_TRIES:
            raise _SpentError
        self._tries += 1
        return self.read(update) is not None


def _mended(name: str, value: Any, reads: Reads) -> Any:
    """The value called ``name``, or what can be read of it; None if nothing can.

    ``reads`` tells whether the update is read with a value in its place.
    """
    if reads(value):
        return value
    if name in NEEDED and isinstance(value, dict):
        return _part_by_part(name, value, reads)
    if isinstance(value, list):
        kept = (_mended("", item, lambda item: reads([item])) for item in value)
        return [item for item in kept if item is not None] or None
    return _without_smallest(value, reads)


def _part_by_part(name: str, body: dict[str, Any], reads: Reads) -> dict[str, Any] | None:
    kept: Any = {key: body[key] for key in NEEDED[name] if key in body}
    if not reads(kept):
        kept = _without_smallest(kept, reads) or {}
    if any(kept.get(key) in (None, {}, []) for key in NEEDED[name]):
        return None
    others = [key for key in body if key not in NEEDED[name]]
    for key in sorted(others, key=lambda key: key not in FIRST):
        try:
            part = _mended(key, body[key], partial(_reads_with, reads, kept, key))
        except _SpentError:
            part = None
        if part is None and key == "forward_origin":
            # It stays forwarded when nobody can read from whom: its words are no order.
            part = {"type": "hidden_user", "date": 0, "sender_user_name": ""}
        if part is not None:
            kept = {**kept, key: part}
    return dict(kept)


def _reads_with(reads: Reads, kept: Mapping[str, Any], key: str, part: Any) -> bool:
    return reads({**kept, key: part})


def _without_smallest(value: Any, reads: Reads) -> Any:
    """The value without the smallest branch whose absence makes it readable, if there is one.

    In something huge it is not looked for.
    """
    if _size(value) > MOST_BRANCHES:
        return None
    for _, path in sorted(_branches(value), key=lambda branch: branch[0]):
        trimmed = _without(value, path)
        if reads(trimmed):
            return trimmed or None
    return None


def _size(value: Any) -> int:
    return 1 + sum(_size(inner) for _, inner in _children(value))


def _branches(value: Any, at: Path = ()) -> Iterator[tuple[int, Path]]:
    """Every branch below ``value``: how many are below it, and where it is."""
    for key, inner in _children(value):
        below = list(_branches(inner, (*at, key)))
        yield from below
        yield len(below), (*at, key)


def _children(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _without(value: Any, path: Path) -> Any:
    first, *rest = path
    children = dict(_children(value))
    if rest:
        children[first] = _without(children[first], tuple(rest))
    else:
        del children[first]
    return children if isinstance(value, dict) else list(children.values())
