"""The table of routes: every command and every kind of button has one row."""

from __future__ import annotations

import re

from telegram.ext import CallbackQueryHandler

from bot.handlers.command import Command
from bot.handlers.routes import rows
from bot.texts.callbacks import kinds
from bot.texts.codec import VERSION
from bot.texts.commands import COMMANDS


def test_every_command_has_a_row() -> None:
    named = [name for row in rows() if isinstance(row, Command) for name in row.commands]
    assert sorted(named) == sorted(command.name for command in COMMANDS)


def test_every_kind_of_button_has_a_row_of_its_own() -> None:
    taps = [row.pattern for row in rows() if isinstance(row, CallbackQueryHandler)]
    patterns = [pattern for pattern in taps if isinstance(pattern, re.Pattern)]
    for kind in kinds():
        assert sum(pattern.match(VERSION + kind) is not None for pattern in patterns) == 1, kind
    assert len(patterns) == len(kinds())
