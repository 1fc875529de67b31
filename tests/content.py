"""The content that comes with the package, read once in each process: nothing can change it."""

from __future__ import annotations

from functools import cache

from tips.library import Library, load_library


@cache
def library() -> Library:
    return load_library()
