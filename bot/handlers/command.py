"""The form of a command, ``/name@bot and the rest``."""

from __future__ import annotations

import re

from bot.handlers.desk import Desk

COMMAND = re.compile(r"/(?P<name>\w{1,32})(?:@(?P<bot>\w+))?(?:\s+(?P<rest>.*))?", re.DOTALL)


def is_for(desk: Desk, command: re.Match[str]) -> bool:
    """Whether the command names this bot."""
    named = command["bot"]
    return named is not None and named.lower() == desk.username().lower()
