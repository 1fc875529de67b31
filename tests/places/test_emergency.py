"""The number to call is the subscriber's country's, or none is named."""

from __future__ import annotations

from zoneinfo import available_timezones

import phonenumbers
import pytest

from bot.places.emergency import FILE, country_of, emergency, emergency_number
from bot.places.emergency_build import shared_zones


@pytest.mark.parametrize(
    ("zone", "number"),
    [
        ("Europe/Berlin", "112"),
        ("Europe/London", "999"),
        ("America/New_York", "911"),
        ("US/Eastern", "911"),
        ("America/Toronto", "911"),
        ("America/Mexico_City", "911"),
        ("America/Sao_Paulo", "192"),
        ("Australia/Sydney", "000"),
        ("Pacific/Auckland", "111"),
        ("Asia/Tokyo", "119"),
        ("Asia/Seoul", "119"),
        ("Asia/Kolkata", "112"),
        ("Europe/Moscow", "112"),
        ("Europe/Kyiv", "103"),
        ("Europe/Istanbul", "112"),
        ("Africa/Cairo", "123"),
    ],
)
def test_the_zone_tells_the_number(zone: str, number: str) -> None:
    assert emergency_number(zone) == number


@pytest.mark.parametrize(
    "zone", [None, "UTC", "Etc/GMT+3", "Asia/Bangkok", "Europe/Belgrade", "x"]
)
def test_none_is_named_where_it_is_not_certain(zone: str | None) -> None:
    assert emergency_number(zone) is None


def test_every_number_is_one_that_libphonenumber_has_too() -> None:
    numbers = emergency().numbers
    assert len(numbers) > 100
    wrong = {c: n for c, n in numbers.items() if not phonenumbers.is_emergency_number(n, c)}
    assert wrong == {}


def test_the_zones_it_is_uncertain_in_are_those_of_our_places_and_no_others() -> None:
    assert set(shared_zones(emergency().numbers)) == emergency().shared


def test_the_table_says_what_it_was_made_of_and_when() -> None:
    head = FILE.read_text("utf-8").split("\nnumbers:")[0]
    assert f"libphonenumber, short numbers: {phonenumbers.__version__}" in head
    assert "eccdata.txt: of 20" in head


def test_every_zone_can_be_asked_for() -> None:
    found = {zone: emergency_number(zone) for zone in available_timezones()}
    assert sum(number is not None for number in found.values()) > len(found) / 2
    assert all(country_of(zone) for zone, number in found.items() if number)
