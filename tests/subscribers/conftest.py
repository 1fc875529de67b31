"""What the tests of the rules about a person share; see there."""

from tests.delivery_fixtures import clock, harness, library, privacy, settings, subscribers, tg

__all__ = ["clock", "harness", "library", "privacy", "settings", "subscribers", "tg"]
