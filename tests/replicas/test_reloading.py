"""What one replica is told to reload, another one reads from its own folder."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from bot.clock import MovableClock
from bot.content.reloading import Reloading
from bot.content.withdrawals import Withdrawals
from bot.store.database import Database
from tests import content
from tests.logbook import captured
from tips.current import CurrentContent
from tips.loading import CONTENT
from tips.search import Search
from tips.signs import WarningSigns

ADMIN = 9000
TIPS = Path("en/tips/fermented.yaml")
TITLE = "How to pick a live yoghurt or kefir"
TIP = "fermented-does-not-mean-alive"


async def test_the_others_take_their_own_folder_or_keep_what_they_have(
    sqlite_db: Database, tmp_path: Path
) -> None:
    db, clock = sqlite_db, MovableClock(datetime(2026, 6, 1, 12, tzinfo=UTC))
    search, signs = Search.load(embeddings=False), WarningSigns.load()

    async def replica(name: str) -> tuple[CurrentContent, Reloading, Path]:
        folder = Path(shutil.copytree(CONTENT, tmp_path / name))
        held = CurrentContent(content.library())
        reloading = Reloading(db, clock, held, search, signs, folder)
        await reloading.begin()
        return held, reloading, folder / TIPS

    one, told, file = await replica("one")
    two, other, its_file = await replica("two")
    three, broken, its_broken_file = await replica("three")
    for changed in (file, its_file):
        changed.write_text(changed.read_text("utf-8").replace(TITLE, "Another title", 1), "utf-8")
    its_broken_file.write_text("- id: : :\n", "utf-8")
    await other.look()
    assert two.library.tip(TIP).title == TITLE
    assert not (await told.reload(ADMIN)).faults
    with captured() as log:
        for reloading in (other, broken):
            await reloading.look()
            await reloading.look()
    assert one.library.tip(TIP).title == two.library.tip(TIP).title == "Another title"
    assert three.library.tip(TIP).title == TITLE
    assert log.getvalue().count("this one has mistakes in its folder") == 1
    assert await Withdrawals(db, clock, one).withdraw(one.library.tip(TIP), "wrong", ADMIN)
    await other.look()
    assert TIP not in {tip.id for tip in two.library.tips}
