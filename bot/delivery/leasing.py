"""Leasing rows and making them ready to be sent: shares, stale rows, the choice of the tip."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import structlog

from bot.clock import Clock
from bot.content.withdrawals import heed
from bot.delivery.broadcast_requests import BroadcastRequests, Known
from bot.delivery.counts import count_ending
from bot.delivery.late_hours import settled_if_late
from bot.delivery.message import OutgoingMessage
from bot.delivery.rendering import Manner, Parts, Renderer
from bot.store.models import Recipient
from bot.store.outbox import leases
from bot.store.outbox.kinds import BROADCAST, CORRECTION
from bot.store.outbox.leases import Leased, Settled
from bot.store.outbox_models import BroadcastRead
from bot.store.queries import counters, deliveries, rotations
from bot.store.queries import subscribers as subscriber_queries
from bot.store.queries.addressees import Addressee
from bot.store.queries.rotations import Mark
from bot.store.tables import Executor
from bot.subscribers.calendar import local_date
from bot.subscribers.next_tip import choose, mark_of
from bot.subscribers.schedule import pause_is_over

log = structlog.get_logger(__name__)

BROADCAST_SHARE = 0.25
"""What broadcasts get at least while tips wait: tips are promised for an hour, they are not."""

LONGEST_SEND = 30.0
"""Seconds that a send may take; no send is begun when less is left of its lease."""

GONE_FROM_BROADCASTS = ("blocked", "gone", "stopped")


class LeasedBatch(NamedTuple):
    """Items to send, broadcasts with nothing ready, and whether asking again may bring more.

    ``counted`` is what was dropped, by the names of the counters.
    """

    items: list[OutgoingMessage]
    exhausted: set[int]
    more: bool
    counted: Counter[str]


class _Sorted(NamedTuple):
    """What to do with leased rows; those of ``nobodys`` go, since their subscriber was erased."""

    items: list[OutgoingMessage]
    dropped: list[Settled]
    marks: list[Mark]
    nobodys: list[int]


class Leasing:
    """Leases in the name of one owner; what is ``begun`` with that need not be marked again."""

    def __init__(
        self,
        owner: str,
        clock: Clock,
        renderer: Renderer,
        lease_seconds: float,
        *,
        paid: bool,
        begun: bool,
        home: str,
    ) -> None:
        self._owner = owner
        self._clock = clock
        self._renderer = renderer
        self._lease_seconds = lease_seconds
        self._requests = BroadcastRequests(clock, paid=paid, home=home)
        self._pays = paid
        self._home = home
        self._begun = begun
        self._credit = 0.0

    async def lease(
        self,
        session: Executor,
        running: Sequence[BroadcastRead],
        want: int,
        most_tips: int | None = None,
    ) -> LeasedBatch:
        """Take up to ``want`` rows: tips first, but broadcasts always get their share."""
        share = self._share(want) if running else 0
        most_tips = want if most_tips is None else most_tips
        first = min(want - share, most_tips)
        tips = await self._take(session, first, None)
        left, unpaid, exhausted = want - len(tips), len(tips), set()
        rows: list[tuple[BroadcastRead, list[Leased]]] = []
        for index, one in enumerate(running):
            fair = -(-left // (len(running) - index))
            if self._pays and not self._requests.is_paid(one):
                fair = min(fair, max(0, most_tips - unpaid))
                unpaid += fair
            taken = await self._take(session, fair, one.id) if fair else []
            rows.append((one, taken))
            left -= len(taken)
            if len(taken) < fair:
                exhausted.add(one.id)
        if left and share and len(tips) == first:
            tips += await self._take(session, min(left, most_tips - unpaid), None)
        return await self._prepare(session, tips, rows, exhausted)

    def _share(self, want: int) -> int:
        self._credit += want * BROADCAST_SHARE
        share = int(self._credit)
        self._credit -= share
        return min(share, want)

    async def _take(self, session: Executor, most: int, broadcast: int | None) -> list[Leased]:
        if most <= 0:
            return []
        now = self._clock.now()
        until = now + timedelta(seconds=self._lease_seconds)
        return await leases.lease(
            session,
            self._owner,
            now=now,
            until=until,
            most=most,
            broadcast_id=broadcast,
            begun=self._begun,
        )

    async def _prepare(
        self,
        session: Executor,
        tips: list[Leased],
        rows: list[tuple[BroadcastRead, list[Leased]]],
        exhausted: set[int],
    ) -> LeasedBatch:
        ready = await self._tips_of_now(session, tips) if tips else _Sorted([], [], [], [])
        for one, taken in rows:
            if taken:
                more = await self._copies(session, one, taken)
                ready.items.extend(more.items)
                ready.dropped.extend(more.dropped)
                ready.nobodys.extend(more.nobodys)
        await rotations.mark_seen(session, ready.marks)
        if ready.nobodys:
            await leases.forget(session, ready.nobodys)
        counted: Counter[str] = Counter()
        if ready.dropped:
            kinds = {row.id: row.kind for row in tips}
            kinds |= {row.id: _counted_as(one) for one, taken in rows for row in taken}
            counted = await self._drop(session, ready.dropped, kinds)
        more_to_come = bool(ready.dropped or ready.nobodys)
        return LeasedBatch(ready.items, exhausted, more_to_come, counted)

    async def _drop(
        self, session: Executor, dropped: list[Settled], kinds: dict[int, str]
    ) -> Counter[str]:
        await leases.settle(session, self._owner, dropped)
        amounts: Counter[str] = Counter()
        for row in dropped:
            count_ending(amounts, kinds[row.id], row)
        await counters.add(session, self._clock.now(), amounts)
        return amounts

    def _item(self, row: Leased, parts: Parts, mark: Mark | None = None) -> OutgoingMessage:
        now = self._clock.monotonic()
        return OutgoingMessage(row, parts, mark, now, now + self._lease_seconds - LONGEST_SEND)

    async def _copies(
        self, session: Executor, broadcast: BroadcastRead, rows: list[Leased]
    ) -> _Sorted:
        chats, row_ids = [row.chat_id for row in rows], [row.id for row in rows]
        known = await self._requests.known(session, broadcast, chats, row_ids)
        out = _Sorted([], [], [], [])
        for row in rows:
            if row.chat_id not in known.people:
                out.nobodys.append(row.id)
                continue
            to = known.people[row.chat_id]
            dropped = _against(broadcast, row, to)
            now = self._clock.now()
            dropped = dropped or settled_if_late(broadcast, row, to.zone, now, self._home)
            if dropped is not None:
                out.dropped.append(dropped)
                continue
            try:
                out.items.append(self._copy(broadcast, row, known))
            except Exception:
                # Whatever is wrong with what this one says, other broadcasts and tips are owed
                # theirs.
                log.exception("a broadcast's message could not be made", broadcast=broadcast.id)
                out.dropped.append(Settled(row.id, "failed", "not_made", uncounted=1))
        return out

    def _copy(self, broadcast: BroadcastRead, row: Leased, known: Known) -> OutgoingMessage:
        request = self._requests.request(broadcast, row, known)
        item = self._item(row, request.parts)
        item.named = request.named
        return item

    async def _tips_of_now(self, session: Executor, rows: list[Leased]) -> _Sorted:
        """The tips by one content: without what any replica has withdrawn by now."""
        content = self._renderer.content
        await heed(session, content)
        with content.held():
            return await self._tips(session, rows)

    async def _tips(self, session: Executor, rows: list[Leased]) -> _Sorted:
        subscribers = await subscriber_queries.recipients(session, [row.chat_id for row in rows])
        out = _Sorted([], [], [], [])
        chosen: list[tuple[int, int]] = []
        back: list[int] = []
        for row in rows:
            subscriber = subscribers.get(row.chat_id)
            if subscriber is None:
                out.nobodys.append(row.id)
                continue
            reason = await self._reason_against(session, row, subscriber)
            if reason is not None:
                self._give_up(row, reason, out)
                continue
            manner = self._manner(row, subscriber)
            try:
                made = self._tip(row, subscriber, manner)
            except Exception:
                # Whatever is wrong with this one (a stored value no rule foresaw, a text that
                # cannot be rendered), the others are owed theirs.
                log.exception("a tip could not be made")
                out.dropped.append(Settled(row.id, "failed", "not_made", uncounted=1))
                continue
            if made is None:
                out.dropped.append(Settled(row.id, "cancelled", "no_tip_fits", uncounted=1))
                continue
            item, number = made
            item.refused = subscriber.refused_days > 0
            if manner.after_pause:
                back.append(row.chat_id)
            if number != row.content:
                chosen.append((row.id, number))
            out.items.append(item)
        await leases.set_content(session, chosen)
        if back:
            await subscriber_queries.ended_are_said(session, back, self._clock.now())
        return out

    def _give_up(self, row: Leased, reason: str | None, out: _Sorted) -> None:
        """Not sent any more; what may have arrived already stays in doubt and counts as seen."""
        topics = self._renderer.content.now.whole.topic_of
        topic = topics.get(row.content) if row.content is not None else None
        may_have_arrived = row.doubts > 0 or row.dropped
        if may_have_arrived and row.content is not None and topic is not None:
            out.dropped.append(Settled(row.id, "in_doubt", reason, uncounted=1))
            out.marks.append(Mark(row.chat_id, row.content, topic))
            return
        state = "too_old" if row.stale or reason == "superseded" else "cancelled"
        out.dropped.append(Settled(row.id, state, reason, uncounted=1))

    async def _reason_against(
        self, session: Executor, row: Leased, subscriber: Recipient
    ) -> str | None:
        """Why a tip must not be sent any more."""
        if row.stale:
            return "late"
        now, state = self._clock.now(), subscriber.state
        if state != "active" and not pause_is_over(state, subscriber.paused_until, now):
            return state
        on = row.local_date
        if on is not None and on < local_date(now, subscriber.zone or "UTC"):
            return "superseded" if await _has_newer(session, row, on) else None
        return None

    def _manner(self, row: Leased, subscriber: Recipient) -> Manner:
        """A tip that was tried before says nothing of a pause: its first try has said so."""
        ended = subscriber.pause_ended or subscriber.state == "paused"
        return Manner(subscriber.quiet, after_pause=ended and row.content is None)

    def _tip(
        self, row: Leased, subscriber: Recipient, manner: Manner
    ) -> tuple[OutgoingMessage, int] | None:
        language, library = subscriber.language, self._renderer.content.library
        # One that was withdrawn since it was chosen is not sent: another one is.
        if row.content is not None and row.content in library.topic_of:
            parts = self._renderer.render_tip(row.content, language, manner)
            topic = library.topic_of[row.content]
            mark = Mark(row.chat_id, row.content, topic)
            return (self._item(row, parts, mark), row.content) if parts else None
        on = row.local_date or local_date(self._clock.now(), subscriber.zone or "UTC")
        pick = choose(library, subscriber, on)
        parts = self._renderer.render_tip(pick.number, language, manner) if pick else None
        if pick is None or parts is None:
            return None
        mark = mark_of(subscriber, pick)
        return self._item(row, parts, mark), pick.number


def _counted_as(broadcast: BroadcastRead) -> str:
    return BROADCAST if broadcast.corrects is None else CORRECTION


def _against(broadcast: BroadcastRead, row: Leased, to: Addressee) -> Settled | None:
    """Why a broadcast's message must not be sent any more.

    Who has left had the message all the same, so it is corrected there, too.
    """
    if row.stale:
        return Settled(row.id, "too_old", uncounted=1)
    gone = GONE_FROM_BROADCASTS if broadcast.kind == "message" else ("gone",)
    if to.state in gone:
        return Settled(row.id, "cancelled", to.state, uncounted=1)
    if broadcast.kind == "message" and not to.announcements:
        return Settled(row.id, "cancelled", "announcements_off", uncounted=1)
    return None


async def _has_newer(session: Executor, row: Leased, on: date) -> bool:
    if row.subscription_id is None:
        return False
    later = deliveries.dates_around(on, -1, 3)
    tips = await deliveries.tips_of(session, row.subscription_id, later)
    return any(tip.state in ("queued", "leased", "sent", "in_doubt") for tip in tips)
