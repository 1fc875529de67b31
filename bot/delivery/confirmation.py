"""The rules about confirming: as it was shown, in another one's place, by a second admin's yes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from bot.delivery.act_log import log_act, subject_of
from bot.delivery.beginning import count_of, set_off
from bot.delivery.offers import Offer, Offers, shown_values
from bot.delivery.saved_audiences import can_tell
from bot.delivery.schedules import has_ended, has_passed, schedule_of
from bot.store.outbox_models import BroadcastRead
from bot.store.queries import broadcasts as store
from bot.store.tables import Executor

SHOWN_FOR = timedelta(days=1)
"""How long a draft may be confirmed as it was shown."""

Confirmed = Literal[
    "sending", "scheduled", "waiting", "stale", "changed", "past", "nobody", "no"
]  # fmt: skip
"""What came of a confirmation: it is being sent, waits for its time or for a second admin; or the
admin has to be asked once more, since more would get it or what it is to take the place of was
changed; its time has passed (or who got a broadcast that it leaves out is no longer known by
then), nobody would get it, or it is no draft of theirs (any more), or one that is to take the
place of what no longer waits."""

CONFIRMED = ("sending", "scheduled", "waiting")
"""Of those, the ones by which the draft has become something else."""


class Confirmation(Offers):
    """Begins what is confirmed, or has it wait for its time or for a second admin."""

    async def confirm(
        self, broadcast_id: int, admin_id: int, *, not_after: datetime | None = None
    ) -> Confirmed:
        """Begin, or wait for its time or for a second admin's approval.

        The audience is whoever is in it at the moment when sending begins: whoever joins later
        does not get it, and whoever leaves is counted as cancelled. It is ``stale`` where more
        would be sent or paid than the admin was shown, or a day has passed since, and ``changed``
        where what it is to take the place of was changed since. ``not_after``
        (default: as it was scheduled, else a day after it is due) is when unsent messages become
        too old. Wake the planner afterwards: it makes the rows.
        """
        now = self._clock.now()
        async with self._db.write() as session:
            draft = await store.get(session, broadcast_id, lock=True)
            came: Confirmed = "no"
            size = 0
            if draft is not None and (draft.state, draft.admin_id) == ("draft", admin_id):
                draft = draft.model_copy(update={"not_after": not_after or draft.not_after})
                size = await count_of(session, draft, now)
                came = await self._confirm(session, draft, self.offer(size, draft.kind), now)
            if came in CONFIRMED:
                after = {"state": came, "total": size}
                await self._record(session, admin_id, "confirm", broadcast_id, "draft", after)
        log_act("confirm", broadcast_id, admin_id, changed=came in CONFIRMED, audience=size)
        return came

    async def _confirm(
        self, session: AsyncSession, draft: BroadcastRead, offer: Offer, now: datetime
    ) -> Confirmed:
        if not offer.audience:
            return "nobody"
        if self._is_stale(draft, offer, now):
            return "stale"
        if has_passed(schedule_of(draft), now) or not await can_tell(session, draft, now):
            return "past"
        if draft.replaces is not None:
            if refused := await self._take_place(session, draft, draft.replaces, now):
                return refused
            draft = draft.model_copy(update={"corrects": None})
        if self._needs_approval(draft, offer):
            values = {"state": "waiting", "not_after": draft.not_after}
            await store.change(session, draft.id, values)
            return "waiting"
        return await set_off(session, draft, now, offer.audience)

    async def _take_place(
        self, session: Executor, draft: BroadcastRead, old: int, now: datetime
    ) -> Literal["no", "changed"] | None:
        """Cancel the one whose place the draft takes; why not, where that no longer waits, or was
        changed after the draft was shown."""
        found = await store.get(session, old, lock=True)
        if found is None or not found.can_be_replaced:
            return "no"
        if draft.last_shown < found.last_shown:
            return "changed"
        await store.change(session, old, {"state": "cancelled", "finished_at": now})
        await store.change(session, draft.id, {"corrects": None})
        after = {"state": "cancelled", "now": subject_of(draft.id)}
        await self._record(session, draft.admin_id, "replace", old, found.state, after)
        return None

    def _needs_approval(self, draft: BroadcastRead, offer: Offer) -> bool:
        """Taking back what went out never waits for anybody."""
        above = self._settings.approval_above
        return above is not None and offer.audience > above and draft.kind != "recall"

    async def approve(self, broadcast_id: int, admin_id: int) -> bool:
        """A second admin agrees: it begins, or waits for its time. Wake the planner afterwards.

        False where it waits for nobody (any more), is this admin's own, or can no longer be sent.
        """
        now = self._clock.now()
        async with self._db.write() as session:
            found = await store.get(session, broadcast_id, lock=True)
            done = found is not None and await self._awaits(session, found, admin_id, now)
            if found is not None and done:
                await store.change(session, broadcast_id, {"approved_by": admin_id})
                after = {"state": await set_off(session, found, now)}
                await self._record(session, admin_id, "approve", broadcast_id, "waiting", after)
        log_act("approve", broadcast_id, admin_id, changed=done)
        return done

    async def _awaits(
        self, session: AsyncSession, found: BroadcastRead, admin_id: int, now: datetime
    ) -> bool:
        """Whether it waits for this admin's approval, and can still be sent."""
        if found.state != "waiting" or found.admin_id == admin_id:
            return False
        return not has_ended(schedule_of(found), now) and await can_tell(session, found, now)

    def _is_stale(self, shown: BroadcastRead, offer: Offer, now: datetime) -> bool:
        # By a clock that was ahead, it may have been shown in what is the future now.
        old = shown.shown_at is None or abs(now - shown.shown_at) > SHOWN_FOR
        if shown.is_correction:  # of one under way there are ever more to correct
            return old
        return old or offer.audience > shown.shown_audience or offer.stars > shown.shown_stars

    async def is_as_shown(self, broadcast_id: int, offer: Offer) -> bool:
        """Whether this, or more, was shown within the last day."""
        found = await self.find(broadcast_id)
        return found is not None and not self._is_stale(found, offer, self._clock.now())

    async def offered(self, broadcast_id: int, offer: Offer) -> None:
        """The admin has been shown this, and may confirm it."""
        shown = shown_values(offer, self._clock.now())
        async with self._db.write() as session:
            await store.change(session, broadcast_id, shown, store.is_in("draft", "done"))
