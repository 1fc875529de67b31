"""What may be said and how surely: reading grade, promises, commands, hedges, brands, spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from tips.checks.context import Context, Item, texts_of
from tips.checks.text import phrase_pattern, reading_grade, sentences, words
from tips.findings import Finding
from tips.models import Answer, Evidence, Tip

if TYPE_CHECKING:
    from spellchecker import SpellChecker

HIGHEST_GRADE = 7.0
UNSURE = frozenset({Evidence.LIMITED, Evidence.MIXED, Evidence.NONE})
MOST_HEDGES = {Tip: 1, Answer: 3}
HEADS = re.compile(r"\d ?%|\b\d[\d,]* (?:people|adults|children|patients|babies|infants)\b")
RED = re.compile(r"\bred(?:ness|der)?\b(?! flag)", re.IGNORECASE)
OTHER_COLOURS = re.compile(r"\b(?:darker|purple|grey|colour)\b", re.IGNORECASE)


def grade(context: Context) -> Iterator[Finding]:
    """Body and action can be read by most grown-ups when they are tired."""
    for item in context.items:
        reached = reading_grade(_plain(item))
        if reached > HIGHEST_GRADE:
            message = f"reading grade {reached:.1f}, above {HIGHEST_GRADE:g}"
            remedy = "Use shorter words and more full stops"
            yield context.finding(item, "grade", message, remedy)


def promises(context: Context) -> Iterator[Finding]:
    """Promises stand only in sentences that deny them."""
    lists = context.words
    remedy = "Say what the evidence says, or deny the promise in the same sentence"
    yield from _unless(context, "promise", lists.promises, lists.denials, remedy)


def commands(context: Context) -> Iterator[Finding]:
    """Nobody is told to change a medicine, a diet or infant feeding on their own."""
    lists = context.words
    excused = (*lists.denials, *lists.deferrals)
    remedy = "Write 'ask your doctor (dietitian, health visitor) whether ...'"
    yield from _unless(context, "command", lists.commands, excused, remedy)


def too_sure(context: Context) -> Iterator[Finding]:
    """Below the strongest level nothing is certain."""
    lists = context.words
    weaker = [item for item in context.items if context.evidence_of(item) != Evidence.ESTABLISHED]
    remedy = "Say it as weakly as the claim does"
    yield from _unless(context, "too-sure", lists.too_sure, lists.denials, remedy, weaker)


def _unless(
    context: Context,
    rule: str,
    forbidden: Sequence[str],
    excuses: Sequence[str],
    remedy: str,
    items: Sequence[Item] | None = None,
) -> Iterator[Finding]:
    """Findings for forbidden phrases in sentences that hold none of the excuses."""
    banned, excused = phrase_pattern(forbidden), phrase_pattern(excuses)
    for item in context.items if items is None else items:
        for name, text in texts_of(item).items():
            for sentence in sentences(text):
                hit = banned.search(sentence)
                if hit and not excused.search(sentence):
                    message = f"'{hit[0]}' in the {name}: {sentence}"
                    yield context.finding(item, rule, message, remedy)


def hedges(context: Context) -> Iterator[Finding]:
    """A tip on weak evidence says so by one word, or its evidence line says what is not shown.

    Everyday advice needs none: it says of itself that it is advice. An answer rests on many
    claims, and its readers weigh which of them its sentences are about.
    """
    patterns = {level: phrase_pattern(_hedges(context, level)) for level in UNSURE}
    for tip in context.content.tips:
        level = context.evidence_of(tip)
        if level is None or level not in UNSURE or tip.is_advice:
            continue
        if not patterns[level].search(f"{_plain(tip)} {tip.about}"):
            message = f"the evidence is {level}, and no word says so"
            remedy = f"Use a word as weak as: {', '.join(context.words.hedges.get(level, ())[:6])}"
            yield context.finding(tip, "hedge", message, remedy)


def hedged_once(context: Context) -> Iterator[Finding]:
    """A tip hedges once; an answer three times at most."""
    pattern = phrase_pattern(context.words.doubts)
    for item in context.items:
        found = pattern.findall(_plain(item))
        if len(found) > MOST_HEDGES[type(item)]:
            message = f"it hedges {len(found)} times: {', '.join(found)}"
            yield context.finding(item, "hedged-twice", message, "Hedge once, in one word")


def _plain(item: Item) -> str:
    """What a subscriber reads first: neither the caution nor what is folded away."""
    if isinstance(item, Tip):
        return f"{item.body}\n\n{item.action}"
    return f"{item.headline}\n\n{item.body}"


def _hedges(context: Context, level: Evidence) -> list[str]:
    """The hedges of a level and of all weaker ones: saying less is always allowed."""
    lists = context.words.hedges.items()
    return [phrase for other, phrases in lists if other.rank >= level.rank for phrase in phrases]


def studies(context: Context) -> Iterator[Finding]:
    """The card helps and "Why?" proves: no study, sample or percentage where people look first."""
    pattern = phrase_pattern(context.words.studies)
    for item in context.items:
        title = item.title if isinstance(item, Tip) else ""
        hit = pattern.search(f"{title}\n\n{_plain(item)}") or HEADS.search(_plain(item))
        if hit:
            remedy = "Say what to do; the claim has the study, and 'Why?' shows it"
            yield context.finding(item, "study-words", f"'{hit[0]}'", remedy)


def spoken(context: Context) -> Iterator[Finding]:
    """Words that one would say aloud: no translated English, no hollow comfort, no hype."""
    better = {phrase.casefold(): remedy for phrase, remedy in context.words.stiff.items()}
    pattern = phrase_pattern(better)
    for item in context.items:
        for name, text in texts_of(item).items():
            for hit in pattern.finditer(text):
                known = better.get(" ".join(hit[0].casefold().split()))
                message = f"'{hit[0]}' in the {name}"
                yield context.finding(item, "stiff", message, known or "Say it as one speaks")


def every_skin(context: Context) -> Iterator[Finding]:
    """A warning does not wait for red: on darker skin it is darker, purple or grey."""
    for item in context.items:
        for name in {"caution", "doctor"} & texts_of(item).keys():
            text = texts_of(item)[name]
            # The white of an eye is red whatever the skin around it.
            if RED.search(text) and not OTHER_COLOURS.search(text) and " eye" not in text:
                remedy = "Write 'red, darker, purple or grey', or go by heat, pain and swelling"
                yield context.finding(item, "skin-colour", f"only red in the {name}", remedy)


def attributions(context: Context) -> Iterator[Finding]:
    """An everyday angle is not sold as a finding."""
    pattern = phrase_pattern(context.words.attributions)
    for tip in context.content.tips:
        hit = pattern.search(tip.action)
        # In quotes it is a headline to look at.
        if hit and tip.action[hit.start() - 1] not in "'\"":
            remedy = "Leave the studies to the body, and only there with their claim"
            yield context.finding(tip, "attribution", f"'{hit[0]}' in the action", remedy)


def brands(context: Context) -> Iterator[Finding]:
    """No brand is named to subscribers."""
    # Some brands are words, too: only the capital letter tells Dove from a dove.
    pattern = re.compile(phrase_pattern(context.words.brands).pattern)
    for item in context.items:
        for name, text in texts_of(item).items():
            hit = pattern.search(text)
            if hit:
                message = f"'{hit[0]}' in the {name}"
                yield context.finding(item, "brand", message, "Name the kind of product")


def spelling(context: Context) -> Iterator[Finding]:
    """British spelling, checked against a dictionary and the words of the field."""
    lists = context.spelling
    accepted = {*lists.british, *lists.vocabulary, *lists.american}
    for item in context.items:
        text = "\n".join(texts_of(item).values())
        found = {word.lower().removesuffix("'s") for word in words(text)}
        for word in sorted(found & lists.american.keys()):
            remedy = f"Write {lists.american[word]}"
            yield context.finding(item, "spelling", f"'{word}' is American", remedy)
        for word in sorted(_dictionary().unknown(found - accepted)):
            remedy = "Mend it, or add it to the vocabulary in spelling.yaml"
            yield context.finding(item, "spelling", f"unknown word '{word}'", remedy)


@lru_cache(maxsize=1)
def _dictionary() -> SpellChecker:
    from spellchecker import SpellChecker  # noqa: PLC0415 - the image lacks it

    return SpellChecker(language="en", distance=1)


RULES = (
    grade,
    promises,
    commands,
    too_sure,
    hedges,
    hedged_once,
    studies,
    spoken,
    every_skin,
    attributions,
    brands,
    spelling,
)
