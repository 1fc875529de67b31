"""Who is hurt at home, or afraid of hurting a child, is told kindly where to turn."""

from __future__ import annotations

import pytest

from tips.signs import WarningSigns


@pytest.mark.parametrize(
    ("message", "advice"),
    [
        ("he hits me", "violence"),
        ("my husband hits me when he's been drinking", "violence"),
        ("im scared to go home, my dad beats me", "violence"),
        ("She punched me again last night", "violence"),
        ("my stepdad hits the kids", "violence"),
        ("I hurt my child", "harming"),
        ("i shook the baby and i dont know what to do", "harming"),
        ("he won't stop scratching and I'm scared I'll hurt him", "harming"),
        ("I'm afraid of hurting my baby", "harming"),
        ("he hits me and I want to die", "despair"),
        ("he hit me and I can't breathe", "breathing"),
    ],
)
def test_it_is_heard_and_what_is_graver_goes_first(
    rules: WarningSigns, message: str, advice: str
) -> None:
    found = rules.match(message)
    assert found is not None
    assert found.id == advice


@pytest.mark.parametrize(
    "message",
    [
        "my toddler hits me when I put the cream on",
        "do I hurt my baby when I rub the cream in",
        "have I hurt the baby by using a strong steroid",
        "will a bleach bath harm my baby",
        "it hit me that it was the washing powder",
        "he beats me at chess",
        "he doesn't hit me",
        "what is domestic violence",
    ],
)
def test_what_only_sounds_so_is_not(rules: WarningSigns, message: str) -> None:
    assert rules.match(message) is None


def test_no_more_is_promised_than_the_emergency_number(rules: WarningSigns) -> None:
    for advice in rules.languages["en"].advice:
        if advice.id in {"violence", "harming"}:
            assert "{number}" in advice.text
            assert advice.claims == ()
