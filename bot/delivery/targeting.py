"""The rules about whom a broadcast is for and when it is sent, until sending begins."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from bot.admins.audit import Audit, Facts
from bot.clock import Clock
from bot.config import Settings
from bot.delivery import schedules
from bot.delivery.act_log import log_act
from bot.delivery.audiences import Filter, FilterError, read_filter, resolve, written
from bot.delivery.beginning import count_of
from bot.delivery.content import Content, problems_of
from bot.delivery.corrections import subject_of
from bot.delivery.recipients_file import recipients_file
from bot.delivery.schedules import Schedule
from bot.store.database import Database
from bot.store.outbox import audience
from bot.store.outbox.wanted import Wanted, wanted_of
from bot.store.outbox_models import WAITING, BroadcastRead
from bot.store.queries import broadcasts as store
from bot.store.queries import segments
from bot.store.tables import Executor
from bot.subscribers.schedule import KEPT_DAYS

STARS_A_MESSAGE = 0.1  # Bot API, sendMessage, allow_paid_broadcast
CHOSEN = (
    "content", "filter", "wanted", "send_at", "local_date", "local_minute", "late", "not_after",
)  # fmt: skip
"""What a draft that takes another one's place says as that does, until it is changed."""

NAME = re.compile(r"\S(.{0,38}\S)?")
"""What a saved audience may be called."""


class Offer(NamedTuple):
    """What an admin is shown before they confirm: how many get it, the seconds, the Stars."""

    audience: int
    seconds: float
    stars: float


class SavedFilter(NamedTuple):
    """An audience with a name."""

    name: str
    filter: Filter
    made_by: int
    made_at: datetime


class ListAdded(NamedTuple):
    """A list of subscribers: its number, how many are on it, and how many ids nobody has."""

    list_id: int
    known: int
    unknown: int


