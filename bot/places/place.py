"""A place a subscriber may mean: what to call it, and the time zone it keeps."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """``label`` reads well on a button and finds the same place when typed; ``zone`` is a name
    that the time-zone data know; ``country`` is an ISO 3166 code, or empty for a bare zone."""

    label: str
    zone: str
    country: str = ""
