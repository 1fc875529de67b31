"""The card of a tip, why it says so, and what is said when it is rated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.texts import html, sources
from bot.texts.callbacks import (
    DropTheme,
    FoldWhy,
    RateTip,
    SaveTip,
    ShowSettings,
    TipNow,
    Why,
)
from bot.texts.catalogue import Translator
from bot.texts.message import Button, Message, Rows, page, toast
from bot.texts.settings import few_tips_line
from bot.texts.sharing import NOT_SHARED, Sharing, share_button
from bot.texts.why_not import why_not_rows
from tips.library import Library
from tips.models import EVERYDAY_ADVICE, Evidence, Source, Theme, Tip

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
    first = sources.short(shown[0])
    more = len(shown) - 1
    if not more:
        return html.fill(_("Source: {source}"), source=first)
    template = _.many(
        "Source: {source}, and {count} more", "Source: {source}, and {count} more", more
    )
    return html.fill(template, source=first, count=more)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a subscriber has said of a tip and kept of it, and whether they see why it says so."""

    vote: int = 0
    why_not: str | None = None
    saved: bool = False
    unfolded: bool = False


NOTHING_SAID: Final = Shown()


def render(
    _: Translator,
    tip: Tip,
    library: Library,
    shown: Shown = NOTHING_SAID,
    sharing: Sharing = NOT_SHARED,
) -> Message:
    """A tip as it is sent: at most 900 UTF-16 units for any content that passes the checks."""
    unfolded = (html.folded(reasons(_, tip, library)),) if shown.unfolded else ()
    return page(
        *card(_, tip, library),
        *unfolded,
        buttons=buttons(_, tip, library, shown, sharing),
    )


def card(_: Translator, tip: Tip, library: Library) -> tuple[html.Html, ...]:
    """The paragraphs of a tip: theme and title, what helps, what to try, how we know."""
    return (
        html.join([html.text(library.title_of(tip)), html.bold(tip.title), html.text(tip.body)]),
        try_today(_, tip),
        take_care(_, tip),
        html.join([tip_evidence(_, tip, library), source_line(_, library.shown_sources(tip))]),
    )


def try_today(_: Translator, tip: Tip) -> html.Html:
    """What to do about it today."""
    return _labelled(_("👉 Try today:"), tip.action)


def take_care(_: Translator, tip: Tip) -> html.Html:
    """What to be careful of, in the same weight; empty where there is nothing."""
    return _labelled(_("⚠️ Take care:"), tip.caution) if tip.caution else html.Html()


def _labelled(label: str, words: str) -> html.Html:
    return html.fill("{label} {words}", label=html.bold(label), words=words)


def buttons(
    _: Translator,
    tip: Tip,
    library: Library,
    shown: Shown = NOTHING_SAID,
    sharing: Sharing = NOT_SHARED,
) -> Rows:
    """The keyboard under a tip, showing what the subscriber has said and kept so far."""
    number = tip.number
    keep = Button(_("🔖 Save"), SaveTip(number, 1))
    if shown.saved:
        keep = Button(_("🔖 Saved: remove"), SaveTip(number, 0))
    why = Button(_("Why?"), Why(number))
    if shown.unfolded:
        why = Button(_("Hide why"), FoldWhy(number))
    asks = shown.vote < 0 and shown.why_not is None
    return (
        _vote_row(_, number, shown.vote),
        *(why_not_rows(_, number) if asks else ()),
        (keep, *share_button(_, tip, library, sharing)),
        (why, Button(_("Another tip"), TipNow())),
    )


def _vote_row(_: Translator, number: int, vote: int) -> tuple[Button, ...]:
    liked = _("✓ 👍 Helpful") if vote > 0 else _("👍 Helpful")
    disliked = _("✓ 👎 Not for me") if vote < 0 else _("👎 Not for me")
    return (
        Button(liked, RateTip(number, 0 if vote > 0 else 1)),
        Button(disliked, RateTip(number, 0 if vote < 0 else -1)),
    )


def reasons(_: Translator, tip: Tip, library: Library) -> html.Html:
    """What the tip rests on: each claim with its caveat, then all sources in full."""
    blocks = [html.bold(_("Why it says so"))]
    for name in tip.claims:
        claim = library.claim(name)
        caveat = (
            html.fill(_("Keep in mind: {caveat}"), caveat=claim.caveat)
            if claim.caveat
            else html.Html()
        )
        blocks.append(
            html.join([html.text(claim.claim), caveat, evidence_line(_, claim.strength)])
        )
    listed = sources.listed(_, library.shown_sources(tip))
    return html.join([*blocks, listed], "\n\n")


def thanks(_: Translator, vote: int) -> str:
    """Toast after a vote; 0 takes it back."""
    words = {
        1: _("Thanks for telling me."),
        -1: _("Thanks. Tap a reason, and I'll change what comes."),
        0: _("That's undone."),
    }
    return toast(words[vote])


def kept(_: Translator, *, on: bool) -> str:
    """Toast after Save, or after taking it back."""
    return toast(_("Saved. Find it in /saved") if on else _("It's not saved any more."))


def drop_theme(_: Translator, theme: Theme, library: Library) -> Message:
    """After the third thumb down in a row: no more of this?"""
    return page(
        html.fill(
            _("Not keen on {theme}? I can leave it out."),
            theme=library.theme_titles[theme.id],
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
            _("No more tips on {theme}. You can switch it on again in /settings."),
            theme=library.theme_titles[theme.id],
        ),
        few_tips_line(_, fitting),
    )


def theme_kept(_: Translator, theme: Theme, library: Library) -> Message:
    """The theme stays."""
    return page(html.fill(_("Fine, {theme} stays."), theme=library.theme_titles[theme.id]))


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
    return page(html.text(_("We've withdrawn this tip. Send /tip for another one.")))
