"""The rules about roles: who has one, who is invited, and who loses it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from bot.admins.audit import Audit
from bot.admins.roles import Member, Role, What
from bot.admins.secret_links import fingerprint, new_secret
from bot.clock import Clock
from bot.store.database import Database
from bot.store.queries import admins as store
from bot.store.queries import logins
from bot.store.values import NOBODY

LINK = "invite_"
"""How a deep link's parameter begins that is an invitation."""

LASTS = timedelta(hours=48)
LEAST: dict[str, What] = {"viewer": "look", "editor": "edit", "owner": "own"}


class NotAllowedError(Exception):
    """Whoever asked for it does not have the role that it takes."""


class Accepted(NamedTuple):
    """The role that somebody has after an invitation, and who invited them; ``new`` is false where
    they had it, or a higher one, before: the link is not used up then."""

    role: Role
    invited_by: int
    new: bool


class Admins:
    """Roles by Telegram user id. Owners stand in the settings, the others in the table.

    Nothing is remembered: each act asks who has which role now.
    """

    def __init__(
        self, db: Database, clock: Clock, owners: Collection[int], audit: Audit | None = None
    ) -> None:
        self._db = db
        self._clock = clock
        self._owners = frozenset(owners)
        self._audit = audit or Audit(db, clock)

    async def role_of(self, user_id: int) -> Role | None:
        """The role of somebody, if they have one."""
        if user_id in self._owners:
            return Role.OWNER
        found = await self._db.read(lambda session: store.get(session, user_id))
        return Role(found.role) if found is not None else None

    async def may(self, user_id: int, what: What) -> bool:
        """Whether somebody may do this kind of act now."""
        role = await self.role_of(user_id)
        return role is not None and role.may(what)

    async def all(self) -> list[Member]:
        """All with a role: owners, editors, viewers."""
        found = await self._db.read(store.everyone)
        owners = [Member(user_id, Role.OWNER) for user_id in sorted(self._owners)]
        return owners + [
            Member(one.user_id, Role(one.role), one.since)
            for one in found
            if one.user_id not in self._owners
        ]

    async def everyone(self, least: str = "viewer") -> list[int]:
        """The user ids of all whose role is at least this: ``viewer``, ``editor`` or ``owner``."""
        return [one.user_id for one in await self.all() if one.role.may(LEAST[least])]

    async def invite(self, role: Role, by: int) -> str:
        """The secret of a new invitation, which makes one person an editor or a viewer once.

        The link is ``https://t.me/<bot>?start=invite_<secret>``. Only the secret's hash is stored.

        Raises:
            NotAllowedError: ``by`` is no owner.
            ValueError: owners stand in the settings and are not invited.
        """
        self._needs_owner(by)
        if role is Role.OWNER:
            raise ValueError("owners stand in the settings")
        secret, now = new_secret(), self._clock.now()
        expires = now + LASTS
        async with self._db.write() as session:
            made = {"token_hash": fingerprint(secret), "made_by": by, "made_at": now}
            await store.invite(session, role=role.value, expires_at=expires, **made)
            after = {"role": role.value, "expires_at": expires}
            await self._audit.record(session, by, "invite", "invitation", after=after)
        return secret

    async def accept(self, secret: str, user_id: int) -> Accepted | None:
        """Give somebody the role that they were invited to; None where the link does not hold.

        It does not if it is made up, used, older than two days, or by somebody who is no owner any
        more. Of several people who open one link at once, one gets the role.
        """
        token_hash = fingerprint(secret)
        async with self._db.write() as session:
            invited = await store.invitation_of(session, token_hash)
            if invited is None:
                return None
            role, had = Role(invited.role), await self._had(session, user_id)
            if had is not None and (invited.used_by == user_id or _covers(had, role)):
                return Accepted(had, invited.made_by, new=False)
            now, owners = self._clock.now(), sorted(self._owners)
            if not await store.use(session, token_hash, user_id, now, owners):
                return None
            await store.put(session, user_id, role.value, invited_by=invited.made_by, since=now)
            await self._audit.record(
                session, user_id, "accept", store.subject_of(user_id), _role(had), _role(role)
            )
        return Accepted(role, invited.made_by, new=True)

    async def _had(self, session: AsyncSession, user_id: int) -> Role | None:
        if user_id in self._owners:
            return Role.OWNER
        found = await store.get(session, user_id, lock=True)
        return Role(found.role) if found is not None else None

    async def set_role(self, user_id: int, role: Role, by: int) -> bool:
        """Make an editor of a viewer, or the other way round; False where nothing is to change.

        Raises:
            NotAllowedError: ``by`` is no owner.
            ValueError: owners stand in the settings.
        """
        self._needs_owner(by)
        if role is Role.OWNER:
            raise ValueError("owners stand in the settings")
        async with self._db.write() as session:
            found = await store.get(session, user_id, lock=True)
            if found is None or found.role == role.value:
                return False
            await store.set_role(session, user_id, role.value)
            before, after = _role(Role(found.role)), _role(role)
            await self._audit.record(session, by, "role", store.subject_of(user_id), before, after)
        return True

    async def remove(self, user_id: int, by: int) -> bool:
        """Take somebody's role away, and their logins; False where they have none in the table.

        Raises:
            NotAllowedError: ``by`` is no owner.
        """
        self._needs_owner(by)
        async with self._db.write() as session:
            found = await store.get(session, user_id, lock=True)
            if found is None:
                return False
            await store.remove(session, user_id)
            before = _role(Role(found.role))
            await self._audit.record(session, by, "remove", store.subject_of(user_id), before)
        return True

    async def prune(self) -> None:
        """Forget invitations and logins that have run out, and what was done too long ago."""
        now = self._clock.now()
        async with self._db.write() as session:
            await store.purge(session, now)
            await logins.purge(session, now)
        await self._audit.prune()

    def _needs_owner(self, user_id: int) -> None:
        if user_id == NOBODY or user_id not in self._owners:
            raise NotAllowedError


def _covers(had: Role, role: Role) -> bool:
    return had.may(LEAST[role.value])


def _role(role: Role | None) -> dict[str, str] | None:
    return {"role": role.value} if role is not None else None
