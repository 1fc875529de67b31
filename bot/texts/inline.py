"""What inline mode finds, in any chat: cards that name their source, and nothing about anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.texts import faq, html, signs
from bot.texts import tip as tips
from bot.texts.catalogue import Translator
from bot.texts.message import Button, Message, page
from bot.texts.sharing import BOT_ADDRESS
from tips.library import Library
from tips.models import Answer, Tip
from tips.signs import Advice

LINK: Final = "inline"
"""The deep link's parameter by which whoever taps below a card comes."""
DESCRIPTION_UNITS: Final = 120
CACHED_S: Final = 3600
"""For so long Telegram may answer the same words by itself: the answers change with a release."""


@dataclass(frozen=True, slots=True)
class InlineResult:
    """A line of the list, and the message that a tap on it posts."""

    id: str
    title: str
    description: str
    message: Message


@dataclass(frozen=True, slots=True)
class InlineResults:
    """The list, and the words of a button above it that leads to the bot ("": none)."""

    results: tuple[InlineResult, ...]
    ask_label: str = ""
    ask_link: str = LINK
    cache_s: int = CACHED_S


def tip(_: Translator, found: Tip, library: Library, username: str) -> InlineResult:
    """The card of a tip; in the list its theme stands below the title."""
    message = page(*tips.card(_, found, library), buttons=_begin(_, username))
    description = f"{library.title_of(found)}: {found.body}"
    return _result(f"t{found.number}", found.title, description, message)


def answer(_: Translator, found: Answer, library: Library, username: str) -> InlineResult:
    """An answer with its sources."""
    named = faq.source_line(_, library.shown_sources(found))
    message = page(
        html.text(found.question),
        *faq.body(_, found, library),
        named,
        buttons=_begin(_, username),
    )
    return _result(f"a:{found.id}", found.question, found.headline, message)


def urgent(_: Translator, advice: Advice, library: Library) -> InlineResults:
    """Seek care now: the one result, and nothing that leads away from it."""
    backing = library.shown_sources_of(advice.claims)
    message = page(signs.said(advice), faq.source_line(_, backing))
    return results([_result("urgent", _("Get help now"), message.plain, message)])


def results(found: Sequence[InlineResult]) -> InlineResults:
    """What was found."""
    return InlineResults(tuple(found))


def nothing(_: Translator) -> InlineResults:
    """Nothing fits; a button leads to the bot, where questions have more room."""
    return InlineResults((), _("Nothing checked on that. Ask me"))


def _result(number: str, title: str, description: str, message: Message) -> InlineResult:
    title = html.one_line(title, DESCRIPTION_UNITS) or "…"
    return InlineResult(number, title, html.one_line(description, DESCRIPTION_UNITS), message)


def _begin(_: Translator, username: str) -> tuple[tuple[Button, ...], ...]:
    if not username:
        return ()
    address = f"{BOT_ADDRESS}{username}?start={LINK}"
    return ((Button(_("Get a tip a day"), url=address),),)
