"""Questions: warning signs first, then the best answer, or an honest no."""

from __future__ import annotations

from collections import Counter

from bot.handlers.context import Visit
from bot.handlers.questions import FOUND, Heard
from bot.telegram import replay
from bot.texts import faq as texts
from bot.texts.callbacks import FaqTopic, FaqTopics, NotAsked, OpenAnswer, RateAnswer
from bot.texts.message import Message
from tips.models import Answer
from tips.search import Found
from tips.urgent import Advice


async def faq(visit: Visit, question: str) -> None:
    """``/faq`` lists the topics, ``/faq …`` answers."""
    if question.strip():
        await reply(visit, await hear(visit, question))
    else:
        await visit.say(_topics(visit, 0))


def _topics(visit: Visit, number: int) -> Message:
    library = visit.desk.library
    counted = Counter(answer.topic for answer in library.answers)
    ordered = [topic for topic in library.topics if topic in counted]
    rest = [topic for topic in counted if topic not in library.topics]
    counts = {topic: counted[topic] for topic in (*ordered, *rest)}
    return texts.topics(counts, library, number, visit.language)


async def hear(visit: Visit, words: str) -> Heard:
    """What a message says."""
    heard = visit.heard or await visit.desk.hearing.hear(words)
    if heard.advice is None:
        replay.step_back()
    return heard


async def warn(visit: Visit, advice: Advice | None) -> bool:
    """Whether a message describes a warning sign; if so, seeking care is said first."""
    if advice is None:
        return False
    replay.claim()
    await visit.say(texts.urgent(advice, visit.desk.library, visit.language))
    return True


async def reply(visit: Visit, heard: Heard) -> None:
    """Answer a question in the reader's own words, or say honestly that there is no answer."""
    warned = await warn(visit, heard.advice)
    if not await answer_if_sure(visit, heard, alone=warned) and not warned:
        await _not_sure(visit, await visit.desk.hearing.look_up(heard))


async def answer_if_sure(visit: Visit, heard: Heard, *, alone: bool = False) -> bool:
    """Give the best answer, with near misses as buttons, if there is a good one.

    ``alone`` leaves the near misses out: beside a warning sign they would only lead away from it.
    """
    found = await visit.desk.hearing.look_up(heard)
    replay.step_back()
    answers = _answers(visit, found)
    if found.verdict != "sure" or not answers:
        return False
    best, *near = answers
    if best.id != found.hits[0].id:
        return False  # what was sure has been withdrawn; the next best is not
    shown = [] if alone else near
    await visit.say(texts.answer(best, visit.desk.library, shown, visit.language))
    return True


async def _not_sure(visit: Visit, found: Found) -> None:
    if answers := _answers(visit, found):
        await visit.say(texts.unsure(answers, visit.language))
    else:
        await visit.say(texts.none(found.topics, visit.desk.library, visit.language))


def _answers(visit: Visit, found: Found) -> list[Answer]:
    """Those that were found and that the library has: the index may be older than it."""
    answers = (_answer(visit, hit.id) for hit in found.hits)
    return [answer for answer in answers if answer is not None]


async def topics_page(visit: Visit, tap: FaqTopics) -> None:
    """A page of the topics."""
    await visit.toast()
    await visit.show(_topics(visit, tap.page))


async def topic_page(visit: Visit, tap: FaqTopic) -> None:
    """A page of one topic's questions."""
    await visit.toast()
    library = visit.desk.library
    answers = [answer for answer in library.answers if answer.topic == tap.topic]
    if answers:
        await visit.show(texts.topic(tap.topic, answers, library, tap.page, visit.language))
    else:
        await visit.show(texts.gone(visit.language))


async def open_answer(visit: Visit, tap: OpenAnswer) -> None:
    """An answer chosen from a list."""
    await visit.toast()
    answer = _answer(visit, tap.answer)
    if answer is None:
        await visit.say(texts.gone(visit.language))
    else:
        await visit.say(texts.answer(answer, visit.desk.library, (), visit.language))


def _answer(visit: Visit, answer_id: str) -> Answer | None:
    try:
        return visit.desk.library.answer(answer_id)
    except KeyError:
        return None


async def rate(visit: Visit, tap: RateAnswer) -> None:
    """👍 or 👎 for an answer; whoever is no reader yet is thanked, and nothing is kept."""
    answer = _answer(visit, tap.answer)
    if answer is None:
        await visit.toast()
        await visit.say(texts.gone(visit.language))
        return
    await visit.toast(texts.thanks(tap.vote, visit.language))
    if visit.reader is not None:
        await visit.desk.readers.vote_answer(visit.chat_id, answer.id, tap.vote)
    message = texts.answer(answer, visit.desk.library, (), visit.language, vote=tap.vote)
    await visit.show(message)


async def not_asked(visit: Visit, tap: NotAsked) -> None:
    """The answer was not what was asked: remembered by its id, never by the words."""
    await visit.toast()
    answer = _answer(visit, tap.answer)
    if answer is None:
        await visit.say(texts.gone(visit.language))
        return
    if visit.reader is not None:
        await visit.desk.readers.miss(visit.chat_id, answer.id)
    found = await visit.desk.hearing.find(answer.question, FOUND + 1)
    near = [other for other in _answers(visit, found) if other.id != answer.id][:FOUND]
    await visit.say(texts.not_asked(near, visit.language))
