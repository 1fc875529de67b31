"""Invitations to a role: an owner makes the link, somebody opens it."""

from __future__ import annotations

from functools import partial

from bot.admins.admins import LINK, Accepted
from bot.admins.roles import Role
from bot.handlers import start
from bot.handlers.context import Context
from bot.handlers.guards import may_tap
from bot.handlers.team import tell
from bot.telegram.update_scope import once
from bot.texts import roles as texts
from bot.texts.callbacks import Invite


async def open_start(context: Context, link: str) -> None:
    """``/start``: by an invitation, or for tips."""
    if link.strip().startswith(LINK):
        await _accept(context, link.strip().removeprefix(LINK))
    else:
        await start.greet(context, link)


async def _accept(context: Context, secret: str) -> None:
    """Give somebody the role that they were invited to. They need not be a subscriber, and are
    made none."""
    accepting = partial(context.services.admins.accept, secret, context.user.id)
    accepted = await once("accept", accepting)
    if accepted is None:
        await context.say(texts.bad_invitation(context.translator))
    elif not accepted.new:
        await context.say(texts.has_role(context.translator, accepted.role))
    else:
        await _welcome(context, accepted)


async def _welcome(context: Context, accepted: Accepted) -> None:
    _, user = context.translator, context.user
    await context.services.offer_admin_menu(user.id, accepted.role)
    await context.say(texts.welcome(_, accepted.role))
    # A link may be opened by somebody whom it was not meant for.
    joined = texts.joined(_, accepted.role, user.id, user.full_name)
    await tell(context, accepted.invited_by, joined)


async def invite(context: Context, rest: str) -> None:
    """``/invite``: asks for the role, unless it is named."""
    named = [role for role in (Role.EDITOR, Role.VIEWER) if role.value in rest.lower()]
    if len(named) == 1:
        await _invite(context, named[0])
    else:
        await context.say(texts.ask_role(context.translator))


async def invite_tapped(context: Context, tap: Invite) -> None:
    """The button for an invitation to this role."""
    if await may_tap(context, "own"):
        await context.toast()
        await _invite(context, Role(tap.role))


async def _invite(context: Context, role: Role) -> None:
    inviting = partial(context.services.admins.invite, role, context.user.id)
    secret = await once("invite", inviting)
    address = f"https://t.me/{context.bot.username}?start={LINK}{secret}"
    await context.say(texts.forward_this(context.translator, role))
    await context.say(texts.invitation(context.translator, role, address))
