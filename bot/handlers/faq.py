"""Questions: warning signs first, then the best answer, or none at all."""

from __future__ import annotations

from collections import Counter

from bot.handlers.ask_team import may_ask
from bot.handlers.button import taps_under
from bot.handlers.context import Context
from bot.handlers.signs import warn
from bot.handlers.text_analysis import FOUND, TextAnalysis
from bot.telegram import update_scope
from bot.texts import faq as texts
from bot.texts import signs
from bot.texts.callbacks import (
    FaqTopic,
    FaqTopics,
    NotAsked,
    OpenAnswer,
    RateAnswer,
    ShowSources,
)
from bot.texts.message import Message
from tips.models import Answer
from tips.search import Found
from tips.signs import Advice


async def faq(context: Context, question: str) -> None:
    """``/faq`` lists the topics, ``/faq …`` answers."""
    if question.strip():
        await reply(context, await analyse(context, question))
    else:
        await context.say(_topics(context, 0))


def _topics(context: Context, number: int) -> Message:
    library = context.services.library
    counted = Counter(answer.topic for answer in library.answers)
    ordered = [topic for topic in library.topics if topic in counted]
    rest = [topic for topic in counted if topic not in library.topics]
    counts = {topic: counted[topic] for topic in (*ordered, *rest)}
    return texts.topics(context.translator, counts, library, number)


async def analyse(context: Context, words: str) -> TextAnalysis:
    """The analysis of a message."""
    analysis = context.analysis or await context.services.analyser.analyse(words, context.speaks)
    if analysis.advice is None:
        update_scope.step_back()
    return analysis


async def reply(context: Context, analysis: TextAnalysis, asked: Message | None = None) -> None:
    """Answer a question in the subscriber's own words, or say that there is no answer.

    Where the search is not sure, it is first ``asked`` what else may be meant.
    """
    warned = await warn(context, analysis.advice)
    if not await answer_if_sure(context, analysis) and not warned:
        await _not_sure(context, analysis, asked)


async def answer_if_sure(context: Context, analysis: TextAnalysis) -> bool:
    """Give the best answer if it is sure; whether it is.

    After a warning only one on the same matter, and it leads on to no other: that would distract.
    """
    found = await context.services.analyser.look_up(analysis)
    update_scope.step_back()
    answers = answers_of(context, found)
    if found.confidence != "sure" or not answers:
        return False
    best = answers[0]
    if best.id != found.hits[0].id:
        return False  # the sure one was withdrawn, and the next best is not sure
    advice = analysis.advice
    if advice is not None and not _goes_with(best, advice):
        return False
    library, alone = context.services.library, advice is not None
    await context.services.subscribers.asked("answered")
    await context.say(texts.answer(context.translator, best, library, alone=alone))
    return True


def _goes_with(answer: Answer, advice: Advice) -> bool:
    """Whether an answer may follow a warning; none may where every minute counts."""
    return advice.id != "breathing" and not {*advice.claims}.isdisjoint(answer.claims)


async def _not_sure(context: Context, analysis: TextAnalysis, asked: Message | None) -> None:
    found = await context.services.analyser.look_up(analysis)
    number = context.emergency_number
    answers, services = await _perhaps(context, analysis, found), _services_of(context, found)
    if analysis.other_language is not None:
        await context.say(signs.only_english(analysis.other_language, number))
        return
    _, subject, ask = context.translator, found.subject, may_ask(context)
    await context.services.subscribers.asked("unsure" if answers or services else "unanswered")
    if answers or services:
        said = texts.unsure(_, answers, subject, number, services, ask=ask, asked=asked)
    else:
        said = texts.none(_, found.topics, context.services.library, subject, number, ask=ask)
    # The tap on a button hands over what it replies to: the words need not be kept for that.
    await (context.reply(said) if ask else context.say(said))


async def _perhaps(context: Context, analysis: TextAnalysis, found: Found) -> list[Answer]:
    """The answers that may be meant: new ones, which the index does not know, by their words."""
    new = await context.services.analyser.find_new_answers(analysis.reading.lines[0], FOUND)
    named = [answer for key in new if (answer := _answer(context, key)) is not None]
    return [*named, *answers_of(context, found)]


