"""What can be told of an update without understanding it: its chat, its words, its weight."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from bot.telegram.reading import written
from bot.texts import callbacks as taps
from bot.texts.commands import spoken
from tips.normalise import normalise

NOWHERE = 0  # the chat of updates that belong to none
LARGEST = 64 * 1024  # characters; a text with a hundred entities and a reply are half of it
MOST_PARTS = 2000  # values
MOST_CHILDREN = 200  # of one list or object that is larger than any of Telegram's
LONGEST_TEXT = 8192  # characters of one value
LONGEST_COMMAND = 100  # characters that are looked at
LASTING = frozenset({"stop", "forget"})
# What is kept of an object before all else it holds.
FIRST = (
    "update_id", "message_id", "date", "text", "caption", "id", "type", "data", "is_bot",
    "first_name", "chat", "from", "message", "callback_query", "my_chat_member", "chat_instance",
    "old_chat_member", "new_chat_member", "forward_origin",
)  # fmt: skip

Update = Mapping[str, Any]
_END = object()


def body_of(update: Update) -> bytes:
    """The update as JSON; of one that is larger than any of Telegram's, what matters most."""
    return written(_slim(update, [MOST_PARTS]) if _is_large(update) else update)


def _is_large(update: Update) -> bool:
    """Looks no further than it takes to know."""
    parts, size, stack = 0, 0, [iter([update])]
    while stack:
        value = next(stack[-1], _END)
        if value is _END:
            stack.pop()
            continue
        parts += 1
        size += len(value) if isinstance(value, str) else 8
        if parts > MOST_PARTS or size > LARGEST:
            return True
        if isinstance(value, dict | list):
            stack.append(iter(value.values() if isinstance(value, dict) else value))
    return False


def _slim(value: Any, left: list[int]) -> Any:
    """The value without what exceeds the bounds; ``left`` counts how much more may be kept."""
    left[0] -= 1
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    if isinstance(value, list):
        return [_slim(item, left) for item in value[:MOST_CHILDREN] if left[0] > 0]
    if isinstance(value, dict):
        others = (key for key in value if key not in FIRST)
        keys = [*(key for key in FIRST if key in value), *islice(others, MOST_CHILDREN)]
        return {key: _slim(value[key], left) for key in keys if left[0] > 0}
    return value


def chat_of(update: Update) -> int:
    """The chat whose order an update has to keep: its chat, else its user, else none (0)."""
    for kind, body in update.items():
        if kind != "update_id" and isinstance(body, Mapping):
            return _id(_inside(body, "message"), "chat") or _id(body, "chat") or _id(body, "from")
    return NOWHERE


def words_of(update: Update) -> str:
    """What somebody wrote to us in a private chat, in a text or below a picture; else nothing.

    A card that somebody chose from a bot's inline results is not theirs.
    """
    message = _inside(update, "message")
    if _id(message, "chat") <= 0 or "via_bot" in message:
        return ""
    words = message.get("text") or message.get("caption")
    return words if isinstance(words, str) else ""


def is_tap(update: Update) -> bool:
    """Whether a button was tapped: that is answered without a new message in the chat."""
    return "callback_query" in update


def makes_no_message(update: Update) -> bool:
    """Whether its answer is no message in the chat, which a flood there could hold back."""
    return is_tap(update) or is_inline_query(update)


def is_inline_query(update: Update) -> bool:
    """Whether somebody types words after the bot's name in any chat."""
    return "inline_query" in update


def says_who_listens(update: Update) -> bool:
    """Whether somebody blocked the bot, or let it write again: nothing is said in answer."""
    return "my_chat_member" in update


def must_be_kept(update: Update) -> bool:
    """Whether it would be wrong to drop it even in a flood: somebody leaves, or moves."""
    message = _inside(update, "message")
    if says_who_listens(update) or any(key.startswith("migrate_") for key in message):
        return True
    if is_tap(update):
        tap = taps.decode(str(_inside(update, "callback_query").get("data", "")))
        return isinstance(tap, taps.Stop | taps.Forget)
    command = words_of(update).partition("@")[0]
    return spoken(command) in LASTING


def is_overheard(update: Update) -> bool:
    """Whether it was said in a group and to others: to us one says a command there."""
    message = _inside(update, "message")
    if _id(message, "chat") >= 0 or must_be_kept(update):
        return False
    text = message.get("text")
    return not isinstance(text, str) or not normalise(text[:LONGEST_COMMAND]).startswith("/")


def _inside(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}


def _id(body: Mapping[str, Any], name: str) -> int:
    found = _inside(body, name).get("id")
    if not isinstance(found, int) or isinstance(found, bool) or abs(found) >= 2**63:
        return NOWHERE
    return found
