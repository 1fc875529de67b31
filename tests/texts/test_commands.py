"""The one table of commands fits Telegram's limits and hides what is for admins."""

from __future__ import annotations

import re

from bot.admins.roles import Role
from bot.texts import commands
from bot.texts.catalogue import translator
from bot.texts.help import help_message

EN = translator("en")


def test_names_and_descriptions_are_as_telegram_takes_them() -> None:
    # Bot API: BotCommand, command 1-32 of a-z 0-9 _; description 1-256
    for entry in commands.menu(EN, Role.OWNER):
        assert re.fullmatch(r"[a-z0-9_]{1,32}", entry["command"])
        assert 1 <= len(entry["description"]) <= 256
    assert len(commands.short_description(EN)) <= 120
    assert len(commands.description(EN)) <= 512


def test_a_command_is_in_the_table_once() -> None:
    names = [command.name for command in commands.COMMANDS]
    assert len(names) == len(set(names))


def test_admins_have_more_commands_than_subscribers() -> None:
    subscribers = {entry["command"] for entry in commands.menu(EN)}
    owners = {entry["command"] for entry in commands.menu(EN, Role.OWNER)}
    assert owners - subscribers == {one.name for one in commands.COMMANDS if one.who != "everyone"}


def test_help_lists_exactly_the_commands_one_has() -> None:
    assert "/broadcast" not in help_message(EN).plain
    assert "/broadcast" in help_message(EN, Role.EDITOR).plain
    for command in commands.commands_for():
        assert f"/{command.name}: {command.description}" in help_message(EN).plain
