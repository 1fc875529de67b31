"""What admins did, newest first, and who has which role, in the words of the chat."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from aiohttp import web

from bot.admins.admins import Admins
from bot.admins.audit import Audit
from bot.admins.logins import Visitor
from bot.delivery.audiences import said_as
from bot.texts.audit import Known, people_in, sentence
from bot.texts.roles import known_as, role_name
from bot.web.admin.page import View
from bot.web.admin.rendering import Templates
from tips.current import CurrentContent

SHOWN = 50
PATIENCE_S = 3.0
"""How long the page waits for names; without them it shows numbers."""


class AuditPages:
    """Shows the audit log and the roles.

    Args:
        names_of: what people call themselves on Telegram now, as names are not stored.
    """

    def __init__(
        self,
        templates: Templates,
        audit: Audit,
        admins: Admins,
        content: CurrentContent,
        names_of: Callable[[Iterable[int]], Awaitable[dict[int, str]]],
    ) -> None:
        self._templates = templates
        self._audit = audit
        self._admins = admins
        self._content = content
        self._names_of = names_of

    def views(self) -> Iterable[View]:
        return [View("GET", "/audit", "look", self._show)]

    async def _show(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        before = request.query.get("before", "")
        older_than = int(before) if before.isdecimal() and len(before) < 19 else None
        entries, team = await self._audit.entries(SHOWN, older_than), await self._admins.all()
        words, members = self._templates.words, [one.user_id for one in team]
        names = await self._names([*members, *people_in(entries)])
        themes = self._content.library.theme_names
        known = Known(names, partial(said_as, words, themes=themes))
        return self._templates.response(
            "audit.html",
            visitor,
            entries=[(one.at, sentence(words, one, known)) for one in entries],
            older=entries[-1].id if len(entries) == SHOWN else None,
            team=[
                (
                    one,
                    known_as(words, one.user_id, names.get(one.user_id, "")),
                    role_name(words, one.role),
                )
                for one in team
            ],
        )

    async def _names(self, users: Iterable[int]) -> dict[int, str]:
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._names_of(users)
        except TimeoutError:
            return {}
