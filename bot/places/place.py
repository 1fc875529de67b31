"""A place that a subscriber may mean: its name and its time zone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """``label`` reads well on a button and finds the same place when typed; ``zone`` is a name in
    the time-zone data; ``country`` is an ISO 3166 code, or empty for a bare zone."""

    label: str
    zone: str
    country: str = ""
