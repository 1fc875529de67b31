"""Whether this admin may change this broadcast now, and which it is."""

from __future__ import annotations

import structlog

from bot.handlers.context import Context
from bot.handlers.guards import may_tap
from bot.store.outbox_models import NOT_BEGUN, BroadcastRead
from bot.texts import broadcast as texts
from bot.texts import errors

log = structlog.get_logger(__name__)


async def tapped(
    context: Context, number: int, act: str, states: tuple[str, ...] = NOT_BEGUN
) -> BroadcastRead | None:
    """The broadcast of a tapped button, if the admin may change it in its state; else they are
    told why not."""
    if not await may_tap(context, "edit"):
        return None
    found = await context.services.broadcasts.find(number)
    if found is None or found.state not in states:
        log_refusal(context, act, number, "its state")
        await context.toast(errors.already_done(context.translator))
        return None
    if found.state == "draft" and found.admin_id != context.user.id:
        log_refusal(context, act, number, "another admin's draft")
        await context.toast(texts.another_admins(context.translator))
        return None
    return found


async def own_draft(context: Context, number: int) -> BroadcastRead | None:
    """The draft that an answer is about, if it still is one of this admin's; else they are told
    that it is over."""
    found = await context.services.broadcasts.find(number)
    if found is None or (found.state, found.admin_id) != ("draft", context.user.id):
        await context.services.dialogues.drop(context.user.id)
        await context.say(texts.gone(context.translator))
        return None
    return found


def log_refusal(context: Context, act: str, number: int, why: str) -> None:
    """Write down that somebody tried."""
    log.info(
        "an admin's act on a broadcast was refused",
        act=act,
        broadcast=number,
        admin=context.user.id,
        why=why,
    )
