"""The form of a command, ``/name@bot and the rest``."""

from __future__ import annotations

import re

from bot.handlers.context import HandlerServices
from bot.texts.commands import COMMANDS
from tips.normalise import readings

NAMES = frozenset(command.name for command in COMMANDS)
COMMAND = re.compile(r"/(?P<name>\w{1,32})(?:@(?P<bot>\w+))?(?:\s+(?P<rest>.*))?", re.DOTALL)


def read_command(text: str) -> re.Match[str] | None:
    """The command that a message is, if it is one; of two readings the one that we know."""
    found = [read for words in readings(text) if (read := COMMAND.fullmatch(words))]
    known = (read for read in found if read["name"].lower() in NAMES)
    return next(known, found[0] if found else None)


def is_for(services: HandlerServices, command: re.Match[str]) -> bool:
    """Whether the command names this bot."""
    named = command["bot"]
    return named is not None and named.lower() == services.username().lower()
