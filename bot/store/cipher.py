"""Encryption of what subscribers write while it waits, with a key that no database holds.

Questions for the team wait for days, with a key of their own, under their own numbers.

A deleted row stays readable for a while in the file, its write-ahead log, its copies, and in
PostgreSQL's segments, and no setting of a database changes that for all of them. A body that was
never written in the clear needs no cleaning.

The key is derived from the bot's token: every replica has it, it is in no row, no copy and no log,
and whoever has it can read the messages from Telegram anyway. AES-GCM with random nonces of 96
bits: after 2**30 updates the chance that two share one is below 1 in 10**11, and rows live for
seconds. The update's id is authenticated too, so that no row can pass for another.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = b"\x01"
"""First byte of an encrypted body. One of the first release is JSON, and begins with a brace."""

PLAIN = b"{"
PURPOSE = b"gutskin: bodies of waiting updates, version 1"
QUESTIONS = b"gutskin: questions for the team, version 1"
KEY_BYTES = 32
NONCE_BYTES = 12


class UndecryptableError(Exception):
    """A body was encrypted with another key, belongs to another row, or is damaged."""


class BodyCipher:
    """Encrypts and decrypts the bodies of waiting updates."""

    def __init__(self, secret: str, purpose: bytes = PURPOSE) -> None:
        """``secret`` is the bot's token; what is for another ``purpose`` has another key."""
        key = HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose).derive(secret.encode())
        self._cipher = AESGCM(key)

    def encrypt(self, update_id: int, body: bytes) -> bytes:
        """The body as it may be stored in the row of this update."""
        nonce = os.urandom(NONCE_BYTES)
        return VERSION + nonce + self._cipher.encrypt(nonce, body, _about(update_id))

    def decrypt(self, update_id: int, stored: bytes) -> bytes:
        """The body of this update's row; one that the first release stored is in the clear.

        Raises:
            UndecryptableError: another key, another row's body, or a damaged one.
        """
        if stored.startswith(PLAIN):
            return stored
        nonce, sealed = stored[1 : 1 + NONCE_BYTES], stored[1 + NONCE_BYTES :]
        if not stored.startswith(VERSION) or len(nonce) < NONCE_BYTES:
            raise UndecryptableError
        try:
            return self._cipher.decrypt(nonce, sealed, _about(update_id))
        except InvalidTag:
            raise UndecryptableError from None


def _about(update_id: int) -> bytes:
    return VERSION + str(update_id).encode()
