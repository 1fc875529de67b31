"""The word for stop in another language is heard, and nothing else is taken for one."""

from __future__ import annotations

import pytest
import yaml

from bot.texts.orders import read_wish
from bot.texts.stop_words import WORDS, stop_language
from tips.signs import WarningSigns

PHRASES = [
    (code, phrase)
    for code, parts in yaml.load(WORDS.read_text("utf-8"), yaml.CBaseLoader).items()
    for phrase in parts["words"]
]


def test_every_language_of_the_signs_but_english_has_words() -> None:
    assert {code for code, _ in PHRASES} == set(WarningSigns.load().languages) - {"en"}


@pytest.mark.parametrize(("code", "phrase"), PHRASES)
def test_every_phrase_is_heard_in_its_language(code: str, phrase: str) -> None:
    assert stop_language(phrase, code) == code


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Hör auf!", "de"), ("Bitte hör auf damit, danke", "de"), ("HOER AUF", "de"),
        ("Basta", "es"), ("Arrête", "fr"), ("arrete stp", "fr"), ("désabonne-moi", "fr"),
        ("Smettila, per favore", "it"), ("hou op", "nl"), ("przestań", "pl"), ("Pare!", "es"),
        ("me deixe em paz", "pt"), ("DUR", "tr"), ("İptal et lütfen", "tr"), ("Хватит!", "ru"),
        ("Будь ласка, досить", "uk"), ("توقف من فضلك", "ar"),
        ("Hören Sie bitte auf", "de"), ("ça suffit !", "fr"),
        ("ne m'envoyez plus de messages", "fr"),
        ("Proszę mnie wypisać", "pl"), ("para de me mandar mensagem", "pt"), ("yazmayın", "tr"),
        ("отстаньте пожалуйста", "ru"), ("вимкніть розсилку", "uk"), ("كفايه لو سمحت", "ar"),
        ("no me manden más mensajes gracias", "es"), ("stuur me niks meer aub", "nl"),
    ],
)  # fmt: skip
def test_a_plain_stop_is_heard(words: str, code: str) -> None:
    assert stop_language(words) == code


@pytest.mark.parametrize(("speaks", "code"), [("it", "it"), ("pt-BR", "pt"), ("de", "es")])
def test_of_a_word_of_several_languages_the_sender_s_own_is_meant(speaks: str, code: str) -> None:
    assert stop_language("basta", speaks) == code


def test_where_a_place_is_asked_for_only_the_sender_s_own_word_counts() -> None:
    assert stop_language("dur", "tr", own=True) == "tr"
    assert stop_language("dur", "en", own=True) is None
    assert stop_language("Pará", "pt-BR", own=True) is None


@pytest.mark.parametrize(
    "words",
    ["", "stop the itch", "Hör auf zu kratzen", "es juckt", "para la piel", "basta crema",
     "please", "bitte", "ich kann nicht mehr", "no puedo más", "je n'en peux plus", "mam dość",
     "es hört nicht auf zu bluten", "durum", "parade", "halter", "merci",
     "plus de conseils svp", "kesin", "відстань", "para mi bebé", "не хочу", "je veux plus", "بطل",
     "ik wil niet meer", "não quero mais", "artık istemiyorum", "ça va", "genug creme?",
     "хватит ли крема", "كفى بالله", "x" * 500],
)  # fmt: skip
def test_what_says_more_or_else_is_none(words: str) -> None:
    assert stop_language(words) is None


def test_no_word_is_a_warning_sign_or_an_english_wish() -> None:
    signs = WarningSigns.load()
    assert [phrase for _, phrase in PHRASES if signs.suspicion(phrase)] == []
    heard = {phrase: wish for _, phrase in PHRASES if (wish := read_wish(phrase)) is not None}
    assert heard == {}
