"""From a message in a subscriber's own words to ranked answers with a calibrated score."""

from .search import Found, Hit, Search, Verdict

__all__ = ["Found", "Hit", "Search", "Verdict"]
