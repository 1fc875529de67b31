"""Lengths, field budgets and plain typography."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tips.checks.context import Context, texts_of
from tips.checks.text import count_words, sentences, utf16_units
from tips.findings import Finding
from tips.library import Library, soundness
from tips.models import EVERYDAY_ADVICE, Answer, Tip

RENDERED_TIP = 900
# https://core.telegram.org/bots/api#sendmessage: 1-4096 characters after entities parsing.
RENDERED_ANSWER = 4096
MOST_UNITS = {"title": 60, "body": 320, "action": 180, "caution": 160}
MOST_ABOUT_UNITS = 60
BODY_WORDS = range(20, 51)
# Two or three sentences, or up to five very short ones.
BODY_SENTENCES = range(2, 6)
ANSWER_WORDS = range(40, 91)
MOST_DETAIL_WORDS = 90
MOST_HEADLINE_UNITS = 100
MOST_LABEL_UNITS = 35  # what an app shows of a button on a narrow screen
RELATED = 2
FEWEST_WORDINGS = 4
YES_OR_NO = re.compile(r"(?:Yes|No)\b[,.:]|None\b")
ODD = {
    "exclamation mark": re.compile(r"!"),
    "curly quote": re.compile(r"[‘’“”]"),
    "markup": re.compile(r"<[a-z/]|\*\*|__|`|\]\("),
    "web address": re.compile(r"https?://|www\.|\w\.(?:com|org|uk)\b"),
    "emoji": re.compile(r"[\u2190-\u2bff\U0001f000-\U0001faff\ufe0f]"),
    "double space": re.compile(r"(?<=\S) {2,}"),
}


def field_budgets(context: Context) -> Iterator[Finding]:
    """Each field of a tip keeps to its budget: units of UTF-16, and words in the body."""
    for tip in context.content.tips:
        sizes = {name: utf16_units(text) for name, text in texts_of(tip).items()}
        for name, size in sizes.items():
            if size > MOST_UNITS[name]:
                remedy = f"Cut it to {MOST_UNITS[name]}"
                yield context.finding(tip, "length", f"{name} has {size} units", remedy)
        count = count_words(tip.body)
        if count not in BODY_WORDS:
            remedy = "Say in 20 to 50 what to do, then why it helps"
            yield context.finding(tip, "length", f"the body has {count} words", remedy)


def sentence_count(context: Context) -> Iterator[Finding]:
    """A tip's body is a few sentences, and its title is none."""
    for tip in context.content.tips:
        count = len(sentences(tip.body))
        if count not in BODY_SENTENCES:
            remedy = "Write two or three, or up to five very short ones"
            yield context.finding(tip, "sentences", f"the body has {count}", remedy)
        if tip.title.endswith("."):
            yield context.finding(tip, "title", "ends with a full stop", "Take it off")


def about_what(context: Context) -> Iterator[Finding]:
    """The evidence line of a tip says what it grades."""
    for tip in context.content.tips:
        if not tip.about.startswith(("for ", EVERYDAY_ADVICE)):
            remedy = f"Begin it with 'for ...' or '{EVERYDAY_ADVICE} ...'"
            yield context.finding(tip, "about", f"'{tip.about}' reads oddly", remedy)
        if utf16_units(tip.about) > MOST_ABOUT_UNITS:
            message = f"it has {utf16_units(tip.about)} units"
            yield context.finding(tip, "about", message, f"Cut it to {MOST_ABOUT_UNITS}")


def answer_size(context: Context) -> Iterator[Finding]:
    """An answer fits on a phone's screen: the sentence that answers, and little more."""
    for answer in context.content.answers:
        visible = " ".join(filter(None, (answer.headline, answer.body, answer.doctor)))
        count, details = count_words(visible), count_words(answer.details or "")
        if count not in ANSWER_WORDS:
            remedy = "Say it in 40 to 90; what studies found goes into details"
            yield context.finding(answer, "length", f"{count} words are in sight", remedy)
        if details > MOST_DETAIL_WORDS:
            message = f"the details have {details} words"
            yield context.finding(answer, "length", message, f"Cut them to {MOST_DETAIL_WORDS}")
        if utf16_units(answer.headline) > MOST_HEADLINE_UNITS:
            message = f"the headline has {utf16_units(answer.headline)} units"
            yield context.finding(answer, "length", message, f"Cut it to {MOST_HEADLINE_UNITS}")


def headline_says_it(context: Context) -> Iterator[Finding]:
    """A headline answers all wordings of its question, also those that ask the other way round."""
    for answer in context.content.answers:
        if YES_OR_NO.match(answer.headline):
            remedy = "Say the answer itself: 'Vaccines don't cause eczema', not 'No'"
            message = "it opens with yes, no or none"
            yield context.finding(answer, "headline", message, remedy)


def named_shortly(context: Context) -> Iterator[Finding]:
    """A question has a name that a button shows whole."""
    for answer in context.content.answers:
        if (size := utf16_units(answer.name)) > MOST_LABEL_UNITS:
            problem = f"a button has no room for {answer.name!r}: {size} units"
            remedy = f"Give it a label of {MOST_LABEL_UNITS} at most"
            yield context.finding(answer, "label", problem, remedy)


def findable(context: Context) -> Iterator[Finding]:
    """An answer can be found by many wordings, and leads on to two others."""
    for answer in context.content.answers:
        given = {wording.casefold() for wording in (answer.question, *answer.given)}
        own = {wording.casefold() for wording in answer.wordings} - given
        if len(own) < FEWEST_WORDINGS:
            message = f"only {len(own)} wordings beside the given ones"
            remedy = f"Add up to {FEWEST_WORDINGS} or more"
            yield context.finding(answer, "wordings", message, remedy)
        if context.complete and len(set(answer.related)) != RELATED:
            message = f"it leads on to {len(set(answer.related))} answers"
            yield context.finding(answer, "related", message, f"Choose {RELATED}, kind ones")


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
                # A helpline may be named where there is room to look it up.
                allowed = what == "web address" and name == "details"
                if pattern.search(text) and not allowed:
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
    about_what,
    answer_size,
    headline_says_it,
    named_shortly,
    findable,
    rendered_length,
    typography,
    as_asked,
    wordings_apart,
)
