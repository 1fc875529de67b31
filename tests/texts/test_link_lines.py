"""Link buttons are read from the last lines, and a link in the text stays where it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.texts.link_lines import LinkLines, read_link_lines, read_links


def test_the_last_lines_are_buttons_and_what_stands_above_is_the_text() -> None:
    typed = "News\n\nRead more - https://a.org/x\nShop – www.b.org\n\n"
    links = (("Read more", "https://a.org/x"), ("Shop", "www.b.org"))
    assert read_link_lines(typed) == LinkLines("News", links)


@pytest.mark.parametrize(
    "typed",
    [
        "Read this: https://a.org",
        "https://a.org",
        "Hello - there",
        "Read - https://a.org\nand write to us",
        "A well-made page: https://a.org/b-c",
        "Write to us - we're here. Ada",
        "See you soon - Dr.Smith",
        "We're back - e.g.",
        "Open all day - 9.30",
        "Cream helps - more at example.org",
        "All that we've found out this winter is there now - example.org",
        "It's all there - example.org.",
        "example.org",
    ],
)
def test_a_text_with_a_link_stays_a_text(typed: str) -> None:
    assert read_link_lines(typed) == LinkLines(typed, ())


@pytest.mark.parametrize("address", ["example.org", "my-site.co.uk/x?y=1", "example.de:8080/a"])
def test_an_address_without_its_scheme_is_taken_for_a_button(address: str) -> None:
    line = f"Our site - {address}"
    assert read_link_lines(f"News\n{line}") == LinkLines("News", (("Our site", address),))
    assert read_links(line) == (("Our site", address),)


def test_links_that_were_asked_for_are_lines_and_nothing_else() -> None:
    assert read_links("A - https://a.org\n\nB - https://b.org") == (
        ("A", "https://a.org"),
        ("B", "https://b.org"),
    )
    assert read_links("A - https://a.org\nhello") is None
    assert read_links("") is None


@given(st.text(max_size=200))
def test_no_word_of_the_text_is_lost(typed: str) -> None:
    read = read_link_lines(typed)
    assert typed.startswith(read.text)
    assert all(label in typed and url in typed for label, url in read.links)
