"""Tips and answers found by words."""

from __future__ import annotations

from functools import cache

import pytest

from tests.content import library
from tips.search import Search
from tips.search.word_search import LONGEST_ASKED, LibrarySearch, Words, WordSearch


@cache
def by_words() -> LibrarySearch:
    return LibrarySearch(library(), Search.load(embeddings=False).words)


def found(words: str) -> list[str]:
    return [library().by_number(number).title for number in by_words().tips.find(words, 5)]


@pytest.mark.parametrize("tip", library().tips[::25], ids=lambda tip: tip.id)
def test_a_tip_is_the_first_that_its_title_finds(tip: object) -> None:
    title = tip.title  # type: ignore[attr-defined]
    assert found(title)[0] == title
    assert found(title.upper())[0] == title


@pytest.mark.parametrize(
    ("words", "in_title"),
    [("fibre", "fibre"), ("fib", "fibre"), ("wool", "wool"), ("peanuts", "peanut"),
     ("swiming", "swim"), ("what can I do about stress at work", "work"),
     ("moisturiser", "moisturiser"), ("eczema", "eczema"), ("the skin", "skin"), ("food", "food")],
)  # fmt: skip
def test_words_find_tips_about_them(words: str, in_title: str) -> None:
    assert any(in_title in title.lower() for title in found(words))


@pytest.mark.parametrize("words", ["", "the", "🙂", "bitcoin price", "car insurance", "xyzzy"])
def test_what_no_tip_is_about_finds_none(words: str) -> None:
    assert found(words) == []


def test_a_search_may_be_kept_to_some_tips() -> None:
    every = by_words().tips.find("fibre", 100)
    assert by_words().tips.find("fibre", 100, every[3:5]) == every[3:5]


def test_a_common_word_in_the_text_is_enough_among_a_few_tips() -> None:
    by_title, by_text = (
        library().tip(name).number
        for name in ("skin-moisturiser-what-it-does", "treatment-moisturiser-strongly-recommended")
    )
    find = by_words().tips.find
    assert by_text not in find("moisturiser", 50)
    assert find("moisturiser", 50, [by_text, by_title]) == (by_title, by_text)


@pytest.mark.parametrize("words", ["probiotics", "steroid safe", "swimming"])
def test_words_find_answers_about_them(words: str) -> None:
    found_ids = by_words().answers.find(words, 3)
    questions = " ".join(library().answer(key).question.lower() for key in found_ids)
    assert words[:4] in questions


def test_words_are_read_once_and_no_further_than_a_question_is() -> None:
    seen: list[str] = []

    def read(words: str) -> list[str]:
        seen.append(words)
        return words.split()

    search = WordSearch([Words(1, "wool", "", "")], read)
    seen.clear()
    search.find("wool " * 800, 5)
    assert [len(words) for words in seen] == [LONGEST_ASKED]
