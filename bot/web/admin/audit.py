"""What admins did, newest first, and who has which role."""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web

from bot.admins.admins import Admins
from bot.admins.audit import Audit
from bot.admins.logins import Visitor
from bot.texts.audit import sentence
from bot.web.admin.page import View
from bot.web.admin.rendering import Templates

SHOWN = 50


class AuditPages:
    """Shows the audit log and the roles; by numbers alone, as names are not stored."""

    def __init__(self, templates: Templates, audit: Audit, admins: Admins) -> None:
        self._templates = templates
        self._audit = audit
        self._admins = admins

    def views(self) -> Iterable[View]:
        return [View("GET", "/audit", "look", self._show)]

    async def _show(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        before = request.query.get("before", "")
        older_than = int(before) if before.isdecimal() and len(before) < 19 else None
        entries = await self._audit.entries(SHOWN, older_than)
        return self._templates.response(
            "audit.html",
            visitor,
            entries=[(one.at, sentence(self._templates.words, one, {})) for one in entries],
            older=entries[-1].id if len(entries) == SHOWN else None,
            team=await self._admins.all(),
        )
