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


@dataclass(frozen=True, slots=True)
class Match:
    """The places that fit what was typed, likeliest first.

    ``named`` is false where none bears that name and a slip was mended.
    """

    places: tuple[Place, ...] = ()
    named: bool = True

    @property
    def clear(self) -> Place | None:
        """The place, where all that fit keep the same time and it was called by its name."""
        one_zone = len({place.zone for place in self.places}) == 1
        return self.places[0] if one_zone and self.named else None
