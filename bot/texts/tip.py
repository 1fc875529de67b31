"""The daily tip, why it says so, and the saved ones."""

from __future__ import annotations

from collections.abc import Sequence

from bot.texts import html, sources
from bot.texts.callbacks import (
    DropTheme,
    OpenTip,
    RateTip,
    SavedPage,
    SaveTip,
    ShowSettings,
    Why,
)
from bot.texts.catalogue import Translator
from bot.texts.message import Button, Message, Rows, page, toast
from bot.texts.settings import few_tips_line
from tips.library import Library
from tips.models import EVERYDAY_ADVICE, Evidence, Source, Theme, Tip

SOURCES_IN_FULL = 12
DOTS = len(Evidence) - 1
FULL, EMPTY = "●", "○"
BETWEEN = " · "


def evidence_words(_: Translator, level: Evidence) -> str:
    """The evidence level in plain words."""
    return {
        Evidence.ESTABLISHED: _("strong evidence"),
        Evidence.MODERATE: _("good evidence"),
        Evidence.LIMITED: _("early evidence"),
        Evidence.MIXED: _("mixed evidence"),
        Evidence.NONE: _("no good evidence so far"),
    }[level]


def evidence_meaning(_: Translator, level: Evidence) -> str:
    """What the evidence level means, in one sentence."""
    return {
        Evidence.ESTABLISHED: _("good studies or guidelines agree."),
        Evidence.MODERATE: _("several studies point the same way, but details may change."),
        Evidence.LIMITED: _("few or small studies; it may turn out differently."),
        Evidence.MIXED: _("studies disagree."),
        Evidence.NONE: _("not shown to work, or hardly tested."),
    }[level]


def evidence_meter(level: Evidence) -> str:
    """Four dots, the more of them full the surer it is; words always stand beside them."""
    return FULL * (DOTS - level.rank) + EMPTY * level.rank


def evidence_line(_: Translator, level: Evidence, about: str = "") -> html.Html:
    """ "●●○○ early evidence · for itch": how sure it is, and of what."""
    return _of_what(f"{evidence_meter(level)} {evidence_words(_, level)}", about)


def tip_evidence(_: Translator, tip: Tip, library: Library) -> html.Html:
    """The evidence line of a tip; "Everyday advice · for itch" where it bears no grade."""
    if not tip.is_advice:
        return evidence_line(_, library.evidence_of(tip), tip.about)
    return _of_what(_("Everyday advice"), tip.about.removeprefix(EVERYDAY_ADVICE).strip())


def _of_what(sureness: str, about: str) -> html.Html:
    return html.text(BETWEEN.join(filter(None, (sureness, about))))


def source_line(_: Translator, shown: Sequence[Source]) -> html.Html:
    """The first source as a link, and how many more there are."""
    if not shown:
        return html.Html()
    first = sources.short(_, shown[0])
    more = len(shown) - 1
    if not more:
        return html.fill(_("Source: {source}"), source=first)
    template = _.many(
        "Source: {source}, and {count} more", "Source: {source}, and {count} more", more
    )
    return html.fill(template, source=first, count=more)


def render(
    _: Translator, tip: Tip, library: Library, *, vote: int = 0, saved: bool = False
) -> Message:
    """A tip as it is sent: at most 900 UTF-16 units for any content that passes the checks."""
    caution = None
    if tip.caution:
        label = html.bold(_("⚠️ Take care:"))
        caution = html.fill("{label} {caution}", label=label, caution=tip.caution)
    foot = [
        tip_evidence(_, tip, library),
        source_line(_, library.shown_sources(tip)),
    ]
    return page(
        html.bold(tip.title),
        html.text(tip.body),
        html.fill("{label} {action}", label=html.bold(_("👉 Try today:")), action=tip.action),
        caution or html.Html(),
        html.join(foot),
        buttons=buttons(_, tip, vote=vote, saved=saved),
    )


def buttons(_: Translator, tip: Tip, *, vote: int = 0, saved: bool = False) -> Rows:
    """The keyboard under a tip, showing what the subscriber has said and kept so far."""
    number = tip.number
    liked = _("👍 Helpful, noted") if vote > 0 else _("👍 Helpful")
    disliked = _("👎 Not for me, noted") if vote < 0 else _("👎 Not for me")
    keep = Button(_("Save"), SaveTip(number, 1))
    if saved:
        keep = Button(_("Saved. Remove?"), SaveTip(number, 0))
    return (
        (
            Button(liked, RateTip(number, 0 if vote > 0 else 1)),
            Button(disliked, RateTip(number, 0 if vote < 0 else -1)),
        ),
        (Button(_("Why?"), Why(number)), keep),
    )


