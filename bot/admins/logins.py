"""Logins into the admin page: a link that the bot sends into the admin's chat, used once."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from bot.admins.admins import Admins
from bot.admins.audit import Audit
from bot.admins.roles import Role
from bot.admins.secret_links import fingerprint, new_secret
from bot.clock import Clock
from bot.store.admin_models import LoginRead
from bot.store.database import Database
from bot.store.queries import logins as store

LINK_LASTS = timedelta(minutes=5)
SESSION_LASTS = timedelta(hours=2)


class Visitor(NamedTuple):
    """Somebody who is logged in: their role now, and what their forms have to carry."""

    user_id: int
    role: Role
    csrf: str


class Logins:
    """Links and sessions by their secrets, of which only fingerprints are stored.

    A session ends after two hours, with the role, and when they log out.
    """

    def __init__(self, db: Database, clock: Clock, admins: Admins, audit: Audit) -> None:
        self._db = db
        self._clock = clock
        self._admins = admins
        self._audit = audit

    async def new_link(self, user_id: int) -> str:
        """The secret of a link that logs this admin in once, within five minutes."""
        return await self._add(user_id, session=False, lasts=LINK_LASTS)

    async def enter(self, secret: str) -> str | None:
        """The secret of the session that a link opens; None where the link does not hold."""
        now, used = self._clock.now(), fingerprint(secret)
        async with self._db.write() as session:
            user_id = await store.use(session, used, now)
            if user_id is not None:
                await self._audit.record(session, user_id, "log in", "admin page")
        if user_id is None or await self._admins.role_of(user_id) is None:
            return None
        return await self._add(user_id, session=True, lasts=SESSION_LASTS)

    async def visitor(self, secret: str) -> Visitor | None:
        """Who has this session; None once it is over or they have no role any more."""
        look = partial(store.session_of, token_hash=fingerprint(secret), now=self._clock.now())
        found = await self._db.read(look)
        role = await self._admins.role_of(found.user_id) if found is not None else None
        if found is None or role is None:
            return None
        csrf = hmac.new(secret.encode(), b"form", hashlib.sha256).hexdigest()
        return Visitor(found.user_id, role, csrf)

    async def leave(self, secret: str) -> None:
        """End a session."""
        await self._db.write(partial(store.end, token_hash=fingerprint(secret)))

    async def _add(self, user_id: int, *, session: bool, lasts: timedelta) -> str:
        secret, now = new_secret(), self._clock.now()
        made = LoginRead(
            token_hash=fingerprint(secret),
            session=session,
            user_id=user_id,
            made_at=now,
            expires_at=now + lasts,
        )
        await self._db.write(partial(store.add, login=made))
        return secret
