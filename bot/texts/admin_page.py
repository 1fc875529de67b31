"""The way to the admin page, as an admin is told it."""

from __future__ import annotations

from bot.texts import html
from bot.texts.catalogue import Translator
from bot.texts.message import Button, Message, page


def way_in(_: Translator, link: str) -> Message:
    """A link that logs this admin in."""
    head = html.text(_("This opens the admin page and logs you in. It works once, for 5 minutes."))
    rest = html.text(_("It's yours alone, so please don't pass it on."))
    if link.startswith("https://"):
        return page(head, rest, buttons=((Button(_("Open the admin page"), url=link),),))
    return page(head, html.link(link, link), rest)  # Telegram takes no button to this machine


def switched_off(_: Translator) -> Message:
    """There is no admin page."""
    return page(
        html.text(_("The admin page is switched off.")),
        html.text(_("Whoever runs the server can switch it on: GUTSKIN_ADMIN_PAGE_URL.")),
    )
