"""Roles as their owners, editors and viewers see them."""

from __future__ import annotations

from bot.admins.roles import Role
from bot.texts import html
from bot.texts.catalogue import Translator
from bot.texts.message import Message, page, toast


def command_refused(_: Translator, role: Role) -> Message:
    """A command that takes another role than they have."""
    return page(html.text(_refusal(_, role)), html.text(_("What you can do is in /help.")))


def tap_refused(_: Translator, role: Role | None) -> str:
    """Toast: a button that takes a role which they don't have, or not any more."""
    if role is None:
        return toast(_("Only the team can do that, and you're not in it. I've changed nothing."))
    return toast(_refusal(_, role))


def _refusal(_: Translator, role: Role) -> str:
    if role is Role.VIEWER:
        return _("As a viewer you can look, but that takes an editor. I've changed nothing.")
    return _("Only an owner can do that. I've changed nothing.")
