"""What is denied, asked about or meant of something else is no sign; beside a real one it is."""

from __future__ import annotations

import pytest

from tips.signs import WarningSigns

BEGINS_LIKE_A_QUESTION = (
    "is it normal that lips are swelling up more and more an hour after peanuts and every "
    "breath is a struggle and the face looks twice its size"
)
"""Whoever tells so much asks about what is there."""


@pytest.mark.parametrize(
    "message",
    [
        "no fever, just dry",
        "she doesn't have a fever or painful blisters",
        "i'm not short of breath",
        "his lips are not swollen",
        "without fever but itchy",
        "not suicidal or anything, just fed up",
        "what does anaphylaxis mean",
        "do I need an EpiPen just because of eczema",
        "can eczema cause a fever",
        "dying for a good night's sleep",
        "his breathing is fine, he's just itchy",
        "the blisters have healed, no pain",
        "stop the tips please",
        "unsubscribe",
        "I'm done with these messages, stop sending them",
    ],
)
def test_no_sign(signs: WarningSigns, message: str) -> None:
    assert signs.match(message) is None


@pytest.mark.parametrize(
    ("message", "advice"),
    [
        ("no fever but his lips are swelling", "breathing"),
        ("no rash, but she can't breathe", "breathing"),
        ("no she cant breathe", "breathing"),
        ("not hungry, fever 39 and weeping skin", "fever"),
        ("no fever. painful blisters all over", "blisters"),
        ("what do I do her lips are swelling", "breathing"),
        ("is this anaphylaxis", "breathing"),
        (BEGINS_LIKE_A_QUESTION, "breathing"),
        ("s u i c i d a l", "despair"),
        ("i want to d.i.e and can't\nbreathe", "breathing"),
        ("can't . breathe", "breathing"),
        ("ｃan't 😢 breathe", "breathing"),
    ],
)
def test_a_sign(signs: WarningSigns, message: str, advice: str) -> None:
    found = signs.match(message)
    assert found is not None
    assert found.id == advice


@pytest.mark.parametrize(
    "message",
    [
        "how do I end it",
        "stop it, I can't go on with these tips",
        "can't take it anymore, this bot",
    ],
)
def test_what_may_mean_the_tips_or_life_gets_both(signs: WarningSigns, message: str) -> None:
    found = signs.match(message)
    assert found is not None
    assert found.id == "leaving"


@pytest.mark.parametrize(
    "message", ["I can't go on", "I can't go on with these tips, I want to die"]
)
def test_life_goes_before_the_tips(signs: WarningSigns, message: str) -> None:
    found = signs.match(message)
    assert found is not None
    assert found.id == "despair"
