"""The rules about broadcasts: draft, confirm, pause, resume, cancel, retry, report."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.admins.audit import Facts
from bot.delivery.corrections import Corrections, subject_of
from bot.delivery.report import report_of
from bot.store.outbox import audience, recipients
from bot.store.outbox_models import BroadcastRead
from bot.store.queries import broadcasts as store
from bot.store.tables import Executor
from bot.store.values import Report

log = structlog.get_logger(__name__)

STARS_A_MESSAGE = 0.1  # Bot API, sendMessage, allow_paid_broadcast
LIFETIME = timedelta(days=1)
SHOWN_FOR = timedelta(days=1)
"""How long a draft may be confirmed as it was shown."""

ROWS_AT_ONCE = 1000
"""Rows changed in one transaction: some 15 ms of the write lock."""


class Offer(NamedTuple):
    """What an admin is shown before they confirm: how many get it, the seconds, the Stars."""

    audience: int
    seconds: float
    stars: float


class Broadcasts(Corrections):
    """Rules about broadcasts. State changes are conditional: the second of two taps is a no-op.

    Every act leaves a line in the log, with the admin's id (0: the operator at the command line),
    and what changed something an entry in the audit log.
    """

    async def draft(
        self, admin_id: int, source_chat_id: int, source_message_id: int
    ) -> BroadcastRead:
        """Remember the admin's message as a draft, and the audience and the price as of now.

        Nothing is sent yet; the admin is to be shown both.
        """
        now = self._clock.now()
        async with self._db.write() as session:
            offer = self.offer(await audience.count(session))
            made = await store.add(
                session,
                admin_id,
                source_chat_id,
                source_message_id,
                now,
                audience=audience.EVERYONE,
                **_shown(offer, now),
            )
            draft = await self._get(session, made)
            after = {"state": "draft", "audience": offer.audience}
            await self._audit.record(session, admin_id, "draft", subject_of(made), after=after)
        _log_act("draft", made, admin_id)
        return draft

    async def find(self, broadcast_id: int) -> BroadcastRead | None:
        """The broadcast, or None."""
        async with self._db.read() as session:
            return await store.get(session, broadcast_id)

    async def audience_count(self) -> int:
        """How many subscribers would get it now: those who are active."""
        return await self._db.read(audience.count)

    def expected_seconds(self, count: int) -> float:
        """How long ``count`` messages take at the operator's rate, in seconds."""
        return count / self._settings.bulk_rate

    def stars_cost(self, count: int) -> float:
        """Telegram Stars that ``count`` messages cost; 0 at the free rate.

        Telegram takes 0.1 Stars a message (Bot API, sendMessage, allow_paid_broadcast).
        """
        return count * STARS_A_MESSAGE if self._settings.paid_broadcast else 0.0

    def offer(self, count: int) -> Offer:
        """What ``count`` messages take and cost."""
        return Offer(count, self.expected_seconds(count), self.stars_cost(count))

    async def confirm(
        self, broadcast_id: int, admin_id: int, *, not_after: datetime | None = None
    ) -> bool:
        """Freeze the audience and start; False if it is not this admin's draft (any more).

        The audience is whoever is active at this moment: whoever joins later does not get it, and
        whoever leaves is counted as cancelled. False, too, where more would be sent or paid than
        the admin was shown, or a day has passed since: see :meth:`offer_anew`. ``not_after``
        (default: a day from now) is when unsent messages become too old. Wake the planner
        afterwards: it makes their rows.
        """
        now = self._clock.now()
        async with self._db.write() as session:
            draft = await store.get(session, broadcast_id, lock=True)
            expected = await audience.count(session, draft.audience) if draft else 0
            as_shown = draft is not None and not self._is_stale(draft, self.offer(expected), now)
            values = {
                "state": "sending",
                "confirmed_at": now,
                "not_after": not_after or now + LIFETIME,
                "total": expected,
                "ordinal": audience.next_ordinal(),
            }
            mine = store.is_admins(admin_id)
            done = as_shown and await store.change(
                session, broadcast_id, values, store.is_in("draft"), mine
            )
            if done:
                after = {"state": "sending", "total": expected}
                await self._record(session, admin_id, "confirm", broadcast_id, "draft", after)
        _log_act("confirm", broadcast_id, admin_id, changed=done, audience=expected)
        return done

    def _is_stale(self, shown: BroadcastRead, offer: Offer, now: datetime) -> bool:
        # By a clock that was ahead, it may have been shown in what is the future now.
        old = shown.shown_at is None or abs(now - shown.shown_at) > SHOWN_FOR
        return old or offer.audience > shown.shown_audience or offer.stars > shown.shown_stars

    async def is_as_shown(self, broadcast_id: int, offer: Offer) -> bool:
        """Whether this, or more, was shown within the last day."""
        found = await self.find(broadcast_id)
        return found is not None and not self._is_stale(found, offer, self._clock.now())

    async def offer_anew(self, broadcast_id: int, admin_id: int) -> Offer | None:
        """What this admin is to be asked once more before their draft can be confirmed.

        None where there is nothing to ask: no draft of theirs, or one that is as it was shown.
        """
        now = self._clock.now()
        async with self._db.read() as session:
            draft = await store.get(session, broadcast_id)
            if draft is None or (draft.state, draft.admin_id) != ("draft", admin_id):
                return None
            offer = self.offer(await audience.count(session, draft.audience))
        return offer if self._is_stale(draft, offer, now) else None

    async def offer_again(self, broadcast_id: int, *, in_doubt: bool) -> Offer:
        """What it takes to send again what failed, or with ``in_doubt`` that, too.

        Raises:
            LookupError: there is no such broadcast.
        """
        report = await self.report(broadcast_id)
        return self.offer(report.failed_again + (report.doubt_again if in_doubt else 0))

    async def offered(self, broadcast_id: int, offer: Offer) -> None:
        """The admin has been shown this, and may confirm it."""
        shown = _shown(offer, self._clock.now())
        async with self._db.write() as session:
            await store.change(session, broadcast_id, shown, store.is_in("draft", "done"))

    async def cancel(self, broadcast_id: int, admin_id: int) -> bool:
        """End it; what is queued is cancelled. Any admin may; False where nothing is left."""
        now = self._clock.now()
        values = {"state": "cancelled", "finished_at": now, "pause_reason": None}
        done = await self._while_work_is_left(
            "cancel", broadcast_id, admin_id, values, "draft", "sending", "paused"
        )
        _log_act("cancel", broadcast_id, admin_id, changed=done)
        if done:
            await self._cancel_rows(broadcast_id)
        return done

    async def cancel_left_over(self) -> None:
        """Cancel what came back to the queue after its broadcast was cancelled."""
        for broadcast_id in await self._db.read(recipients.cancelled_with_queued_rows):
            await self._cancel_rows(broadcast_id)

    async def _cancel_rows(self, broadcast_id: int) -> None:
        """Cancel what waits, in chunks: nothing of it is sent, and nobody waits for long."""
        cancelled = ROWS_AT_ONCE
        while cancelled == ROWS_AT_ONCE:
            cancelled = await self._db.write(
                lambda session: recipients.cancel_chunk(session, broadcast_id, ROWS_AT_ONCE)
            )

    async def _while_work_is_left(
        self, act: str, broadcast_id: int, admin_id: int, values: dict[str, Any], *states: str
    ) -> bool:
        """Change a broadcast in one of these states; one of which nothing is left is done."""
        async with self._db.write() as session:
            found = await store.get(session, broadcast_id, lock=True)
            if found is None or found.state not in states:
                return False
            if found.frozen and await recipients.finish(session, broadcast_id, self._clock.now()):
                return False
            after = {"state": values["state"]}
            await self._record(session, admin_id, act, broadcast_id, found.state, after)
            return await store.change(session, broadcast_id, values)

    async def _record(
        self,
        session: Executor,
        admin_id: int,
        act: str,
        broadcast_id: int,
        state: str,
        after: Facts,
    ) -> None:
        """Write down what an admin made of a broadcast that was in this state."""
        subject, before = subject_of(broadcast_id), {"state": state}
        await self._audit.record(session, admin_id, act, subject, before, after)

    async def pause(self, broadcast_id: int, admin_id: int) -> bool:
        """Hold it where it is; messages under way still arrive. False where nothing is left."""
        values = {"state": "paused", "pause_reason": "admin"}
        done = await self._while_work_is_left("pause", broadcast_id, admin_id, values, "sending")
        _log_act("pause", broadcast_id, admin_id, changed=done)
        return done

    async def resume(self, broadcast_id: int, admin_id: int) -> bool:
        """Go on after a pause. Wake the worker afterwards."""
        values = {"state": "sending", "pause_reason": None}
        async with self._db.write() as session:
            done = await store.change(session, broadcast_id, values, store.is_in("paused"))
            if done:
                after = {"state": "sending"}
                await self._record(session, admin_id, "resume", broadcast_id, "paused", after)
        _log_act("resume", broadcast_id, admin_id, changed=done)
        return done

    async def retry_failed(
        self, broadcast_id: int, admin_id: int, *, in_doubt: bool = False
    ) -> int:
        """Queue failed messages again (blocked subscribers never); with ``in_doubt`` those too.

        Returns how many were queued. Wake the worker afterwards.
        """
        act = "retry in doubt" if in_doubt else "retry"
        queued = await self._queue_again(broadcast_id, admin_id, act, in_doubt=in_doubt)
        _log_act(act, broadcast_id, admin_id, changed=queued > 0, queued=queued)
        return queued

    async def _queue_again(
        self, broadcast_id: int, admin_id: int, act: str, *, in_doubt: bool
    ) -> int:
        now, queued, last = self._clock.now(), 0, audience.BEFORE_ALL_CHATS
        while True:
            step = partial(
                recipients.queue_again_chunk,
                broadcast_id=broadcast_id,
                after_chat=last,
                most=ROWS_AT_ONCE,
                now=now,
                not_after=now + LIFETIME,
                in_doubt=in_doubt,
            )
            async with self._db.write() as session:
                done = await step(session)
                if done.rows and not queued:  # once, with the first of them
                    after = {"state": "sending"}
                    await self._record(session, admin_id, act, broadcast_id, "done", after)
            queued += done.rows
            if done.last_chat is None:
                return queued
            last = done.last_chat

    async def report(self, broadcast_id: int) -> Report:
        """Counts by state.

        Raises:
            LookupError: there is no such broadcast.
        """
        async with self._db.read() as session:
            found = await self._get(session, broadcast_id)
            return report_of(found, await recipients.counts(session, broadcast_id))

    async def set_progress_message(self, broadcast_id: int, chat_id: int, message_id: int) -> None:
        """Where the admin sees the progress."""
        async with self._db.write() as session:
            values = {"progress_chat_id": chat_id, "progress_message_id": message_id}
            await store.change(session, broadcast_id, values)

    async def running(self) -> list[BroadcastRead]:
        """Broadcasts that are sending or paused, oldest first."""
        return await self._db.read(lambda session: store.in_states(session, store.OPEN_STATES))

    async def to_be_shown(self) -> list[BroadcastRead]:
        """Broadcasts whose admin has not been shown everything, oldest first."""
        return await self._db.read(store.to_be_shown)

    async def reported(self, broadcast_id: int) -> None:
        """The last report has reached the admin, or never will."""
        over = store.is_in("done", "cancelled")
        async with self._db.write() as session:
            await store.change(session, broadcast_id, {"reported_at": self._clock.now()}, over)

    async def _get(self, session: AsyncSession, broadcast_id: int) -> BroadcastRead:
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


def _shown(offer: Offer, now: datetime) -> dict[str, Any]:
    return {"shown_at": now, "shown_audience": offer.audience, "shown_stars": offer.stars}
