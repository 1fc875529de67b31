"""Wishes about the bot itself are found as surely as questions, and take nothing from them."""

import pytest

from tips.library import load_library
from tips.search import Confidence, Search
from tips.search.search import CONTENT
from tips.search.training import corpus

WISHES = [
    ("please take me off your list", "service-stop"),
    ("no more tips, thanks", "service-stop"),
    ("I'm on holiday until Monday, leave me in peace till then", "service-pause"),
    ("can they come at eight in the evening", "service-hour"),
    ("I moved to Lisbon and your tips come at night", "service-zone"),
    ("not at weekends please", "service-days"),
    ("no more food tips", "service-themes"),
    ("I have no baby, stop the baby tips", "service-audience"),
    ("give me another tip", "service-another-tip"),
    ("where are the tips I saved", "service-saved"),
    ("what do you know about me", "service-stored"),
    ("delete my account and everything", "service-erase"),
    ("send me a copy of my data", "service-export"),
    ("are you a doctor", "service-person-or-doctor"),
    ("sprechen sie deutsch", "service-language"),
    ("what does it cost", "service-cost"),
    ("no tip came today", "service-missing-tip"),
    ("your messages wake me up, can you be silent", "service-quiet"),
    ("thank you so much", "service-thanks"),
    ("this bot is rubbish", "service-complaint"),
    ("good morning", "service-greeting"),
    ("what can you do", "service-help"),
]


def best(search: Search, message: str) -> str:
    found = search.find(message)
    return found.hits[0].id if found.hits else ""


def test_nearly_every_wish_is_found(search: Search) -> None:
    found = {message: best(search, message) for message, _ in WISHES}
    assert sum(found[message] == wish for message, wish in WISHES) >= 0.9 * len(WISHES), found


def test_at_least_eight_of_ten_wishes_in_peoples_own_words_are_found(search: Search) -> None:
    services = corpus.services(CONTENT / "en")
    exam = [m for m in corpus.half(CONTENT / "en", "test") if m.meant in services][::5]
    assert sum(best(search, m.text) == m.meant for m in exam) >= 0.8 * len(exam)


def test_no_question_of_the_library_is_taken_for_a_wish(search: Search) -> None:
    for answer in load_library().answers:
        assert not best(search, answer.question).startswith("service-")


@pytest.mark.parametrize("message", ["no more food tips", "thank you", "hello"])
def test_a_wish_offers_no_topic_of_its_own(message: str, search: Search) -> None:
    known = {answer.topic for answer in load_library().answers}
    assert set(search.find(message).topics) <= known


def test_to_stop_swimming_is_no_wish_to_stop_the_tips(search: Search) -> None:
    assert best(search, "do i have to stop swimming?") == "swimming"
    assert search.find("please stop the tips").confidence is Confidence.SURE
