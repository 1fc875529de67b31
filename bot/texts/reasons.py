"""Why a message could not be delivered, in words for admins."""

from __future__ import annotations

from bot.texts import html
from bot.texts.catalogue import translator

REASON_UNITS = 80


def reason_words(reason: str, language: str = "en") -> str:
    """The reason in words; one that has none is shown as it was recorded."""
    _ = translator(language)
    known = {
        "blocked": _("the reader blocked the bot"),
        "gone": _("the account no longer exists"),
        "chat_not_found": _("the chat was not found"),
        "refused": _("Telegram refused the message"),
        "flood": _("too many messages at once"),
        "network": _("the connection failed"),
        "not_sent": _("the connection failed"),
        "server": _("Telegram had a fault"),
        "attempts": _("given up after several tries"),
    }
    return known.get(reason) or html.one_line(reason.replace("_", " "), REASON_UNITS)
