"""A friendly line for a greeting or a thank-you."""

from __future__ import annotations

import re

from bot.texts import html
from bot.texts.catalogue import Translator
from bot.texts.message import Message, page
from tips.normalise import normalise

_GREETING = re.compile(
    "hi|hello|hey|(hi|hello|hey) there|good (morning|afternoon|evening)|hallo|hola|salut|ciao|moin"
)
_THANKS = re.compile(
    "(many |ok(ay)? |great )?(thanks|thank you|thx|ty)( so much| very much| a lot)?|ok|okay|great"
    "|cool|perfect|nice|bye|goodbye|good night|danke|merci|gracias|obrigad[oa]"
)
_NOT_LETTERS = re.compile(r"[\W_]+")


def bare(words: str) -> str:
    """Lower-case words with single blanks, without punctuation and emoji."""
    return _NOT_LETTERS.sub(" ", normalise(words).casefold()).strip()


def courtesy(_: Translator, words: str) -> Message | None:
    """The line for a greeting or a thank-you that stands alone; None for all else."""
    said = bare(words)
    if _GREETING.fullmatch(said):
        opening = _("Hello!")
    elif _THANKS.fullmatch(said):
        opening = _("You're welcome.")
    else:
        return None
    offer = _("Ask me anything about living with eczema, or get a tip: /tip")
    return page(html.text(opening), html.text(offer))
