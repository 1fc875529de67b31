"""The rules about broadcasts: draft, confirm, pause, resume, cancel, retry, report."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.config import Settings
from bot.delivery.membership import KEPT_DAYS
from bot.store import broadcasts as store
from bot.store import counters, pruning, recipients, slots
from bot.store.database import Database
from bot.store.personal import NOBODY
from bot.store.values import LEFT_REASONS, Broadcast, Report

log = structlog.get_logger(__name__)

STARS_A_MESSAGE = 0.1  # Bot API, sendMessage, allow_paid_broadcast
LIFETIME = timedelta(days=1)
PRUNED_AT_ONCE = 1000
ROWS_AT_ONCE = 1000
"""Rows changed in one transaction: some 15 ms of the write lock."""

COUNTED_BY_HOUR = 40  # days


class Broadcasts:
    """Rules about broadcasts. State changes are conditional: the second of two taps is a no-op.

    Every act leaves a line in the log, with the admin's id (0: the operator at the command line).
    """

    def __init__(self, db: Database, clock: Clock, settings: Settings) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings

    async def draft(self, admin_id: int, source_chat_id: int, source_message_id: int) -> Broadcast:
        """Remember the admin's message as a draft; nothing is sent yet."""
        now = self._clock.now()
        async with self._db.write() as session:
            made = await store.add(session, admin_id, source_chat_id, source_message_id, now)
            draft = await self._get(session, made)
        _log_act("draft", made, admin_id)
        return draft

    async def find(self, broadcast_id: int) -> Broadcast | None:
        """The broadcast, or None."""
        async with self._db.read() as session:
            return await store.get(session, broadcast_id)

    async def audience_count(self) -> int:
        """How many readers would get it now: those who are active."""
        async with self._db.read() as session:
            return await store.audience_count(session)

    def expected_seconds(self, count: int) -> float:
        """How long ``count`` messages take at the operator's rate, in seconds."""
        return count / self._settings.bulk_rate

    def stars_cost(self, count: int) -> float:
        """Telegram Stars that ``count`` messages cost; 0 at the free rate.

        Telegram takes 0.1 Stars a message (Bot API, sendMessage, allow_paid_broadcast).
        """
        return count * STARS_A_MESSAGE if self._settings.paid_broadcast else 0.0

    async def confirm(
        self, broadcast_id: int, admin_id: int, *, not_after: datetime | None = None
    ) -> bool:
        """Freeze the audience and start; False if it is not this admin's draft (any more).

        ``not_after`` (default: a day from now) is when unsent messages become too old. Wake the
        sender afterwards.
        """
        now, expected = self._clock.now(), await self.audience_count()
        async with self._db.write() as session:
            values = {
                "state": "sending",
                "confirmed_at": now,
                "not_after": not_after or now + LIFETIME,
                "total": expected,
            }
            mine = store.is_admins(admin_id)
            done = await store.change(session, broadcast_id, values, store.is_in("draft"), mine)
        _log_act("confirm", broadcast_id, admin_id, changed=done, audience=expected)
        return done

    async def cancel(self, broadcast_id: int, admin_id: int) -> bool:
        """End it; what is queued is cancelled. Any admin may."""
        now = self._clock.now()
        async with self._db.write() as session:
            values = {"state": "cancelled", "finished_at": now, "frozen": True}
            still = store.is_in("draft", "sending", "paused")
            done = await store.change(session, broadcast_id, values, still)
        _log_act("cancel", broadcast_id, admin_id, changed=done)
        if done:
            await self._cancel_rows(broadcast_id)
        return done

    async def _cancel_rows(self, broadcast_id: int) -> None:
        """In chunks: nothing of it is sent any more, and nobody has to wait for the lock."""
        cancelled = ROWS_AT_ONCE
        while cancelled == ROWS_AT_ONCE:
            cancelled = await self._db.transaction(
                lambda session: recipients.cancel_chunk(session, broadcast_id, ROWS_AT_ONCE)
            )

    async def pause(self, broadcast_id: int, admin_id: int) -> bool:
        """Hold it where it is; messages under way still arrive."""
        done = await self._set(
            broadcast_id, {"state": "paused", "pause_reason": "admin"}, "sending"
        )
        _log_act("pause", broadcast_id, admin_id, changed=done)
        return done

    async def resume(self, broadcast_id: int, admin_id: int) -> bool:
        """Go on after a pause. Wake the sender afterwards."""
        done = await self._set(broadcast_id, {"state": "sending", "pause_reason": None}, "paused")
        _log_act("resume", broadcast_id, admin_id, changed=done)
        return done

    async def retry_failed(
        self, broadcast_id: int, admin_id: int, *, in_doubt: bool = False
    ) -> int:
        """Queue failed messages again (blocked readers never); with ``in_doubt`` those too.

        Returns how many were queued. Wake the sender afterwards.
        """
        # Paused meanwhile, lest the sender finds nothing queued yet and calls it done.
        held = {"state": "paused", "pause_reason": "admin", "finished_at": None}
        queued, found = 0, await self.find(broadcast_id)
        # Once its admin is erased nobody knows where the message is.
        known = found is not None and found.source_chat_id != NOBODY
        if known and await self._set(broadcast_id, held, "sending", "paused", "done"):
            queued = await self._queue_again(broadcast_id, in_doubt=in_doubt)
            await self._set(broadcast_id, {"state": "sending", "pause_reason": None}, "paused")
        act = "retry in doubt" if in_doubt else "retry"
        _log_act(act, broadcast_id, admin_id, changed=queued > 0, queued=queued)
        return queued

    async def _set(self, broadcast_id: int, values: dict[str, Any], *states: str) -> bool:
        async with self._db.write() as session:
            return await store.change(session, broadcast_id, values, store.is_in(*states))

    async def _queue_again(self, broadcast_id: int, *, in_doubt: bool) -> int:
        now, queued, last = self._clock.now(), 0, recipients.BEFORE_ALL_CHATS
        while True:
            step = partial(
                recipients.queue_again_chunk,
                broadcast_id=broadcast_id,
                behind=last,
                most=ROWS_AT_ONCE,
                now=now,
                end=now + LIFETIME,
                in_doubt=in_doubt,
            )
            done = await self._db.transaction(step)
            queued += done.rows
            if done.last is None:
                return queued
            last = done.last

    async def report(self, broadcast_id: int) -> Report:
        """Counts by state.

        Raises:
            LookupError: there is no such broadcast.
        """
        async with self._db.read() as session:
            found = await self._get(session, broadcast_id)
            return _report(found, await recipients.counts(session, broadcast_id))

    async def set_progress_message(self, broadcast_id: int, chat_id: int, message_id: int) -> None:
        """Where the admin sees the progress."""
        async with self._db.write() as session:
            values = {"progress_chat_id": chat_id, "progress_message_id": message_id}
            await store.change(session, broadcast_id, values)

    async def prune(self) -> int:
        """Delete outbox rows a week old, of tips and broadcasts; how many. Reports stay whole.

        What came back to the queue of a cancelled broadcast is cancelled first.
        """
        for which in await self._db.look(recipients.cancelled_with_queued_rows):
            await self._cancel_rows(which)
        now = self._clock.now()
        before, last, gone = now - timedelta(days=KEPT_DAYS), 0, 0
        while True:
            async with self._db.write() as session:
                pruned = await pruning.prune_chunk(session, before, last, PRUNED_AT_ONCE)
            if pruned is None:
                break
            last, gone = pruned.last_id, gone + pruned.rows
        async with self._db.write() as session:
            await counters.fold(session, now - timedelta(days=COUNTED_BY_HOUR))
            await slots.remove_empty(session)
        return gone

    async def running(self) -> list[Broadcast]:
        """Broadcasts that are sending or paused, oldest first."""
        return await self._db.look(lambda session: store.in_states(session, store.OPEN_STATES))

    async def _get(self, session: AsyncSession, broadcast_id: int) -> Broadcast:
        found = await store.get(session, broadcast_id)
        if found is None:
            raise LookupError(f"there is no broadcast {broadcast_id}")
        return found


def _log_act(
    act: str, broadcast_id: int, admin_id: int, *, changed: bool = True, **more: int
) -> None:
    log.info(
        "an admin's act on a broadcast",
        act=act,
        broadcast=broadcast_id,
        admin=admin_id,
        changed=changed,
        **more,
    )


def _report(broadcast: Broadcast, counts: dict[tuple[str, str], int]) -> Report:
    by_state: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for (state, reason), count in counts.items():
        by_state[state] += count
        if state == "failed":
            failed[reason] += count
    blocked = sum(failed.pop(reason, 0) for reason in LEFT_REASONS)
    # Confirmed readers whose rows the sender has not made yet.
    unborn = 0 if broadcast.frozen else max(0, broadcast.total - by_state.total())
    by_state["queued"] += unborn
    if broadcast.state == "cancelled":
        by_state["cancelled"] += by_state.pop("queued")
    return Report(
        total=max(broadcast.total, by_state.total()),
        sent=by_state["sent"],
        blocked=blocked,
        failed=dict(failed),
        in_doubt=by_state["in_doubt"],
        too_old=by_state["too_old"],
        cancelled=by_state["cancelled"],
        queued=by_state["queued"] + by_state["leased"],
        state=broadcast.state,
    )
