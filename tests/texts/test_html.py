"""The builder: nothing can break out of it, and cutting keeps every tag whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.model.markup import parse_html
from bot.texts import html

ANY = st.text(st.characters(codec=None), max_size=80)
ADDRESSES = st.sampled_from(["https://a.org/?q=\"<'&", "https://b.org/x&y", None, "js:x"])
PIECES = st.lists(
    st.one_of(
        st.builds(html.text, ANY),
        st.builds(html.bold, ANY),
        st.builds(html.italic, ANY),
        st.builds(html.link, ANY, ADDRESSES),
    ),
    max_size=8,
)


def test_markup_in_words_is_shown_and_not_obeyed() -> None:
    assert html.bold("<i>&</i>").render() == "<b>&lt;i&gt;&amp;&lt;/i&gt;</b>"


def test_an_address_is_escaped_and_only_a_web_address_is_linked() -> None:
    linked = html.link("read", "https://doi.org/10.1/a&b")
    assert linked.render() == '<a href="https://doi.org/10.1/a&amp;b">read</a>'
    assert html.link("read", "javascript:alert(1)").render() == "read"
    assert html.link("read", None).render() == "read"
    assert html.link(" ", "https://doi.org/1").render() == " "


def test_blanks_carry_no_tag_as_telegram_would_drop_it() -> None:
    assert html.bold(" ").render() == " "
    assert html.bold("").render() == ""


def test_what_cannot_be_sent_is_replaced() -> None:
    assert html.clean("a\x00b\ud800c\r\nd") == "a\ufffdb\ufffdc\nd"


def test_slots_are_filled_with_words_numbers_and_formatted_text() -> None:
    filled = html.fill("{a} is {b}, {c}", a="<x>", b=html.bold("y"), c=3)
    assert filled.render() == "&lt;x&gt; is <b>y</b>, 3"
    with pytest.raises(KeyError):
        html.fill("{missing}")


def test_empty_parts_leave_no_gap_when_joined() -> None:
    parts = [html.text("a"), html.Html(), html.text("  "), html.text("b")]
    assert html.join(parts, "\n\n").plain == "a\n\nb"
    assert not html.join([])


def test_an_address_holds_nothing_that_cannot_be_sent() -> None:
    assert html.link("here", "https://example.org/\ud800").render().encode()


def test_lengths_count_utf16_units() -> None:
    assert html.units("é") == 1
    assert html.units("🙂") == 2
    assert html.clip("🙂🙂🙂", 5) == "🙂🙂…"
    assert html.clip("abc", 3) == "abc"
    assert html.clip("abc", 0) == ""
    assert html.one_line(" a\n b\t", 9) == "a b"


@given(PIECES, st.integers(1, 120), st.integers(1, 400))
def test_a_cut_text_is_whole_and_short_enough(
    pieces: list[html.Html], limit: int, markup_limit: int
) -> None:
    cut = html.join(pieces, " ").clipped(limit, markup_limit)
    assert cut.units <= limit
    assert html.units(cut.render()) <= markup_limit
    assert parse_html(cut.render()).text == cut.plain


@given(PIECES)
def test_a_text_within_the_limits_is_not_cut(pieces: list[html.Html]) -> None:
    whole = html.join(pieces)
    assert whole.clipped() == whole
    assert parse_html(whole.render()).text == whole.plain


@given(ANY, st.integers(0, 50))
def test_clipping_never_exceeds_its_limit(words: str, limit: int) -> None:
    assert html.units(html.clip(html.clean(words), limit)) <= limit


def test_a_label_is_cut_between_words() -> None:
    assert (
        html.shortened("How do I choose a moisturiser that suits me?", 24) == "How do I choose a…"
    )
    assert html.shortened("Itch at night", 24) == "Itch at night"
    assert html.shortened("x" * 50, 10) == "x" * 9 + "…"
