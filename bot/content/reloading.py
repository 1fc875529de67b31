"""Reading a content folder anew: checked first, then taken as a whole, or not at all."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import structlog

from bot.admins.audit import Audit
from bot.clock import Clock
from bot.content.withdrawals import heed
from bot.store.database import Database
from bot.store.queries import heartbeat
from bot.store.tables import Executor
from bot.texts.content import as_subscribers_see_it
from tips.check import examine
from tips.checks.wording import spelling
from tips.current import CurrentContent
from tips.findings import Finding
from tips.library import Library, load_library
from tips.search import Search
from tips.search.word_search import LibrarySearch
from tips.signs import WarningSigns

log = structlog.get_logger(__name__)

RELOADED = "content"
"""The heartbeat by which replicas learn that one of them has been told to reload."""

DRAFTS = "drafts"
"""The folder, in that of the content, of answers that are still to be written."""

IN_YAML = re.compile(r"\bline (\d+)")


class Fault(NamedTuple):
    """A finding, and the line of its file that it is about, as far as that can be told."""

    finding: Finding
    line: int | None


class Reloaded(NamedTuple):
    """What came of a reload: how much there is now, or the faults that kept the old content."""

    tips: int
    answers: int
    faults: list[Fault]


class Reloading:
    """Reads the folder of ``GUTSKIN_CONTENT_DIR`` and puts it in the place of what there is."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        content: CurrentContent,
        search: Search,
        signs: WarningSigns,
        folder: Path | None,
        audit: Audit | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._content = content
        self._search = search
        self._signs = signs
        self._audit = audit or Audit(db, clock)
        self.folder = folder
        self._seen: str | None = None
        self._reading = asyncio.Lock()

    async def reload(self, by: int) -> Reloaded:
        """Check the folder and take it, and have the other replicas do so; or keep the old.

        Raises:
            ValueError: no folder is set.
        """
        old = self._content.latest.whole
        before = {"tips": len(old.tips), "answers": len(old.answers)}
        reloaded = await self._take()
        if not reloaded.faults:
            self._seen = secrets.token_hex(8)
            after = {"tips": reloaded.tips, "answers": reloaded.answers}
            async with self._db.write() as session:
                await heartbeat.beat(session, RELOADED, self._clock.now(), self._seen)
                await self._audit.record(session, by, "reload", "content", before, after)
        return reloaded

    async def read(self) -> Library:
        """What the folder has at this moment, whether or not it has been taken.

        Raises:
            ContentError: it cannot be used.
            ValueError: no folder is set.
        """
        return await asyncio.to_thread(load_library, root=self._root)

    async def begin(self) -> None:
        """Heed what is withdrawn before anything is sent; earlier reloads are in the folder."""
        self._seen = await self._db.read(self._heed)

    async def look(self) -> None:
        """Heed what other replicas were told: what is withdrawn, and to reload."""
        told = await self._db.read(self._heed)
        if told == self._seen:
            return
        self._seen = told
        if self.folder is not None:
            reloaded = await self._take()
            if reloaded.faults:
                log.error(
                    "another replica reloaded, and this one has mistakes in its folder",
                    faults=len(reloaded.faults),
                    first=str(reloaded.faults[0].finding),
                )

    async def _heed(self, session: Executor) -> str:
        """Leave out what is withdrawn; by which mark replicas were last told to reload."""
        await heed(session, self._content)
        last = await heartbeat.last(session, RELOADED)
        return last.detail if last is not None else ""

    @property
    def _root(self) -> Path:
        if self.folder is None:
            raise ValueError("no content folder is set")
        return self.folder

    async def _take(self) -> Reloaded:
        async with self._reading:
            before = self._content.latest.whole
            whole, faults = await asyncio.to_thread(self._read, self._root, before)
            if whole is None:
                log.info("content was not reloaded", faults=len(faults))
                return Reloaded(len(before.tips), len(before.answers), faults)
            by_words = await asyncio.to_thread(LibrarySearch, whole, self._search.words)
            self._content.replace(whole, by_words)
        log.info("content was reloaded", tips=len(whole.tips), answers=len(whole.answers))
        return Reloaded(len(whole.tips), len(whole.answers), [])

    def _read(self, root: Path, before: Library) -> tuple[Library | None, list[Fault]]:
        """The library that the folder has, or what is wrong with it."""
        if not root.is_dir():
            remedy = "Copy the content that comes along there, or correct GUTSKIN_CONTENT_DIR"
            missing = Finding(root.name, "", "file", "there is no such folder", remedy)
            return None, [Fault(missing, None)]
        without = () if find_spec("spellchecker") else (spelling,)
        content, found = examine(
            root, render=as_subscribers_see_it, complete=False, without=without
        )
        if not found:
            library = Library(content)
            found = [*self._breaks(library, before)]
            if not found:
                return library, []
        return None, [_placed(root, finding) for finding in found]

    def _breaks(self, after: Library, before: Library) -> Iterator[Finding]:
        """What would mean something else in stored rows and buttons, or leave signs unsourced."""
        if not after.tips:
            yield Finding("en/tips", "", "tips", "there is no tip", "Put some there")
        holders = {tip.number: tip.id for tip in before.tips}
        for tip in after.tips:
            holder = holders.get(tip.number, tip.id)
            if holder != tip.id:
                message = f"number {tip.number} belonged to {holder} until now"
                yield Finding("en/tips", tip.id, "number", message, "Give it another number")
        bits = {theme.bit: theme.id for theme in before.themes}
        for theme in after.themes:
            holder = bits.get(theme.bit, theme.id)
            if holder != theme.id:
                message = f"bit {theme.bit} belonged to {holder} until now"
                yield Finding("themes.yaml", theme.id, "bit", message, "Give it another bit")
        for claim in sorted(self._signs.claims - after.claims.keys()):
            message = "advice for a warning sign rests on this claim, and it is not there"
            yield Finding("claims.yaml", claim, "claim-exists", message, "Put it back")


def _placed(root: Path, finding: Finding) -> Fault:
    """The fault with the line where its item begins, or that the YAML parser names."""
    named = IN_YAML.search(finding.message) if finding.rule == "yaml" else None
    if named is not None:
        return Fault(finding, int(named[1]))
    try:
        lines = (root / finding.file).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return Fault(finding, None)
    begins = re.compile(rf"\s*(-\s+)?((id|key):\s*)?['\"]?{re.escape(finding.id)}['\"]?:?\s*$")
    found = (number for number, line in enumerate(lines, 1) if begins.match(line))
    return Fault(finding, next(found, None) if finding.id else None)
