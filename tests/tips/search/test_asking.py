"""Of a long message the sentences that ask are found, whatever story stands before them."""

import pytest

from tips.search.asking import MOST_ASKED, Asking
from tips.search.search import CONTENT

ASKING = Asking.load(CONTENT / "en")


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        ("She is four. Can she swim? We go on Monday.", ["Can she swim?", "We go on Monday."]),
        ("She is four.\ncan she swim\nwe go on monday", ["can she swim", "we go on monday"]),
        ("It itches. So, how do I stop it. Tell me.", ["So, how do I stop it.", "Tell me."]),
        ("No question here at all", ["No question here at all"]),
        ("One? Two? Three?", ["Two?", "Three?"]),
        ("Three dots… and a question？ Then more", ["and a question？", "Then more"]),
        (" \n ", []),
        ("", []),
    ],
)
def test_the_last_sentences_that_ask_and_the_very_last_are_found(
    message: str, asked: list[str]
) -> None:
    assert ASKING.sentences(message) == asked


def test_there_are_never_more_of_them_than_may_be_read() -> None:
    assert len(ASKING.sentences("how? " * 1000)) == MOST_ASKED
