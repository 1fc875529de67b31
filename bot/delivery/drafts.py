"""The rules about drafts, and about what waits to begin: what it says, for whom, and when."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.admins.audit import Facts
from bot.delivery import schedules
from bot.delivery.act_log import log_act, subject_of
from bot.delivery.audiences import Filter, written
from bot.delivery.beginning import count_of
from bot.delivery.content import Content, problems_of
from bot.delivery.corrections import can_become
from bot.delivery.offers import shown_values
from bot.delivery.saved_audiences import SavedAudiences, can_tell
from bot.delivery.schedules import Schedule
from bot.store.outbox import audience
from bot.store.outbox_models import WAITING, BroadcastRead
from bot.store.queries import broadcasts as store
from bot.store.tables import Executor

CHOSEN = (
    "content", "filter", "wanted", "send_at", "local_date", "local_minute", "late", "not_after",
)  # fmt: skip
"""What a draft that takes another one's place says as that does, until it is changed."""


class Drafts(SavedAudiences):
    """Makes and changes what has not begun."""

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

    async def compose(
        self, admin_id: int, content: Content, made: Filter, schedule: Schedule
    ) -> BroadcastRead:
        """Draft what was written outside of a chat, all of it in one step, or nothing.

        Raises:
            FilterError: the audience names something that there is not.
            ScheduleError: the time cannot be.
            ValueError: the content has problems.
        """
        now = self._clock.now()
        async with self._db.write() as session:
            chosen = await self._chosen(session, content, made, schedule, now)
            draft = await self._add_draft(session, admin_id, (admin_id, 0), chosen)
            await self._check_left_out(session, draft, {})
            after = {"state": "draft", "audience": draft.shown_audience}
            await self._audit.record(session, admin_id, "draft", subject_of(draft.id), after=after)
        log_act("draft", draft.id, admin_id)
        return draft

    async def redraft(
        self,
        broadcast_id: int,
        admin_id: int,
        chosen: tuple[Content, Filter, Schedule] | None = None,
        *,
        as_of: datetime | None = None,
    ) -> BroadcastRead | None:
        """Draft a change of one that waits: as it is, or as ``chosen``; None where it no longer
        waits, or was changed after it was shown at ``as_of``.

        Any admin may. Nothing changes until the draft is confirmed: then it takes its place.

        Raises:
            FilterError, ScheduleError, ValueError: as :meth:`compose`.
        """
        now = self._clock.now()
        async with self._db.write() as session:
            found = await store.get(session, broadcast_id)
            if found is None or not found.can_be_replaced:
                return None
            if as_of is not None and found.last_shown != as_of:
                return None
            values: Facts = {name: getattr(found, name) for name in CHOSEN}
            if chosen is not None:
                values = await self._chosen(session, *chosen, now)
            source = (found.source_chat_id, found.source_message_id)
            values = {**values, "corrects": broadcast_id}
            draft = await self._add_draft(session, admin_id, source, values)
            if chosen is not None:
                await self._check_left_out(session, draft, {})
            subject, before = subject_of(draft.id), {"broadcast": broadcast_id}
            await self._audit.record(session, admin_id, "redraft", subject, before)
        log_act("redraft", draft.id, admin_id)
        return draft

    async def rewrite(
        self,
        broadcast_id: int,
        admin_id: int,
        chosen: tuple[Content, Filter, Schedule],
        *,
        as_of: str,
    ) -> BroadcastRead | None:
        """Have the draft of a message be as ``chosen``, all of it in one step; None where this
        admin can't, or it was changed after they saw ``as_of`` of it (:func:`version_of`).

        Raises:
            FilterError, ScheduleError, ValueError: as :meth:`compose`.
        """
        async with self._db.write() as session:
            found = await store.get(session, broadcast_id, lock=True)
            if found is None or found.is_correction or not _is_as_seen(found, admin_id, as_of):
                return None
            values = await self._chosen(session, *chosen, self._clock.now())
            await store.change(session, broadcast_id, values)
            draft = await self._offered_anew(session, broadcast_id)
            await self._check_left_out(session, draft, {})
            content, audience_of, schedule = chosen
            after = {"kind": content.kind, "audience": written(audience_of)}
            after |= schedules.facts_of(schedule)
            subject = subject_of(broadcast_id)
            await self._audit.record(session, admin_id, "compose", subject, after=after)
        log_act("rewrite", broadcast_id, admin_id)
        return draft

    async def reword(
        self, broadcast_id: int, admin_id: int, content: Content, *, as_of: str
    ) -> bool:
        """Have the draft of an edit say that; False where this admin can't, or it was changed
        after they saw ``as_of`` of it, or it would be of another kind.

        Raises:
            ValueError: the content has problems.
        """
        if problems_of(content):
            raise ValueError("the content has problems")
        async with self._db.write() as session:
            found = await store.get(session, broadcast_id, lock=True)
            if found is None or not found.is_correction or not can_become(found, content):
                return False
            if not _is_as_seen(found, admin_id, as_of):
                return False
            await store.change(session, broadcast_id, {"content": content.stored()})
            subject, after = subject_of(broadcast_id), {"kind": content.kind}
            await self._audit.record(session, admin_id, "compose", subject, after=after)
        log_act("reword", broadcast_id, admin_id)
        return True

    async def set_filter(self, broadcast_id: int, admin_id: int, made: Filter) -> bool:
        """Choose whom this admin's draft is for; False where it is no draft of theirs.

        Raises:
            FilterError: it names something that there is not.
        """
        now = self._clock.now()
        async with self._db.write() as session:
            values = await self._aimed_at(session, made, now)
            facts = {"audience": written(made)}
            return await self._change_draft(session, broadcast_id, admin_id, values, facts)

    async def set_schedule(self, broadcast_id: int, admin_id: int, schedule: Schedule) -> bool:
        """Choose when this admin's draft is sent; False where it is no draft of theirs.

        Raises:
            ScheduleError: it cannot be.
        """
        schedules.check(schedule, self._clock.now())
        values, facts = schedules.columns_of(schedule), schedules.facts_of(schedule)
        async with self._db.write() as session:
            draft = await store.get(session, broadcast_id)
            if draft is None:
                return False
            await self._check_left_out(session, draft, values)
            return await self._change_draft(session, broadcast_id, admin_id, values, facts)

    async def reschedule(self, broadcast_id: int, admin_id: int, schedule: Schedule) -> bool:
        """Choose another time for one that waits; False where it no longer does.

        Any admin may, and is shown it then. With neither an instant nor a local hour it begins at
        the planner's next tick: wake it afterwards.

        Raises:
            ScheduleError: it cannot be.
        """
        now = self._clock.now()
        schedules.check(schedule, now)
        values = schedules.columns_of(schedule)
        async with self._db.write() as session:
            found = await store.get(session, broadcast_id, lock=True)
            done = found is not None and found.state in WAITING
            if found is not None and done:
                await self._check_left_out(session, found, values)
            if found is not None and found.state == "scheduled":
                times = schedules.times_of(schedule, now)
                values |= {**times, "send_at": times["send_at"] or now}
            if found is not None and done:
                await store.change(session, broadcast_id, values | {"shown_at": now})
                await self._audit.record(
                    session,
                    admin_id,
                    "reschedule",
                    subject_of(broadcast_id),
                    schedules.facts_of(schedules.schedule_of(found)),
                    schedules.facts_of(schedule),
                )
        log_act("reschedule", broadcast_id, admin_id, changed=done)
        return done

    async def _check_left_out(
        self, session: Executor, broadcast: BroadcastRead, values: Facts
    ) -> None:
        planned = broadcast.model_copy(update=dict(values))
        if not await can_tell(session, planned, self._clock.now()):
            raise schedules.ScheduleError("not_kept")

    async def _change_draft(
        self, session: Executor, broadcast_id: int, admin_id: int, values: Facts, facts: Facts
    ) -> bool:
        mine = (store.is_in("draft"), store.is_admins(admin_id))
        done = await store.change(session, broadcast_id, values, *mine)
        if done:
            subject = subject_of(broadcast_id)
            await self._audit.record(session, admin_id, "target", subject, after=facts)
        return done

    async def _chosen(
        self,
        session: AsyncSession,
        content: Content,
        made: Filter,
        schedule: Schedule,
        now: datetime,
    ) -> Facts:
        """What a draft says, whom it is for, and when, as its row has it."""
        schedules.check(schedule, now)
        if problems_of(content):
            raise ValueError("the content has problems")
        aimed = await self._aimed_at(session, made, now)
        return {"content": content.stored(), **aimed, **schedules.columns_of(schedule)}

    async def _add_draft(
        self, session: AsyncSession, admin_id: int, source: tuple[int, int], values: Facts
    ) -> BroadcastRead:
        """A draft of which its admin is shown at once what it takes."""
        now, everyone = self._clock.now(), audience.EVERYONE
        made = await store.add(session, admin_id, *source, now, audience=everyone, **values)
        return await self._offered_anew(session, made)

    async def _offered_anew(self, session: AsyncSession, made: int) -> BroadcastRead:
        """A draft with what its admin is shown of it now."""
        now, draft = self._clock.now(), await self._get(session, made)
        shown = shown_values(self.offer(await count_of(session, draft, now)), now)
        if draft.replaces is not None and draft.shown_at is not None:
            # What it is to take the place of may have been changed since: its admin is asked.
            shown["shown_at"] = draft.shown_at
        await store.change(session, made, shown)
        return await self._get(session, made)


def _is_as_seen(draft: BroadcastRead, admin_id: int, as_of: str) -> bool:
    return draft.can_be_rewritten_by(admin_id) and version_of(draft) == as_of


def version_of(draft: BroadcastRead) -> str:
    """What stands for all that was chosen of a draft: another one once any of it was changed."""
    names = (*CHOSEN, "source_chat_id", "source_message_id")
    said = [getattr(draft, name) for name in names]
    return hashlib.sha256(repr(said).encode()).hexdigest()
