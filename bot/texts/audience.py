"""Reads who the tips are for, as somebody typed it: "me", "my daughter", "both of us"."""

from __future__ import annotations

import re

from bot.texts.orders import bare

_BEFORE = re.compile("^((they|it|its|the tips|tips|this|are|re|is|s|will be|would be|mostly) )+")
_BEHIND = re.compile("( (please|thanks|thank you|lol|haha|ok|okay|only))+$")
_ME = re.compile("(just |only |for )*(me|myself|i)( please)?")
_CHILD = re.compile(
    "(just |only |for )*(my |our |the |a )?(little |youngest )?"
    "(child|kid|kids|children|baby|toddler|son|daughter|boy|girl|grandson|granddaughter)( please)?"
)
_BOTH = re.compile(
    "(for )?(both|both of us|us both|all of us|us|the two of us|me and (my |our )?"
    "(child|kid|kids|children|baby|toddler|son|daughter|boy|girl))( please)?"
)


def read_audience(typed: str) -> str | None:
    """``adult``, ``parent`` or ``both``; None where the words say neither."""
    said = _BEHIND.sub("", _BEFORE.sub("", bare(typed)))
    choices = {"adult": _ME, "parent": _CHILD, "both": _BOTH}
    return next((name for name, words in choices.items() if words.fullmatch(said)), None)
