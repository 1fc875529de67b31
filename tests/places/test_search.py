"""Subscribers name their place in their own words and spelling; the index answers offline."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from zoneinfo import available_timezones

import psutil
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.places import Place, Places
from tests.places.stored import stored
from tips.normalise import normalise

BERLIN, NEW_YORK, SAO_PAULO = "Europe/Berlin", "America/New_York", "America/Sao_Paulo"


@pytest.fixture(scope="module")
def places() -> Places:
    return Places.load()


def test_any_thread_may_ask(places: Places) -> None:
    with ThreadPoolExecutor(1) as other:
        assert other.submit(places.find, "Berlin").result() == places.find("Berlin")


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        # other languages' names and spellings
        ("Muenchen", BERLIN), ("München", BERLIN), ("munich", BERLIN),
        ("Monaco di Baviera", BERLIN),
        ("Köln", BERLIN), ("Koeln", BERLIN), ("Cologne", BERLIN), ("DÜSSELDORF", BERLIN),
        ("Duesseldorf", BERLIN), ("Dusseldorf", BERLIN), ("São Paulo", SAO_PAULO),
        ("sao paulo", SAO_PAULO), ("Nueva York", NEW_YORK), ("new york", NEW_YORK),
        ("NYC", NEW_YORK), ("Wien", "Europe/Vienna"), ("Genf", "Europe/Zurich"),
        ("Mailand", "Europe/Rome"), ("Rom", "Europe/Rome"), ("Prag", "Europe/Prague"),
        ("Москва", "Europe/Moscow"), ("北京", "Asia/Shanghai"), ("東京", "Asia/Tokyo"),
        ("القاهرة", "Africa/Cairo"), ("Αθήνα", "Europe/Athens"), ("서울", "Asia/Seoul"),
        ("Bombay", "Asia/Kolkata"), ("Saigon", "Asia/Ho_Chi_Minh"), ("Kiev", "Europe/Kyiv"),
        ("nukualofa", "Pacific/Tongatapu"), ("Stoke on Trent", "Europe/London"),
        # slips of the finger
        ("Lodnon", "Europe/London"), ("Berln", BERLIN), ("newyork", NEW_YORK),
        ("Nueva Yrok", NEW_YORK), ("Stuttgard", BERLIN), ("Melbourn", "Australia/Melbourne"),
        # countries, regions, zones, abbreviations
        ("Germany", BERLIN), ("Deutschland", BERLIN), ("Allemagne", BERLIN),
        ("UK", "Europe/London"),
        ("Holland", "Europe/Amsterdam"), ("Turkey", "Europe/Istanbul"), ("Indien", "Asia/Kolkata"),
        ("Hawaii", "Pacific/Honolulu"), ("Tahiti", "Pacific/Tahiti"), ("Taiwan", "Asia/Taipei"),
        ("Palestine", "Asia/Hebron"), ("Europe/Berlin", BERLIN), ("europe berlin", BERLIN),
        ("EUROPE/BERLIN", BERLIN), ("america/new_york", NEW_YORK), ("CET", BERLIN),
        ("MEZ", BERLIN), ("UTC", "UTC"), ("eastern time", NEW_YORK), ("eastern", NEW_YORK),
        ("Pacific", "America/Los_Angeles"), ("central", "America/Chicago"),
        ("utc+2", "Etc/GMT-2"),
        ("GMT-05:00", "Etc/GMT+5"), ("+5:30", "Asia/Kolkata"), ("utc+0", "UTC"),
        # with something that tells it apart, or small words around it
        ("London, Ontario", "America/Toronto"), ("london ontario", "America/Toronto"),
        ("Paris, Texas", "America/Chicago"), ("paris tx", "America/Chicago"),
        ("Perth Scotland", "Europe/London"), ("Berlin Germany", BERLIN),
        ("Deutschland, Berlin", BERLIN), ("deutschland berlin", BERLIN),
        ("Berlin, Kreuzberg", BERLIN), ("I live in Berlin", BERLIN), ("Berlin time", BERLIN),
        ("in CET please", BERLIN), ("near Paris", "Europe/Paris"),
    ],
)  # fmt: skip
def test_the_likeliest_place_comes_first(places: Places, typed: str, zone: str) -> None:
    found = places.find(typed)
    assert [place.zone for place in found][:1] == [zone]


@pytest.mark.parametrize(
    "typed", ["Berlin", "London", "Paris", "Perth", "Muenchen", "Singapore", "Köln", "Frankfurt"]
)
def test_one_answer_where_it_is_clear(places: Places, typed: str) -> None:
    assert len(places.find(typed)) == 1


@pytest.mark.parametrize(
    ("typed", "zones"),
    [
        ("IST", {"Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"}),
        ("GMT", {"Europe/London", "UTC"}),
        ("Birmingham", {"Europe/London", "America/Chicago"}),
        ("Portland", {"America/Los_Angeles", "America/New_York"}),
        ("Georgia", {"Asia/Tbilisi", NEW_YORK}),
        ("Spain", {"Europe/Madrid", "Atlantic/Canary"}),
        ("Kentucky", {NEW_YORK, "America/Chicago"}),
        ("USA", {NEW_YORK, "America/Chicago", "America/Los_Angeles", "Pacific/Honolulu"}),
    ],
)
def test_candidates_where_several_may_be_meant(
    places: Places, typed: str, zones: set[str]
) -> None:
    assert zones <= {place.zone for place in places.find(typed, limit=8)}


@pytest.mark.parametrize(
    ("typed", "labels"),
    [
        ("brigton", ["Brighton"]),
        ("bristl", ["Bristol", "Brussels"]),
        ("cardif", ["Cardiff"]),
        ("manchestr", ["Manchester"]),
        ("sevile", ["Sevilla"]),
    ],
)
def test_a_slip_in_the_name_that_a_town_bears_comes_before_what_others_once_called_theirs(
    places: Places, typed: str, labels: list[str]
) -> None:
    match = places.match(typed)
    assert [place.label.partition(",")[0] for place in match.places] == labels
    assert not match.named
    assert match.clear is None, "it is asked about"


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "🙂", "🏳️‍🌈", "...", "?!", "a", "zz", "asdfgh", "qwerty", "xyzzy", "lkjhg wqeoiu",
        "hello", "yes", "no", "ok", "help", "thanks", "tip", "bread", "skin", "eczema",
        "my skin itches", "does sugar cause eczema", "<b>bold</b>", "\x00", "x" * 5000, "utc+19",
        "+5:17", "Berlin " * 30, "zzz, yyy", "I live in zzyyxx",
    ],
)  # fmt: skip
def test_nothing_is_made_of_what_is_no_place(places: Places, typed: str) -> None:
    assert places.find(typed) == []


@given(st.text(max_size=100))
@settings(deadline=None)
def test_any_text_gives_few_places_that_exist(typed: str) -> None:
    found = ONCE.find(typed)
    assert len(found) <= 5
    assert all(place.zone in ZONES and place.label for place in found)


@given(st.text(st.characters(categories=["So", "Sk", "Po", "Sm", "Cc", "Cf"]), max_size=20))
@settings(deadline=None)
def test_pictures_and_marks_are_no_place(typed: str) -> None:
    assume(not any(letter.isalnum() for letter in normalise(typed)))  # as "⒵" is a z
    assert [place for place in ONCE.find(typed) if not place.zone.startswith("Etc/")] == []


ONCE = Places.load()
ZONES = available_timezones()


@pytest.mark.parametrize("typed", ["Newtown", "Middletown"])
def test_a_short_list_hides_no_zone_behind_many_places_of_another(
    places: Places, typed: str
) -> None:
    every = {place.zone for place in places.find(typed, limit=100)}
    shown = places.find(typed, limit=5)
    assert len(shown) == 5
    assert len({place.zone for place in shown}) == min(5, len(every)) > 1


def test_as_many_as_asked_for(places: Places) -> None:
    assert len(places.find("USA", limit=2)) == 2
    assert len(places.find("IST", limit=1)) == 1


class TestSuggestions:
    @pytest.mark.parametrize(
        ("code", "first"),
        [
            ("de", BERLIN),
            ("de-AT", "Europe/Vienna"),
            ("pt-br", SAO_PAULO),
            ("pt_PT", "Europe/Lisbon"),
            ("en-US", NEW_YORK),
            ("en-AU", "Australia/Sydney"),
            ("en", "Europe/London"),
            (None, "Europe/London"),
            ("xx", "Europe/London"),
            ("", "Europe/London"),
            ("ja", "Asia/Tokyo"),
            ("uk", "Europe/Kyiv"),
        ],
    )
    def test_a_place_where_the_language_is_spoken(
        self, places: Places, code: str | None, first: str
    ) -> None:
        suggested = places.suggest(code)
        assert suggested[0].zone == first
        assert 1 <= len(suggested) <= 5

    @pytest.mark.parametrize("code", [None, "", "xx"])
    def test_the_operators_zone_comes_first_where_the_language_says_nothing(
        self, places: Places, code: str | None
    ) -> None:
        zones = [place.zone for place in places.suggest(code, "Africa/Nairobi")]
        assert zones[:2] == ["Africa/Nairobi", "Europe/London"]
        assert len(zones) == 5
        assert places.suggest("de", "Africa/Nairobi") == places.suggest("de")

    def test_every_suggestion_is_understood_when_it_is_sent(self, places: Places) -> None:
        for (code,) in stored("SELECT DISTINCT language FROM suggestion"):
            for place in places.suggest(code):
                assert places.find(place.label)[:1] == [place], (code, place)


class TestLocation:
    @pytest.mark.parametrize(
        ("lat", "lon", "zone"),
        [
            (52.52, 13.40, BERLIN),
            (-23.55, -46.63, SAO_PAULO),
            (40.71, -74.0, NEW_YORK),
            (27.7, 85.3, "Asia/Kathmandu"),
            (-90, 0, "Antarctica/McMurdo"),
        ],
    )
    def test_on_land(self, places: Places, lat: float, lon: float, zone: str) -> None:
        assert places.at(lat, lon) == zone

    @pytest.mark.parametrize(
        ("lat", "lon"),
        [
            (0.0, -30.0), (90.0, 0.0), (91.0, 0.0), (0.0, 181.0), (float("nan"), 0.0),
            (0.0, float("inf")),
        ],
    )  # fmt: skip
    def test_at_sea_and_off_the_globe(self, places: Places, lat: float, lon: float) -> None:
        assert places.at(lat, lon) is None


def test_it_is_small() -> None:
    """Memory stays under 60 MB; 22 MB were measured."""
    before = psutil.Process().memory_info().rss
    fresh = Places.load()
    fresh.find("Berlin")
    fresh.at(52.52, 13.40)
    assert psutil.Process().memory_info().rss - before < 60_000_000


def test_a_place_is_a_plain_value() -> None:
    assert Place("UTC", "UTC").country == ""
