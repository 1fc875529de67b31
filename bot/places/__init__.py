"""Places and their time zones, without a network."""

from bot.places.place import Match, Place
from bot.places.search import Places

__all__ = ["Match", "Place", "Places"]
