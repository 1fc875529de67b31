"""Commands that take a role."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from telegram import Update

from bot.admins.roles import What
from bot.handlers import words
from bot.handlers.command import Act, Command, OrderReader
from bot.handlers.context import Context
from bot.handlers.filters import PRIVATE
from bot.texts import roles

CarryOut = Callable[[Update, Context], Awaitable[Any]]


class RoleCommand(Command):
    """A command that somebody has whose role is enough for this kind of act, at this moment.

    To whoever has no role it is a command that there is not.
    """

    def __init__(self, orders: OrderReader, name: str, what: What, act: Act) -> None:
        super().__init__(orders, name, act, PRIVATE)
        self.callback = partial(_if_allowed, what, self.callback)


async def _if_allowed(what: What, carry_out: CarryOut, update: Update, context: Context) -> None:
    role = await context.services.admins.role_of(context.user.id)
    if role is None:
        await words.on_unknown_command(update, context)
    elif role.may(what):
        await carry_out(update, context)
    else:
        await context.say(roles.command_refused(context.translator, role))
