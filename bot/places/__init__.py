"""Places and their time zones, without a network."""

from bot.places.place import Place
from bot.places.search import Places

__all__ = ["Place", "Places"]
