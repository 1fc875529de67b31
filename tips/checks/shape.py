"""Lengths, field budgets and plain typography."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tips.checks.context import Context, texts_of
from tips.checks.text import count_words, sentences, utf16_units
from tips.findings import Finding
from tips.library import Library, soundness
from tips.models import Answer, Tip

RENDERED_TIP = 900
# https://core.telegram.org/bots/api#sendmessage: 1-4096 characters after entities parsing.
RENDERED_ANSWER = 4096
MOST_UNITS = {"title": 60, "body": 480, "action": 180, "caution": 160}
FEWEST_BODY_UNITS = 200
TIP_UNITS = 680
BODY_SENTENCES = range(2, 5)
ANSWER_WORDS = range(60, 141)
FEWEST_WORDINGS = 4
ODD = {
    "exclamation mark": re.compile(r"!"),
    "curly quote": re.compile(r"[‘’“”]"),
    "markup": re.compile(r"<[a-z/]|\*\*|__|`|\]\("),
    "web address": re.compile(r"https?://|www\.|\w\.(?:com|org|uk)\b"),
    "emoji": re.compile(r"[\u2190-\u2bff\U0001f000-\U0001faff\ufe0f]"),
    "double space": re.compile(r"(?<=\S) {2,}"),
}


def field_budgets(context: Context) -> Iterator[Finding]:
    """Each field of a tip keeps to its budget, in UTF-16 units."""
    for tip in context.content.tips:
        sizes = {name: utf16_units(text) for name, text in texts_of(tip).items()}
        for name, size in sizes.items():
            if size > MOST_UNITS[name]:
                remedy = f"Cut it to {MOST_UNITS[name]}"
                yield context.finding(tip, "length", f"{name} has {size} units", remedy)
        if sizes["body"] < FEWEST_BODY_UNITS:
            message = f"body has only {sizes['body']} units"
            yield context.finding(tip, "length", message, f"Say it in {FEWEST_BODY_UNITS} or more")
        if sum(sizes.values()) > TIP_UNITS:
            message = f"title, body, action and caution have {sum(sizes.values())} units together"
            yield context.finding(tip, "length", message, f"Cut them to {TIP_UNITS}")


def sentence_count(context: Context) -> Iterator[Finding]:
    """A tip's body is a few sentences, and its title is none."""
    for tip in context.content.tips:
        count = len(sentences(tip.body))
        if count not in BODY_SENTENCES:
            yield context.finding(tip, "sentences", f"the body has {count}", "Write two to four")
        if tip.title.endswith("."):
            yield context.finding(tip, "title", "ends with a full stop", "Take it off")


def answer_size(context: Context) -> Iterator[Finding]:
    """An answer fits on a phone's screen and can be found by many wordings."""
    for answer in context.content.answers:
        count = count_words(answer.body)
        if count not in ANSWER_WORDS:
            yield context.finding(
                answer, "length", f"the body has {count} words", "Write 60 to 140"
            )
        given = {wording.casefold() for wording in (answer.question, *answer.given)}
        own = {wording.casefold() for wording in answer.wordings} - given
        if len(own) < FEWEST_WORDINGS:
            message = f"only {len(own)} wordings beside the given ones"
            yield context.finding(
                answer, "wordings", message, f"Add up to {FEWEST_WORDINGS} or more"
            )


def rendered_length(context: Context) -> Iterator[Finding]:
    """What the subscriber gets, evidence and source lines included, fits into its message."""
    # A text with loose ends cannot be rendered; those are reported by themselves.
    if context.render is None or any(soundness(context.content)):
        return
    library = Library(context.content)
    for item in context.items:
        most = RENDERED_TIP if isinstance(item, Tip) else RENDERED_ANSWER
        size = utf16_units(context.render(item, library))
        if size > most:
            message = f"rendered it has {size} units"
            yield context.finding(item, "rendered", message, f"Cut {size - most} of them")


def typography(context: Context) -> Iterator[Finding]:
    """Plain text: no shouting, no markup, no addresses, no emoji."""
    for item in context.items:
        for name, text in texts_of(item).items():
            for what, pattern in ODD.items():
                if pattern.search(text):
                    message = f"{what} in the {name}"
                    yield context.finding(item, "typography", message, "Write it plainly")


def as_asked(context: Context) -> Iterator[Finding]:
    """Answers keep the question and the wordings that came with it, and every question has one."""
    questions = context.content.questions
    for answer in context.content.answers:
        question = questions.get(answer.id)
        if question is None:
            remedy = "Use the question's id, or add the question to questions.yaml"
            yield context.finding(answer, "question", "no question has this id", remedy)
        elif (answer.question, answer.topic) != (question.question, question.topic):
            remedy = f"Write: {question.question} (topic {question.topic})"
            yield context.finding(answer, "question", "not the question as it was given", remedy)
        elif not set(question.variants) <= set(answer.given):
            remedy = "Copy the variants from questions.yaml"
            yield context.finding(answer, "question", "a given wording is missing", remedy)
    yield from _unanswered(context)


def _unanswered(context: Context) -> Iterator[Finding]:
    answered = {answer.id for answer in context.content.answers}
    for question in context.content.questions.values() if context.complete else ():
        if question.id not in answered:
            remedy = f"Answer it in {context.content.language}/answers/{question.topic}.yaml"
            yield Finding("questions.yaml", question.id, "question", "not answered", remedy)


def wordings_apart(context: Context) -> Iterator[Finding]:
    """One wording leads to one answer."""
    holders: dict[str, Answer] = {}
    for answer in context.content.answers:
        for wording in (answer.question, *answer.given, *answer.wordings):
            other = holders.setdefault(wording.casefold().rstrip("?.! "), answer)
            if other.id != answer.id:
                message = f"'{wording}' also leads to {other.id}"
                yield context.finding(answer, "wordings", message, "Leave it with the better one")


RULES = (
    field_budgets,
    sentence_count,
    answer_size,
    rendered_length,
    typography,
    as_asked,
    wordings_apart,
)
