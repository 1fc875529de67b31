"""What is done once in a while so that nothing grows for ever and nothing is lost at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import structlog

from bot.admins.admins import Admins
from bot.clock import Clock
from bot.clock_trust import ClockTrust
from bot.config import Settings
from bot.isolation import each
from bot.jobs import JobError
from bot.store.database import Database
from bot.store.files import backup
from bot.store.queries import heartbeat, inbox
from bot.subscribers.privacy import Privacy

log = structlog.get_logger(__name__)

REMEMBER_UPDATES = timedelta(hours=24)  # Telegram repeats an update for at most that long
BACKUPS = "backups"
"""The folder of the copies, in the data folder."""

BACKUPS_KEPT = 7
BACKUP_EVERY = timedelta(hours=23, minutes=30)  # looked after by the hour, so a day in all
PATTERN = "gutskin-*.db"
UNFINISHED = ".gutskin-*.db.part"  # as bot/store/files/backup.py names what it has not checked yet


Forget = Callable[[], Awaitable[object]]


class Upkeep:
    """Deletes what has served its purpose, and copies what must not be lost.

    Args:
        forget: deletes what another room keeps for a while.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        settings: Settings,
        privacy: Privacy,
        admins: Admins,
        trust: ClockTrust,
        *,
        forget: Forget,
    ) -> None:
        self._db = db
        self._clock = clock
        self._settings = settings
        self._privacy = privacy
        self._admins = admins
        self._trust = trust
        self._forget = forget

    async def purge(self) -> None:
        """Forget the ids of updates done a day ago, whoever left long ago, and what admins did
        then; leave nothing in the log of what was erased in the last hour."""
        if not self._trust.is_believed:
            return  # what is old by a clock that is wrong may be of today
        after = timedelta(days=self._settings.erase_after_days)
        await each(
            self._forget_updates,
            self._forget,
            partial(self._privacy.erase_long_gone, after),
            self._admins.prune,
            self._db.empty_log,
        )

    async def _forget_updates(self) -> None:
        async with self._db.write() as session:
            await inbox.purge(session, self._clock.now() - REMEMBER_UPDATES)

    async def back_up(self) -> None:
        """Copy a SQLite database into ``backups`` beside it, once a day; the last seven are kept.

        The day is counted from the last copy, whichever run of the bot made it.

        Raises:
            JobError: no copy could be made.
        """
        now = self._clock.now()
        if not self._db.is_sqlite or not await self._is_due(now):
            return
        folder = self._settings.data_dir / BACKUPS
        file = folder / f"gutskin-{now:%Y-%m-%d}.db"
        try:
            await backup.backup(self._settings.database, file)
            await asyncio.to_thread(_drop_old, folder, file.name)
        except (backup.BackupError, OSError) as error:
            raise JobError(str(error)) from error
        await self._db.write(lambda session: heartbeat.beat(session, heartbeat.BACKUP, now))

    async def _is_due(self, now: datetime) -> bool:
        last = await self._db.read(lambda session: heartbeat.last(session, heartbeat.BACKUP))
        return last is None or not timedelta() <= now - last.at < BACKUP_EVERY


def _drop_old(folder: Path, newest: str) -> None:
    copies = sorted(file.name for file in folder.glob(PATTERN))
    until_now = [name for name in copies if name <= newest]
    old = until_now[:-BACKUPS_KEPT]
    if len(until_now) >= BACKUPS_KEPT:
        # Made by a clock that was ahead, they would outlive all others. Not before there are
        # enough of those: it might as well be this clock that is behind.
        old += [name for name in copies if name > newest]
    for name in old:
        if _is_removed(folder / name):
            log.info("an old backup was removed", file=name)
    for part in folder.glob(UNFINISHED):
        # Its process was killed while copying, and nobody else would ever look for it.
        _is_removed(part)


def _is_removed(file: Path) -> bool:
    """Whether the file is away; the copy that was made stays good where it is not."""
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        log.warning("a file could not be removed", file=file.name, kind=type(error).__name__)
        return False
    return True
