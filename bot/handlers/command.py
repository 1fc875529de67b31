"""Commands as people write them: ``/name@bot and the rest``, or the bare name (``Stop!``)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, NamedTuple

from telegram import Message, Update
from telegram.ext import Application, CommandHandler
from telegram.ext.filters import BaseFilter

from bot.handlers import start
from bot.handlers.context import Context
from bot.texts.commands import COMMANDS, spoken
from tips.normalise import readings

NAMES = frozenset(command.name for command in COMMANDS)
COMMAND = re.compile(r"/(?P<name>\w{1,32})(?:@(?P<bot>\w+))?(?:\s+(?P<rest>.*))?", re.DOTALL)
ABOUT_LEAVING = ("stop", "forget", "privacy", "export")

Act = Callable[[Context, str], Awaitable[None]]


class Order(NamedTuple):
    """A command; ``name`` is empty if it is meant for another bot, ``slashed`` false for a bare
    word."""

    name: str
    slashed: bool


def read_command(text: str) -> re.Match[str] | None:
    """The command in a text, if any; of two readings, the one whose name we know."""
    found = [read for words in readings(text) if (read := COMMAND.fullmatch(words))]
    known = (read for read in found if read["name"].lower() in NAMES)
    return next(known, found[0] if found else None)


def is_for(username: str, command: re.Match[str]) -> bool:
    """Whether the command names the bot of this name."""
    named = command["bot"]
    return named is not None and named.lower() == username.lower()


def order_in(text: str, username: str) -> Order | None:
    """The command that a text gives to the bot called ``username``; None if it gives none."""
    command = read_command(text)
    if command is None:
        name = spoken(text)
        return Order(name, slashed=False) if name is not None else None
    elsewhere = command["bot"] is not None and not is_for(username, command)
    return Order("" if elsewhere else command["name"].lower(), slashed=True)


class OrderReader:
    """Reads the command of an update once for all rows of the table: a long text takes
    milliseconds.

    Keeps none of its words.
    """

    def __init__(self) -> None:
        self._last: tuple[int, Order | None] = (-1, None)

    def read(self, update: Update) -> Order | None:
        """The command in an update."""
        if self._last[0] != update.update_id:
            self._last = update.update_id, _order_of(update.message)
        return self._last[1]


def _order_of(message: Message | None) -> Order | None:
    if message is None or not message.text:
        return None
    return order_in(message.text, message.get_bot().username)


class Command(CommandHandler[Context, None]):
    """PTB's handler, which reads what people type and not only what their app marks as a command.

    ``act`` gets the text after the command as it was typed.
    """

    def __init__(self, orders: OrderReader, name: str, act: Act, filters: BaseFilter) -> None:
        super().__init__(name, partial(_carry_out, name, act), filters)
        self._orders = orders

    def check_update(self, update: object) -> bool:
        if not isinstance(update, Update):
            return False
        order = self._orders.read(update)
        return (
            order is not None
            and order.name in self.commands
            and bool(self.filters.check_update(update))
        )

    def collect_additional_context(
        self,
        context: Context,
        update: Update,
        _application: Application[Any, Context, Any, Any, Any, Any],
        _check_result: object,
    ) -> None:
        text = update.message.text if update.message is not None else None
        command = read_command(text or "")
        context.rest = (command["rest"] or "") if command is not None else ""


async def _carry_out(name: str, act: Act, _update: Update, context: Context) -> None:
    await start.drop_question(context)
    await act(context, context.rest)
    if name not in ABOUT_LEAVING:
        await start.ask_if_zone_lost(context)
