"""Ids, numbers, names and reviews: what has to hold between files and over the years."""

from __future__ import annotations

from collections.abc import Iterator

from tips.checks.context import Context, Item
from tips.findings import Finding
from tips.models import DUE, ReviewOutcome, Tip

TIP_ID_LENGTH = 48


def never_reused(context: Context) -> Iterator[Finding]:
    """An id or number of the ledger of withdrawn items is not given again."""
    retired = context.content.retired
    tips = {tip.id for tip in retired.tips}
    numbers = {tip.number: tip.id for tip in retired.tips}
    answers = {answer.id for answer in retired.answers}
    for item in context.items:
        if item.id in (tips if isinstance(item, Tip) else answers):
            yield context.finding(item, "retired", "this id was withdrawn", "Choose another id")
    for tip in context.content.tips:
        if tip.id not in context.content.unnumbered and tip.number in numbers:
            message = f"number {tip.number} belonged to {numbers[tip.number]}, withdrawn"
            remedy = "Take the number line out and run: gutskin tips number"
            yield context.finding(tip, "retired", message, remedy)


def no_lost_numbers(context: Context) -> Iterator[Finding]:
    """A tip that disappears has to be entered in the ledger, or its number could come again."""
    content = context.content
    retired = {tip.number for tip in content.retired.tips}
    used = {tip.number for tip in content.tips if tip.id not in content.unnumbered} | retired
    for number in sorted(set(range(max(used, default=-1))) - used):
        message = f"number {number} is neither in use nor withdrawn"
        remedy = "Enter the tip that had it in retired.yaml, or give the tip its number back"
        yield Finding("retired.yaml", "", "number", message, remedy)


def ids_apart(context: Context) -> Iterator[Finding]:
    """Reviews and exceptions name an item by its id alone, so a tip and an answer share none."""
    tips = {tip.id for tip in context.content.tips}
    for answer in context.content.answers:
        if answer.id in tips:
            yield context.finding(answer, "unique", "a tip has this id", "Rename the tip")


def short_ids(context: Context) -> Iterator[Finding]:
    """A tip's id has to fit beside others into a button's 64 bytes and a subscriber's eye."""
    for tip in context.content.tips:
        if len(tip.id) > TIP_ID_LENGTH:
            message = f"the id has {len(tip.id)} characters"
            yield context.finding(tip, "id", message, f"Use at most {TIP_ID_LENGTH}")


def numbered(context: Context) -> Iterator[Finding]:
    """At full size every tip has its own number."""
    if not context.complete:
        return
    for tip in context.content.tips:
        if tip.id in context.content.unnumbered:
            remedy = "Run: gutskin tips number"
            yield context.finding(tip, "number", "the tip has no number", remedy)


def reviewed(context: Context) -> Iterator[Finding]:
    """Someone else has found every text supported by its evidence, or it waits for a reader."""
    for item in context.items:
        fault = _review_fault(item, context.complete)
        if fault:
            remedy = "Have it checked against its claims by someone who did not write it"
            yield context.finding(item, "review", fault, remedy)


def _review_fault(item: Item, complete: bool) -> str:
    if item.reviewed is None:
        return "not reviewed yet" if complete else ""
    if item.reviewed == DUE:
        return ""
    outcome = item.reviewed.outcome
    return "" if outcome is ReviewOutcome.SUPPORTED else f"the last review says {outcome}"


def right_file(context: Context) -> Iterator[Finding]:
    """A text stands in the file of its topic, where the next author looks for it."""
    for item in context.items:
        name = context.content.file_of(item)
        if not name.endswith(f"/{item.topic}.yaml"):
            remedy = f"Move it to {item.topic}.yaml, or put the claim it rests on first"
            yield context.finding(item, "topic", f"its topic is {item.topic}", remedy)


def themes_and_names(context: Context) -> Iterator[Finding]:
    """Every topic has one theme, every theme its own bit, and each a name for people."""
    content = context.content
    bits: dict[int, str] = {}
    homes: dict[str, str] = {}
    for theme in content.themes:
        if bits.setdefault(theme.bit, theme.id) != theme.id:
            message = f"bit {theme.bit} belongs to {bits[theme.bit]}"
            yield Finding("themes.yaml", theme.id, "theme", message, "Give it the next free bit")
        for topic in theme.topics:
            if homes.setdefault(topic, theme.id) != theme.id:
                message = f"topic {topic} also stands in {homes[topic]}"
                yield Finding("themes.yaml", theme.id, "theme", message, "Leave it in one theme")
    for topic in sorted({claim.topic for claim in content.claims.values()} - set(homes)):
        yield Finding("themes.yaml", "", "theme", f"topic {topic} has no theme", "Add it to one")
    yield from _nameless(context, set(homes))


def _nameless(context: Context, homed: set[str]) -> Iterator[Finding]:
    content = context.content
    file = f"{content.language}/names.yaml"
    topics = homed | {question.topic for question in content.questions.values()}
    missing = [
        ("theme", theme.id) for theme in content.themes if theme.id not in content.names.themes
    ]
    missing += [("topic", topic) for topic in sorted(topics - set(content.names.topics))]
    for kind, name in missing:
        yield Finding(
            file, name, "name", f"the {kind} has no name", "Name it as subscribers see it"
        )


RULES = (
    never_reused,
    no_lost_numbers,
    ids_apart,
    short_ids,
    numbered,
    reviewed,
    right_file,
    themes_and_names,
)
