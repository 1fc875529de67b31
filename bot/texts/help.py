"""What the bot can do, and what its evidence words mean."""

from __future__ import annotations

from bot.admins.roles import Role
from bot.texts import html
from bot.texts.catalogue import Translator
from bot.texts.commands import Command, commands_for
from bot.texts.message import Message, page
from bot.texts.tip import evidence_meaning, evidence_meter, evidence_words
from tips.models import Evidence


def help_message(_: Translator, role: Role | None = None) -> Message:
    """The commands this person has, how to ask, and what the evidence lines mean."""
    commands = [_command(_, command) for command in commands_for(role)]
    levels = [*(_level(_, level) for level in Evidence), _advice(_)]
    return page(
        html.text(_("One small, checked tip a day. Got a question? Just type it.")),
        html.join([html.bold(_("What you can send me")), *commands]),
        html.join([html.bold(_("How strong the evidence is")), *levels]),
        html.text(
            _(
                "I share information and don't replace your doctor. If your skin gets much worse, "
                "or you feel ill, please get medical help."
            )
        ),
    )


def _command(_: Translator, command: Command) -> html.Html:
    return html.text(f"/{command.name}: {_(command.description)}")


def _level(_: Translator, level: Evidence) -> html.Html:
    name = f"{evidence_meter(level)} {evidence_words(_, level)}"
    return html.bold(name) + html.text(f": {evidence_meaning(_, level)}")


def _advice(_: Translator) -> html.Html:
    meaning = _("care that does no harm and rests on advice; nobody has tested it.")
    return html.bold(_("Everyday advice")) + html.text(f": {meaning}")
