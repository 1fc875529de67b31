"""From an update's JSON to PTB's object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from telegram import Bot, Update

log = structlog.get_logger(__name__)


class UnreadableUpdateError(Exception):
    """An update in a form that we do not understand."""


def parse_update(update: Mapping[str, Any], bot: Bot) -> Update:
    """The update as PTB has it.

    Raises:
        UnreadableUpdateError: PTB does not understand it.
    """
    try:
        return Update.de_json(dict(update), bot)
    except Exception as error:  # noqa: BLE001 - PTB raises whatever an odd form makes it raise
        log.debug("unreadable", kind=type(error).__name__)
        # Its text may quote the update.
        raise UnreadableUpdateError from None
