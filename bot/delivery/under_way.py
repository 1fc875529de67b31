"""The rules about what is under way: cancel, pause, resume, try again what failed."""

from __future__ import annotations

from functools import partial
from typing import Any

from bot.delivery.act_log import log_act
from bot.delivery.cancelling import ROWS_AT_ONCE, cancel_rows
from bot.delivery.offers import Offers
from bot.delivery.schedules import LIFETIME
from bot.store.outbox import audience, corrections, recipients
from bot.store.outbox_models import NOT_BEGUN
from bot.store.queries import broadcasts as store

HAVE_A_REST = store.OPEN_STATES
"""Begun, so that cancelling leaves out whoever hasn't got it yet: admins are asked once more."""

CAN_BE_CANCELLED = (*NOT_BEGUN, *HAVE_A_REST)


class UnderWay(Offers):
    """Ends and holds broadcasts, lets them go on, and queues again what did not arrive."""

    async def cancel(self, broadcast_id: int, admin_id: int) -> bool:
        """End it; what is queued is cancelled. Any admin may; False where nothing is left."""
        now = self._clock.now()
        values = {"state": "cancelled", "finished_at": now, "pause_reason": None}
        done = await self._while_work_is_left(
            "cancel", broadcast_id, admin_id, values, *CAN_BE_CANCELLED
        )
        log_act("cancel", broadcast_id, admin_id, changed=done)
        if done:
            await cancel_rows(self._db, broadcast_id)
        return done

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
            done = await store.change(session, broadcast_id, values)
            if found.corrects is not None and act == "cancel":
                await corrections.let_go(session, found.corrects)
            return done

    async def pause(self, broadcast_id: int, admin_id: int) -> bool:
        """Hold it where it is; messages under way still arrive. False where nothing is left."""
        values = {"state": "paused", "pause_reason": "admin"}
        done = await self._while_work_is_left("pause", broadcast_id, admin_id, values, "sending")
        log_act("pause", broadcast_id, admin_id, changed=done)
        return done

    async def resume(self, broadcast_id: int, admin_id: int) -> bool:
        """Go on after a pause. Wake the worker afterwards.

        False, too, while a correction of it gathers its rows: then it goes on by itself.
        """
        values = {"state": "sending", "pause_reason": None}
        async with self._db.write() as session:
            held = await corrections.is_held(session, broadcast_id)
            paused = store.is_in("paused")
            done = not held and await store.change(session, broadcast_id, values, paused)
            if done:
                after = {"state": "sending"}
                await self._record(session, admin_id, "resume", broadcast_id, "paused", after)
        log_act("resume", broadcast_id, admin_id, changed=done)
        return done

    async def retry_failed(
        self, broadcast_id: int, admin_id: int, *, in_doubt: bool = False
    ) -> int:
        """Queue failed messages again (blocked subscribers never); with ``in_doubt`` those too.

        Returns how many were queued. Wake the worker afterwards.
        """
        act = "retry in doubt" if in_doubt else "retry"
        queued = await self._queue_again(broadcast_id, admin_id, act, in_doubt=in_doubt)
        log_act(act, broadcast_id, admin_id, changed=queued > 0, queued=queued)
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
