"""A message in the form that the Bot API takes."""

from __future__ import annotations

import pytest

from bot.texts import html
from bot.texts.callbacks import Why
from bot.texts.message import LABEL_UNITS, Button, Message, ReplyKeyboard, page, toast


def test_a_message_with_inline_buttons() -> None:
    said = page(
        html.bold("Hi"),
        html.text("there"),
        buttons=((Button("Why?", Why(7)), Button("Read", url="https://a.org")), ()),
    )
    assert said.payload(42) == {
        "chat_id": 42,
        "text": "<b>Hi</b>\n\nthere",
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
        "reply_markup": {
            "inline_keyboard": [
                [
                    {"text": "Why?", "callback_data": "1tw:7"},
                    {"text": "Read", "url": "https://a.org"},
                ]
            ]
        },
    }
    assert said.plain == "Hi\n\nthere"


def test_a_message_with_a_keyboard_of_answers() -> None:
    keyboard = ReplyKeyboard((("Berlin",), ("Vienna",)), "Share", placeholder="p" * 80)
    markup = page(html.text("Where?"), reply=keyboard).markup()
    assert markup == {
        "keyboard": [
            [{"text": "Share", "request_location": True}],
            [{"text": "Berlin"}],
            [{"text": "Vienna"}],
        ],
        "resize_keyboard": True,
        "one_time_keyboard": True,
        "input_field_placeholder": "p" * 63 + "…",
    }
    bare = ReplyKeyboard((("Yes",),), one_time=False).markup()
    assert bare == {
        "keyboard": [[{"text": "Yes"}]],
        "resize_keyboard": True,
        "one_time_keyboard": False,
    }


def test_a_message_that_puts_the_keyboard_away_and_one_without_any() -> None:
    assert page(html.text("a"), remove_reply=True).markup() == {"remove_keyboard": True}
    assert page(html.text("a")).markup() is None
    assert Message("a", silent_links=False).payload(1) == {
        "chat_id": 1, "text": "a", "parse_mode": "HTML",
    }  # fmt: skip


def test_a_message_has_one_keyboard() -> None:
    """Telegram takes one: what was to be put away would stay beside buttons."""
    for other in ({"remove_reply": True}, {"reply": ReplyKeyboard((("Berlin",),))}):
        with pytest.raises(ValueError, match="one keyboard"):
            page(html.text("a"), buttons=((Button("Why?", Why(7)),),), **other)  # type: ignore[arg-type]


def test_a_button_has_one_purpose() -> None:
    for wrong in ({}, {"data": Why(1), "url": "https://a.org"}, {"data": Why(1), "inline": ""}):
        with pytest.raises(ValueError, match="one thing"):
            Button("x", **wrong)  # type: ignore[arg-type]


def test_labels_and_toasts_are_one_line_of_bounded_length() -> None:
    assert Button("a\nb", Why(1)).label == "a b"
    assert Button(" ", Why(1)).label == "…"
    assert len(Button("x" * 99, Why(1)).label) == LABEL_UNITS
    assert len(toast("x" * 300)) == 200
