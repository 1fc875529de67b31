"""The bot that chaos kills: ``gutskin run`` itself, with its patience shortened.

``python -m tests.bench.chaos_bot`` takes its settings from the environment, as ``gutskin run``
does, and works until it is killed. Nothing of the bot is replaced; three sorts of numbers differ
from real life. Whatever leases are made of lasts a ninth of its time, all in proportion, since
chaos has to wait until the last lease has ended. Subscribers are planned, and a broadcast's
audience is frozen, in chunks so small that a kill finds many a slot and an audience half done.
Tips, which nobody pays for, go at the rate of the broadcasts: else the last of them would come a
quarter of an hour after the last kill. Its leases bear the name in ``CHAOS_OWNER``, so that they
are known after a kill beside another replica's.
"""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

from bot.cli.commands import app
from bot.delivery import audience, leasing, outbox, planner
from bot.delivery.worker import DeliveryWorker
from bot.telegram.bulk.pool import PooledTransport
from bot.telegram.limits import buckets

HURRY = 9.0
RATE = 400.0  # messages a second
PLAN_CHUNK, FREEZE_CHUNK = 5, 25


def shorten() -> None:
    """Shorten leases, what must fit into them, and chunks; before the bot is built."""
    planner.CHUNK, audience.FREEZE_CHUNK = PLAN_CHUNK, FREEZE_CHUNK
    outbox.secrets = SimpleNamespace(token_hex=lambda _bytes: os.environ["CHAOS_OWNER"])  # type: ignore[assignment]
    outbox.RECLAIM_SECONDS /= HURRY
    leasing.LONGEST_SEND /= HURRY
    buckets.FREE_BULK_RATE = RATE
    _hasten(DeliveryWorker.__init__, "lease_seconds")
    _hasten(PooledTransport.__init__, "connect_timeout", "read_timeout")


def _hasten(made: Any, *defaults: str) -> None:
    for name in defaults:
        made.__kwdefaults__[name] /= HURRY


def main() -> None:
    shorten()
    app(["run"])


if __name__ == "__main__":
    main()
