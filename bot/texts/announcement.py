"""What a message of the team has around it: whose it is, and the way to have no more of them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from bot.texts.callbacks import AboutAnnouncement, NoAnnouncements
from bot.texts.catalogue import Translator, languages, translator
from bot.texts.html import units
from bot.texts.message import Button, Rows


def label(_: Translator) -> str:
    """The first line of every broadcast."""
    return _("📣 From the GutSkin team")


def way_out(_: Translator) -> str:
    """The last line of an album, which can have no button."""
    return _("Don't want these? Switch them off in /settings")


def rows(_: Translator, links: Iterable[tuple[str, str]], *, labelled: bool) -> Rows:
    """The buttons below a broadcast: whose it is where no text says so, links, the way out."""
    whose = () if labelled else ((Button(label(_), AboutAnnouncement()),),)
    opened = tuple((Button(words, url=address),) for words, address in links)
    return (*whose, *opened, (Button(_("Switch team messages off"), NoAnnouncements()),))


@cache
def most_units_around(*, album: bool) -> int:
    """The most UTF-16 units that label and way out add to a text in any language."""
    every = [translator(language) for language in languages()]
    return max(units(label(_)) + 2 + (units(way_out(_)) + 2 if album else 0) for _ in every)
