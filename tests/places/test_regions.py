"""A region is what most people mean by its name, and never a town somewhere else in the world."""

from __future__ import annotations

from zoneinfo import available_timezones

import pytest

from bot.places import Places
from bot.places.well_known import _full_names, _names


@pytest.fixture(scope="module")
def places() -> Places:
    return Places.load()


@pytest.mark.parametrize(
    ("typed", "label", "zone"),
    [
        ("Bali", "Bali, Indonesia", "Asia/Makassar"),
        ("Crete", "Crete, Greece", "Europe/Athens"),
        ("Kreta", "Crete, Greece", "Europe/Athens"),
        ("Tenerife", "Tenerife, Spain", "Atlantic/Canary"),
        ("Sicily", "Sicily, Italy", "Europe/Rome"),
        ("bavaria", "Bavaria, Germany", "Europe/Berlin"),
        ("Kerala", "Kerala, India", "Asia/Kolkata"),
        ("Cornwall", "Cornwall, United Kingdom", "Europe/London"),
        ("I live in Cornwall", "Cornwall, United Kingdom", "Europe/London"),
        ("the Lake District", "Lake District, United Kingdom", "Europe/London"),
        ("Wales", "Wales, United Kingdom", "Europe/London"),
        ("the UK", "United Kingdom", "Europe/London"),
        ("UAE", "United Arab Emirates", "Asia/Dubai"),
        ("Holland", "Netherlands", "Europe/Amsterdam"),
        ("NZ", "New Zealand", "Pacific/Auckland"),
        ("KSA", "Saudi Arabia", "Asia/Riyadh"),
        ("Hokkaido", "Hokkaido, Japan", "Asia/Tokyo"),
        ("Yucatán", "Yucatán, Mexico", "America/Merida"),
        ("Crimea", "Crimea", "Europe/Simferopol"),
        ("Catalonia", "Catalonia, Spain", "Europe/Madrid"),
        ("Madeira", "Madeira, Portugal", "Atlantic/Madeira"),
        ("Devon", "Devon, United Kingdom", "Europe/London"),
        ("Crete, Greece", "Crete, Greece", "Europe/Athens"),
        ("Bali, Indonesia", "Bali, Indonesia", "Asia/Makassar"),
        ("I'm in Bali right now", "Bali, Indonesia", "Asia/Makassar"),
    ],
)
def test_a_region_is_what_its_name_means(
    places: Places, typed: str, label: str, zone: str
) -> None:
    clear = places.match(typed).clear
    assert clear is not None, places.match(typed)
    assert (clear.label, clear.zone) == (label, zone)


@pytest.mark.parametrize(
    ("typed", "zones"),
    [
        ("Korea", ["Asia/Seoul", "Asia/Pyongyang"]),
        ("Punjab", ["Asia/Kolkata", "Asia/Karachi"]),
        ("Patagonia", ["America/Argentina/Rio_Gallegos", "America/Punta_Arenas"]),
        ("Norfolk", ["Europe/London", "America/New_York"]),
        ("Borneo", ["Asia/Makassar", "Asia/Kuching"]),
        ("Georgia", ["Asia/Tbilisi", "America/New_York"]),
        ("Ontario", ["America/Toronto", "America/Winnipeg"]),
    ],
)
def test_where_two_may_be_meant_both_are_offered(
    places: Places, typed: str, zones: list[str]
) -> None:
    match = places.match(typed)
    assert match.clear is None
    assert [place.zone for place in match.places] == zones


def test_a_country_is_not_offered_by_the_clock_of_another(places: Places) -> None:
    assert "Moscow" not in str(places.find("Georgia", 9))
    assert [place.zone for place in places.find("Ukraine", 9)] == ["Europe/Kyiv"]
    assert [place.label for place in places.find("Crimea")] == ["Crimea"]


def test_a_town_that_is_told_apart_is_found(places: Places) -> None:
    assert places.find("Cornwall, Ontario")[0].zone == "America/Toronto"
    assert places.find("Ontario, California")[0].zone == "America/Los_Angeles"
    assert places.find("Crete, Illinois")[0].zone == "America/Chicago"


@pytest.mark.parametrize(
    ("typed", "label"),
    [("Sicilly", "Sicily, Italy"), ("Bavria", "Bavaria, Germany"), ("Patagonai", "Patagonia")],
)
def test_a_slip_in_a_region_leads_to_it_and_is_asked_about(
    places: Places, typed: str, label: str
) -> None:
    match = places.match(typed)
    assert match.places[0].label.startswith(label)
    assert not match.named
    assert match.clear is None


@pytest.mark.parametrize("typed", ["Europe", "Africa", "in Asia", "South America"])
def test_a_continent_is_too_wide_to_guess_from(places: Places, typed: str) -> None:
    assert places.find(typed) == []


def test_every_line_has_a_zone_that_there_is_and_every_label_finds_itself(places: Places) -> None:
    zones = available_timezones()
    for name, regions in _names().items():
        for region in regions:
            assert region.zone in zones, name
            assert region.zone in {p.zone for p in places.find(region.label, 9)}, region


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Vegas", "America/Los_Angeles"), ("Vegas baby!", "America/Los_Angeles"),
        ("Philly", "America/New_York"), ("NYC", "America/New_York"),
        ("LA baby", "America/Los_Angeles"), ("San Fran", "America/Los_Angeles"),
        ("Jo'burg", "Africa/Johannesburg"), ("Rio", "America/Sao_Paulo"),
        ("Indy", "America/Indiana/Indianapolis"), ("NOLA", "America/Chicago"),
        ("good old KL", "Asia/Kuala_Lumpur"), ("just London", "Europe/London"),
        ("good old Leeds", "Europe/London"), ("it's just Cork", "Europe/Dublin"),
        ("Paris, innit", "Europe/Paris"), ("sunny Crete", "Europe/Athens"),
        ("Little Rock", "America/Chicago"), ("Sunny Isles Beach", "America/New_York"),
    ],
)  # fmt: skip
def test_a_well_known_city_is_meant_by_its_short_name_whatever_stands_around_it(
    places: Places, typed: str, zone: str
) -> None:
    clear = places.match(typed).clear
    assert clear is not None, places.match(typed)
    assert clear.zone == zone


@pytest.mark.parametrize(
    ("typed", "zones"),
    [
        ("St Pete", ["America/New_York", "Europe/Moscow"]),
        ("Cali", ["America/Bogota", "America/Los_Angeles"]),
        ("B'ham", ["Europe/London", "America/Chicago"]),
        ("Frisco", ["America/Los_Angeles", "America/Chicago"]),
    ],
)
def test_of_a_short_name_for_two_cities_both_are_offered(
    places: Places, typed: str, zones: list[str]
) -> None:
    assert [place.zone for place in places.match(typed).places] == zones


@pytest.mark.parametrize("typed", ["baby", "just here", "lol", "good old", "sunny", "just asia"])
def test_what_stands_around_a_place_is_none(places: Places, typed: str) -> None:
    assert places.find(typed) == []


def test_every_short_name_is_of_one_place(places: Places) -> None:
    several = {"china", "papua new guinea", "united states"}
    for short, name in _full_names().items():
        assert places.match(short).clear is not None or name in several, short
