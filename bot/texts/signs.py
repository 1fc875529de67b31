"""What comes first when a message describes something that cannot wait, and where to turn."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.texts import html, sources
from bot.texts.callbacks import RunCommand, SignSources, Stop
from bot.texts.catalogue import Translator
from bot.texts.message import Button, Message, page
from tips.models import Source
from tips.signs import Advice, SignLanguage

LEAVING = "leaving"  # the advice for words that may mean the tips as well
SLOT = "{number}"
_SENTENCE_END = re.compile(r"(?<=[.!?؟।])\s+")


def urgent(
    _: Translator, advice: Advice, number: str | None = None, *, leaving: bool = False
) -> Message:
    """Seek care now; what it rests on is a tap away.

    ``number`` is the emergency number where the subscriber lives, if it is known; ``leaving``
    says that the words ask to stop the tips as well.
    """
    stop = (Button(_("Stop the tips"), Stop()),) if leaving or advice.id == LEAVING else ()
    erase = (Button(_("Erase my data"), RunCommand("forget")),) if advice.id == LEAVING else ()
    more = (Button(_("Sources"), SignSources(advice.id)),) if advice.claims else ()
    return page(said(advice, number), buttons=(stop, erase, more))


def said(advice: Advice, number: str | None = None) -> html.Html:
    """An advice, one sentence a line, in its own language, with the call in bold."""
    lines = _SENTENCE_END.split(advice.text.strip())
    called = any(SLOT in line for line in lines)
    shown = [
        _line(line, number or advice.your_number, bold=SLOT in line or not (called or place))
        for place, line in enumerate(lines)
    ]
    return html.join([html.text("🚨 ") + shown[0], *shown[1:]])


def _line(line: str, number: str, *, bold: bool) -> html.Html:
    said = line.replace(SLOT, number)
    return html.bold(said) if bold else html.text(said)


def signs_rest_on(_: Translator, shown: Sequence[Source]) -> Message:
    """The sources of an advice, in full."""
    return page(sources.listed(_, shown))


def only_english(language: SignLanguage, number: str | None) -> Message:
    """What the bot can, in the language somebody wrote in that it does not speak."""
    return page(only_english_line(language, number))


def only_english_line(language: SignLanguage, number: str | None) -> html.Html:
    """The same as a paragraph of another message."""
    return html.text(language.only_english.replace(SLOT, number or language.your_number))


def urgent_hint(_: Translator, number: str | None) -> html.Html:
    """Where to turn if it is urgent; ends every message that has no answer."""
    template = _("If it's urgent, don't wait for me: call {number}, or ask a doctor today.")
    return html.fill(template, number=number_to_call(_, number))


def number_to_call(_: Translator, number: str | None) -> str:
    """The emergency number, in words where it is not known."""
    return number or _("your local emergency number")
