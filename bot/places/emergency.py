"""The emergency number where a subscriber lives, which their time zone tells; or None."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml
from babel.core import get_global

FILE = Path(__file__).with_name("emergency.yaml")


class Emergency(NamedTuple):
    """Numbers by country, and the zones of more than one country whose numbers differ."""

    numbers: dict[str, str]
    shared: frozenset[str]


@cache
def emergency() -> Emergency:
    """The table, read once. All is text: to YAML, Norway would be no country."""
    data = yaml.load(FILE.read_text("utf-8"), yaml.CBaseLoader)  # noqa: S506 - makes text alone
    return Emergency(data["numbers"], frozenset(data["shared"]))


def country_of(zone: str) -> str | None:
    """The country of a time zone by CLDR; None for one like UTC."""
    canonical = get_global("zone_aliases").get(zone, zone)
    found = get_global("zone_territories")
    country: str | None = found.get(zone) or found.get(canonical)
    return country


def emergency_number(zone: str | None) -> str | None:
    """The number to call for an ambulance; None where it is not known for certain."""
    if zone is None or zone in emergency().shared:
        return None
    country = country_of(zone)
    return None if country is None else emergency().numbers.get(country)
