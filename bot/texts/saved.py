"""The saved tips: the list, a search in it, and what to let go."""

from __future__ import annotations

from collections.abc import Sequence

from bot.texts import html
from bot.texts.callbacks import OpenTip, RemoveSaved, SavedPage, TidySaved
from bot.texts.catalogue import Translator
from bot.texts.message import Button, Message, Rows, page, toast
from tips.models import Tip

QUOTED_UNITS = 40


def saved(
    _: Translator,
    tips: Sequence[Tip],
    count: int,
    number: int,
    pages: int,
    *,
    withdrawn: int = 0,
    tidying: bool = False,
) -> Message:
    """A page (``number`` from 0, of ``pages``) of the ``count`` saved tips.

    A tap opens one, or removes it where they are ``tidying``.
    """
    lost = _lost(_, withdrawn)
    if not tips:
        return _nothing(_, lost)
    how = _("Tap one to remove it.") if tidying else _("Tap one to read it again.")
    return page(
        html.join([_head(_, count, number, pages), html.text(how)]),
        html.text(_("To look for one, send words after it: /saved itch")) if pages > 1 else lost,
        lost if pages > 1 else html.Html(),
        buttons=(
            *_rows(_, tips, number, tidying=tidying),
            _pager(_, number, pages, TidySaved if tidying else SavedPage),
            _way_on(_, number, tidying=tidying),
        ),
    )


def _head(_: Translator, count: int, number: int, pages: int) -> html.Html:
    words = _.many("{count} saved tip", "{count} saved tips", count).format(count=count)
    if pages == 1:
        return html.bold(words)
    return html.bold(words) + html.fill(
        _(", page {number} of {pages}"), number=number + 1, pages=pages
    )


def _lost(_: Translator, withdrawn: int) -> html.Html:
    if not withdrawn:
        return html.Html()
    template = _.many(
        "{count} tip you'd saved has been withdrawn, so it isn't here any more.",
        "{count} tips you'd saved have been withdrawn, so they aren't here any more.",
        withdrawn,
    )
    return html.fill(template, count=withdrawn)


def _nothing(_: Translator, lost: html.Html) -> Message:
    if lost:
        return page(lost, html.text(_("Send /tip for a new one.")))
    return page(html.text(_("No saved tips yet. Tap 🔖 Save under a tip to keep it here.")))


def _rows(_: Translator, tips: Sequence[Tip], number: int, *, tidying: bool) -> Rows:
    if not tidying:
        return tuple((Button(tip.title, OpenTip(tip.number)),) for tip in tips)
    label = _("Remove: {title}")
    return tuple(
        (Button(label.format(title=tip.title), RemoveSaved(tip.number, number)),) for tip in tips
    )


def _pager(
    _: Translator, number: int, pages: int, there: type[SavedPage | TidySaved]
) -> tuple[Button, ...]:
    back = (Button(_("◀ Earlier page"), there(number - 1)),) if number > 0 else ()
    on = (Button(_("Next page ▶"), there(number + 1)),) if number + 1 < pages else ()
    return (*back, *on)


def _way_on(_: Translator, number: int, *, tidying: bool) -> tuple[Button, ...]:
    if tidying:
        return (Button(_("Done"), SavedPage(number)),)
    return (Button(_("Remove some"), TidySaved(number)),)


def found(_: Translator, words: str, tips: Sequence[Tip]) -> Message:
    """Those of the saved tips that have these words; the best first."""
    quoted = html.one_line(words, QUOTED_UNITS)
    if not tips:
        nothing = _("None of your saved tips is about “{words}”. All of them: /saved")
        return page(html.fill(nothing, words=quoted))
    head = _.many(
        "{count} saved tip about “{words}”", "{count} saved tips about “{words}”", len(tips)
    )
    return page(
        html.bold(html.fill(head, count=len(tips), words=quoted).plain),
        buttons=_rows(_, tips, 0, tidying=False),
    )


def removed(_: Translator) -> str:
    """Toast after a tap that removed one."""
    return toast(_("Removed."))
