"""The way from the chat to the admin page."""

from __future__ import annotations

from bot.handlers.context import Context
from bot.telegram.update_scope import once
from bot.texts import admin_page as texts


async def way_in(context: Context, _rest: str) -> None:
    """``/page``: a link that logs the admin in once."""
    _, services = context.translator, context.services
    if services.admin_page is None:
        await context.say(texts.switched_off(_))
        return
    secret = await once("login", lambda: services.logins.new_link(context.user.id))
    await context.say(texts.way_in(_, services.admin_page(secret)))
