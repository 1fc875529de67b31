"""The two ways in which a call can end without an answer. Nothing here knows Telegram.

Telegram has no key that makes a send idempotent, so whoever calls must know which of the two it
was: what was not sent may be sent again at once, what is in doubt may already be on a phone.
"""

from __future__ import annotations

from typing import ClassVar


class NoAnswerError(Exception):
    """A call ended without an answer; ``reason`` is a short word that may be logged and stored."""

    def __init__(self, reason: str = "unknown") -> None:
        super().__init__(reason)
        self.reason = reason


class NotSent(NoAnswerError):  # noqa: N818 - the state it names is the name
    """Certainly not sent: no connection was made, or none of the request left this machine."""

    sent: ClassVar[bool | None] = False


class InDoubt(NoAnswerError):  # noqa: N818 - likewise
    """The request left this machine at least in part, and no answer came: maybe it was done."""

    sent: ClassVar[bool | None] = None
