"""The rules about broadcasts: draft, confirm, pause, resume, cancel, retry, report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from bot.admins.audit import Facts
from bot.clock import Clock
from bot.config import Settings
from bot.delivery.act_log import log_act
from bot.delivery.beginning import count_of, set_off
from bot.delivery.cancelling import ROWS_AT_ONCE, cancel_rows
from bot.delivery.corrections import Corrections, subject_of
from bot.delivery.report import report_of
from bot.delivery.schedules import LIFETIME, has_ended, has_passed, schedule_of
from bot.delivery.targeting import Offer, Targeting, can_tell, shown_values
from bot.delivery.trial import Api
from bot.store.database import Database
from bot.store.outbox import audience, corrections, recipients
from bot.store.outbox_models import NOT_BEGUN, BroadcastRead
from bot.store.queries import broadcasts as store
from bot.store.tables import Executor
from bot.store.values import Report
from bot.subscribers.schedule import KEPT_DAYS

NO_THEMES: Mapping[str, int] = MappingProxyType({})
CAN_BE_CANCELLED = (*NOT_BEGUN, *store.OPEN_STATES)
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


class Broadcasts(Targeting, Corrections):
    """Rules about broadcasts. State changes are conditional: the second of two taps is a no-op.

    Every act leaves a line in the log, with the admin's id (0: the operator at the command line),
    and what changed something an entry in the audit log.

    Args:
        api: what tests leave by; without it there are none.
        themes: the bits of the themes that there are, by id; filters name them.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        settings: Settings,
        api: Api | None = None,
        *,
        themes: Mapping[str, int] = NO_THEMES,
    ) -> None:
        Corrections.__init__(self, db, clock, settings, api)
        self.themes = themes

    async def draft(
        self, admin_id: int, source_chat_id: int, source_message_id: int
    ) -> BroadcastRead:
        """Remember the admin's message as a draft, and the audience and the price as of now.

        Nothing is sent yet; the admin is to be shown both.
        """
        now = self._clock.now()
        async with self._db.write() as session:
            offer = self.offer(await audience.count(session, now.date()))
            made = await store.add(
                session,
                admin_id,
                source_chat_id,
                source_message_id,
                now,
                audience=audience.EVERYONE,
                **shown_values(offer, now),
            )
            draft = await self._get(session, made)
            after = {"state": "draft", "audience": offer.audience}
            await self._audit.record(session, admin_id, "draft", subject_of(made), after=after)
        log_act("draft", made, admin_id)
        return draft

    async def find(self, broadcast_id: int) -> BroadcastRead | None:
        """The broadcast, or None."""
        async with self._db.read() as session:
            return await store.get(session, broadcast_id)

    async def audience_count(self) -> int:
        """How many subscribers get what is for everyone: who is active and takes announcements."""
        today = self._clock.now().date()
        return await self._db.read(partial(audience.count, today=today))

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

    async def offer_again(self, broadcast_id: int, *, in_doubt: bool) -> Offer:
        """What it takes to send again what failed, or with ``in_doubt`` that, too.

        Raises:
            LookupError: there is no such broadcast.
        """
        async with self._db.read() as session:
            kind = (await self._get(session, broadcast_id)).kind
        report = await self.report(broadcast_id)
        count = report.failed_again + (report.doubt_again if in_doubt else 0)
        return self.offer(count, kind)

    async def offered(self, broadcast_id: int, offer: Offer) -> None:
        """The admin has been shown this, and may confirm it."""
        shown = shown_values(offer, self._clock.now())
        async with self._db.write() as session:
            await store.change(session, broadcast_id, shown, store.is_in("draft", "done"))

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

    async def report(self, broadcast_id: int) -> Report:
        """Counts by state.

        Raises:
            LookupError: there is no such broadcast.
        """
        async with self._db.read() as session:
            found = await self._get(session, broadcast_id)
            counts = await recipients.counts(session, broadcast_id)
            recalled = await corrections.is_recalled(session, broadcast_id)
            return report_of(found, counts, may_be_repeated=not recalled)

    async def counted(self, found: Sequence[BroadcastRead]) -> dict[int, Report]:
        """The counts of each of these by its number; what could be tried again is left out."""
        async with self._db.read() as session:
            counts = await recipients.counts_of_each(session, [one.id for one in found])
        return {one.id: report_of(one, counts[one.id], may_be_repeated=False) for one in found}

    async def set_progress_message(
        self, broadcast_id: int, chat_id: int, message_id: int | None
    ) -> None:
        """Where the admin sees the progress; without a message, a new one comes into the chat."""
        async with self._db.write() as session:
            values = {"progress_chat_id": chat_id, "progress_message_id": message_id}
            await store.change(session, broadcast_id, values)

    async def take_to_show(self, broadcast: BroadcastRead, chat_id: int) -> bool:
        """Have its progress shown in this chat from now on; False where another replica chose one
        meanwhile."""
        values = {"progress_chat_id": chat_id, "progress_message_id": None}
        as_read = store.is_shown_in(broadcast.progress_chat_id)
        async with self._db.write() as session:
            return await store.change(session, broadcast.id, values, as_read)

    async def running(self) -> list[BroadcastRead]:
        """Broadcasts that are sending or paused, oldest first."""
        return await self._db.read(lambda session: store.in_states(session, store.OPEN_STATES))

    async def recent(self, limit: int) -> list[BroadcastRead]:
        """The newest broadcasts, drafts included, newest first."""
        return await self._db.read(partial(store.newest, limit=limit))

    async def to_be_shown(self) -> list[BroadcastRead]:
        """Broadcasts whose admin has not been shown everything, oldest first."""
        return await self._db.read(store.to_be_shown)

    async def last_sent(self) -> int | None:
        """The newest broadcast of which it is still known who got it."""
        since = self._clock.now() - timedelta(days=KEPT_DAYS)
        return await self._db.read(partial(store.last_message, since=since))

    async def reported(self, broadcast_id: int) -> None:
        """The last report has reached the admin, or never will."""
        over = store.is_in("done", "cancelled")
        async with self._db.write() as session:
            await store.change(session, broadcast_id, {"reported_at": self._clock.now()}, over)
