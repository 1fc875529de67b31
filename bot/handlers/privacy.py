"""What is stored, a copy of it, and its erasure."""

from __future__ import annotations

from functools import partial

import orjson

from bot.admins.roles import Role
from bot.handlers.context import Context
from bot.subscribers.privacy import Erasure
from bot.telegram.update_scope import once
from bot.texts import privacy as texts
from bot.texts.callbacks import Forget
from bot.texts.export_page import ExportPage

EXPORT_NAME = "gutskin-my-data.json"
PAGE_NAME = "gutskin-my-data.html"
PASSING = "inbox"  # the update that asks, erased with its answer


async def privacy(context: Context, _rest: str) -> None:
    """``/privacy``."""
    settings = context.services.settings
    words = texts.privacy(
        context.translator, contact=settings.contact, erase_after_days=settings.erase_after_days
    )
    await context.say(words)


async def export(context: Context, _rest: str) -> None:
    """``/export``: everything that is stored, as a page to read and as a file for programs."""
    stored = await context.services.privacy.export(context.chat_id)
    if not stored.keys() - {PASSING}:
        await context.say(texts.nothing_stored(context.translator))
        return
    _, services = context.translator, context.services
    page = ExportPage(_, services.library, stored).render(context.now)
    content = orjson.dumps(stored, option=orjson.OPT_INDENT_2)
    for name, file, told in (
        (PAGE_NAME, page, texts.export_caption(_)),
        (EXPORT_NAME, content, texts.export_raw_caption(_)),
    ):
        await services.messenger.send_file(context.chat_id, name, file, told.plain, context.topic)


async def forget(context: Context, _rest: str) -> None:
    """``/forget``: asks once."""
    if not await context.services.privacy.keeps(context.chat_id):
        await context.say(texts.nothing_stored(context.translator))
        return
    role = await context.services.admins.role_of(context.user.id)
    in_team = role is not None and role is not Role.OWNER  # owners stand in the settings
    await context.say(texts.forget_ask(context.translator, in_team=in_team))


async def forget_tapped(context: Context, tap: Forget) -> None:
    """Erase everything, or leave it, as the button says."""
    await context.toast()
    if not tap.sure:
        await context.show(texts.forget_kept(context.translator))
        return
    done = await once("forget", partial(_erase, context))
    if done.under_way:
        await context.show(texts.forgotten_but(context.translator, done.under_way))
    else:
        text = texts.forgotten if done.erased else texts.nothing_stored
        await context.show(text(context.translator))


async def _erase(context: Context) -> Erasure:
    """Erase everything; whoever had a role has its menu no more."""
    had = await context.services.admins.role_of(context.user.id)
    done = await context.services.privacy.forget(context.chat_id)
    if had is not None:
        left = await context.services.admins.role_of(context.user.id)
        await context.services.offer_admin_menu(context.user.id, left)
    return done
