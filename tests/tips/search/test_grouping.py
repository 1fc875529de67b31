"""Messages that ask the same are one group, the largest first."""

from __future__ import annotations

import numpy as np

from tips.search import Search
from tips.search.grouping import Said, grouped, stems_of


def said(search: Search, number: int, words: str) -> Said:
    reading = search.read(words)
    return Said(number, stems_of(reading.words), search.place(reading))


def test_other_words_for_one_thing_are_one_group() -> None:
    search = Search.load()
    messages = [
        said(search, 1, "Can I swim in the sea with eczema?"),
        said(search, 2, "Which sofa fabric is kind to skin?"),
        said(search, 3, "is swimming in the sea ok with my eczema"),
    ]
    assert grouped(messages) == [[1, 3], [2]]


def test_without_sentence_vectors_the_words_decide() -> None:
    search = Search.load(embeddings=False)
    messages = [
        said(search, 1, "Can I swim in the sea?"),
        said(search, 2, "swim in the sea"),
        said(search, 3, "Which sofa?"),
    ]
    assert all(message.place is None for message in messages)
    assert grouped(messages) == [[1, 2], [3]]


def test_the_newest_comes_first_among_as_large_groups() -> None:
    axes = np.eye(3, dtype=np.float32)
    messages = [Said(n, frozenset({str(n)}), axes[n % 3]) for n in range(1, 6)]
    assert grouped(messages) == [[2, 5], [1, 4], [3]]
    assert grouped([]) == []
