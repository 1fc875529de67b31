"""The words of the picture of the figures: titles that say what each panel shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter

from babel.dates import format_skeleton
from babel.numbers import format_compact_decimal

from bot.charts.picture import (
    Bars,
    Ends,
    Head,
    Line,
    Note,
    Notes,
    Nothing,
    Panel,
    Picture,
    Share,
    Shares,
    Title,
    Tone,
    Words,
)
from bot.figures import Overview, Period, Rated, Reach
from bot.texts import stats_words as words
from bot.texts import times
from bot.texts.catalogue import Translator
from bot.texts.stats import BROADCASTS_SHOWN
from tips.library import Library

SHORT_FROM = 100_000


def picture(_: Translator, shown: Overview, library: Library) -> Picture:
    """The figures of now, and below them those of the span."""
    total = shown.total
    return Picture(
        Head(_("Now"), words.subscribers(_, shown.now.subscribers), words.standing(_, shown)),
        words.span(_, shown.days),
        words.dates(_, total.first, total.last),
        (
            (_subscribers(_, shown),),
            (_churn(_, shown), _tips(_, shown)),
            (_lateness(_, shown), _questions(_, shown)),
            (_themes(_, shown.themes, library), _broadcasts(_, shown.broadcasts)),
            (_best_and_worst(_, shown, library),),
        ),
    )


def _subscribers(_: Translator, shown: Overview) -> Panel:
    subject = _("Subscribers")
    values = [shown.total.subscribers_before, *(step.subscribers for step in shown.steps)]
    if not any(values):
        return _nothing(subject, _("Nobody yet"))
    labels = Ends(f"{values[0]:,}", f"{values[-1]:,}")
    title = (Words(words.change(_, shown), "first"),)
    return Line(subject, title, tuple(map(float, values)), _ends(_, shown), labels)


def _churn(_: Translator, shown: Overview) -> Panel:
    subject, total = _("Coming and going"), shown.total
    title = _two(_, (total.came, _("{count} joined")), (total.left, _("{count} left")))
    if not title:
        return _nothing(subject, _("Nobody joined or left"))
    return _bars(_, shown, subject, title, attrgetter("came"), attrgetter("left"))


def _tips(_: Translator, shown: Overview) -> Panel:
    subject, total = _("Tips"), shown.total
    title = _two(_, (total.tips_sent, _("{count} sent")), (total.tips_missed, _("{count} missed")))
    if not title:
        return _nothing(subject, _("None sent"))
    return _bars(_, shown, subject, title, attrgetter("tips_sent"), attrgetter("tips_missed"))


def _lateness(_: Translator, shown: Overview) -> Panel:
    subject = _("How late tips came")
    values = tuple(step.lateness.p95 for step in shown.steps)
    known = [value for value in values if value is not None]
    if not known:
        return _nothing(subject, _("Not measured yet"))
    labels = Ends(*(times.seconds_words(_, value) for value in (known[0], known[-1])))
    within = _("95 in 100 within {time}")
    title = within.format(time=times.seconds_words(_, shown.total.lateness.p95))
    return Line(subject, (Words(title, "first"),), values, _ends(_, shown), labels, from_zero=True)


def _questions(_: Translator, shown: Overview) -> Panel:
    subject, asked = _("Questions"), shown.total.questions
    title = _two(
        _,
        (asked.replied, _("{count} answered")),
        (asked.unanswered, _("{count} not")),
    )
    if not title:
        return _nothing(subject, _("None asked"))
    up, down = attrgetter("questions.replied"), attrgetter("questions.unanswered")
    return _bars(_, shown, subject, title, up, down)


def _themes(_: Translator, themes: Sequence[Rated], library: Library) -> Panel:
    subject = _("Thumbs up by theme")
    rated = [theme for theme in themes if theme.votes.total]
    if not rated:
        return _nothing(subject, _("No tips rated"))
    rows = tuple(
        Share(library.theme_names[theme.id], theme.votes.share, words.percent(theme.votes.share))
        for theme in rated
    )
    up, count = sum(theme.votes.up for theme in rated), sum(theme.votes.total for theme in rated)
    were_up = _("{share} of {count} were up")
    title = were_up.format(share=words.percent(up / count), count=f"{count:,}")
    return Shares(subject, (Words(title, "first"),), rows)


def _best_and_worst(_: Translator, shown: Overview, library: Library) -> Panel:
    subject = _("Tips by their thumbs")
    lines = (
        *(_note(tip, library, "first") for tip in shown.best),
        *(_note(tip, library, "second") for tip in shown.worst),
    )
    if not lines:
        return _nothing(subject, _("None has enough of them yet"))
    title = _side_by_side(
        _("Liked best") if shown.best else "", _("liked least") if shown.worst else ""
    )
    return Notes(subject, title, lines)


def _note(tip: Rated, library: Library, tone: Tone) -> Note:
    return Note(words.percent(tip.votes.share), library.tip(tip.id).title, tone)


def _broadcasts(_: Translator, broadcasts: Sequence[Reach]) -> Panel:
    subject = _("Broadcasts")
    if not broadcasts:
        return _nothing(subject, _("None sent"))
    rows = tuple(
        Share(
            words.confirmed_on(_, one),
            one.share,
            words.reached_of(_, one),
        )
        for one in broadcasts[:BROADCASTS_SHOWN]
    )
    reached, total = sum(one.reached for one in broadcasts), sum(one.total for one in broadcasts)
    title = _("{share} reached").format(share=words.percent(reached / total if total else 0))
    return Shares(subject, (Words(title, "first"),), rows)


def _nothing(subject: str, said: str) -> Nothing:
    return Nothing(subject, (Words(said, "quiet"),))


def _ends(_: Translator, shown: Overview) -> Ends:
    first = format_skeleton("MMMd", shown.total.first, locale=_.locale)
    return Ends(str(first), _("today"))


def _two(_: Translator, first: tuple[int, str], second: tuple[int, str]) -> Title:
    """What goes up and what goes down, each in its tone; zeros are left out."""
    up, down = (
        said.format(count=_short(_, count)) if count else "" for count, said in (first, second)
    )
    return _side_by_side(up, down)


def _side_by_side(up: str, down: str) -> Title:
    title = [Words(up, "first")] if up else []
    title += [Words(", ")] if up and down else []
    return (*title, Words(down, "second")) if down else tuple(title)


def _short(_: Translator, count: int) -> str:
    """A count for a title: "6.3M" has to do; the caption has all of it."""
    if count < SHORT_FROM:
        return f"{count:,}"
    return str(format_compact_decimal(count, locale=_.locale, fraction_digits=1))


def _bars(
    _: Translator,
    shown: Overview,
    subject: str,
    title: Title,
    up: Callable[[Period], int],
    down: Callable[[Period], int],
) -> Bars:
    steps = shown.steps
    return Bars(subject, title, tuple(map(up, steps)), tuple(map(down, steps)), _ends(_, shown))
