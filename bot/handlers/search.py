"""``/search words``: tips and answers, by the same search and with its refusal."""

from __future__ import annotations

from typing import NamedTuple

from bot.handlers import faq, signs
from bot.handlers.context import Context
from bot.handlers.text_analysis import TextAnalysis
from bot.texts import found as texts
from tips.models import Answer, Tip

ANSWERS, TIPS = 3, 5


class Finds(NamedTuple):
    """What fits the words; both empty where nothing does, or they are about something else."""

    answers: list[Answer]
    tips: list[Tip]


async def search(context: Context, words: str) -> None:
    """Warning signs first; then what there is on the words, or that there is nothing."""
    if not words.strip():
        await context.say(texts.what_for(context.translator))
        return
    analysis = await faq.analyse(context, words)
    if await signs.warn(context, analysis.advice):
        return
    answers, tips = await look_up(context, words, analysis)
    if answers or tips:
        message = texts.found(context.translator, words, answers, tips)
    else:
        message = texts.nothing(context.translator, words)
    await context.say(message)


async def look_up(context: Context, words: str, analysis: TextAnalysis) -> Finds:
    """The best answers and tips; none where the words name a subject that is not ours."""
    found = await context.services.analyser.look_up(analysis)
    if not found.hits and found.subject is not None:
        return Finds([], [])
    analyser, library = context.services.analyser, context.services.library
    meant = [answer.id for answer in faq.answers_of(context, found)]
    named = await analyser.find_answers(words, ANSWERS)
    numbers = await analyser.find_tips(words, TIPS)
    # A sure answer is the best; what is only perhaps meant comes after what has the very words.
    order = [*meant[:1], *named] if found.confidence == "sure" else [*named, *meant]
    ids = list(dict.fromkeys(order))[:ANSWERS]
    answers = {answer.id: answer for answer in library.answers}
    return Finds(
        [answers[key] for key in ids if key in answers], [library.by_number(n) for n in numbers]
    )
