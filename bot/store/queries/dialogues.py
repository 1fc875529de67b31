"""What admins have been asked for, and have not answered yet."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlmodel import col

from bot.store.admin_models import Dialogue, DialogueRead
from bot.store.tables import Executor, columns_of, insert_into, read_one

_all = select(*columns_of(Dialogue, DialogueRead))


async def put(session: Executor, user_id: int, expects: str, about: int | None) -> None:
    """Expect this of an admin, and nothing else any more."""
    made = insert_into(session, Dialogue).values(user_id=user_id, expects=expects, about=about)
    instead = made.on_conflict_do_update(
        index_elements=[col(Dialogue.user_id)],
        set_={"expects": made.excluded.expects, "about": made.excluded.about},
    )
    await session.execute(instead)


async def get(session: Executor, user_id: int) -> DialogueRead | None:
    """What is expected of an admin, or None."""
    found = await session.execute(_all.where(col(Dialogue.user_id) == user_id))
    return read_one(DialogueRead, found)


async def drop(session: Executor, user_id: int) -> None:
    """Expect nothing of an admin any more."""
    await session.execute(delete(Dialogue).where(col(Dialogue.user_id) == user_id))
