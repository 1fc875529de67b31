"""Writes ``emergency.yaml``: ``python -m bot.places.emergency_build eccdata.txt 2023-12-08``.

The first argument is Android's own table of emergency numbers by country and service
(packages/services/Telephony, ecc/input/eccdata.txt, Apache-2.0), the second the date of its last
change. A number is taken if Android has it for ambulances and libphonenumber knows it as an
emergency number of that country, too.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import phonenumbers

from bot.places.emergency import FILE, country_of
from bot.places.index import FILE as PLACES

LONGEST = 4  # digits; what is longer is a line of one hospital
SMALLEST_SHARE = 0.01  # of a zone's people, for another country's number to matter
# Both have these, and yet they are doubted: since then the country has made another number its
# ambulance's, or the number is of the police first. Nobody is sent there.
DOUBTED = (
    *("BF", "BI", "CF", "DJ", "ET", "ID", "JM", "KP", "LB", "LK"),
    *("MD", "MG", "NG", "PK", "RW", "SS", "TT", "TZ", "YE", "ZW"),
)
# Android has this number for the fire brigade alone, which sends the ambulances, too.
FIRE_BRIGADES = {"KR": "119"}
HEAD = """\
# The number to call for an ambulance, by country; written by bot/places/emergency_build.py
# from two tables that agree. Who lives elsewhere is told "your local emergency number".
# Android, packages/services/Telephony, ecc/input/eccdata.txt: of {date}
# libphonenumber, short numbers: {version}
"""


def ambulances(text: str) -> Iterator[tuple[str, list[str], str]]:
    """Country, numbers for ambulances and number for all emergencies, as Android has them."""
    for block in text.split("countries {")[1:]:
        found = [
            number[1]
            for number in re.finditer(r'phone_number: "(\d+)"([^}]*)', block)
            if "types: AMBULANCE" in number[2]
        ]
        country = re.search(r'iso_code: "([A-Z]{2})"', block)
        general = re.search(r'ecc_fallback: "(\d+)"', block)
        if country is not None:
            yield country[1], found, general[1] if general is not None else ""


def numbers(text: str) -> dict[str, str]:
    """The one number of each country that is certain."""
    found = dict(FIRE_BRIGADES)
    for country, given, general in ambulances(text):
        both = [n for n in given if len(n) <= LONGEST and is_confirmed(n, country)]
        if both and country not in DOUBTED:
            found[country] = general if general in both else both[0]
    return dict(sorted(found.items()))


def is_confirmed(number: str, country: str) -> bool:
    """Whether libphonenumber has it as an emergency number of the country."""
    return bool(phonenumbers.is_emergency_number(number, country))


def shared_zones(known: Mapping[str, str]) -> list[str]:
    """The zones in which people of another country live, whose number is not the same."""
    people: dict[str, dict[str, int]] = {}
    with closing(sqlite3.connect(PLACES)) as places:
        for zone, country, count in places.execute(
            "SELECT zone, country, sum(people) FROM place WHERE country != '' GROUP BY 1, 2"
        ):
            people.setdefault(zone, {})[country] = count
    return sorted(
        zone
        for zone, by_country in people.items()
        if len(
            {
                known.get(c)
                for c in {*_many(by_country), country_of(zone) or next(iter(by_country))}
            }
        )
        > 1
    )


def _many(people: Mapping[str, int]) -> list[str]:
    least = SMALLEST_SHARE * sum(people.values())
    return [country for country, count in people.items() if count >= least]


def written(text: str, date: str) -> str:
    """The whole file."""
    known = numbers(text)
    lines = [HEAD.format(date=date, version=phonenumbers.__version__), "numbers:\n"]
    lines += [f'  {country}: "{number}"\n' for country, number in known.items()]
    lines += ["shared:\n", *(f"- {zone}\n" for zone in shared_zones(known))]
    return "".join(lines)


if __name__ == "__main__":
    FILE.write_text(written(Path(sys.argv[1]).read_text("utf-8"), sys.argv[2]), "utf-8")
