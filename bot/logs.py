"""Logging that never shows a token, a password in a URL, or a subscriber's words.

structlog writes through the standard library, so that every line, ours or a library's, passes the
same handler and its filter. Libraries that print request URLs, statements with their parameters or
whole updates at DEBUG are kept at WARNING, and a traceback shows where, not what, was handled.
"""

from __future__ import annotations

import logging
import re
import sqlite3
import sys
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

# Bot API tokens as BotFather gives them out: digits, a colon, and 35 characters; shorter ones from
# servers of one's own are caught as well.
TOKEN = re.compile(r"\d{3,}:[A-Za-z0-9_-]{20,}")
# Who asks, and what is called a secret, in an address. A password may hold what divides one.
USER_IN_URL = re.compile(
    r"(?<=://)(?![^\s/:@]*:\d*/)[^\s/:@\"']*:[^\s\"']*@|(?<=://)[^\s/:@\"']+@"
)
SECRET_IN_QUERY = re.compile(
    r"([?&][^=&\s\"']*(?:pass|secret|token|key)[^=&\s\"']*=)[^&\s\"']+", re.IGNORECASE
)
QUOTED = re.compile(r"""\"[^"]*\"|'[^']*'|[“„«‘].*""", re.DOTALL)
LOOPS_OWN = re.compile(r"(?<=^Exception in callback).*|\n.*", re.DOTALL)
MASK = "[token]"

# What these print below WARNING holds tokens (request lines), or subscribers' words (parameters),
# or is about every piece of a picture.
TALKATIVE = (
    "aiohttp",
    "aiosqlite",
    "alembic",
    "apscheduler",
    "asyncio",
    "asyncpg",
    "httpcore",
    "httpx",
    "PIL",
    "sqlalchemy",
    "telegram",
    "tzlocal",
)

# Texts of these come from the machine, never from a message that someone wrote.
MACHINE_MADE = (OSError, MemoryError, ImportError, sqlite3.OperationalError)

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def redact(text: str) -> str:
    """``text`` with every token masked, and whatever is secret in an address."""
    return SECRET_IN_QUERY.sub(r"\1***", USER_IN_URL.sub("***@", TOKEN.sub(MASK, text)))


def redacted(value: Any) -> Any:
    """``value`` with its strings redacted, at any depth; other objects by their ``repr`` if that
    would show a secret."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {key: redacted(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = (redacted(item) for item in value)
        return type(value)(items) if _plain(value) else redact(str(value))
    if value is None or isinstance(value, bool | int | float):
        return value
    shown = repr(value)
    return redact(shown) if redact(shown) != shown else value


def _plain(value: Any) -> bool:
    return type(value) in {list, tuple, set, frozenset}


def where(error: BaseException) -> str:
    """The traceback of ``error`` and its causes without their messages.

    A message may quote what a subscriber wrote (``invalid literal for int(): 'my story'``), so
    only exceptions whose text is made by the machine keep theirs.
    """
    lines: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        lines = [*_trace(current), *(["", "which led to:", ""] if lines else []), *lines]
        current = current.__cause__ or (
            None if current.__suppress_context__ else current.__context__
        )
    return redact("\n".join(lines))


def _trace(error: BaseException) -> list[str]:
    frames = [line.rstrip("\n") for line in traceback.format_tb(error.__traceback__)]
    return ["Traceback (most recent call last):", *frames, title(error)]


def title(error: BaseException) -> str:
    """The kind of an exception, with its text where that cannot hold a subscriber's words."""
    kind = type(error)
    name = f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")
    if isinstance(error, MACHINE_MADE):
        return redact(f"{name}: {error}")
    if name.startswith("telegram.error."):
        return redact(f"{name}: {QUOTED.sub('…', str(error))}")
    return name


class RedactingFilter(logging.Filter):
    """Masks secrets in message, arguments and exception text of every record that passes."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "asyncio" and isinstance(record.msg, str):
            # The loop's own lines show the ``repr`` of what failed, and with it anybody's words.
            record.msg = LOOPS_OWN.sub("", record.msg)
        record.msg = redacted(record.msg)
        if record.args:
            record.args = redacted(record.args)
        if record.exc_info:
            error = record.exc_info[1]
            record.exc_text = where(error) if error is not None else None
            record.exc_info = None
        if record.stack_info:
            record.stack_info = redact(record.stack_info)
        return True


class Lines(structlog.stdlib.ProcessorFormatter):
    """Formats a record; the last net under whatever a renderer made of its values."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def configure(
    level: str, style: Literal["text", "json"] = "text", stream: TextIO | None = None
) -> logging.Handler:
    """Send all logging to ``stream`` (standard error by default) through one guarded handler."""
    handler = logging.StreamHandler(stream if stream is not None else sys.stderr)
    handler.setFormatter(
        Lines(
            processors=_last_steps(style), foreign_pre_chain=[*_first_steps(), _foreign_exception]
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    guard(root)
    root.setLevel(level)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    # Warns, too, but of nothing that anybody should do: that it looks at the machine's fonts.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    structlog.configure(
        processors=[*_first_steps(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    logging.captureWarnings(capture=True)
    return handler


def guard(logger: logging.Logger) -> None:
    """Put the redacting filter on every handler of ``logger`` that lacks it."""
    for handler in logger.handlers:
        if not any(isinstance(item, RedactingFilter) for item in handler.filters):
            handler.addFilter(RedactingFilter())


def _first_steps() -> list[structlog.typing.Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _exception_text,
    ]


def _last_steps(style: Literal["text", "json"]) -> list[structlog.typing.Processor]:
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    )
    return [structlog.stdlib.ProcessorFormatter.remove_processors_meta, last]


def _exception_text(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Turn ``exc_info`` into a text of its own before any renderer formats it with its message."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else _error_of(given)
    if error is not None:
        event["exception"] = where(error)
    return event


def _foreign_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Carry over what the filter made of another library's exception."""
    text = event["_record"].exc_text
    return {**event, "exception": text} if text else event


def _error_of(given: ExcInfo | BaseException | None) -> BaseException | None:
    return given[1] if isinstance(given, tuple) else given
