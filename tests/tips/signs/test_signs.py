"""Warning signs come first: a message that describes one is told where to turn now."""

from itertools import pairwise

import pytest

from tips.library import load_library
from tips.search.words import LONGEST_MESSAGE, SHARED, pieces
from tips.signs import WarningSigns

NOT_MEDICAL = {"violence", "harming"}


@pytest.mark.parametrize(
    ("message", "advice"),
    [
        ("painful blisters spreading over her neck since this morning", "blisters"),
        ("his eczema has turned into tiny punched out holes", "blisters"),
        ("she has a fever and her skin is weeping", "fever"),
        ("39.5 and the oozing is getting worse", "fever"),
        ("red streaks going up my arm", "fever"),
        ("his lips are swelling after peanut butter", "breathing"),
        ("face all puffed up", "breathing"),
        ("she cant breathe", "breathing"),
        ("baby is floppy and won't wake", "breathing"),
        ("i dont want to live like this anymore", "despair"),
        ("Sometimes I think everyone is better off without me.", "despair"),
        ("I have thoughts of not wanting to live", "despair"),
        ("I took 20 antihistamines", "despair"),
        ("my son swallowed a whole packet of tablets", "despair"),
    ],
)
def test_a_description_of_an_emergency_gets_its_advice(
    rules: WarningSigns, message: str, advice: str
) -> None:
    found = rules.match(message)
    assert found is not None
    assert found.id == advice


@pytest.mark.parametrize(
    "message",
    [
        "how warm should the bedroom be",
        "what is the best bath temperature",
        "hay fever and eczema together",
        "no fever, just dry patches",
        "which cream is best",
        "my elbows itch at night",
        "",
        "🙂🙂🙂",
    ],
)
def test_an_ordinary_message_triggers_nothing(rules: WarningSigns, message: str) -> None:
    assert rules.match(message) is None


def test_the_gravest_advice_comes_first(rules: WarningSigns) -> None:
    found = rules.match("blisters spreading fast and now she can't breathe")
    assert found is not None
    assert found.id == "breathing"


CALM = "We have tried many creams over the years, some of them more than once. " * 60
SIGN = "now her lips are swelling and she can't breathe "


@pytest.mark.parametrize("before", range(0, 1400, 100))
def test_a_sign_is_found_wherever_it_stands_in_a_long_message(
    rules: WarningSigns, before: int
) -> None:
    found = rules.match(f"{CALM[:before]} {SIGN}{CALM}")
    assert found is not None
    assert found.id == "breathing"


def test_a_long_calm_message_triggers_nothing(rules: WarningSigns) -> None:
    assert rules.match(CALM) is None


def test_the_gravest_advice_comes_first_however_late_its_sign(rules: WarningSigns) -> None:
    found = rules.match(f"red streaks going up my arm {CALM}{SIGN}")
    assert found is not None
    assert found.id == "breathing"


@pytest.mark.parametrize("length", [0, 1, 599, 600, 601, 1050, 4096])
@pytest.mark.parametrize("gap", ["", " ", "\n", " and then, after all that, it was the turn of "])
def test_a_message_is_read_in_overlapping_pieces_that_leave_nothing_out(
    gap: str, length: int
) -> None:
    text = gap.join(map(str, range(1400)))[:length]
    found = list(pieces(text))
    assert all(len(piece) <= LONGEST_MESSAGE for piece in found)
    assert text.startswith(found[0])
    assert text.endswith(found[-1])
    for before, after in pairwise(found):
        assert before[-SHARED:] in after


def test_every_medical_advice_rests_on_usable_claims_with_a_source_to_show(
    rules: WarningSigns,
) -> None:
    library = load_library()
    for advice in rules.languages["en"].advice:
        if advice.id in NOT_MEDICAL:
            assert advice.claims == ()
            continue
        claims = [library.claim(claim) for claim in advice.claims]
        assert all(claim.usable for claim in claims)
        assert any(library.source(key).show for claim in claims for key in claim.sources)


def test_the_questions_themselves_are_ordinary_but_for_those_about_emergencies(
    rules: WarningSigns,
) -> None:
    about = {"cannot-cope", "eczema-herpeticum", "infected-eczema"}
    ordinary = [
        text
        for answer in load_library().answers
        if answer.id not in about
        for text in (answer.question, *answer.given)
    ]
    assert [text for text in ordinary if rules.match(text)] == []
