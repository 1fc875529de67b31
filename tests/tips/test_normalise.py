"""However it is typed, the same words read the same: any blank, hidden sign and letter."""

from __future__ import annotations

import sys
import unicodedata
from collections import defaultdict
from itertools import zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.places.search import Places
from bot.texts.commands import spoken
from bot.texts.hours import read_hour
from tips.normalise import (
    LONGEST_TEXT,
    after_first_word,
    normalise,
    readings,
    without_exclamations,
)
from tips.search import Search
from tips.signs import WarningSigns

EVERYTHING = [chr(code) for code in range(sys.maxunicode + 1)]
SEPARATORS = [
    char for char in EVERYTHING if unicodedata.category(char) in {"Cc", "Zs", "Zl", "Zp"}
]
HIDDEN = [char for char in EVERYTHING if unicodedata.category(char) == "Cf"]
LOOK_EMPTY = list("\u115f\u1160\u2800\u3164\uffa0")
BETWEEN_WORDS = [*SEPARATORS, *HIDDEN, *LOOK_EMPTY, "\r\n", "\n\n", " \u200b", "\u200d\u2060"]


def alphabets() -> list[dict[int, str]]:
    """Ways to write the plain letters and digits in others: full-width, bold, in circles, …"""
    others: dict[str, list[str]] = defaultdict(list)
    for char in EVERYTHING:
        plain = unicodedata.normalize("NFKC", char).lower()
        if char.lower() != plain and plain.isascii() and plain.isalnum() and len(plain) == 1:
            others[plain].append(char)
    columns = zip_longest(*(others[plain] for plain in sorted(others)))
    return [
        {ord(plain): other or plain for plain, other in zip(sorted(others), column, strict=True)}
        for column in columns
    ]


ALPHABETS = alphabets()


@pytest.fixture(scope="module")
def search() -> Search:
    return Search.load(embeddings=False)


@pytest.fixture(scope="module")
def urgent(search: Search) -> WarningSigns:
    return WarningSigns.load(search=search)


def differing(texts: dict[str, object], right: object) -> list[str]:
    return [ascii(text) for text, found in texts.items() if found != right]


class TestOneForm:
    def test_whatever_separates_is_a_blank(self) -> None:
        found = {char: normalise(f"a{char}b") for char in [*SEPARATORS, *LOOK_EMPTY]}
        assert differing(dict(found), "a b") == []

    def test_what_cannot_be_seen_joins_or_parts(self) -> None:
        found = {char: (normalise(f"a{char}b"), readings(f"a{char}b")) for char in HIDDEN}
        assert differing(dict(found), ("ab", ("ab", "a b"))) == []

    def test_every_alphabet_is_the_plain_one(self) -> None:
        assert len(ALPHABETS) > 20
        for alphabet in ALPHABETS:
            assert normalise("thequickbrownfox0123456789".translate(alphabet)).lower() == (
                "thequickbrownfox0123456789"
            )

    @pytest.mark.parametrize("apostrophe", list("'’‘`´＇′ʼ"))
    def test_an_apostrophe_is_one(self, apostrophe: str) -> None:
        assert normalise(f"can{apostrophe}t") == "can't"

    @given(st.text(), st.sampled_from(["", " "]))
    def test_it_is_done_once_and_for_all_and_is_never_endless(
        self, text: str, hidden: str
    ) -> None:
        once = normalise(text, hidden=hidden)
        assert normalise(once, hidden=hidden) == once
        assert len(normalise(text * 5000)) <= LONGEST_TEXT

    def test_thousands_of_accents_on_one_letter_are_few(self) -> None:
        assert len(normalise("a" + "\u0316\u0301" * 2000)) < 10

    @pytest.mark.parametrize("blank", ["\n", "\u3000", "\u2028", " \u200b", "\x85"])
    def test_the_second_word_begins_where_it_was_written(self, blank: str) -> None:
        text = f"\ufeff／broadcast{blank}Two\nlines"
        assert text[after_first_word(text) :] == "Two\nlines"
        assert after_first_word("/broadcast") == len("/broadcast")


