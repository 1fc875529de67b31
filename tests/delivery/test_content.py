"""What a broadcast may say: checked before anything is sent, filled in without a slip."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.content import (
    CAPTION_UNITS,
    Content,
    Filled,
    LinkButton,
    Problem,
    fill,
    longest,
    problems_of,
    read_content,
)
from bot.sandbox.model.entities import check_entities
from bot.texts.html import MESSAGE_UNITS, units
from bot.texts.message import LABEL_UNITS

HELLO = Content(kind="text", text="Hello")
PHOTO = Content(kind="copy", text="Look", has_caption=True)
VOICE = Content(kind="copy")
ALBUM = Content(kind="album", text="Two", media=({"type": "photo", "media": "a"},) * 2)


@pytest.mark.parametrize("fine", [HELLO, PHOTO, VOICE, ALBUM, Content(kind="forward")])
def test_what_telegram_takes_has_no_problem(fine: Content) -> None:
    assert problems_of(fine) == []
    assert read_content(fine.stored()) == fine


def test_the_label_counts_towards_the_length() -> None:
    for kind, most in (("text", MESSAGE_UNITS), ("copy", CAPTION_UNITS)):
        room = most - longest(Content(kind="text"))
        fits = Content(kind=kind, text="x" * room, has_caption=True)
        over = Content(kind=kind, text="x" * (room + 3), has_caption=True)
        assert problems_of(fits) == []
        assert problems_of(over) == [Problem("too_long", over=3)]


def test_a_name_may_be_long() -> None:
    room = MESSAGE_UNITS - longest(Content(kind="text"))
    text = "x" * (room - len("{first_name}")) + "{first_name}"
    assert problems_of(Content(kind="text", text=text)) == [Problem("too_long", over=52)]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (Content(kind="text", text=" \n"), Problem("empty")),
        (Content(kind="copy", text="no"), Problem("no_caption")),
        (Content(kind="forward", text="no"), Problem("no_caption")),
        (Content(kind="text", text="Hi {nmae}"), Problem("unknown_placeholder", "{nmae}")),
        (Content(kind="album", media=ALBUM.media[:1]), Problem("album_size", "album")),
        (Content(kind="album", media=ALBUM.media * 6), Problem("album_size", "album")),
    ],
)
def test_what_telegram_would_refuse_is_named_with_its_place(
    content: Content, problem: Problem
) -> None:
    assert problems_of(content) == [problem]


def test_braces_that_are_no_placeholder_are_words() -> None:
    assert problems_of(Content(kind="text", text="{ } {} {1} {two words} {first_name}")) == []


def buttons(*made: tuple[str, str]) -> Content:
    return Content(kind="text", text="Hi", buttons=tuple(LinkButton(*one) for one in made))


@pytest.mark.parametrize(
    ("label", "url", "code"),
    [
        ("Read", "example.org", "bare_link"),
        ("Read", "ftp://example.org", "bad_link"),
        ("Read", "https://localhost/x", "bad_link"),
        ("Read", "https://exa mple.org", "bad_link"),
        ("Read", "https://example.org:port/", "bad_link"),
        ("Read", f"https://example.org/{'x' * 2048}", "bad_link"),
        ("Read", "javascript:alert(1)", "bad_link"),
        (" ", "https://example.org", "empty_label"),
        ("x" * 36, "https://example.org", "long_label"),
    ],
)
def test_a_button_that_leads_nowhere_is_named(label: str, url: str, code: str) -> None:
    fine = ("Read more", "https://example.org/a?b=c#d")
    (problem,) = problems_of(buttons(fine, (label, url)))
    assert (problem.code, problem.place) == (code, "button 2")


def test_a_label_may_be_as_long_as_a_button_is() -> None:
    fits, over = "x" * LABEL_UNITS, "x" * (LABEL_UNITS + 1)
    assert problems_of(buttons((fits, "https://example.org"))) == []
    (problem,) = problems_of(buttons((over, "https://example.org")))
    assert problem == Problem("long_label", "button 1", over=1)


def test_three_buttons_at_most_and_none_where_telegram_takes_none() -> None:
    fine = ("Read", "https://example.org")
    assert problems_of(buttons(*[fine] * 3)) == []
    assert problems_of(buttons(*[fine] * 4)) == [Problem("too_many_buttons", "buttons")]
    for content in (ALBUM, Content(kind="forward")):
        more = content.model_copy(update={"buttons": (LinkButton(*fine),)})
        assert problems_of(more) == [Problem("no_buttons", "buttons")]


def entity(text: str, words: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "bold",
        "offset": units(text.partition(words)[0]),
        "length": units(words),
        **more,
    }


def test_placeholders_move_the_formatting_along() -> None:
    text = "🌿 Hi {first_name}, next {next_tip}! Bye"
    marked = (entity(text, "Hi {first_name}"), entity(text, "{next_tip}"), entity(text, "Bye"))
    content = Content(kind="text", text=text, entities=marked)
    said = fill(content, {"first_name": "Zoë 🙂", "next_tip": "soon"})
    assert said.text == "🌿 Hi Zoë 🙂, next soon! Bye"
    assert said.entities == tuple(entity(said.text, w) for w in ("Hi Zoë 🙂", "soon", "Bye"))


def test_the_label_goes_above_and_moves_the_formatting_down() -> None:
    said = Filled("Hello", (entity("Hello", "Hello"),)).below("📣 Us").above("Bye")
    assert said.text == "📣 Us\n\nHello\n\nBye"
    assert said.entities == (entity(said.text, "📣 Us"), entity(said.text, "Hello"))
    assert Filled("").below("📣 Us").text == "📣 Us"


WORDS = st.lists(
    st.sampled_from(["{first_name}", "{next_tip}", "{x}", "{", "}", "a", "🙂", " ", "\n", "é"]),
    min_size=1,
    max_size=12,
)


@given(WORDS, st.data(), st.sampled_from(["", "A", "🙂🙂🙂", "x" * 64]))
def test_whatever_is_filled_in_the_formatting_stays_within_the_text(
    words: list[str], data: st.DataObject, name: str
) -> None:
    text = "".join(words)
    starts = st.integers(0, len(words) - 1)
    marked = []
    for _ in range(3):
        first, last = sorted((data.draw(starts), data.draw(starts)))
        before, inside = "".join(words[:first]), "".join(words[first : last + 1])
        marked.append({"type": "bold", "offset": units(before), "length": units(inside)})
    content = Content(kind="text", text=text, entities=tuple(marked))
    values = {"first_name": name, "next_tip": "tomorrow at 08:00"}
    said = fill(content, values)
    assert said.text == text.replace("{first_name}", name).replace(
        "{next_tip}", values["next_tip"]
    )
    for old, new in zip(marked, said.entities, strict=True):
        inside = _cut(text, old)
        for placeholder, value in values.items():
            inside = inside.replace(f"{{{placeholder}}}", value)
        assert _cut(said.text, new) == inside
    check_entities(said.text, [one for one in said.entities if one["length"]])


def _cut(text: str, one: dict[str, Any]) -> str:
    wide = text.encode("utf-16-le")
    return wide[one["offset"] * 2 : (one["offset"] + one["length"]) * 2].decode("utf-16-le")