def why(_: Translator, tip: Tip, library: Library) -> Message:
    """What the tip rests on: each claim with its caveat, then all sources in full."""
    blocks = []
    for name in tip.claims:
        claim = library.claim(name)
        level = evidence_line(_, claim.strength)
        caveat = (
            html.fill(_("Keep in mind: {caveat}"), caveat=claim.caveat) if claim.caveat else None
        )
        blocks.append(html.join([html.text(claim.claim), caveat or html.Html(), level]))
    shown = library.shown_sources(tip)[:SOURCES_IN_FULL]
    listed = [html.text("• ") + sources.full(_, source) for source in shown]
    head = html.fill(_("Why “{title}”"), title=tip.title)
    return page(html.bold(head.plain), *blocks, html.join([html.bold(_("Sources")), *listed]))


def thanks(_: Translator, vote: int) -> str:
    """Toast after a vote; 0 takes it back."""
    words = {
        1: _("Thank you, noted."),
        -1: _("Noted. Thank you for telling."),
        0: _("Taken back."),
    }
    return toast(words[vote])


def kept(_: Translator, *, on: bool) -> str:
    """Toast after Save, or after taking it back."""
    return toast(_("Saved. See /saved") if on else _("No longer saved."))


def drop_theme(_: Translator, theme: Theme, library: Library) -> Message:
    """After the third thumb down in a row: no more of this?"""
    return page(
        html.fill(
            _("Several tips on “{theme}” were not for you. Leave this theme out from now on?"),
            theme=library.theme_names[theme.id],
        ),
        buttons=(
            (Button(_("Leave it out"), DropTheme(theme.bit, 1)),),
            (Button(_("Keep it"), DropTheme(theme.bit, 0)),),
        ),
    )


def theme_dropped(
    _: Translator, theme: Theme, library: Library, *, fitting: int | None = None
) -> Message:
    """The theme is off; how to switch it on again. ``fitting`` is how many tips are left."""
    return page(
        html.fill(
            _("No more tips on “{theme}”. You can switch it on again in /settings."),
            theme=library.theme_names[theme.id],
        ),
        few_tips_line(_, fitting),
    )


def theme_kept(_: Translator, theme: Theme, library: Library) -> Message:
    """The theme stays."""
    return page(html.fill(_("Fine, “{theme}” stays."), theme=library.theme_names[theme.id]))


def theme_gone(_: Translator) -> Message:
    """A button of a theme that is no longer part of the library."""
    return page(
        html.text(_("That theme isn't there any more, so there's nothing to change.")),
        buttons=((Button(_("Themes"), ShowSettings("themes")),),),
    )


def none_fits(_: Translator) -> Message:
    """No tip fits what the subscriber chose."""
    return page(
        html.text(_("No tip fits your themes right now. Switch on another theme for more.")),
        buttons=((Button(_("Themes"), ShowSettings("themes")),),),
    )


def withdrawn(_: Translator) -> Message:
    """A button on a tip that is no longer part of the library."""
    return page(html.text(_("This tip has been taken back. Send /tip for another one.")))


def saved(
    _: Translator, tips: Sequence[Tip], number: int, pages: int, *, withdrawn: int = 0
) -> Message:
    """A page (``number`` from 0, of ``pages``) of the saved tips; each opens with a tap."""
    lost = html.Html()
    if withdrawn:
        template = _.many(
            "{count} tip you'd saved has been taken back, so it isn't here any more.",
            "{count} tips you'd saved have been taken back, so they aren't here any more.",
            withdrawn,
        )
        lost = html.fill(template, count=withdrawn)
    if not tips and withdrawn:
        return page(lost, html.text(_("Send /tip for a new one.")))
    if not tips:
        return page(
            html.text(_("You have saved no tip yet. Tap Save under a tip to keep it here."))
        )
    head = html.bold(_("Your saved tips"))
    if pages > 1:
        head += html.fill(_(", page {number} of {pages}"), number=number + 1, pages=pages)
    rows = tuple((Button(tip.title, OpenTip(tip.number)),) for tip in tips)
    return page(
        head,
        html.text(_("Tap one to read it again.")),
        lost,
        buttons=(*rows, _pager(_, number, pages)),
    )


def _pager(_: Translator, number: int, pages: int) -> tuple[Button, ...]:
    back = (Button(_("◀ Earlier page"), SavedPage(number - 1)),) if number > 0 else ()
    on = (Button(_("Next page ▶"), SavedPage(number + 1)),) if number + 1 < pages else ()
    return (*back, *on)
