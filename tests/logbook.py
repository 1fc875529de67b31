"""Everything that is logged while a test looks, as the product itself would write it."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import structlog

from bot.logs import configure


@contextmanager
def captured(
    level: str = "DEBUG", style: Literal["text", "json"] = "text"
) -> Iterator[io.StringIO]:
    """Log into a string at ``level``; whatever was set up before is put back afterwards."""
    root = logging.getLogger()
    handlers, before = list(root.handlers), root.level
    stream = io.StringIO()
    configure(level, style, stream)
    try:
        yield stream
    finally:
        root.handlers[:] = handlers
        root.setLevel(before)
        logging.captureWarnings(capture=False)
        structlog.reset_defaults()
