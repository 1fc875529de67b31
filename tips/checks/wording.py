"""What may be said and how surely: reading grade, promises, commands, hedges, brands, spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from tips.checks.context import Context, Item, texts_of
from tips.checks.text import phrase_pattern, reading_grade, sentences, words
from tips.findings import Finding
from tips.models import Evidence, Tip

if TYPE_CHECKING:
    from spellchecker import SpellChecker

HIGHEST_GRADE = 8.0


def grade(context: Context) -> Iterator[Finding]:
    """Body and action can be read by most grown-ups when they are tired."""
    for item in context.items:
        text = f"{item.body}\n\n{item.action}" if isinstance(item, Tip) else item.body
        reached = reading_grade(text)
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
    """A body whose weakest claim is not established says so by a word as weak as that claim."""
    patterns = {level: phrase_pattern(_hedges(context, level)) for level in Evidence}
    for item in context.items:
        level = context.evidence_of(item)
        if level in {None, Evidence.ESTABLISHED}:
            continue
        if level is not None and not patterns[level].search(item.body):
            message = f"the evidence is {level}, and no word in the body says so"
            remedy = f"Use a word as weak as: {', '.join(context.words.hedges.get(level, ())[:6])}"
            yield context.finding(item, "hedge", message, remedy)


def _hedges(context: Context, level: Evidence) -> list[str]:
    """The hedges of a level and of all weaker ones: saying less is always allowed."""
    lists = context.words.hedges.items()
    return [phrase for other, phrases in lists if other.rank >= level.rank for phrase in phrases]


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


RULES = (grade, promises, commands, too_sure, hedges, attributions, brands, spelling)
