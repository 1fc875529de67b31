"""The rules about what a broadcast says, and about correcting it: edit, recall, a test."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from bot.admins.audit import Facts
from bot.clock import Clock
from bot.config import Settings
from bot.delivery.act_log import subject_of
from bot.delivery.broadcast_requests import BroadcastRequests
from bot.delivery.content import Content, problems_of, read_content
from bot.delivery.offers import Offers
from bot.delivery.trial import Api, Trial
from bot.store.database import Database
from bot.store.outbox import corrections
from bot.store.outbox.corrections import Reach
from bot.store.outbox_models import BroadcastRead
from bot.store.queries import broadcasts as store
from bot.store.tables import Executor

RECIPIENTS = "recipients"
"""The audience of a correction: whoever got the broadcast that it corrects."""

SENT_STATES = ("sending", "paused", "done", "cancelled")
"""A broadcast in one of these may have reached somebody."""


class Corrections(Offers):
    """Rules about contents and corrections.

    Args:
        api: what tests leave by; without it there are none.
    """

    def __init__(
        self, db: Database, clock: Clock, settings: Settings, api: Api | None = None
    ) -> None:
        super().__init__(db, clock, settings)
        self._api = api
        self._requests = BroadcastRequests(clock, paid=False, home=settings.default_timezone)

    async def set_content(
        self,
        broadcast_id: int,
        admin_id: int,
        content: Content,
        source: tuple[int, int] | None = None,
    ) -> bool:
        """Have this admin's draft say that; False if it is not theirs, or no draft (any more).

        ``source`` is the chat and the message to copy from now on, if it is another one.

        Raises:
            ValueError: the content has problems, see :func:`problems_of`.
        """
        if problems_of(content):
            raise ValueError("the content has problems")
        values: dict[str, Any] = {"content": content.stored()}
        if source is not None:
            values["source_chat_id"], values["source_message_id"] = source
        subject = subject_of(broadcast_id)
        mine = store.is_admins(admin_id), store.is_in("draft")
        async with self._db.write() as session:
            done = await store.change(session, broadcast_id, values, *mine)
            if done:
                after = {"kind": content.kind}
                await self._audit.record(session, admin_id, "compose", subject, after=after)
        return done

    async def reach_of(self, broadcast_id: int) -> Reach:
        """Whom a correction of this broadcast would reach now."""
        async with self._db.read() as session:
            return await corrections.reach_of(session, broadcast_id, self._clock.now())

    async def left_to_correct(self, broadcast_id: int) -> Reach:
        """Whom another correction of it could reach: nobody, once it is recalled."""
        async with self._db.read() as session:
            if await corrections.is_recalled(session, broadcast_id):
                return Reach(0, 0)
        return await self.reach_of(broadcast_id)

    async def correct(
        self,
        broadcast_id: int,
        admin_id: int,
        kind: Literal["edit", "recall"],
        content: Content | None = None,
    ) -> BroadcastRead | None:
        """Draft a correction of a broadcast that has begun; None where there is nothing to
        correct, or the content is of another kind than what was sent.

        It is confirmed, paused, resumed, cancelled, retried and reported like any broadcast.

        Raises:
            ValueError: the content has problems, or is not given for an edit.
        """
        if kind == "edit" and (content is None or problems_of(content)):
            raise ValueError("an edit needs a content without problems")
        async with self._db.write() as session:
            original = await store.get(session, broadcast_id)
            if original is None or not await self._may_correct(session, original, content):
                return None
            text = content if kind == "edit" else None
            before = {"broadcast": broadcast_id}
            return await self._draft_correction(
                session, broadcast_id, admin_id, kind, text, before
            )

    async def correct_tip(
        self, number: int, admin_id: int, content: Content
    ) -> BroadcastRead | None:
        """Draft an edit of all messages with a tip of the day that are still known; None where
        there are none. From then on it is a correction like any other.

        Raises:
            ValueError: the content is no text, or has problems.
        """
        if content.kind != "text" or problems_of(content):
            raise ValueError("a tip becomes a text without problems")
        corrects, before = corrections.of_tip(number), {"tip": number}
        async with self._db.write() as session:
            return await self._draft_correction(
                session, corrects, admin_id, "edit", content, before
            )

    async def _draft_correction(
        self,
        session: Executor,
        corrects: int,
        admin_id: int,
        kind: str,
        content: Content | None,
        before: Facts,
    ) -> BroadcastRead | None:
        now = self._clock.now()
        count = (await corrections.reach_of(session, corrects, now)).of(kind)
        if not count:
            return None
        made = await store.add(
            session,
            admin_id,
            admin_id,
            0,
            now,
            audience=RECIPIENTS,
            kind=kind,
            corrects=corrects,
            content=content.stored() if content else None,
            shown_at=now,
            shown_audience=count,
            shown_stars=0.0,
        )
        after = {"state": "draft", "audience": count}
        await self._audit.record(session, admin_id, kind, subject_of(made), before, after)
        return await store.get(session, made)

    async def _may_correct(
        self, session: Executor, original: BroadcastRead, content: Content | None
    ) -> bool:
        if original.kind != "message" or original.state not in SENT_STATES:
            return False
        if content is not None and not can_become(original, content):
            return False
        return not await corrections.is_recalled(session, original.id)

    async def send_test(
        self, broadcast_id: int, chat_ids: Iterable[int], *, topic: int | None = None
    ) -> dict[int, str]:
        """Send exactly what will arrive to these chats; why it was refused, by chat ("": sent).

        Of an edit it is the new message; of a recall there is nothing to see. ``topic`` is the
        forum topic of those chats in which it is to stand.

        Raises:
            LookupError: there is no such broadcast, or nobody to send it.
        """
        chats = list(chat_ids)
        async with self._db.read() as session:
            found = await store.get(session, broadcast_id)
            if found is None or self._api is None:
                raise LookupError(f"broadcast {broadcast_id} cannot be tried")
            if found.kind == "recall":
                return {}
            shown = await _as_new(session, found)
            known = await self._requests.known(session, shown, chats)
        trial = Trial(self._api, self._requests, shown, known)
        return {chat: await trial.send(chat, topic) for chat in chats}


async def _as_new(session: Executor, broadcast: BroadcastRead) -> BroadcastRead:
    """An edit as the message that it makes of what it corrects."""
    if not broadcast.is_correction or broadcast.corrects is None:
        return broadcast
    if broadcast.corrects < 0:
        return broadcast.model_copy(update={"kind": "message"})
    original = await store.get(session, broadcast.corrects)
    if original is None:
        raise LookupError(f"there is no broadcast {broadcast.corrects}")
    return original.model_copy(update={"content": broadcast.content})


def can_become(original: BroadcastRead, content: Content) -> bool:
    """Whether Telegram lets what was sent be changed into this: its kind stays."""
    if original.content is None:
        return content.kind in ("text", "copy")
    was = read_content(original.content)
    same = (was.kind, was.has_caption) == (content.kind, content.has_caption)
    return same and was.kind != "forward"
