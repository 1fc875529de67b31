"""The one table of chat commands; registration, Telegram's menu, /help and docs read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.admins.roles import Role
from bot.texts.catalogue import Translator, mark
from bot.texts.orders import bare, read_command
from tips.normalise import normalise

Who = Literal["everyone", "look", "edit", "own"]
"""Everyone, or those whose role is enough for this kind of act."""


@dataclass(frozen=True, slots=True)
class Command:
    """A chat command: its name without the slash, who has it, and what it does in few words."""

    name: str
    who: Who
    description: str


COMMANDS: tuple[Command, ...] = (
    Command("start", "everyone", mark("Get a tip a day, or see your settings")),
    Command("tip", "everyone", mark("A tip right now")),
    Command("faq", "everyone", mark("Questions and answers, by topic")),
    Command("search", "everyone", mark("Find tips and answers: /search wool")),
    Command("week", "everyone", mark("Your week's tips in one message")),
    Command("settings", "everyone", mark("Time, days, themes, sound")),
    Command("saved", "everyone", mark("The tips you've saved")),
    Command("pause", "everyone", mark("Take a break from tips")),
    Command("resume", "everyone", mark("Get tips again")),
    Command("stop", "everyone", mark("No more tips")),
    Command("help", "everyone", mark("What I can do")),
    Command("privacy", "everyone", mark("What I keep about you")),
    Command("export", "everyone", mark("Get a copy of what I keep about you")),
    Command("forget", "everyone", mark("Erase everything about you")),
    Command("broadcast", "edit", mark("Send a message to everyone")),
    Command("inbox", "edit", mark("Questions for the team")),
    Command("preview", "look", mark("A tip or answer as it's sent")),
    Command("withdraw", "edit", mark("Stop a tip for everyone")),
    Command("unwithdraw", "edit", mark("Bring a withdrawn tip back")),
    Command("reload", "edit", mark("Take over changed content")),
    Command("scheduled", "look", mark("Broadcasts that wait for their time")),
    Command("stats", "look", mark("Figures of the last 7, 30 or 365 days")),
    Command("audit", "look", mark("What the team has changed")),
    Command("page", "look", mark("The admin page, in your browser")),
    Command("admins", "own", mark("Who is in the team")),
    Command("invite", "own", mark("Invite an editor or a viewer")),
)


def commands_for(role: Role | None = None) -> tuple[Command, ...]:
    """The commands that somebody with this role has."""
    return tuple(
        command
        for command in COMMANDS
        if command.who == "everyone" or (role is not None and role.may(command.who))
    )


ALSO_A_WORD = frozenset({"search", "week"})
"""Commands whose bare names people say when they mean something else."""

_ALSO_CALLED = {"unsubscribe": "stop", "unsubscribe me": "stop", "quit": "stop", "menu": "help"}


def spoken(words: str) -> str | None:
    """The command that everybody has and that is meant by its bare name or in plain words, such
    as "Stop!" or "no more tips, thanks"; else None."""
    said = bare(words)
    name = _ALSO_CALLED.get(said, said)
    names = {command.name for command in commands_for()} - ALSO_A_WORD
    if name in names:
        return name if "?" not in normalise(words) else None
    return read_command(words)


def menu(_: Translator, role: Role | None = None) -> list[dict[str, str]]:
    """Bot API: the ``commands`` of setMyCommands."""
    return [
        {"command": command.name, "description": _(command.description)}
        for command in commands_for(role)
    ]


def short_description(_: Translator) -> str:
    """Bot API: setMyShortDescription, at most 120 characters."""
    return _("One small, checked tip a day for living with eczema: skin, food, sleep, stress.")


def description(_: Translator) -> str:
    """Bot API: setMyDescription, shown before the first message; at most 512 characters."""
    return _(
        "Hello, I'm GutSkin. I send you one small, checked tip a day for living with eczema: "
        "skin, food, sleep, stress. Got a question? Just ask me.\n\n"
        "I share information and don't replace your doctor."
    )
