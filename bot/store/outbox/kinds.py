"""What a row of the outbox is: a message of a subscription, or a copy of a broadcast.

``delivery.kind`` says which message it is; one of a subscription has the subscription's kind.
Conditions that the queue's index is to serve name ``broadcast_id`` instead, with which it begins.
A second kind of subscription is a name in the checks of both tables, and what ``leasing`` makes
of its rows.
"""

from __future__ import annotations

from sqlalchemy import String, case, literal

from bot.store.tables import delivery as table

TIP = "tip"
BROADCAST = "broadcast"
KINDS = (TIP, BROADCAST)
CORRECTION = "correction"
"""What a broadcast's row is counted as when it edits or deletes: no message more."""

FROM_SUBSCRIPTION = table.c.broadcast_id.is_(None)
"""The condition that a row is a subscription's message, as the indexes have it."""

QUEUE = case((FROM_SUBSCRIPTION, literal(TIP, String)), else_=literal(BROADCAST, String))
"""Whose queue a row waits in, told from what the index holds."""
