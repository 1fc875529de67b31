"""Whatever words stand in whatever slot, Telegram accepts every message and every button."""

from __future__ import annotations

import inspect
from importlib import import_module

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.sandbox.model.entities import tidy, utf16_length
from bot.sandbox.model.markup import parse_html
from bot.texts.callbacks import decode, encode
from bot.texts.html import MARKUP_UNITS, MESSAGE_UNITS, units
from bot.texts.message import LABEL_UNITS, TOAST_UNITS, Message
from tests.texts.slots import CALLS, library_of

MODULES = (
    "announcement", "broadcast", "broadcast_audience", "broadcast_card", "broadcast_time",
    "errors", "faq", "found", "help", "inline", "pause", "privacy", "report", "saved", "settings",
    "start", "stats", "tip", "week", "why_not",
)  # fmt: skip
ANY_WORDS = st.one_of(
    st.text(max_size=60),
    st.text(st.characters(codec=None), max_size=30),  # lone surrogates too
    st.text(alphabet="<>&\"'/ab\n ", max_size=40),
    st.sampled_from(["<b>", "</b", "&lt;", "&", "<script>", "🏳️‍🌈" * 20, "\u202eabc", "\x00", " "]),
    st.sampled_from(["🙂" * 5000, "&" * 5000, "é" * 9000, "a b " * 3000]),
)


PARTS = {"content.as_subscribers_see_it", "content.fault_line", "content.correction"}
"""Words that go into a file, or into a message of which others see to the length."""


def public_texts() -> set[str]:
    """Every public function of the text modules that makes words for a subscriber."""
    found = set()
    for name in MODULES:
        module = import_module(f"bot.texts.{name}")
        for function, value in inspect.getmembers(module, inspect.isfunction):
            made = value.__annotations__.get("return") in ("Message", "str")
            foreign = value.__module__ != module.__name__
            translated = "Translator" in value.__annotations__.values()
            if made and translated and not foreign and not function.startswith("_"):
                found.add(f"{name}.{function}")
    return found


def test_no_text_is_left_out_here() -> None:
    called = {name.partition(",")[0] for name in CALLS}
    parts = {
        "tip.evidence_words", "tip.evidence_meaning", "broadcast.problem_words",
        "why_not.put_off_words",
    }  # fmt: skip
    assert public_texts() - called <= parts


def assert_accepted(message: Message) -> None:
    shown = tidy(parse_html(message.html))
    assert shown.text.strip()
    assert utf16_length(shown.text) <= MESSAGE_UNITS
    assert units(message.html) <= MARKUP_UNITS
    message.html.encode()
    for row in message.buttons:
        assert 1 <= len(row) <= 8
        for button in row:
            assert button.label.strip()
            assert units(button.label) <= LABEL_UNITS
            if button.data is not None:
                data = encode(button.data)
                assert 1 <= len(data.encode()) <= 64
                assert decode(data) == button.data
    assert "text" in message.payload(1)


@pytest.mark.parametrize("name", CALLS)
@given(words=ANY_WORDS)
@example(words="")
@example(words="plain words")
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_telegram_accepts_any_words_in_any_slot(name: str, words: str) -> None:
    said = CALLS[name](words, library_of(words))
    if isinstance(said, str):
        assert said
        assert name in PARTS or units(said) <= TOAST_UNITS
    else:
        assert_accepted(said)


@pytest.mark.parametrize("name", CALLS)
def test_a_button_never_says_its_meaning_with_a_picture_alone(name: str) -> None:
    said = CALLS[name]("words", library_of("words"))
    if isinstance(said, Message):
        for row in said.buttons:
            for button in row:
                assert any(letter.isalnum() for letter in button.label), button.label


@pytest.mark.parametrize("name", CALLS)
def test_every_keyboard_of_places_has_labels(name: str) -> None:
    said = CALLS[name]("words", library_of("words"))
    if isinstance(said, Message) and said.reply is not None:
        markup = said.markup()
        assert markup is not None
        labels = [key["text"] for row in markup["keyboard"] for key in row]
        assert all(label.strip() for label in labels)
