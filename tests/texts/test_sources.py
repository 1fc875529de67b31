"""How sources are named."""

from __future__ import annotations

import pytest

from bot.texts import sources
from bot.texts.catalogue import translator
from tips.models import Source

EN = translator("en")


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
            ({}, "Sender and others 2016, PLoS Biology"),
            ({"authors": ("Sender R",)}, "Sender 2016, PLoS Biology"),
            ({"authors": ("(authors not known)",)}, "2016, PLoS Biology"),
            ({"authors": ("NHS",), "container": "NHS", "year": "n.d."}, "NHS"),
            ({"authors": (), "container": "(journal not known)", "year": "n.d."}, "A title"),
            (
                {"authors": ("NHS",), "container": "NHS (as republished by zana.com)"},
                "NHS 2016",
            ),
        ],
    )
    def test_a_short_name(self, changed: dict[str, object], words: str) -> None:
        assert sources.short(EN, self.source(**changed)).plain == words

    def test_a_full_name_links_the_doi_or_else_the_address(self) -> None:
        full = sources.full(EN, self.source())
        assert full.plain == "Sender and others. 2016. A title. PLoS Biology. doi.org/10.1/x"
        web = sources.full(EN, self.source(doi=None, url="https://a.org"))
        assert web.plain.endswith("Read it")
        neither = sources.full(EN, self.source(doi=None, url=None))
        assert neither.plain.endswith("PLoS Biology. ")
