"""Alembic's scripts, shipped with the package and applied by ``bot.store.migrate``."""
