"""Why a message could not be delivered, in words for admins."""

from __future__ import annotations

from bot.texts import html
from bot.texts.catalogue import translator

REASON_UNITS = 80


def reason_words(reason: str, language: str = "en") -> str:
    """The reason in words; one that has none is shown as it was recorded."""
    _ = translator(language)
    known = {
        "attempts": _("given up after several tries"),
        "bad_gateway": _("Telegram had a fault"),
        "bad_request": _("Telegram refused the message"),
        "blocked": _("the reader blocked the bot"),
        "deactivated": _("the account no longer exists"),
        "empty": _("the message was empty"),
        "flood": _("too many messages at once"),
        "forbidden": _("Telegram refused the message"),
        "kicked": _("the bot was removed from the chat"),
        "markup": _("the formatting was broken"),
        "migrated": _("the chat has moved"),
        "no_rights": _("the bot may not write in that chat"),
        "not_copyable": _("Telegram does not let bots copy that message"),
        "not_found": _("the chat was not found"),
        "not_started": _("the reader never started the bot"),
        "original_deleted": _("the message to copy was deleted"),
        "server_error": _("Telegram had a fault"),
        "too_long": _("the message was too long"),
        "unauthorized": _("the bot's token was refused"),
        "unavailable": _("Telegram had a fault"),
        "unreadable_answer": _("Telegram's answer could not be read"),
    }
    return known.get(reason) or html.one_line(reason.replace("_", " "), REASON_UNITS)
