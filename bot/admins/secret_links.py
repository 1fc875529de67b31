"""The secrets of links that work once: made by chance, and known here by their fingerprints."""

from __future__ import annotations

import hashlib
import secrets

SECRET_BYTES = 32


def new_secret() -> str:
    """A secret that nobody guesses, of characters that an address may have."""
    return secrets.token_urlsafe(SECRET_BYTES)


def fingerprint(secret: str) -> str:
    """What is stored of a secret: it tells whether one is right, and not what it is."""
    return hashlib.sha256(secret.encode()).hexdigest()
