"""Questions: warning signs first, then the best answer, or an honest no."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from bot.handlers.desk import Visit
from bot.texts import faq as texts
from bot.texts.callbacks import FaqTopic, FaqTopics, NotAsked, OpenAnswer, RateAnswer
from bot.texts.message import Message
from tips.models import Answer

FOUND = 3  # the best answer and two near misses


async def faq(visit: Visit, question: str) -> None:
    """``/faq`` lists the topics, ``/faq …`` answers."""
    if question.strip():
        await ask(visit, question)
    else:
        await visit.say(_topics(visit, 0))


def _topics(visit: Visit, number: int) -> Message:
    library = visit.desk.library
    counted = Counter(answer.topic for answer in library.answers)
    ordered = [topic for topic in library.topics if topic in counted]
    rest = [topic for topic in counted if topic not in library.topics]
    counts = {topic: counted[topic] for topic in (*ordered, *rest)}
    return texts.topics(counts, library, number, visit.language)


async def ask(visit: Visit, question: str) -> None:
    """Answer a question in the reader's own words."""
    warned = await warn(visit, question)
    if not await answer_if_sure(visit, question, alone=warned) and not warned:
        await _not_sure(visit, question)


async def warn(visit: Visit, words: str) -> bool:
    """Whether the words describe a warning sign; if so, seeking care is said first."""
    advice = visit.desk.urgent.match(words)
    if advice is None:
        return False
    await visit.say(texts.urgent(advice, visit.desk.library, visit.language))
    return True


async def answer_if_sure(visit: Visit, question: str, *, alone: bool = False) -> bool:
    """Give the best answer, with near misses as buttons, if there is a good one.

    ``alone`` leaves the near misses out: beside a warning sign they would only lead away from it.
    """
    found = visit.desk.search.find(question, limit=FOUND)
    if found.verdict != "sure":
        return False
    best, *near = _answers(visit, (hit.id for hit in found.hits))
    shown = [] if alone else near
    await visit.say(texts.answer(best, visit.desk.library, shown, visit.language))
    return True


async def _not_sure(visit: Visit, question: str) -> None:
    search = visit.desk.search
    found = search.find(question, limit=FOUND)
    if found.verdict == "unsure" and found.hits:
        candidates = _answers(visit, (hit.id for hit in found.hits))
        await visit.say(texts.unsure(candidates, visit.language))
        return
    nearest = search.nearest_topics(question, n=FOUND)
    await visit.say(texts.none(nearest, visit.desk.library, visit.language))


def _answers(visit: Visit, ids: Iterable[str]) -> list[Answer]:
    return [visit.desk.library.answer(answer_id) for answer_id in ids]


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
    found = visit.desk.search.find(answer.question, limit=FOUND + 1)
    near = [hit.id for hit in found.hits if hit.id != answer.id][:FOUND]
    await visit.say(texts.not_asked(_answers(visit, near), visit.language))
