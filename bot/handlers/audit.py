"""The audit log, as the team reads it."""

from __future__ import annotations

from functools import partial

from bot.delivery.audiences import said_as
from bot.handlers.context import Context
from bot.handlers.guards import may_tap
from bot.store.admin_models import AuditRead
from bot.texts import audit as texts
from bot.texts.callbacks import ShowAudit
from bot.texts.message import Message

SHOWN = 20
NEWEST = ShowAudit("newest", 0)


async def audit(context: Context, _rest: str) -> None:
    """``/audit``: the last twenty entries."""
    await context.say(await _page(context, NEWEST))


async def audit_page(context: Context, tap: ShowAudit) -> None:
    """The twenty before or after those that are shown."""
    if await may_tap(context, "look"):
        await context.toast()
        await context.show(await _page(context, tap))


async def _page(context: Context, at: ShowAudit) -> Message:
    entries = await _entries(context, at)
    if not entries:
        return texts.nothing(context.translator)
    log = context.services.audit
    older = await log.entries(1, before_id=entries[-1].id)
    newer = await log.entries(1, after_id=entries[0].id)
    known = texts.Known(
        await context.services.messenger.names_of(texts.people_in(entries)),
        partial(said_as, context.translator, themes=context.services.library.theme_names),
    )
    more = (bool(newer), bool(older))
    return texts.entries(context.translator, entries, known, context.zone, context.now, more)


async def _entries(context: Context, at: ShowAudit) -> list[AuditRead]:
    """The entries of a page; the newest where there are none (any more)."""
    log = context.services.audit
    if at.beside == "older":
        found = await log.entries(SHOWN, before_id=at.entry)
    elif at.beside == "newer":
        found = await log.entries(SHOWN, after_id=at.entry)
    else:
        found = []
    return found or await log.entries(SHOWN)
