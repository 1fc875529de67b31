"""How sources are named."""

from __future__ import annotations

import pytest

from bot.texts import html, sources
from bot.texts.catalogue import translator
from tests.content import library
from tips.models import Source

EN = translator("en")
MOST_UNITS = 24


class TestSources:
    def source(self, **changed: object) -> Source:
        facts: dict[str, object] = {
            "key": "k", "title": "A title", "authors": ("Sender R", "Fuchs S"), "year": "2016",
            "container": "PLoS Biology", "doi": "10.1/x", "type": "rct", "read": "full",
            "show": True,
        }  # fmt: skip
        return Source.model_validate(facts | changed)

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({}, "Sender 2016"),
            ({"authors": ("Sender R",)}, "Sender 2016"),
            ({"authors": ("(authors not known)",)}, "PLoS Biology 2016"),
            ({"authors": ("NHS",), "container": "NHS", "year": "n.d."}, "NHS"),
            ({"authors": ("National Institute for Everything",), "short": "NIE"}, "NIE 2016"),
            ({"authors": (), "container": "(journal not known)", "year": "n.d."}, "A title"),
            (
                {"authors": ("NHS",), "container": "NHS (as republished by zana.com)"},
                "NHS 2016",
            ),
        ],
    )
    def test_a_short_name(self, changed: dict[str, object], words: str) -> None:
        assert sources.short(self.source(**changed)).plain == words

    def test_every_source_that_is_shown_has_a_short_name_for_the_card(self) -> None:
        shown = [source for source in library().sources.values() if source.show]
        long = [s.key for s in shown if html.units(sources.short(s).plain) > MOST_UNITS]
        assert long == []

    def test_a_full_name_links_the_doi_or_else_the_address(self) -> None:
        full = sources.full(EN, self.source())
        assert full.plain == "Sender and others. 2016. A title. PLoS Biology. doi.org/10.1/x"
        web = sources.full(EN, self.source(doi=None, url="https://a.org"))
        assert web.plain.endswith("Read it")
        neither = sources.full(EN, self.source(doi=None, url=None))
        assert neither.plain.endswith("PLoS Biology. ")
