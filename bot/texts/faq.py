"""Questions and answers: by topic, by a question in someone's own words, and what comes first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from bot.texts import ask_team, html, sources
from bot.texts.callbacks import (
    AskService,
    Callback,
    FaqTopic,
    FaqTopics,
    NotAsked,
    OpenAnswer,
    RateAnswer,
    ShowSources,
)
from bot.texts.catalogue import Translator
from bot.texts.message import Button, Message, Rows, page, toast
from bot.texts.signs import urgent_hint
from bot.texts.tip import evidence_line, evidence_words
from tips.library import Library
from tips.models import Answer, Source
from tips.search import Subject

SOURCES_SHOWN = 4
PAGE_SIZE = 8


def pages(count: int) -> int:
    """How many pages a list of ``count`` takes; at least one."""
    return max(1, -(-count // PAGE_SIZE))


def topics(_: Translator, counts: Mapping[str, int], library: Library, number: int) -> Message:
    """A page of the topics that have answers; ``counts`` has the number of answers of each."""
    slugs = list(counts)
    number = min(number, pages(len(slugs)) - 1)
    rows = [
        (Button(f"{library.topic_names.get(slug, slug)} ({counts[slug]})", FaqTopic(slug, 0)),)
        for slug in slugs[number * PAGE_SIZE : (number + 1) * PAGE_SIZE]
    ]
    page_row = _page_row(_, number, pages(len(slugs)), FaqTopics)
    return page(
        html.bold(_("Questions and answers")),
        html.text(_("Choose a topic, or just type your question.")),
        buttons=(*rows, page_row),
    )


def topic(
    _: Translator, slug: str, answers: Sequence[Answer], library: Library, number: int
) -> Message:
    """A page of the questions of one topic; ``answers`` are all of the topic."""
    number = min(number, pages(len(answers)) - 1)
    rows = _answer_rows(answers[number * PAGE_SIZE : (number + 1) * PAGE_SIZE])
    page_row = _page_row(_, number, pages(len(answers)), lambda there: FaqTopic(slug, there))
    back = (Button(_("All topics"), FaqTopics(0)),)
    return page(
        html.bold(library.topic_names.get(slug, slug)),
        html.text(_("Choose a question.")),
        buttons=(*rows, page_row, back),
    )


def answer(
    _: Translator,
    found: Answer,
    library: Library,
    *,
    vote: int = 0,
    alone: bool = False,
    sourced: bool = False,
) -> Message:
    """An answer: what it says, when to see a doctor, what studies found folded away.

    It leads on to the answers that its authors chose; ``alone`` it does not, since beside a
    warning sign that would lead away from it. ``sourced`` it shows its sources, folded, too.
    """
    related = () if alone else library.related(found)
    listed = sources.listed(_, library.shown_sources(found)) if sourced else html.Html()
    return page(
        *body(_, found, library),
        html.folded(listed),
        html.text(_("Related:")) if related else html.Html(),
        buttons=(
            *_answer_rows(related),
            *_source_row(_, found, library, sourced=sourced),
            *_rate_rows(_, found, vote),
        ),
    )


def body(_: Translator, found: Answer, library: Library) -> tuple[html.Html, ...]:
    """The paragraphs of an answer."""
    return (
        html.bold(found.headline),
        html.text(found.body),
        html.text(f"⚠️ {found.doctor}") if found.doctor else html.Html(),
        html.folded(found.details or ""),
        _evidence(_, found, library),
    )


def _source_row(_: Translator, found: Answer, library: Library, *, sourced: bool) -> Rows:
    count = len(library.shown_sources(found))
    if not count:
        return ()
    if sourced:
        return ((Button(_("Hide sources"), ShowSources(0, found.id)),),)
    label = _.many("{count} source", "{count} sources", count).format(count=count)
    return ((Button(label, ShowSources(1, found.id)),),)


def _evidence(_: Translator, found: Answer, library: Library) -> html.Html:
    """How sure the claims behind an answer are: each of its sentences rests on some of them."""
    strongest, weakest = library.evidence_range(found)
    if strongest is weakest:
        return evidence_line(_, weakest)
    return html.fill(
        _("Rests on points from {strongest} to {weakest}"),
        strongest=evidence_words(_, strongest),
        weakest=evidence_words(_, weakest),
    )


def _rate_rows(_: Translator, found: Answer, vote: int) -> Rows:
    liked = _("✓ 👍 Helpful") if vote > 0 else _("👍 Helpful")
    disliked = _("✓ 👎 Not helpful") if vote < 0 else _("👎 Not helpful")
    return (
        (
            Button(liked, RateAnswer(0 if vote > 0 else 1, found.id)),
            Button(disliked, RateAnswer(0 if vote < 0 else -1, found.id)),
        ),
        (Button(_("Not what I asked"), NotAsked(found.id)),),
    )


def source_line(_: Translator, shown: Sequence[Source]) -> html.Html:
    """Up to four sources in short, each a link, and how many more there are."""
    if not shown:
        return html.Html()
    named = [sources.short(source) for source in shown[:SOURCES_SHOWN]]
    more = len(shown) - len(named)
    rest = _.many("and {count} more", "and {count} more", more).format(count=more)
    if more:
        named.append(html.text(rest))
    template = _.many("Source: {sources}", "Sources: {sources}", len(shown))
    return html.fill(template, sources=html.join(named, "; "))


def unsure(
    _: Translator,
    candidates: Sequence[Answer],
    subject: Subject | None = None,
    number: str | None = None,
    services: Mapping[str, str] = MappingProxyType({}),
    *,
    ask: bool = False,
    asked: Message | None = None,
) -> Message:
    """Not sure enough to answer: up to three questions that may be meant, wishes about the bot
    (their ids and names), and where to turn.

    ``number`` is the emergency number where the subscriber lives, if it is known; ``ask`` offers
    to pass the question on to the team. ``asked`` is what may be meant before all else.
    """
    said = _("I'm not sure what you mean. Did you mean one of these?")
    wishes = tuple((Button(name, AskService(wish)),) for wish, name in services.items())
    rest = page(
        html.text(_not_ours(_, subject)) if subject else html.Html(),
        html.text(said if asked is None else _("Or did you mean one of these?")),
        urgent_hint(_, number),
        buttons=(
            *_answer_rows(candidates[:3]),
            *wishes,
            *_ask_row(_, ask=ask),
            (Button(_("All topics"), FaqTopics(0)),),
        ),
    )
    return rest if asked is None else asked.then(rest)


def none(
    _: Translator,
    nearest: Sequence[str],
    library: Library,
    subject: Subject | None = None,
    number: str | None = None,
    *,
    ask: bool = False,
) -> Message:
    """No answer fits: says so and offers the nearest topics; never a guess.

    ``subject`` is what else the message is about, as far as that is known.
    """
    rows = [
        (Button(library.topic_names.get(slug, slug), FaqTopic(slug, 0)),) for slug in nearest[:3]
    ]
    no_answer = _("Sorry, I don't have a checked answer for that, and I won't guess.")
    return page(
        html.text(_not_ours(_, subject) if subject else no_answer),
        html.text(
            _(
                "Try other words, or look at a topic near it. "
                "For advice on your own skin, ask your doctor or pharmacist."
            )
        ),
        urgent_hint(_, number),
        buttons=(*rows, *_ask_row(_, ask=ask), (Button(_("All topics"), FaqTopics(0)),)),
    )


def _ask_row(_: Translator, *, ask: bool) -> Rows:
    return ((ask_team.button(_),),) if ask else ()


def _not_ours(_: Translator, subject: Subject) -> str:
    lines = {
        Subject.CONDITION: _(
            "I only know about eczema. A pharmacist or your doctor can help with the rest."
        ),
        Subject.ANIMAL: _("I only know about eczema in people. A vet can help with animals."),
        Subject.AGE: _(
            "What I know about that is only for babies and toddlers. "
            "For anyone older, ask your doctor or pharmacist."
        ),
    }
    return lines[subject]


def gone(_: Translator) -> Message:
    """The answer or topic of an old button is no longer there."""
    return page(
        html.text(_("That answer is no longer here. The topics are in /faq.")),
        buttons=((Button(_("All topics"), FaqTopics(0)),),),
    )


def not_asked(_: Translator, near: Sequence[Answer], number: str | None = None) -> Message:
    """After "Not what I asked": what else may be meant, and to try other words."""
    return page(
        html.text(_("Sorry about that, and thank you for saying so.")),
        html.text(_("Try other words, or choose one of these.")),
        urgent_hint(_, number),
        buttons=(*_answer_rows(near[:3]), (Button(_("All topics"), FaqTopics(0)),)),
    )


def _page_row(
    _: Translator, number: int, count: int, there: Callable[[int], Callback]
) -> tuple[Button, ...]:
    back = (Button(_("◀ Earlier page"), there(number - 1)),) if number > 0 else ()
    on = (Button(_("Next page ▶"), there(number + 1)),) if number + 1 < count else ()
    return (*back, *on)


def _answer_rows(answers: Sequence[Answer]) -> Rows:
    return tuple((Button(found.name, OpenAnswer(found.id)),) for found in answers)


def thanks(_: Translator, vote: int) -> str:
    """Toast after a vote; 0 takes it back."""
    words = {
        1: _("Thanks for telling me."),
        -1: _("Thanks for telling me, that helps."),
        0: _("That's undone."),
    }
    return toast(words[vote])
