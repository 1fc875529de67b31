"""What the bot can do, and what its evidence words mean."""

from __future__ import annotations

from bot.texts import html
from bot.texts.catalogue import translator
from bot.texts.commands import Command, commands_for
from bot.texts.message import Message, page
from bot.texts.tip import evidence_meaning, evidence_words
from tips.models import Evidence


def help_message(language: str = "en", *, admin: bool = False) -> Message:
    """The commands this person has, how to ask, and the five evidence levels."""
    _ = translator(language)
    commands = [_command(command, language) for command in commands_for(admin=admin)]
    levels = [_level(level, language) for level in Evidence]
    return page(
        html.text(_("One short, sourced tip a day. To ask a question, just type it.")),
        html.join([html.bold(_("Commands")), *commands]),
        html.join([html.bold(_("How strong the evidence is")), *levels]),
        html.text(
            _(
                "GutSkin informs and does not replace a doctor. If your skin gets much worse, or "
                "you feel ill, seek medical help."
            )
        ),
    )


def _command(command: Command, language: str) -> html.Html:
    return html.text(f"/{command.name}: {translator(language)(command.description)}")


def _level(level: Evidence, language: str) -> html.Html:
    name = evidence_words(level, language)
    return html.bold(name) + html.text(f": {evidence_meaning(level, language)}")
