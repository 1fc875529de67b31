"""The audit log: who of the admins did what, when, to what, and what it was before and after."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import orjson

from bot.clock import Clock
from bot.store.admin_models import AuditRead
from bot.store.database import Database
from bot.store.queries import audit as store
from bot.store.tables import Executor

KEPT = timedelta(days=400)
"""How long an entry is kept: a year, and what one needs to look back on it."""

ACT_LONGEST, SUBJECT_LONGEST = 32, 96  # characters that the columns hold

Facts = Mapping[str, Any]
"""What was so before, or after: JSON of states, numbers and ids; never a subscriber's words."""


class Audit:
    """Writes and reads the audit log."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def record(
        self,
        session: Executor | None,
        actor: int,
        act: str,
        subject: str,
        before: Facts | None = None,
        after: Facts | None = None,
    ) -> None:
        """Write an entry down, in the transaction that makes the change; None: in one of its own.

        Args:
            actor: the admin's user id; 0 is the operator at the command line.
            act: what was done, in up to 32 characters ("confirm").
            subject: to what, in up to 96 characters ("broadcast 12").
        """
        entry = partial(
            store.add,
            at=self._clock.now(),
            actor=actor,
            act=act[:ACT_LONGEST],
            subject=subject[:SUBJECT_LONGEST],
            before=_json(before),
            after=_json(after),
        )
        await (self._db.write(entry) if session is None else entry(session))

    async def entries(
        self,
        limit: int = 20,
        before_id: int | None = None,
        *,
        after_id: int | None = None,
        since: datetime | None = None,
    ) -> list[AuditRead]:
        """Up to ``limit`` entries, newest first: the newest, or those next to an entry.

        Args:
            before_id: only entries older than this one.
            after_id: only entries newer than this one, those next to it.
            since: only entries from this instant on.
        """
        return await self._db.read(
            partial(
                store.entries, limit=limit, before_id=before_id, after_id=after_id, since=since
            )
        )

    async def prune(self) -> int:
        """Delete entries older than :data:`KEPT`; how many."""
        return await self._db.write(partial(store.prune, before=self._clock.now() - KEPT))


def _json(facts: Facts | None) -> str | None:
    return orjson.dumps(facts).decode() if facts is not None else None
