"""A tip is made into a request once for each language, and memory stays bounded."""

from __future__ import annotations

import orjson
import pytest

from bot.delivery import rendering
from bot.delivery.rendering import Manner, TipRenderer
from tips.library import Library


def test_a_tip_is_made_once(library: Library) -> None:
    renderer = TipRenderer(library)
    made = renderer.render_tip(0, "en")
    assert made is not None
    assert renderer.render_tip(0, "en") is made
    body = orjson.loads(made.body(7))
    assert body["chat_id"] == 7
    assert library.by_number(0).title in body["text"]


def test_a_tip_that_was_withdrawn_cannot_be_made(library: Library) -> None:
    assert TipRenderer(library).render_tip(10**6, "en") is None


def test_memory_is_bounded(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "REMEMBERED", 2)
    renderer = TipRenderer(library)
    first = renderer.render_tip(0, "en")
    for number in (1, 2):
        renderer.render_tip(number, "en")
    again = renderer.render_tip(0, "en")
    assert again == first
    assert again is not first


def test_a_tip_is_made_once_for_each_manner(library: Library) -> None:
    renderer = TipRenderer(library)
    usual = renderer.render_tip(0, "en")
    quiet = renderer.render_tip(0, "en", Manner(quiet=True))
    back = renderer.render_tip(0, "en", Manner(after_pause=True))
    assert usual is not None
    assert quiet is not None
    assert back is not None
    assert renderer.render_tip(0, "en", Manner(quiet=True)) is quiet
    assert "disable_notification" not in orjson.loads(usual.body(7))
    assert orjson.loads(quiet.body(7))["disable_notification"] is True
    card, told = (orjson.loads(made.body(7))["text"] for made in (usual, back))
    assert told == f"You're back from your break.\n\n{card}"