class Targeting:
    """What is chosen of a draft, and what it would take."""

    _db: Database
    _clock: Clock
    _settings: Settings
    _audit: Audit
    themes: Mapping[str, int]

    def expected_seconds(self, count: int) -> float:
        """How long ``count`` messages take at the operator's rate, in seconds."""
        return count / self._settings.bulk_rate

    def seconds_left(
        self, broadcast: BroadcastRead, queued: int, rate: float | None = None
    ) -> float:
        """How long what is queued will take, in seconds: at the ``rate`` a second that it had of
        late, or at the operator's; of what comes at local hours the last one has to come, too."""
        left, schedule = self.expected_seconds(queued), schedules.schedule_of(broadcast)
        if not schedule.is_local or schedule.ends is None:
            return queued / rate if rate else left
        return max(left, (schedule.ends - self._clock.now()).total_seconds())

    def stars_cost(self, count: int) -> float:
        """Telegram Stars that ``count`` messages cost; 0 at the free rate.

        Telegram takes 0.1 Stars a message (Bot API, sendMessage, allow_paid_broadcast).
        """
        return count * STARS_A_MESSAGE if self._settings.paid_broadcast else 0.0

    def offer(self, count: int, kind: str = "message") -> Offer:
        """What ``count`` messages take and cost; corrections cost nothing."""
        stars = self.stars_cost(count) if kind == "message" else 0.0
        return Offer(count, self.expected_seconds(count), stars)

    async def offer_of(self, broadcast_id: int) -> Offer:
        """What this one would take and cost, if it began now.

        Raises:
            LookupError: there is no such broadcast.
        """
        async with self._db.read() as session:
            found = await self._get(session, broadcast_id)
            return self.offer(await count_of(session, found, self._clock.now()), found.kind)

    async def count_filter(self, made: Filter) -> int:
        """How many a broadcast to this audience would reach now.

        Raises:
            FilterError: it names something that there is not.
        """
        now = self._clock.now()
        async with self._db.read() as session:
            wanted = await self._resolve(session, made, now)
            return await audience.count(session, now.date(), wanted)

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

    async def scheduled(self) -> list[BroadcastRead]:
        """Broadcasts that wait for their time, the next one first."""
        return await self._db.read(store.scheduled)

    async def waiting(self) -> list[BroadcastRead]:
        """Broadcasts that wait for a second admin's approval, oldest first."""
        return await self._db.read(lambda session: store.in_states(session, ("waiting",)))

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
        """Have a draft be as ``chosen``, all of it in one step; None where this admin can't,
        or it was changed after they saw ``as_of`` of it (:func:`version_of`).

        Raises:
            FilterError, ScheduleError, ValueError: as :meth:`compose`.
        """
        async with self._db.write() as session:
            found = await store.get(session, broadcast_id, lock=True)
            if found is None or not found.can_be_rewritten_by(admin_id):
                return None
            if version_of(found) != as_of:
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

    async def segments(self) -> list[SavedFilter]:
        """The audiences that admins saved, by name."""
        found = await self._db.read(segments.every)
        return [SavedFilter(s.name, read_filter(s.filter), s.made_by, s.made_at) for s in found]

    async def save_segment(self, name: str, made: Filter, admin_id: int) -> None:
        """Save an audience under this name, in place of one that has it.

        Raises:
            FilterError: it names something that there is not.
            ValueError: the name is empty or longer than 40 characters.
        """
        if not NAME.fullmatch(name):
            raise ValueError("a name has 1 to 40 characters, in one line")
        now = self._clock.now()
        async with self._db.write() as session:
            await self._resolve(session, made, now)
            await segments.save(session, name, _as_json(made), admin_id, now)
            subject, after = f"audience {name}", {"audience": written(made)}
            await self._audit.record(session, admin_id, "save", subject, after=after)

    async def drop_segment(self, name: str, admin_id: int) -> bool:
        """Forget a saved audience; False where there is none of this name."""
        async with self._db.write() as session:
            done = await segments.drop(session, name)
            if done:
                await self._audit.record(session, admin_id, "drop", f"audience {name}")
        return done

    async def add_list(self, ids: Iterable[int], admin_id: int) -> ListAdded:
        """Make a list of those of these chats that are subscribers'."""
        every = dict.fromkeys(ids)
        chats = [chat for chat in every if abs(chat) < 2**63]
        async with self._db.write() as session:
            list_id = await segments.next_list(session)
            known = await segments.add_to_list(session, list_id, chats)
            unknown = len(every) - known
            after = {"known": known, "unknown": unknown}
            await self._audit.record(session, admin_id, "add list", f"list {list_id}", after=after)
        return ListAdded(list_id, known, unknown)

    async def recipients_csv(self, broadcast_id: int) -> bytes:
        """A CSV file (UTF-8) of what became of each recipient whose row is still there.

        Raises:
            LookupError: there is no such broadcast.
        """
        async with self._db.read() as session:
            await self._get(session, broadcast_id)
        return await recipients_file(self._db, broadcast_id)

    async def _aimed_at(self, session: AsyncSession, made: Filter, now: datetime) -> Facts:
        """The audience as its broadcast's row has it."""
        wanted = await self._resolve(session, made, now)
        if made == Filter():
            return {"filter": None, "wanted": None}
        return {"filter": _as_json(made), "wanted": _as_json(wanted)}

    async def _resolve(self, session: AsyncSession, made: Filter, now: datetime) -> Wanted:
        wanted = resolve(made, self.themes)
        for broadcast_id in made.without:
            await _check_had(session, broadcast_id, now)
        if made.list_id is not None and not await segments.list_exists(session, made.list_id):
            raise FilterError("no_such_list", f"list={made.list_id}")
        return wanted

    async def _get(self, session: AsyncSession, broadcast_id: int) -> BroadcastRead:
        found = await store.get(session, broadcast_id)
        if found is None:
            raise LookupError(f"there is no broadcast {broadcast_id}")
        return found


def version_of(draft: BroadcastRead) -> str:
    """What stands for all that was chosen of a draft: another one once any of it was changed."""
    names = (*CHOSEN, "source_chat_id", "source_message_id")
    said = [getattr(draft, name) for name in names]
    return hashlib.sha256(repr(said).encode()).hexdigest()


async def _check_had(session: Executor, broadcast_id: int, at: datetime) -> None:
    """Whether it can be told at that instant who had this one."""
    found, place = await store.get(session, broadcast_id), f"not={broadcast_id}"
    if found is None or found.confirmed_at is None or found.kind != "message":
        raise FilterError("no_such_broadcast", place)
    if (found.send_at or found.confirmed_at) < at - timedelta(days=KEPT_DAYS):
        raise FilterError("too_long_ago", place)


async def can_tell(session: Executor, broadcast: BroadcastRead, now: datetime) -> bool:
    """Whether it will still be known whom it leaves out when it begins."""
    begins = max(schedules.schedule_of(broadcast).begins or now, now)
    try:
        for broadcast_id in wanted_of(broadcast).without:
            await _check_had(session, broadcast_id, begins)
    except FilterError:
        return False
    return True


def shown_values(offer: Offer, now: datetime) -> dict[str, Any]:
    """What a broadcast's row remembers of what its admin was shown."""
    return {"shown_at": now, "shown_audience": offer.audience, "shown_stars": offer.stars}


def _as_json(value: Filter | Wanted) -> str:
    return value.model_dump_json(exclude_defaults=True)
