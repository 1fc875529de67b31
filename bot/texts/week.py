"""The week's tips in one message."""

from __future__ import annotations

from collections.abc import Sequence

from bot.texts import html
from bot.texts import tip as tips
from bot.texts.callbacks import SavedPage, TipNow
from bot.texts.catalogue import Translator
from bot.texts.message import Button, Message, page
from tips.library import Library
from tips.models import Tip


def week(_: Translator, had: Sequence[Tip], library: Library) -> Message:
    """The last tips that somebody had, the newest first: title, what to try, and when to take
    care."""
    rows = ((Button(_("Saved tips"), SavedPage(0)), Button(_("Another tip"), TipNow())),)
    if not had:
        nothing = _("You haven't had a tip yet. Send /tip for one right now.")
        return page(html.text(nothing))
    head = _.many("Your last tip", "Your last {count} tips", len(had)).format(count=len(had))
    return page(html.bold(head), *(_entry(_, tip, library) for tip in had), buttons=rows)


def _entry(_: Translator, tip: Tip, library: Library) -> html.Html:
    return html.join(
        [
            html.text(library.title_of(tip)),
            html.bold(tip.title),
            tips.try_today(_, tip),
            tips.take_care(_, tip),
        ]
    )
