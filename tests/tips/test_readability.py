"""Sentences, words, syllables and the reading grade, against known values."""

from __future__ import annotations

import pytest

from tips.checks.text import (
    count_words,
    phrase_pattern,
    reading_grade,
    sentences,
    syllables,
    utf16_units,
    words,
)

# Syllables as dictionaries divide the words.
DIVIDED = """
ta-ble ap-ple lit-tle bot-tles make makes baked want-ed add-ed need-ed test-ed helped
washed wash-es chang-es or-ang-es plac-es prac-tic-es pack-ag-es di-et di-ets qui-et quite
guess guide lan-guage sci-ence di-a-ry dair-y tri-al tri-als pe-ri-od mil-lion on-ion
fash-ion re-gion ver-sion ques-tion in-for-ma-tion in-flam-ma-tion as-so-ci-a-tion so-cial
spe-cial pa-tient an-cient in-gre-di-ent nu-tri-ent va-ri-e-ty so-ci-e-ty anx-i-e-ty
friend field piece be-lieve ec-ze-ma mi-cro-bi-ome pro-bi-ot-ic an-ti-bi-ot-ic
mois-tur-is-er e-mol-li-ent ster-oid der-ma-tol-o-gist di-e-ti-tian al-ler-gy bac-te-ri-a
im-mune ev-i-dence re-search re-search-ers real re-al-i-ty i-de-al re-act re-ac-tion
cre-ate a-re-a be-ing see-ing go-ing play-ing try-ing stud-y-ing stud-ies car-ried
wor-ried dried stayed safe-ly large-ly com-plete-ly care-ful sleep-less treat-ment
state-ment el-e-ment ce-ment peo-ple ev-ery-one some-times some-thing house-hold
there-fore oil fruit juice build build-ing flu-id va-cu-um in-flu-ence vid-e-o gor-geous
va-ri-ous cau-tious se-ri-ous po-em po-ta-toes shoes does itch
"""


@pytest.mark.parametrize("divided", DIVIDED.split())
def test_syllables_are_counted_as_dictionaries_divide(divided: str) -> None:
    assert syllables(divided.replace("-", "")) == divided.count("-") + 1


def test_capitals_and_apostrophes_do_not_matter() -> None:
    assert syllables("ECZEMA") == 3
    assert syllables("don't") == 1
    assert syllables("people's") == 2
    assert syllables("hmm") == 1


def test_the_grade_follows_the_formula() -> None:
    # 6 words, 1 sentence, 6 syllables; 0.39 * 6 + 11.8 * 1 - 15.59.
    assert reading_grade("The cat sat on the mat.") == pytest.approx(-1.45)
    # 7 words, 2 sentences, 11 syllables.
    text = "Eczema is common. Most people know it."
    assert reading_grade(text) == pytest.approx(0.39 * 3.5 + 11.8 * 11 / 7 - 15.59)


def test_a_known_text_gets_its_known_grade() -> None:
    # Lincoln's first sentence at Gettysburg: 30 words, 49 syllables when divided by hand.
    text = (
        "Four score and seven years ago our fathers brought forth, upon this continent, a new "
        "nation, conceived in liberty, and dedicated to the proposition that all men are created "
        "equal."
    )
    assert count_words(text) == 30
    assert reading_grade(text) == pytest.approx(0.39 * 30 + 11.8 * 49 / 30 - 15.59)


def test_nothing_to_read_has_no_grade() -> None:
    assert reading_grade("") == 0.0
    assert reading_grade("...") == 0.0


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two? Three!", ["One.", "Two?", "Three!"]),
        ("It was 3.5 g. Not 4.", ["It was 3.5 g.", "Not 4."]),
        ("Say 'no.' Then go.", ["Say 'no.", "Then go."]),
        ("First line\n\nsecond line", ["First line", "second line"]),
        ("A rise, e.g. of fibre, counts.", ["A rise, e.g. of fibre, counts."]),
        ("", []),
    ],
)
def test_sentences_end_where_readers_pause(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


def test_words_leave_out_numbers_and_keep_apostrophes() -> None:
    assert words("Don't eat 3 well-known cafés' 2,099 e5") == [
        "Don't", "eat", "well", "known", "cafés", "e",
    ]  # fmt: skip
    assert count_words("In 2,099 adults it didn't rise by 3.5 g.") == 9


def test_length_is_counted_as_telegram_counts() -> None:
    assert utf16_units("é") == 1
    assert utf16_units("😀") == 2


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("cure", "A cure.", True),
        ("cure", "It is secure.", False),
        ("cure", "a cure-all", False),
        ("detox*", "Detoxing", True),
        ("in a * trial", "in a small trial", True),
        ("in a * trial", "in a very small trial", False),
        ("*n't", "It doesn't.", True),
        ("stop taking", "Stop\n  taking it", True),
        ("100 %", "100 % sure", True),
    ],
)
def test_phrases_are_found_as_whole_words(phrase: str, text: str, found: bool) -> None:
    assert bool(phrase_pattern([phrase]).search(text)) is found


def test_an_empty_list_finds_nothing() -> None:
    assert not phrase_pattern([]).search("anything")
