"""What is done once in a while so that nothing grows for ever and nothing is lost at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from bot.store import backup, inbox

if TYPE_CHECKING:
    from bot.app import House

log = structlog.get_logger(__name__)

REMEMBER_UPDATES = timedelta(hours=24)  # Telegram repeats an update for at most that long
BACKUPS = "backups"
"""The folder of the copies, in the data folder."""

BACKUPS_KEPT = 7
PATTERN = "gutskin-*.db"
UNFINISHED = ".gutskin-*.db.part"  # as bot/store/backup.py names what it has not checked yet


class Housekeeping:
    """The jobs of the caretaker."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def tidy(self) -> None:
        """Forget the ids of updates done a day ago, deliveries that are counted by now, and
        whoever left long ago."""
        if not self._house.trust.holds:
            return  # what is old by a clock that is wrong may be of today
        now = self._house.clock.now()
        async with self._house.db.write() as session:
            await inbox.purge(session, now - REMEMBER_UPDATES)
        await self._house.broadcasts.prune()
        after = timedelta(days=self._house.settings.erase_after_days)
        await self._house.privacy.erase_long_gone(after)

    async def back_up(self) -> None:
        """Copy a SQLite database into ``backups`` beside it; the last seven are kept."""
        if not self._house.db.is_sqlite:
            return
        folder = self._house.settings.data_dir / BACKUPS
        file = folder / f"gutskin-{self._house.clock.now():%Y-%m-%d}.db"
        await backup.backup(self._house.settings.database, file)
        await asyncio.to_thread(_drop_old, folder)


def _drop_old(folder: Path) -> None:
    for old in sorted(folder.glob(PATTERN))[:-BACKUPS_KEPT]:
        old.unlink()
        log.info("an old backup was removed", file=old.name)
    for part in folder.glob(UNFINISHED):
        # Its process was killed while copying, and nobody else would ever look for it.
        part.unlink(missing_ok=True)
