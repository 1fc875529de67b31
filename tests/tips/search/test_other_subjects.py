"""What is about something else is not answered, and above all never surely."""

import pytest

from tips.search import Confidence, Found, Search, Subject

ONE_WORD_LIKE_OURS = [
    "how do I get a scratch off my car door",
    "swimming pool opening hours on bank holidays",
    "the kids want a paddling pool, where do they sell them",
    "what goes well with sour cream",
    "shower curtain rings, plastic or metal",
    "is a silk tie too much for a job interview",
    "who wrote the song stressed out",
    "how do I bleach a wooden table",
    "wool prices at auction this year",
    "my phone's screen has a dry spot, no really, a dead pixel",
]
CONDITIONS = [
    "how common is psoriasis",
    "how many puffs of my asthma inhaler may I take",
    "does dairy cause acne",
    "is rosacea hereditary",
    "which cream for ringworm",
    "how long is shingles contagious",
    "is there a cure for psoriasis",
    "what foods should I avoid with gout",
    "do probiotics help with IBS",
    "can I swim with a verruca",
    "does stress cause alopecia",
    "insulin and exercise",
]
ANIMALS = [
    "can my dog eat probiotics",
    "my dog has eczema, which cream",
    "is coconut oil safe for cats",
    "my cat scratches all night",
    "how often should I bathe a puppy",
    "do horses get hay fever",
    "can I give my rabbit yoghurt",
    "the vet says it's dermatitis on her paws",
]
AGES = [
    "my six-year-old and peanuts for the first time",
    "when should a 9 year old first get egg",
    "cradle cap in adults",
    "how much rice drink for a teenager",
]
OURS = [
    ("is it psoriasis or eczema", "psoriasis-or-eczema"),
    ("how do I tell eczema from psoriasis", "psoriasis-or-eczema"),
    ("my baby has eczema, will she get asthma too", "asthma-hay-fever-risk"),
    ("asthma and eczema, does one follow the other", "asthma-hay-fever-risk"),
    ("can pets make eczema worse", "pets"),
    ("is my baby's dog a problem for her skin", "pets"),
    ("do we have to give the cat away", "pets"),
    ("hay fever season and my skin goes mad", "pollen"),
    ("do I have eczema because of coeliac disease", "coeliac"),
    ("when can my baby first have peanut", "early-peanut-egg"),
    ("how do I scratch less at night", "stop-scratching"),
    ("can I go in the swimming pool with eczema", "swimming"),
    ("can he catch chickenpox worse because of eczema", "chickenpox"),
]


def is_sure(found: Found) -> bool:
    return found.confidence is Confidence.SURE


@pytest.mark.parametrize("kind", [ONE_WORD_LIKE_OURS, CONDITIONS, ANIMALS, AGES])
def test_hardly_any_of_a_kind_is_answered_and_next_to_none_surely(
    kind: list[str], search: Search
) -> None:
    found = {message: search.find(message) for message in kind}
    assert sum(map(is_sure, found.values())) <= len(kind) // 10, found
    assert sum(bool(one.hits) for one in found.values()) <= len(kind) // 10, found


@pytest.mark.parametrize(
    ("kind", "subject"),
    [(CONDITIONS, Subject.CONDITION), (ANIMALS, Subject.ANIMAL), (AGES, Subject.AGE)],
)
def test_what_it_is_about_is_known(kind: list[str], subject: Subject, search: Search) -> None:
    told = [search.find(message).subject is subject for message in kind]
    assert sum(told) >= 0.75 * len(kind), dict(zip(kind, told, strict=True))


def test_where_ours_does_apply_it_is_given(search: Search) -> None:
    near = {m: [hit.id for hit in search.find(m).hits[:2]] for m, _ in OURS}
    assert sum(answer in near[message] for message, answer in OURS) >= 0.8 * len(OURS), near


def test_a_sure_answer_names_no_other_subject(search: Search) -> None:
    for message, _ in OURS:
        found = search.find(message)
        assert found.subject is None or found.confidence is Confidence.UNSURE


def test_a_flare_is_no_stressful_day(search: Search) -> None:
    flares = [
        "it's flaring badly, what do I do now",
        "my skin has flared up overnight what do i do first",
        "huge flare today, help",
        "flare up!!! what now",
        "sudden flare on my arms, which cream first",
    ]
    found = [[hit.id for hit in search.find(message).hits[:1]] for message in flares]
    assert found.count(["flare-now"]) == len(flares), found
    assert ["stressful-day"] not in found
    calm = search.find("a stressful day ahead, what can I do for my skin")
    assert calm.hits[0].id == "stressful-day"


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        ("flare up what now", "flare-now"),
        ("is stress a trigger?", "stress-role"),
        ("do i have to stop swimming?", "swimming"),
    ],
)
def test_a_short_question_is_answered(message: str, answer: str, search: Search) -> None:
    assert [hit.id for hit in search.find(message).hits[:1]] == [answer]


@pytest.mark.parametrize("message", ["i'm allergic to penicillin", "she has a drug allergy"])
def test_what_no_answer_speaks_of_gets_none_however_near_one_comes(
    message: str, search: Search
) -> None:
    found = search.find(message)
    assert (found.hits, found.subject) == ((), Subject.CONDITION)
    ours = search.find(f"my eczema is infected and {message}")
    assert ours.hits
