"""The rules about subscribers: what handlers may ask and change."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import zone_exists
from bot.store.models import SubscriberRead
from bot.store.queries import counters, slots, subscribers
from bot.store.values import ALL_WEEKDAYS, EXPECTABLE, Upcoming
from bot.subscribers import schedule
from bot.subscribers.feedback import Feedback
from tips.models import EVERY_THEME

AUDIENCES = ("both", "adult", "parent")
PAUSES_AT_ONCE = 1000
LONGEST_PAUSE = timedelta(days=365)
PauseEnd = Callable[[SubscriberRead, datetime], datetime | None]
DEEP_LINK = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What a deep link's parameter may be (https://core.telegram.org/bots/features#deep-linking)."""


class Subscribers(Feedback):
    """The rules about subscribers. Every method is idempotent; changes are conditional updates.

    Methods that change settings return the subscriber as they now are; ``changed`` tells whether
    this call changed anything. They raise ``UnknownSubscriberError`` for a subscriber who never
    arrived or was erased, and ``ValueError`` for a value that no button offers.
    """

    async def arrive(
        self, chat_id: int, language: str, *, consent: str | None = None, source: str | None = None
    ) -> SubscriberRead:
        """Add a new subscriber in the state ``new``, with the version they agreed to.

        A known one stays as they are; only a missing consent is added. A ``source`` that no deep
        link can carry was typed, and what people write is not stored.
        """
        now = self._clock.now()
        async with self._db.write() as session:
            made = await subscribers.add(
                session,
                chat_id,
                language=language,
                source=source if source and DEEP_LINK.fullmatch(source) else None,
                themes=EVERY_THEME,
                now=now,
            )
            subscriber = await schedule.known(session, chat_id, now)
            if consent is None or subscriber.consent_version is not None:
                return subscriber.model_copy(update={"changed": made})
            agreed: dict[str, Any] = {"consent_version": consent, "consent_at": now}
            await subscribers.change(session, chat_id, agreed)
            return subscriber.model_copy(update={**agreed, "changed": True})

    async def find(self, chat_id: int) -> SubscriberRead | None:
        """The subscriber, or None."""
        subscriber = await self._db.read(partial(subscribers.get, chat_id=chat_id))
        return schedule.present(subscriber, self._clock.now()) if subscriber else None

    async def was_active(self, subscriber: SubscriberRead) -> None:
        """They wrote or tapped: remember the day (UTC), once a day."""
        today = self._clock.now().date()
        if subscriber.active_on != today:
            async with self._db.write() as session:
                await subscribers.change(session, subscriber.chat_id, {"active_on": today})

    async def expect(self, chat_id: int, what: str | None) -> SubscriberRead:
        """What the subscriber's next typed message answers: ``zone``, ``hour``, … or nothing."""
        if what is not None and what not in EXPECTABLE:
            raise ValueError(f"nothing typed can answer {what!r}")
        return await self._set(chat_id, {"expecting": what})

    async def set_zone(self, chat_id: int, zone: str) -> SubscriberRead:
        """Move the subscriber to ``zone`` (IANA name). No local date gets a second tip by it.

        With zone and hour both known for the first time the subscriber is subscribed, and since
        the first tip is given at once, the daily ones begin on the next local date.
        """
        _check(zone_exists(zone), f"{zone!r} is not a time zone")
        return await self._reschedule(chat_id, {"zone": zone}, moved=True)

    async def set_hour(self, chat_id: int, minute: int) -> SubscriberRead:
        """Tips at ``minute`` (0..1439) after local midnight; completes a subscription likewise."""
        _check(0 <= minute < 1440, "a day has 1440 minutes")
        return await self._reschedule(chat_id, {"local_minute": minute}, moved=False)

    async def set_weekdays(self, chat_id: int, mask: int) -> SubscriberRead:
        """Tips on these weekdays (1..127, bit 0 is Monday)."""
        _check(0 < mask <= ALL_WEEKDAYS, "choose at least one of seven days")
        now = self._clock.now()
        async with self._db.write() as session:
            subscriber = await schedule.known(session, chat_id, now)
            if subscriber.weekdays == mask:
                return subscriber
            await subscribers.change(session, chat_id, {"weekdays": mask})
            await slots.change_membership(session, chat_id, {"weekdays": mask})
            return subscriber.model_copy(update={"weekdays": mask, "changed": True})

    async def set_themes(self, chat_id: int, mask: int) -> SubscriberRead:
        """Tips from these themes (at least one of the library's).

        Whoever chooses all that there are gets new ones, too; whoever leaves one out does not.
        """
        every = self._library.all_themes
        chosen = mask & every
        _check(chosen != 0, "choose at least one known theme")
        return await self._set(chat_id, {"themes": EVERY_THEME if chosen == every else chosen})

    async def set_audience(self, chat_id: int, audience: str) -> SubscriberRead:
        """``both``, ``adult`` (no tips for parents) or ``parent`` (none for adults only)."""
        _check(audience in AUDIENCES, f"no such audience: {audience!r}")
        return await self._set(chat_id, {"audience": audience})

    async def set_quiet(self, chat_id: int, *, on: bool) -> SubscriberRead:
        """Daily tips without a sound (``on``), or with one."""
        return await self._set(chat_id, {"quiet": on})

    async def set_announcements(self, chat_id: int, *, on: bool) -> SubscriberRead:
        """Broadcasts from now on (``on``), or none; one that is under way leaves them out, too."""
        async with self._db.write() as session:
            await schedule.freeze(session, chat_id, self._home)
        return await self._set(chat_id, {"announcements": on})

    async def set_language(self, chat_id: int, language: str) -> SubscriberRead:
        """Texts in ``language`` from now on."""
        return await self._set(chat_id, {"language": language})

    async def pause(self, chat_id: int, days: int | None = None) -> SubscriberRead:
        """No tips for ``days`` (1..365) days, or until ``resume``; a queued tip is cancelled."""
        _check(days is None or 0 < days <= 365, "a pause has 1 to 365 days, or no end")
        if days is None:
            return await self._pause(chat_id, lambda _subscriber, _now: None)
        return await self._pause(chat_id, partial(schedule.pause_end, days=days))

    async def pause_until(self, chat_id: int, day: date) -> SubscriberRead:
        """No tips before this local date, which has to lie ahead, and at most a year."""
        return await self._pause(chat_id, partial(_start_of_ahead, day=day))

    async def _pause(self, chat_id: int, end_of: PauseEnd) -> SubscriberRead:
        now = self._clock.now()
        async with self._db.write() as session:
            subscriber = await schedule.known(session, chat_id, now)
            if not subscriber.subscribed:
                return subscriber
            end = end_of(subscriber, now)
            if _same_pause(subscriber, end):
                return subscriber
            values: dict[str, Any] = {"state": "paused", "paused_until": end, "pause_ended": False}
            await schedule.freeze(session, chat_id, self._home)
            await subscribers.change(session, chat_id, values)
            subscriber = subscriber.model_copy(update={**values, "changed": True})
            await schedule.settle_in(session, subscriber, now, moved=False)
            await schedule.cancel_tips(session, chat_id, now, "paused")
            return subscriber

    async def end_pauses(self) -> None:
        """End pauses that have run out in the tables, too, where broadcasts look."""
        now, ended = self._clock.now(), PAUSES_AT_ONCE
        while ended == PAUSES_AT_ONCE:
            ended = await self._db.write(
                lambda session: subscribers.end_pauses(session, now, PAUSES_AT_ONCE)
            )

    async def resume(self, chat_id: int) -> SubscriberRead:
        """Tips again: ends a pause or a stop. Someone without zone or hour stays ``new``."""
        now = self._clock.now()
        async with self._db.write() as session:
            subscriber = await schedule.known(session, chat_id, now)
            if subscriber.state not in ("paused", "stopped"):
                return subscriber
            complete = subscriber.zone is not None and subscriber.local_minute is not None
            state = "active" if complete or subscriber.zone_lost else "new"
            values = {"paused_until": None, "pause_ended": False, "left_at": None}
            if state == "active":
                await subscribers.activate(session, chat_id, values)
            else:
                await subscribers.change(session, chat_id, {**values, "state": state})
            if subscriber.state == "stopped" and complete:
                await counters.add(session, now, {"returned": 1})
            await schedule.switch_on(session, chat_id, now, subscriber.state)
            return subscriber.model_copy(
                update={"state": state, "paused_until": None, "changed": True}
            )

    async def stop(self, chat_id: int) -> SubscriberRead:
        """No tips any more; settings and saved tips stay."""
        now = self._clock.now()
        async with self._db.write() as session:
            subscriber = await schedule.known(session, chat_id, now)
            if subscriber.state == "stopped":
                return subscriber
            values: dict[str, Any] = {
                "state": "stopped",
                "paused_until": None,
                "pause_ended": False,
            }
            await schedule.freeze(session, chat_id, self._home)
            await subscribers.change(session, chat_id, {**values, "left_at": now})
            await slots.change_membership(session, chat_id, {"state": "off"})
            await schedule.cancel_everything(session, chat_id, now, "stopped")
            if subscriber.subscribed:
                await schedule.count_left(session, now, "stopped")
            return subscriber.model_copy(update={**values, "changed": True})

    async def blocked(self, chat_id: int) -> bool:
        """The subscriber blocked the bot: nothing is sent until they come back; settings stay."""
        async with self._db.write() as session:
            return await schedule.leave(session, chat_id, "blocked", self._clock.now(), self._home)

    async def unblocked(self, chat_id: int) -> bool:
        """The subscriber unblocked the bot: back to what they were before."""
        async with self._db.write() as session:
            return await self._return(session, chat_id, self._clock.now())

    async def move_chat(self, old: int, new: int) -> bool:
        """Move everything to ``new``, as a group became a supergroup; merge with a known one."""
        async with self._db.write() as session:
            return await schedule.move_chat(session, old, new, self._home)

    async def next_tip(self, subscriber: SubscriberRead) -> Upcoming | None:
        """When the next daily tip comes; None while paused without end, stopped or incomplete."""
        async with self._db.read() as session:
            return await schedule.next_tip(session, subscriber, self._clock.now())

    async def _return(self, session: AsyncSession, chat_id: int, now: datetime) -> bool:
        subscriber = await subscribers.get(session, chat_id, lock=True)
        if subscriber is None or subscriber.state not in ("blocked", "gone"):
            return False
        await schedule.come_back(session, chat_id, now)
        return True

    async def _set(self, chat_id: int, values: Mapping[str, Any]) -> SubscriberRead:
        async with self._db.write() as session:
            subscriber = await schedule.known(session, chat_id, self._clock.now())
            if all(getattr(subscriber, name) == value for name, value in values.items()):
                return subscriber
            await subscribers.change(session, chat_id, values)
            return subscriber.model_copy(update={**values, "changed": True})

    async def _reschedule(
        self, chat_id: int, values: Mapping[str, Any], *, moved: bool
    ) -> SubscriberRead:
        now = self._clock.now()
        async with self._db.write() as session:
            subscriber = await schedule.known(session, chat_id, now)
            if all(getattr(subscriber, name) == value for name, value in values.items()):
                return subscriber
            await subscribers.change(session, chat_id, values)
            subscriber = subscriber.model_copy(update={**values, "changed": True})
            return await schedule.settle_in(session, subscriber, now, moved=moved)


def _start_of_ahead(subscriber: SubscriberRead, now: datetime, day: date) -> datetime:
    start = schedule.start_of(subscriber, day)
    if start is None or not now < start <= now + LONGEST_PAUSE:
        raise ValueError("a pause ends on a day ahead, within a year")
    return start


def _same_pause(subscriber: SubscriberRead, end: datetime | None) -> bool:
    if subscriber.state != "paused" or end is None or subscriber.paused_until is None:
        return subscriber.state == "paused" and end is subscriber.paused_until
    # Two taps on one button are a moment apart and mean one pause.
    return abs(end - subscriber.paused_until) < timedelta(minutes=1)


def _check(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)
