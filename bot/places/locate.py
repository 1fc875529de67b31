"""The time zone of a location, from polygons on disk; no network, nothing kept."""

from __future__ import annotations

import math
from functools import cached_property
from threading import Lock

from timezonefinder import TimezoneFinder


class Locator:
    """Finds the zone at a point. The polygons are opened once, at the first question."""

    def __init__(self) -> None:
        self._one_at_a_time = Lock()

    @cached_property
    def _finder(self) -> TimezoneFinder:
        return TimezoneFinder(in_memory=False)

    def zone_at(self, lat: float, lon: float) -> str | None:
        """The zone, or None at sea, where no zone is, and off the globe. Degrees, WGS 84."""
        if not (math.isfinite(lat) and math.isfinite(lon)):
            return None
        if abs(lat) > 90 or abs(lon) > 180:
            return None
        with self._one_at_a_time:
            zone: str | None = self._finder.timezone_at_land(lng=lon, lat=lat)
        return zone
