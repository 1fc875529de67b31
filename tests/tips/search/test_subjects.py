"""Other subjects are data: what a message names, and which answers speak of it."""

import pytest
import yaml

from tips.search.search import CONTENT
from tips.search.subjects import OURS, Mention, Subject, Subjects
from tips.search.training import corpus
from tips.search.words import words_of

SUBJECTS = Subjects(
    {
        "conditions": [
            {"words": ["psoriasis", "cold sore"], "answers": ["look-alikes"]},
            {"words": ["gout"]},
        ],
        "animals": {
            "words": ["dog", "puppy"],
            "answers": ["pets"],
            "patient": ["can my _ eat", "vet", "_ skin"],
        },
        "ages": {
            "numbers": {"six": 6},
            "phrases": ["# year old", "aged #"],
            "words": {"adult": 18},
            "oldest": {"first-peanut": 1},
        },
    }
)


def mention(text: str) -> Mention:
    words = words_of(text)
    return SUBJECTS.mention(words, ours=OURS in words)


def features(text: str, answer: str) -> list[float]:
    return mention(text).against(answer).tolist()


def test_a_condition_counts_against_every_answer_but_those_that_speak_of_it() -> None:
    assert features("how common is psoriasis", "how-common") == [1, 0, 0, 0]
    assert features("how common is psoriasis", "look-alikes") == [0, 0, 0, 0]
    assert mention("how common is psoriasis").subject("how-common") is Subject.CONDITION
    assert mention("how common is psoriasis").subject("look-alikes") is None


def test_alone_it_is_what_a_message_is_about_whatever_answer_comes_near() -> None:
    assert mention("how common is psoriasis").alone() is Subject.CONDITION
    assert mention("psoriasis or eczema").alone() is None
    assert mention("how common is it").alone() is None


def test_it_counts_apart_where_eczema_is_named_as_well() -> None:
    assert features("gout and eczema", "sugar") == [0, 1, 0, 0]


def test_words_are_known_in_their_other_endings_and_several_in_a_row() -> None:
    for text in ("dogs", "a dog's bed", "Puppies!", "my puppy"):
        assert mention(text).subject("sugar") is Subject.ANIMAL
    assert mention("two cold sores").subject("sugar") is Subject.CONDITION
    assert mention("a cold, and sore hands").subject("sugar") is None


def test_an_animal_is_no_patient_until_a_phrase_says_so() -> None:
    assert features("can we keep the dog", "pets") == [0, 0, 0, 0]
    assert features("can my dog eat kefir", "pets") == [0, 0, 1, 0]
    assert mention("the puppy's skin").subject("pets") is Subject.ANIMAL
    assert mention("what does the vet say").subject("pets") is Subject.ANIMAL


@pytest.mark.parametrize(
    "text",
    ["my six-year-old", "a 6 year old", "aged 10", "adults", "one is 6 years old, one aged 9"],
)
def test_an_age_counts_against_answers_for_those_who_are_younger(text: str) -> None:
    assert features(text, "first-peanut") == [0, 0, 0, 1]
    assert features(text, "swimming") == [0, 0, 0, 0]
    assert mention(text).subject("first-peanut") is Subject.AGE


@pytest.mark.parametrize(
    "text", ["my 1 year old", "aged 1 and aged 9", "6 spoons", "aged 600", ""]
)
def test_who_is_young_enough_or_of_no_age_is_not_too_old(text: str) -> None:
    assert mention(text).subject("first-peanut") is None


def test_the_shipped_subjects_name_answers_that_there_are() -> None:
    data = yaml.safe_load((CONTENT / "en" / "subjects.yaml").read_text("utf-8"))
    named = {*data["animals"]["answers"], *data["ages"]["oldest"]}
    named |= {answer for item in data["conditions"] for answer in item.get("answers", ())}
    assert named <= set(corpus.questions(CONTENT / "en"))
