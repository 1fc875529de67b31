"""What a row of the outbox is; and that whoever asks for a kind is served by the queue's index."""

from __future__ import annotations

import pytest
from sqlalchemy import Select, func, select, text
from sqlalchemy.dialects import sqlite

from bot.store.database import Database
from bot.store.outbox.audience import EVERYONE
from bot.store.outbox.kinds import FROM_SUBSCRIPTION, QUEUE
from bot.store.outbox_models import Broadcast
from bot.store.tables import delivery, rows_in

ASKED = {
    "the tips": select(delivery.c.id).where(FROM_SUBSCRIPTION).order_by(delivery.c.ready_at),
    "how many": select(QUEUE, func.count()).group_by(delivery.c.broadcast_id),
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED.keys())
async def test_the_rows_of_a_kind_are_found_by_the_queues_index(
    db: Database, asked: Select[tuple[object, ...]]
) -> None:
    if not db.is_sqlite:
        pytest.skip("PostgreSQL looks through an empty table")
    queue = asked.where(rows_in("queued"))
    spoken = queue.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    async with db.read() as session:
        plan = str((await session.execute(text(f"EXPLAIN QUERY PLAN {spoken}"))).all())
    assert "ix_delivery_queue" in plan
    assert "TEMP B-TREE" not in plan


def test_a_draft_is_for_an_audience_that_there_is() -> None:
    assert Broadcast.model_fields["audience"].default == EVERYONE
