"""The page of /export: all that is handed out is on it, in words, and it needs nothing else."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from bot.store.queries.personal import PERSONAL, WITHHELD
from bot.texts.catalogue import translator
from bot.texts.export_page import ExportPage
from bot.texts.export_words import COLUMNS, TABLES
from tips.library import load_library

EN = translator("en")
LIBRARY = load_library()
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TIP, OTHER = LIBRARY.tips[:2]

STORED: dict[str, list[dict[str, Any]]] = {
    "subscriber": [
        {
            "chat_id": 7, "zone": "Europe/Berlin", "local_minute": 480, "weekdays": 31,
            "themes": ["gut", "food"], "audience": "parent", "quiet": True, "source": "<b>&x",
            "consent_at": "2026-03-01T07:00:00+00:00", "left_at": None, "active_on": "2026-03-02",
            "put_off": "topic:itch:2026-03-31 research::2026-04-30",
        }
    ],
    "rotation": [
        {"seen": [TIP.id, 9999], "recent": [], "last_number": OTHER.id, "last_topic": "skin-care"}
    ],
    "tip_vote": [
        {"tip_id": TIP.id, "vote": 1, "at": "2026-03-01T07:00:00+00:00", "why_not": None},
        {"tip_id": OTHER.id, "vote": -1, "at": "2026-03-01T23:30:00+00:00", "why_not": "not_me"},
    ],
    "answer_vote": [{"answer_id": LIBRARY.answers[0].id, "vote": 1}],
}  # fmt: skip


class Shape(HTMLParser):
    """The page's elements and its words."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.opened.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words += f"{data}\n"


def shape_of(page: str) -> Shape:
    shape = Shape()
    shape.feed(page)
    return shape


def page_of(stored: dict[str, list[dict[str, Any]]]) -> str:
    return ExportPage(EN, LIBRARY, stored).render(NOW).decode()


def test_everything_is_said_in_words_and_in_their_own_time() -> None:
    words = shape_of(page_of(STORED)).words
    for said in (
        "You and your settings", "08:00", "Monday to Friday", "Gut and microbes", "Just my child",
        "yes", "<b>&x", "1 March 2026, 08:00", "2 March 2026, 00:30", TIP.title, OTHER.title,
        "9999", "thumbs up", "thumbs down", LIBRARY.answers[0].question, "none",
        "2 March 2026\n", "Skin care", "Not about me",
        "tips on “Itch”, until 31 March 2026; tips about studies, until 30 April 2026",
    ):  # fmt: skip
        assert said in words


def test_every_table_and_column_that_is_handed_out_has_a_name() -> None:
    columns = {
        column.name
        for name, (table, _where) in PERSONAL.items()
        for column in table.c
        if (name, column.name) not in WITHHELD
    }
    assert (set(PERSONAL) - set(TABLES), columns - set(COLUMNS)) == (set(), set())


def test_the_page_needs_nothing_from_elsewhere_and_can_be_read_aloud() -> None:
    page = page_of(STORED)
    shape = shape_of(page)
    assert not {"script", "img", "link", "iframe"} & set(shape.opened)
    assert not re.search(r"https?://|url\(|@import", page)
    assert ("lang", "en") in shape.attributes
    assert shape.opened.count("h1") == 1
    assert shape.opened.count("h2") == len(STORED)
    assert {value for key, value in shape.attributes if key == "scope"} == {"row", "col"}
    assert "prefers-color-scheme: dark" in page
