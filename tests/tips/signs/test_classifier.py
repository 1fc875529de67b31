"""The learned half in other languages: fresh, heard where rules are silent, deaf to English."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import yaml

from tips.search.search import CONTENT, Search
from tips.search.training import corpus
from tips.signs import WarningSigns
from tips.signs.classifier import SignClassifier, features
from tips.signs.language import read_languages
from tips.signs.training import ORDINARY, WORDINGS, fingerprint

CODES = sorted(path.stem for path in WORDINGS.glob("*.yaml"))


def told(code: str) -> dict[str, list[str]]:
    content: dict[str, list[str]] = yaml.safe_load((WORDINGS / f"{code}.yaml").read_text("utf-8"))
    return content


def test_it_was_made_from_the_messages_as_they_stand() -> None:
    remedy = "run `make search-train`"
    assert SignClassifier.read().fingerprint[0] == fingerprint(), remedy


def test_there_are_messages_in_every_language_but_english(rules: WarningSigns) -> None:
    assert set(CODES) == set(rules.languages) - {"en"}
    assert set(SignClassifier.read().languages.tolist()) == set(rules.languages)


@pytest.mark.parametrize("code", CODES)
def test_most_signs_that_no_rule_hears_are_heard_in_their_language(
    rules: WarningSigns, signs: WarningSigns, code: str
) -> None:
    emergencies = [m for kind, texts in told(code).items() if kind != ORDINARY for m in texts]
    silent = [m for m in emergencies if rules.match(m, code) is None]
    found = [advice.language for m in silent if (advice := signs.match(m, code))]
    assert len(found) >= 0.75 * len(silent)
    assert set(found) == {code}


def test_ordinary_english_is_a_sign_of_no_other_language(signs: WarningSigns) -> None:
    messages = [m.text for m in corpus.half(CONTENT / "en", "test")][::10]
    assert len(messages) > 300
    heard = [a for m in messages if (a := signs.match(m, "en")) and a.language != "en"]
    assert heard == []


def test_emergencies_in_english_are_answered_in_english(signs: WarningSigns) -> None:
    messages = [m.text for m in corpus.emergencies(CONTENT / "en", "test")]
    other = [m for m in messages if (a := signs.match(m, "en")) and a.language != "en"]
    assert other == []


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("ich bin suicidal und weiss nicht weiter", "de"),
        ("mon fils suicidal que dois je faire", "fr"),
    ],
)
def test_what_english_alone_hears_is_answered_in_the_language_of_the_message(
    signs: WarningSigns, message: str, code: str
) -> None:
    heard = signs.match(message, code)
    assert heard is not None
    assert (heard.id, heard.language) == ("despair", code)


def test_what_telegram_speaks_makes_its_language_likelier() -> None:
    model = SignClassifier.read()
    found = features(["no", "respira"], model.rarity)
    assert model.language(found, "es") == "es"
    assert model.language(found, "pt") == "pt"


def sure_of_none(search: Search) -> WarningSigns:
    """Warning signs whose classifier holds everything for no emergency."""
    never = replace(SignClassifier.read(), rule_gate=np.full(1, np.inf, np.float32))
    return WarningSigns(read_languages(), search=search, classifier=never)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("meine tochter kriegt keine luft mehr seit heute mittag", "de"),
        ("ma fille ne peut plus respirer depuis ce midi", "fr"),
    ],
)
def test_a_rule_is_overruled_where_the_classifier_is_sure(
    search: Search, signs: WarningSigns, message: str, code: str
) -> None:
    assert signs.match(message, code) is not None
    assert sure_of_none(search).match(message, code) is None


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("ich will nicht mehr leben und weiss nicht weiter", "de"),  # words that may mean life
        ("ich krieg keine luft", "de"),  # too few words
        ("she can't breathe and her lips are swelling up", "en"),  # another's
        (f"{'heute war ein langer tag und ' * 5} ich krieg keine luft mehr", "de"),  # too many
    ],
)
def test_but_never_where_life_may_be_meant_nor_in_few_words_nor_in_many(
    search: Search, message: str, code: str
) -> None:
    assert sure_of_none(search).match(message, code) is not None


def test_words_that_may_mean_life_are_overruled_of_a_film_in_which_nobody_speaks_of_themselves(
    search: Search,
) -> None:
    never = sure_of_none(search)
    assert never.match("w filmie wczoraj dziewczyna próbowała się zabić", "pl") is None
    spoken_of_oneself = never.match(
        "w filmie ona próbowała się zabić, ja też chcę się zabić", "pl"
    )
    assert spoken_of_oneself is not None
    assert spoken_of_oneself.id == "despair"