class TestWarningSigns:
    @pytest.mark.parametrize(
        ("before", "after", "advice"),
        [
            ("I want to", "end my life", "despair"),
            ("I can't", "breathe properly", "breathing"),
            ("she cant", "breathe", "breathing"),
        ],
    )
    def test_are_found_whatever_stands_between_two_words(
        self, urgent: WarningSigns, before: str, after: str, advice: str
    ) -> None:
        for signs in (urgent, WarningSigns.load()):
            found = {char: signs.match(f"{before}{char}{after}") for char in BETWEEN_WORDS}
            assert differing({c: f and f.id for c, f in found.items()}, advice) == []

    def test_are_found_with_something_hidden_inside_a_word(self, urgent: WarningSigns) -> None:
        found = {char: urgent.match(f"I want to end my l{char}ife") for char in HIDDEN}
        assert differing({c: f and f.id for c, f in found.items()}, "despair") == []

    def test_are_found_in_every_alphabet(self, urgent: WarningSigns) -> None:
        for alphabet in ALPHABETS:
            found = urgent.match("i want to end my life".translate(alphabet))
            assert found is not None
            assert found.id == "despair"

    def test_are_found_behind_thousands_of_empty_lines(self, urgent: WarningSigns) -> None:
        found = urgent.match("I want to" + "\n" * 4000 + "end my life")
        assert found is not None


class TestTheSearch:
    def test_answers_the_same_whatever_stands_between_two_words(self, search: Search) -> None:
        right = search.find("can we keep the cat")
        assert right.hits[0].id == "pets"
        found = {char: search.find(f"can we keep{char}the cat") for char in BETWEEN_WORDS}
        assert differing(dict(found), right) == []

    def test_answers_the_same_with_a_soft_hyphen_in_a_word(self, search: Search) -> None:
        right = search.find("does sugar make eczema worse")
        assert search.find("does sugar make ec\u00adze\u00adma worse") == right

    def test_answers_the_same_in_every_alphabet(self, search: Search) -> None:
        right = search.find("can we keep the cat")
        for alphabet in ALPHABETS:
            assert search.find("can we keep the cat".translate(alphabet)) == right


class TestCommandsHoursAndPlaces:
    def test_a_bare_command(self) -> None:
        found = {char: spoken(f"{char}Stop{char}!") for char in BETWEEN_WORDS}
        assert differing(dict(found), "stop") == []
        assert {spoken("stop".translate(alphabet)) for alphabet in ALPHABETS} == {"stop"}
        assert spoken("stop\uff1f") is None

    def test_an_hour(self) -> None:
        found = {char: read_hour(f"{char}7{char}pm{char}") for char in BETWEEN_WORDS}
        assert differing(dict(found), 19 * 60) == []
        assert {read_hour("7:15".translate(alphabet)) for alphabet in ALPHABETS} == {435}

    def test_a_place(self) -> None:
        places = Places.load()
        right = places.find("New York")
        assert right[0].zone == "America/New_York"
        found = {char: places.find(f"New{char}York") for char in BETWEEN_WORDS}
        assert differing(dict(found), right) == []
        for alphabet in ALPHABETS:
            assert places.find("new york".translate(alphabet)) == right

    @pytest.mark.parametrize("endless", ["7" * 4096, " 7" * 2000, "7pm" + "\u0301" * 4000])
    def test_an_endless_text_is_neither_hour_nor_place(self, endless: str) -> None:
        assert read_hour(endless) is None
        assert Places.load().find(endless) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("omg it itches", "it itches"),
        ("Oh my god, my skin", "my skin"),
        ("ARGH!! the itching", "the itching"),
        ("oh no, wow… it's back", "it's back"),
        ("ohm's law", "ohm's law"),
        ("damned itch", "damned itch"),
        ("my god-daughter has eczema", "my god-daughter has eczema"),
        ("500 mg a day", "500 mg a day"),
        ("omg", "omg"),
    ],
)
def test_a_sigh_before_what_is_said_is_left_out(typed: str, said: str) -> None:
    assert without_exclamations(typed) == said
