"""Who has a role, as owners see and change it."""

from __future__ import annotations

from functools import partial

import structlog
from telegram.error import TelegramError

from bot.admins.roles import Role
from bot.handlers.context import Context
from bot.handlers.guards import may_tap
from bot.telegram.update_scope import once
from bot.texts import errors
from bot.texts import roles as texts
from bot.texts.callbacks import OpenMember, RemoveMember, SetRole, ShowTeam
from bot.texts.message import Message

log = structlog.get_logger(__name__)

SHOWN = 8


async def team(context: Context, _rest: str) -> None:
    """``/admins``: everybody with a role."""
    await context.say(await _page(context, 0))


async def team_page(context: Context, tap: ShowTeam) -> None:
    """Another page of the list."""
    if await may_tap(context, "own"):
        await context.toast()
        await context.show(await _page(context, tap.page))


async def _page(context: Context, wanted: int) -> Message:
    everyone = await context.services.admins.all()
    pages = -(-len(everyone) // SHOWN)
    number = min(wanted, pages - 1)
    shown = everyone[number * SHOWN :][:SHOWN]
    names = await context.services.messenger.names_of(member.user_id for member in shown)
    you = context.user.id
    return texts.team(context.translator, shown, names, you, number, pages, context.now)


async def open_member(context: Context, tap: OpenMember) -> None:
    """One of them, with the buttons that change their role."""
    if await may_tap(context, "own"):
        there = await context.services.admins.role_of(tap.user) is not None
        await context.toast(None if there else errors.already_done(context.translator))
        await _show_member(context, tap.user)


async def _show_member(context: Context, user_id: int) -> None:
    """The card of somebody with a role; the list where they have none any more."""
    everyone = await context.services.admins.all()
    member = next((one for one in everyone if one.user_id == user_id), None)
    if member is None:
        await context.show(await _page(context, 0))
        return
    name = await context.services.messenger.name_of(user_id)
    await context.show(texts.member(context.translator, member, name, context.now))


async def set_role(context: Context, tap: SetRole) -> None:
    """Make an editor of a viewer, or the other way round, and tell them."""
    if not await may_tap(context, "own"):
        return
    role = Role(tap.role)
    giving = partial(context.services.admins.set_role, tap.user, role, context.user.id)
    done = await once("set role", giving)
    await context.toast(None if done else errors.already_done(context.translator))
    await _show_member(context, tap.user)
    if done:
        await context.services.offer_admin_menu(tap.user, role)
        await tell(context, tap.user, texts.role_changed(context.translator, role))


async def remove(context: Context, tap: RemoveMember) -> None:
    """Take somebody's role away, and tell them."""
    if not await may_tap(context, "own"):
        return
    removing = partial(context.services.admins.remove, tap.user, context.user.id)
    done = await once("remove", removing)
    await context.toast(None if done else errors.already_done(context.translator))
    await context.show(await _page(context, 0))
    if done:
        # An owner's is left to whoever stands in the settings as well.
        left = await context.services.admins.role_of(tap.user)
        await context.services.offer_admin_menu(tap.user, left)
        await tell(context, tap.user, texts.removed(context.translator))


async def tell(context: Context, user_id: int, message: Message) -> None:
    """Tell somebody else in their own chat; no harm is done where they cannot be reached."""
    try:
        await context.services.messenger.send(user_id, message)
    except TelegramError as refusal:
        log.info("somebody with a role could not be told", kind=type(refusal).__name__)
