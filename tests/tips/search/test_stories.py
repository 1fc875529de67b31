"""A question is read wherever it stands: behind a long story, or on a line of its own."""

import pytest

from tips.search import Confidence, Search
from tips.search.asking import STORY

CHILD = (
    "Hello, I hope somebody can help us. My daughter is three and has had it since birth. "
    "It began on her cheeks and then went to her elbows and the backs of her knees. Last winter "
    "was awful and none of us got any rest. We moved house in March and it got a bit better, "
    "then it all came back when she began at the new place. My mother in law has an opinion on "
    "everything, as you can imagine. We have two older boys who never had anything like it. "
)
ADULT = (
    "So I'm 34 and work in an office in town. I had it as a kid and it went quiet for years. "
    "Since about October my hands and neck are bad again, and at work people notice. I've "
    "been reading a lot, half of it nonsense I think. My brother swears by some tea. I use a "
    "cream from the chemist twice a day, and something stronger at weekends if it gets rough. "
)
NO_STOPS = (
    "hi so my little boy is four and its been a nightmare since we came back from my parents he "
    "was fine there and then the second night back he started again and my husband says wait and "
    "my sister says its the house and i just dont know any more and we are all so tired of it "
)
QUESTIONS = [
    ("Can she swim in chlorinated water?", "swimming"),
    ("Do probiotics help?", "probiotics-help"),
    ("Is it contagious?", "contagious"),
    ("Which washing powder should we use?", "washing-powder"),
    ("Do bleach baths work?", "bleach-baths"),
    ("Is coconut oil any good?", "coconut-olive-oil"),
    ("How much moisturiser is enough?", "moisturise-how-much"),
    ("Should we get a humidifier?", "humidifier"),
    ("Do we have to give the cat away?", "pets"),
    ("Does vitamin D help?", "vitamin-d"),
]


def best(search: Search, message: str) -> str | None:
    found = search.find(message)
    return found.hits[0].id if found.hits else None


@pytest.mark.parametrize(
    ("story", "share"),
    [(CHILD, 0.9), (ADULT, 0.9), (CHILD * 8, 0.9), (NO_STOPS, 0.9)],
)
def test_nearly_every_question_behind_a_story_is_answered_as_it_is_alone(
    story: str, share: float, search: Search
) -> None:
    assert len(story.split()) > STORY
    found = {question: best(search, story + question) for question, _ in QUESTIONS}
    right = sum(found[question] == meant for question, meant in QUESTIONS)
    assert right >= share * len(QUESTIONS), found


def test_a_question_may_stand_before_the_end_of_a_story_or_want_its_mark(search: Search) -> None:
    for question, meant in QUESTIONS[:5]:
        assert best(search, f"{CHILD}{question} Thank you for reading all this.") == meant
        assert best(search, f"{ADULT}\n\n{question.rstrip('?').lower()}") == meant


def test_a_story_about_something_else_stays_unanswered(search: Search) -> None:
    story = (
        "We bought a boat last year. The engine was fine until June, then it began to smoke. My "
        "brother had a look and said the pump was gone. We ordered one, and it came last week. "
        "Now it runs, but it is far too loud, and the neighbours on the pier are not amused. "
    )
    assert search.find(f"{story}How do I make it quieter?").confidence is not Confidence.SURE
    assert search.find(f"{story}Where do I get the oil changed?").confidence is not Confidence.SURE


@pytest.mark.parametrize("between", ["\n", "\r\n", "\n\n", "\u2028", " \n "])
def test_two_lines_are_read_as_the_words_that_stand_on_them(between: str, search: Search) -> None:
    assert search.read(f"my skin{between}itches").words == search.read("my skin itches").words
    assert search.find(f"can I swim{between}with eczema") == search.find("can I swim with eczema")


def test_a_wish_behind_a_story_is_asked_back_and_never_stands_before_a_question(
    search: Search,
) -> None:
    found = search.find(f"{CHILD}Please stop sending me these tips")
    assert found.hits[0].id == "service-stop"
    assert found.confidence is Confidence.UNSURE
    assert best(search, f"{CHILD}{QUESTIONS[0][0]} Thanks, you are great!") == QUESTIONS[0][1]
