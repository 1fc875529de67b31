"""Alembic's entry: runs on the connection that ``bot.store.migrate`` hands in."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel import AutoString

import bot.store.outbox_models  # noqa: F401 (its tables must be known)
from bot.store.models import Table
from bot.store.types import NumberSet, UTCDateTime


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write column types in generated files so that these need no import of SQLModel."""
    if kind == "type" and isinstance(item, UTCDateTime):
        autogen.imports.add("from bot.store.types import NumberSet, UTCDateTime")
        return "UTCDateTime()"
    if kind == "type" and isinstance(item, NumberSet):
        return "sa.LargeBinary()"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,
    render_item=render_item,
    compare_type=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
