"""Tips that are taken back: from then on nobody gets them, whichever replica is asked."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

import structlog

from bot.admins.audit import Audit
from bot.clock import Clock
from bot.store.admin_models import WithdrawnTipRead
from bot.store.database import Database
from bot.store.queries import withdrawn
from bot.store.tables import Executor
from tips.current import CurrentContent
from tips.models import Tip

log = structlog.get_logger(__name__)

REASON_LONGEST = 200
"""Characters of a reason that are kept."""

TWO_DAYS, WEEK = timedelta(hours=48), timedelta(days=7)


class Reached(NamedTuple):
    """How many people a tip was sent to in the last 48 hours, and in the last seven days."""

    two_days: int
    week: int


class LastTipError(Exception):
    """It is the last tip that there is."""


async def heed(session: Executor, content: CurrentContent) -> None:
    """Leave out of the content what is withdrawn, by whomever and in whichever replica."""
    content.withdraw(await withdrawn.ids(session))


class Withdrawals:
    """The rules about taking tips back."""

    def __init__(
        self, db: Database, clock: Clock, content: CurrentContent, audit: Audit | None = None
    ) -> None:
        self._db = db
        self._clock = clock
        self._content = content
        self._audit = audit or Audit(db, clock)

    def find(self, name: str) -> Tip | None:
        """The tip of this id or number, whether withdrawn or not."""
        whole = self._content.latest.whole
        try:
            return whole.by_number(int(name)) if name.isdecimal() else whole.tip(name)
        except KeyError:
            return None

    async def withdraw(self, tip: Tip, reason: str, by: int) -> bool:
        """Send and show a tip to nobody any more; False if it is withdrawn already.

        Raises:
            LastTipError: no other would be left.
        """
        left = self._content.latest.library.all_mask & ~(1 << tip.number)
        if not left:
            raise LastTipError(tip.id)
        made = WithdrawnTipRead(
            tip_id=tip.id,
            number=tip.number,
            reason=reason[:REASON_LONGEST],
            by=by,
            at=self._clock.now(),
        )
        async with self._db.write() as session:
            changed = await withdrawn.add(session, made)
            if changed:
                after = {"reason": made.reason, "number": tip.number}
                await self._audit.record(session, by, "withdraw", f"tip {tip.id}", after=after)
            await heed(session, self._content)
        if changed:
            log.warning("a tip was withdrawn", tip=tip.id, admin=by)
        return changed

    async def restore(self, tip_id: str, by: int) -> bool:
        """Send and show a tip again; False if it was not withdrawn."""
        async with self._db.write() as session:
            changed = await withdrawn.remove(session, tip_id)
            if changed:
                await self._audit.record(session, by, "unwithdraw", f"tip {tip_id}")
            await heed(session, self._content)
        if changed:
            log.warning("a tip is no longer withdrawn", tip=tip_id, admin=by)
        return changed

    async def why(self, tip_id: str) -> WithdrawnTipRead | None:
        """Why a tip is withdrawn; None if it is not."""
        return await self._db.read(lambda session: withdrawn.get(session, tip_id))

    async def all(self) -> list[WithdrawnTipRead]:
        """All that is withdrawn, the oldest first."""
        return await self._db.read(withdrawn.everything)

    async def reached(self, tip: Tip) -> Reached:
        """How many people got the tip as the tip of the day; what they asked for is not kept."""
        now, number = self._clock.now(), tip.number
        async with self._db.read() as session:
            return Reached(
                await withdrawn.count_recipients(session, number, now - TWO_DAYS),
                await withdrawn.count_recipients(session, number, now - WEEK),
            )
