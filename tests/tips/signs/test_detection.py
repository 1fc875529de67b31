"""The language of a message: certain or not said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tips.search.training import corpus
from tips.search.words import line_of
from tips.signs.detection import UNKNOWN, language_of

ENGLISH = Path(corpus.__file__).parents[2] / "content" / "en"


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ("jag har eksem på händerna vad ska jag göra", "sv"),
        ("egzamaya ne iyi gelir", "tr"),
        ("ich verstehe kein englisch", "de"),
        ("ekzem kezemen viszket mit csinaljak", "hu"),
        ("quiero dejar de recibir mensajes", "es"),
        ("кожа чешется", "ru"),
        ("шкіра свербить", "uk"),
        ("بشرتي جافة", "ar"),
        ("δέρμα ξηρό", "el"),
        ("皮膚がかゆい", "ja"),
    ],
)
def test_another_language_is_told(message: str, language: str) -> None:
    assert language_of(message) == language


@pytest.mark.parametrize("message", ["", "🙂", "12 34", "eczema", "ok", "Köln", "merci"])
def test_what_is_too_short_is_not(message: str) -> None:
    assert language_of(message) is None


def test_what_telegram_speaks_makes_it_likelier() -> None:
    message = "hola que crema es buena para el eczema"
    assert language_of(message) is None
    assert language_of(message, "es-MX") == "es"


def test_a_script_is_enough() -> None:
    assert language_of("ጤና ይስጥልኝ") not in (None, "en")
    assert language_of("ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ") == UNKNOWN


def test_english_with_slips_is_hardly_ever_another_language() -> None:
    ours = [m for m in corpus.half(ENGLISH, "train") if m.meant != corpus.OFF_TOPIC]
    wrong = [m.text for m in ours if language_of(line_of(corpus.with_slips(m.text, 1)))]
    plain = [m.text for m in ours if language_of(line_of(m.text))]
    assert len(plain) / len(ours) < 0.003, plain
    assert len(wrong) / len(ours) < 0.02, wrong  # a typing error in every eight letters