def answers_of(context: Context, found: Found) -> list[Answer]:
    """The answers found that the library still has: the index may be older."""
    answers = (_answer(context, hit.id) for hit in found.hits)
    return [answer for answer in answers if answer is not None]


def _services_of(context: Context, found: Found) -> dict[str, str]:
    """The wishes about the bot that were found, with their names."""
    names = context.services.library.service_names
    return {hit.id: names[hit.id] for hit in found.hits if hit.id in names}


async def topics_page(context: Context, tap: FaqTopics) -> None:
    """A page of the topics."""
    await context.toast()
    await context.show(_topics(context, tap.page))


async def topic_page(context: Context, tap: FaqTopic) -> None:
    """A page of one topic's questions."""
    await context.toast()
    library = context.services.library
    answers = [answer for answer in library.answers if answer.topic == tap.topic]
    if answers:
        await context.show(texts.topic(context.translator, tap.topic, answers, library, tap.page))
    else:
        await context.show(texts.gone(context.translator))


async def open_answer(context: Context, tap: OpenAnswer) -> None:
    """An answer chosen from a list."""
    await context.toast()
    answer = _answer(context, tap.answer)
    if answer is None:
        await context.say(texts.gone(context.translator))
    else:
        await context.say(texts.answer(context.translator, answer, context.services.library))


def _answer(context: Context, answer_id: str) -> Answer | None:
    try:
        return context.services.library.answer(answer_id)
    except KeyError:
        return None


async def rate(context: Context, tap: RateAnswer) -> None:
    """👍 or 👎 for an answer; of people who have not subscribed nothing is stored."""
    answer = _answer(context, tap.answer)
    if answer is None:
        await context.toast()
        await context.say(texts.gone(context.translator))
        return
    await context.toast(texts.thanks(context.translator, tap.vote))
    if context.subscriber is not None:
        await context.services.subscribers.vote_answer(context.chat_id, answer.id, tap.vote)
    await context.show(_as_it_is(context, answer, vote=tap.vote))


async def show_sources(context: Context, tap: ShowSources) -> None:
    """The sources of an answer in place, or folded away again."""
    await context.toast()
    answer = _answer(context, tap.answer)
    if answer is None:
        await context.say(texts.gone(context.translator))
    else:
        await context.show(_as_it_is(context, answer, sourced=bool(tap.on)))


def _as_it_is(
    context: Context, answer: Answer, *, vote: int | None = None, sourced: bool | None = None
) -> Message:
    """The answer as the message that was tapped shows it, but for what the tap changes."""
    under = taps_under(context)
    rates = [tap.vote for tap in under if isinstance(tap, RateAnswer)]
    shown = any(isinstance(tap, ShowSources) and not tap.on for tap in under)
    return texts.answer(
        context.translator,
        answer,
        context.services.library,
        vote=_vote_shown(rates) if vote is None else vote,
        alone=bool(under) and not any(isinstance(tap, OpenAnswer) for tap in under),
        sourced=shown if sourced is None else sourced,
    )


def _vote_shown(rates: list[int]) -> int:
    """The vote that the buttons show: the one that was given takes it back."""
    return {(0, -1): 1, (1, 0): -1}.get((rates[0], rates[1]), 0) if len(rates) == 2 else 0


async def not_asked(context: Context, tap: NotAsked) -> None:
    """The answer was not what was asked: remembered by its id, never by the words."""
    await context.toast()
    answer = _answer(context, tap.answer)
    if answer is None:
        await context.say(texts.gone(context.translator))
        return
    if context.subscriber is not None:
        await context.services.subscribers.miss(context.chat_id, answer.id)
    found = await context.services.analyser.find(answer.question, FOUND + 1)
    near = [other for other in answers_of(context, found) if other.id != answer.id][:FOUND]
    await context.say(texts.not_asked(context.translator, near, context.emergency_number))
