"""Zone abbreviations, read as the people who write them mostly mean them.

From https://www.iana.org/time-zones (the abbreviations in the rule files). One that stands for
several zones lists them all, the one with the most people first; the subscriber then chooses.
"""

from __future__ import annotations

import re

from bot.places.place import Place

LABELS: dict[str, str] = {
    "America/Anchorage": "Alaska time",
    "America/Argentina/Buenos_Aires": "Argentina time",
    "America/Bogota": "Colombia time",
    "America/Chicago": "Central time, North America",
    "America/Denver": "Mountain time, North America",
    "America/Halifax": "Atlantic time, North America",
    "America/Havana": "Cuba time",
    "America/Lima": "Peru time",
    "America/Los_Angeles": "Pacific time, North America",
    "America/New_York": "Eastern time, North America",
    "America/Panama": "Panama time",
    "America/Phoenix": "Arizona time",
    "America/Santiago": "Chile time",
    "America/Sao_Paulo": "Brasília time",
    "America/St_Johns": "Newfoundland time",
    "Africa/Johannesburg": "South Africa time",
    "Africa/Lagos": "West Africa time",
    "Africa/Maputo": "Central Africa time",
    "Africa/Nairobi": "East Africa time",
    "Asia/Bangkok": "Indochina time",
    "Asia/Dhaka": "Bangladesh time",
    "Asia/Dubai": "Gulf time",
    "Asia/Hong_Kong": "Hong Kong time",
    "Asia/Jakarta": "Western Indonesia time",
    "Asia/Jerusalem": "Israel time",
    "Asia/Karachi": "Pakistan time",
    "Asia/Kolkata": "India time",
    "Asia/Manila": "Philippine time",
    "Asia/Riyadh": "Arabia time",
    "Asia/Seoul": "Korea time",
    "Asia/Shanghai": "China time",
    "Asia/Singapore": "Singapore time",
    "Asia/Tokyo": "Japan time",
    "Australia/Adelaide": "Central Australia time",
    "Australia/Brisbane": "Queensland time",
    "Australia/Perth": "Western Australia time",
    "Australia/Sydney": "Eastern Australia time",
    "Europe/Berlin": "Central European time",
    "Europe/Dublin": "Irish time",
    "Europe/Helsinki": "Eastern European time",
    "Europe/Istanbul": "Türkiye time",
    "Europe/Lisbon": "Western European time",
    "Europe/London": "United Kingdom time",
    "Europe/Moscow": "Moscow time",
    "Pacific/Auckland": "New Zealand time",
    "Pacific/Honolulu": "Hawaii time",
    "UTC": "UTC, no summer time",
}

ZONES: dict[str, tuple[str, ...]] = {
    "acdt": ("Australia/Adelaide",),
    "acst": ("Australia/Adelaide",),
    "adt": ("America/Halifax",),
    "aedt": ("Australia/Sydney",),
    "aest": ("Australia/Sydney", "Australia/Brisbane"),
    "akdt": ("America/Anchorage",),
    "akst": ("America/Anchorage",),
    "art": ("America/Argentina/Buenos_Aires",),
    "ast": ("America/Halifax", "Asia/Riyadh"),
    "awst": ("Australia/Perth",),
    "brt": ("America/Sao_Paulo",),
    "bst": ("Europe/London", "Asia/Dhaka"),
    "cat": ("Africa/Maputo",),
    "cdt": ("America/Chicago", "America/Havana"),
    "central": ("America/Chicago",),
    "central time": ("America/Chicago",),
    "cest": ("Europe/Berlin",),
    "cet": ("Europe/Berlin",),
    "clst": ("America/Santiago",),
    "clt": ("America/Santiago",),
    "cot": ("America/Bogota",),
    "cst": ("America/Chicago", "Asia/Shanghai", "America/Havana"),
    "eastern": ("America/New_York",),
    "eastern time": ("America/New_York",),
    "eat": ("Africa/Nairobi",),
    "edt": ("America/New_York",),
    "eest": ("Europe/Helsinki",),
    "eet": ("Europe/Helsinki",),
    "est": ("America/New_York", "America/Panama"),
    "gmt": ("Europe/London", "UTC"),
    "gst": ("Asia/Dubai",),
    "hkt": ("Asia/Hong_Kong",),
    "hst": ("Pacific/Honolulu",),
    "ict": ("Asia/Bangkok",),
    "idt": ("Asia/Jerusalem",),
    "ist": ("Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"),
    "jst": ("Asia/Tokyo",),
    "kst": ("Asia/Seoul",),
    "mdt": ("America/Denver",),
    "mesz": ("Europe/Berlin",),
    "met": ("Europe/Berlin",),
    "mez": ("Europe/Berlin",),
    "mountain": ("America/Denver",),
    "mountain time": ("America/Denver",),
    "msk": ("Europe/Moscow",),
    "mst": ("America/Denver", "America/Phoenix"),
    "ndt": ("America/St_Johns",),
    "nst": ("America/St_Johns",),
    "nzdt": ("Pacific/Auckland",),
    "nzst": ("Pacific/Auckland",),
    "pacific": ("America/Los_Angeles",),
    "pacific time": ("America/Los_Angeles",),
    "pdt": ("America/Los_Angeles",),
    "pet": ("America/Lima",),
    "pht": ("Asia/Manila",),
    "pkt": ("Asia/Karachi",),
    "pst": ("America/Los_Angeles", "Asia/Manila"),
    "sast": ("Africa/Johannesburg",),
    "sgt": ("Asia/Singapore",),
    "trt": ("Europe/Istanbul",),
    "utc": ("UTC",),
    "wat": ("Africa/Lagos",),
    "west": ("Europe/Lisbon",),
    "wet": ("Europe/Lisbon",),
    "wib": ("Asia/Jakarta",),
    "z": ("UTC",),
    "zulu": ("UTC",),
}

PARTS_OF_AN_HOUR = {
    "+330": "Asia/Tehran",
    "+430": "Asia/Kabul",
    "+530": "Asia/Kolkata",
    "+545": "Asia/Kathmandu",
    "+630": "Asia/Yangon",
    "+930": "Australia/Darwin",
    "-330": "America/St_Johns",
    "-930": "Pacific/Marquesas",
}

_OFFSET = re.compile(
    r"(?:utc|gmt)?\s*(?P<sign>[+\-−–])\s*(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?",
    re.IGNORECASE,
)


def by_abbreviation(folded: str) -> list[Place]:
    """The places that a folded abbreviation may mean; empty when it is none."""
    return [Place(LABELS[zone], zone) for zone in ZONES.get(folded, ())]


def by_offset(typed: str) -> list[Place]:
    """ "UTC+2", "gmt-05:00", "+3": the zone with that fixed offset, which has no summer time."""
    found = _OFFSET.fullmatch(typed.strip())
    if found is None:
        return []
    hours, minutes = int(found["hours"]), found["minutes"] or "00"
    ahead = found["sign"] == "+"
    if minutes != "00":
        zone = PARTS_OF_AN_HOUR.get(f"{'+' if ahead else '-'}{hours}{minutes}")
        return [Place(zone, zone)] if zone else []
    if hours == 0:
        return by_abbreviation("utc")
    if hours > (14 if ahead else 12):
        return []
    # Etc/GMT-2 is two hours *ahead*: POSIX counts the other way round.
    sign, posix = ("+", "-") if ahead else ("-", "+")
    return [Place(f"UTC{sign}{hours}, no summer time", f"Etc/GMT{posix}{hours}")]
