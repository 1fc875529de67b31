"""Seasons by month and hemisphere."""

from __future__ import annotations

import re
from datetime import date
from importlib.resources import files

import pytest

from tips.models import Season
from tips.seasons import SOUTHERN_ZONES, days_left, season_at

# Older names for which tzdata keeps one clock with a zone on the other side of the equator.
MERGED_ACROSS_THE_EQUATOR = {"Africa/Asmera", "Pacific/Ponape", "Pacific/Truk", "Pacific/Yap"}


@pytest.mark.parametrize(
    ("month", "north", "south"),
    [
        (1, "winter", "summer"),
        (2, "winter", "summer"),
        (3, "spring", "autumn"),
        (5, "spring", "autumn"),
        (6, "summer", "winter"),
        (8, "summer", "winter"),
        (9, "autumn", "spring"),
        (11, "autumn", "spring"),
        (12, "winter", "summer"),
    ],
)
def test_the_season_turns_with_the_month_and_the_hemisphere(
    month: int, north: str, south: str
) -> None:
    on = date(2026, month, 28)
    assert season_at(on, "Europe/London") is Season(north)
    assert season_at(on, "Pacific/Auckland") is Season(south)


@pytest.mark.parametrize("zone", ["NZ", "Brazil/East", "Australia/ACT", "Antarctica/Troll"])
def test_older_names_and_antarctica_are_known(zone: str) -> None:
    assert zone in SOUTHERN_ZONES


@pytest.mark.parametrize("zone", ["UTC", "Etc/GMT+3", "Asia/Singapore", "nowhere", ""])
def test_zones_without_a_southern_place_are_northern(zone: str) -> None:
    assert zone not in SOUTHERN_ZONES


def test_the_table_agrees_with_the_time_zone_data() -> None:
    data = files("tzdata") / "zoneinfo"
    southern: dict[str, bool] = {}
    for line in (data / "zone.tab").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            _, place, zone, *_ = line.split("\t")
            southern[zone] = place.startswith("-")
    links = re.findall(r"^L (\S+) (\S+)$", (data / "tzdata.zi").read_text("utf-8"), re.MULTILINE)
    for target, name in links:
        if name not in southern and name not in MERGED_ACROSS_THE_EQUATOR:
            southern[name] = southern.get(target, False)
    assert {zone for zone, is_south in southern.items() if is_south} == SOUTHERN_ZONES


@pytest.mark.parametrize(
    ("on", "days"),
    [
        (date(2026, 2, 28), 1),
        (date(2028, 2, 28), 2),
        (date(2026, 3, 1), 92),
        (date(2026, 5, 31), 1),
        (date(2026, 11, 30), 1),
        (date(2026, 12, 1), 90),
        (date(2027, 1, 1), 59),
    ],
)
def test_the_days_left_of_a_season(on: date, days: int) -> None:
    assert days_left(on) == days
