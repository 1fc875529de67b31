"""Why a message could not be delivered, in words for admins."""

from __future__ import annotations

from collections.abc import Mapping

from bot.texts import html
from bot.texts.catalogue import Translator

REASON_UNITS = 80


def reason_words(_: Translator, reason: str) -> str:
    """The reason in words; an unknown one is shown as it was recorded."""
    known = {
        "asks_payment": _("the subscriber wants to be paid for messages"),
        "attempts": _("several tries, no luck"),
        "bad_gateway": _("Telegram had a fault"),
        "bad_request": _("Telegram refused the message"),
        "blocked": _("the subscriber blocked the bot"),
        "deactivated": _("the account no longer exists"),
        "empty": _("the message was empty"),
        "flood": _("too many messages at once"),
        "forbids_strangers": _("the subscriber's privacy settings forbid it"),
        "forbids_voice": _("the subscriber doesn't take voice or video messages"),
        "forbidden": _("Telegram refused the message"),
        "gone": _("the message was deleted before"),
        "kicked": _("the bot was removed from the chat"),
        "markup": _("the formatting was broken"),
        "migrated": _("the chat has moved"),
        "no_rights": _("the bot isn't allowed to write in that chat"),
        "not_made": _("the bot couldn't make the message"),
        "not_copyable": _("Telegram doesn't let bots copy that message"),
        "not_editable": _("Telegram doesn't let me change that message"),
        "not_found": _("the chat wasn't found"),
        "not_started": _("the subscriber never started the bot"),
        "original_deleted": _("the message to copy was deleted"),
        "server_error": _("Telegram had a fault"),
        "topic_closed": _("the topic is closed"),
        "too_late": _("the message was too old to delete"),
        "too_long": _("the message was too long"),
        "unauthorized": _("the bot's token was refused"),
        "unavailable": _("Telegram had a fault"),
        "unreadable_answer": _("Telegram's answer couldn't be read"),
    }
    return known.get(reason) or html.one_line(reason.replace("_", " "), REASON_UNITS)


def reason_lines(_: Translator, counts: Mapping[str, int], most: int) -> list[html.Html]:
    """A line for each of the ``most`` commonest reasons, and one for all others together."""
    found = sorted((item for item in counts.items() if item[1]), key=lambda one: (-one[1], one[0]))
    lines = [(reason_words(_, reason), count) for reason, count in found[:most]]
    rest = sum(count for _reason, count in found[most:])
    if rest:
        lines.append((_("other reasons"), rest))
    return [html.text(f"• {words}: {count:,}") for words, count in lines]
