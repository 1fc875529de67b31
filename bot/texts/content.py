"""What admins are shown of the content: texts as they are sent, faults, tips taken back."""

from __future__ import annotations

from bot.texts import faq, tip
from bot.texts.catalogue import translator
from tips.library import Library
from tips.models import Answer, Tip


def as_subscribers_see_it(item: Tip | Answer, library: Library) -> str:
    """The words of a tip or an answer as it is sent."""
    _ = translator(library.language)
    if isinstance(item, Tip):
        return tip.render(_, item, library).plain
    return faq.answer(_, item, library).plain
