"""Why tips were not for somebody: counted by tip, from an index and not from all thumbs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, insert, text

from bot.store.database import Database
from bot.store.queries import feedback
from bot.store.tables import subscriber, tip_vote

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
VOTES = (("one", -1, "hard", 0), ("one", -1, "hard", 3), ("one", -1, None, 0),
         ("two", -1, "obvious", 0), ("two", 1, None, 0), ("two", -1, "hard", 9))  # fmt: skip


@pytest.fixture
async def rated(db: Database) -> Database:
    person = {"state": "new", "language": "en", "themes": 1, "created_at": NOW, "seed": 1}
    async with db.write() as session:
        await session.execute(insert(subscriber), [{"chat_id": n, **person} for n in range(6)])
        for chat, (tip, vote, why_not, ago) in enumerate(VOTES):
            values = {"tip_id": tip, "vote": vote, "why_not": why_not}
            at = NOW - timedelta(days=ago)
            await session.execute(insert(tip_vote).values(chat_id=chat, at=at, **values))
    return db


async def test_reasons_are_counted_by_tip_since_then(rated: Database) -> None:
    async with rated.read() as session:
        found = await feedback.reasons(session, NOW - timedelta(days=5))
    assert found == {"one": {"hard": 2}, "two": {"obvious": 1}}


async def test_thumbs_without_a_reason_are_not_looked_at(rated: Database) -> None:
    if not rated.is_sqlite:
        pytest.skip("PostgreSQL looks through a table as small as this")
    asked: list[str] = []
    async with rated.read() as session:
        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
        await feedback.reasons(session, NOW)
        query = next(one for one in asked if "why_not" in one).replace("?", "0")
        plan = str((await session.execute(text(f"EXPLAIN QUERY PLAN {query}"))).all())
    assert "COVERING INDEX ix_tip_vote_why_not" in plan
