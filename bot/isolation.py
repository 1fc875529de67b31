"""One bad item never stops the others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger(__name__)


async def each(*works: Callable[[], Awaitable[object]]) -> None:
    """Do all of them, whatever becomes of one; then raise the first failure, if there was any.

    The others are in the log.
    """
    failures: list[Exception] = []
    for work in works:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - raised, or logged, below
            failures.append(error)
    for failure in failures[1:]:
        log.error("a part of the work failed", exc_info=failure)
    if failures:
        raise failures[0]
