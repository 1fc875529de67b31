"""Open questions that ask the same, together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from bot.questions.questions import OpenQuestion
from tips.search.grouping import Said, grouped

Placed = Callable[[int, str], Awaitable[Said]]


async def group(questions: Sequence[OpenQuestion], placed: Placed) -> list[list[OpenQuestion]]:
    """The questions by groups, the largest first; each group in the order in which it was asked.

    Args:
        placed: where the words of a question of this number lie, by which those that ask the
            same are found.
    """
    known = {one.id: one for one in questions}
    said = [await placed(one.id, one.words) for one in questions]
    found = await asyncio.to_thread(grouped, said)
    return [[known[number] for number in numbers] for numbers in found]
