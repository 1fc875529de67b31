"""The button that shares a tip: by inline mode where it is on, else by Telegram's own link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from bot.texts import html, sources
from bot.texts.catalogue import Translator
from bot.texts.message import Button
from tips.library import Library
from tips.models import Tip

SHARE_ADDRESS: Final = "https://t.me/share/url"
BOT_ADDRESS: Final = "https://t.me/"
TEXT_UNITS: Final = 700


@dataclass(frozen=True, slots=True)
class Sharing:
    """How this bot shares: whether it answers inline (BotFather, /setinline), and its name."""

    inline: bool = False
    username: str = ""


NOT_SHARED: Final = Sharing()


def share_button(
    _: Translator, tip: Tip, library: Library, sharing: Sharing
) -> tuple[Button, ...]:
    """A button that leads somewhere, or none.

    By inline mode the title is asked for, since a search for it finds the tip and anybody can
    read it in the field where they type.
    """
    label = _("↗ Share")
    if sharing.inline:
        return (Button(label, inline=tip.title),)
    if not sharing.username:
        return ()
    words = html.clip(_plain(_, tip, library), TEXT_UNITS)
    address = f"{BOT_ADDRESS}{sharing.username}"
    return (Button(label, url=f"{SHARE_ADDRESS}?url={quote(address)}&text={quote(words)}"),)


def _plain(_: Translator, tip: Tip, library: Library) -> str:
    shown = library.shown_sources(tip)
    named = _("Source: {source}").format(source=sources.short(shown[0]).plain) if shown else ""
    return "\n\n".join(filter(None, (tip.title, tip.body, named)))
