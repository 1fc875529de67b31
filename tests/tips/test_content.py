"""The content that ships: held to every rule, at its full size."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import pytest

from tips.check import check
from tips.checks.balance import FULL_SIZE
from tips.library import Library, load_library
from tips.models import Season
from tips.rotation import SubscriberState, pick


@cache
def library() -> Library:
    return load_library()


def test_the_content_keeps_every_rule() -> None:
    findings = check()
    assert not findings, "\n".join(map(str, findings))


def test_eight_themes_gather_all_topics_of_the_evidence() -> None:
    topics = [topic for theme in library().themes for topic in theme.topics]
    assert len(library().themes) == 8
    assert len(topics) == len(set(topics)) == 30
    assert set(topics) == {claim.topic for claim in library().claims.values()}
    assert library().all_themes == 0b11111111


def test_the_bits_that_readers_have_stored_keep_their_meaning() -> None:
    assert {theme.id: theme.bit for theme in library().themes} == {
        "gut": 0,
        "food": 1,
        "allergy": 2,
        "skin": 3,
        "mind": 4,
        "everyday": 5,
        "children": 6,
        "facts": 7,
    }


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Sydney"])
@pytest.mark.parametrize("begin", [date(2026, 1, 20), date(2026, 8, 30), date(2026, 11, 23)])
def test_a_year_of_tips_has_no_repeat_and_no_two_neighbours_of_a_topic(
    begin: date, zone: str
) -> None:
    shelf = library()
    for seed in range(5):
        state = SubscriberState(seed=seed, themes=shelf.all_themes)
        sent: set[int] = set()
        for day in range(FULL_SIZE):
            picked = pick(shelf, state, begin + timedelta(days=day), zone)
            assert picked is not None
            assert picked.number not in sent
            assert picked.topic != state.last_topic
            sent.add(picked.number)
            state = SubscriberState(
                seed=seed,
                themes=shelf.all_themes,
                seen=picked.seen_after,
                last_number=picked.number,
                last_topic=picked.topic,
            )


def test_every_season_has_tips_of_its_own() -> None:
    shelf = library()
    for season in Season:
        assert shelf.season_mask(season) & ~shelf.all_year_mask
