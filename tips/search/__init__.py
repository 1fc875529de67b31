"""Finds answers to a message in a subscriber's own words, each with a calibrated score."""

from .search import Confidence, Found, Hit, Search
from .subjects import Subject

__all__ = ["Confidence", "Found", "Hit", "Search", "Subject"]
