"""The week's tips in one message."""

from __future__ import annotations

from collections.abc import Sequence

from bot.texts import html
from bot.texts.callbacks import SavedPage, TipNow
from bot.texts.catalogue import Translator
from bot.texts.message import Button, Message, page
from tips.library import Library
from tips.models import Tip


def week(_: Translator, tips: Sequence[Tip], library: Library) -> Message:
    """The last tips that somebody had, the newest first: title, what to try, and when to take
    care."""
    rows = ((Button(_("Saved tips"), SavedPage(0)), Button(_("Another tip"), TipNow())),)
    if not tips:
        nothing = _("You haven't had a tip yet. Send /tip for one right now.")
        return page(html.text(nothing))
    head = _.many("Your last tip", "Your last {count} tips", len(tips)).format(count=len(tips))
    return page(html.bold(head), *(_entry(_, tip, library) for tip in tips), buttons=rows)


def _entry(_: Translator, tip: Tip, library: Library) -> html.Html:
    sign = library.title_of(tip).partition(" ")[0]
    caution = html.Html()
    if tip.caution:
        caution = html.fill("⚠️ {words}", words=tip.caution)
    return html.join(
        [
            html.text(f"{sign} ") + html.bold(tip.title),
            html.fill("👉 {words}", words=tip.action),
            caution,
        ]
    )
