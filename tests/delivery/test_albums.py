"""An album's items are gathered one by one, whichever run they come in, and each once."""

from __future__ import annotations

from bot.clock import MovableClock
from bot.delivery.albums import Albums
from bot.delivery.content import Content, read_content
from bot.store.database import Database

ADA, BEA = 9000, 9001
SAID = Content(kind="copy", text="Three creams", has_caption=True)
SILENT = Content(kind="copy", has_caption=True)


def item(number: int) -> dict[str, str]:
    return {"type": "photo", "media": f"file-{number}"}


async def test_items_of_two_runs_make_one_album(db: Database, clock: MovableClock) -> None:
    first = await Albums(db, clock).gather(ADA, "g", 1, item(1), SAID)
    later = await Albums(db, clock).gather(ADA, "g", 2, item(2), SILENT)
    assert first.id == later.id
    content = read_content(later.content or "")
    assert [one["media"] for one in content.media] == ["file-1", "file-2"]
    assert (content.kind, content.text) == ("album", "Three creams")


async def test_an_update_that_is_given_again_adds_nothing(
    db: Database, clock: MovableClock
) -> None:
    albums = Albums(db, clock)
    await albums.gather(ADA, "g", 1, item(1), SAID)
    again = await albums.gather(ADA, "g", 1, item(1), SAID)
    assert len(read_content(again.content or "").media) == 1


async def test_albums_and_admins_are_kept_apart(db: Database, clock: MovableClock) -> None:
    albums = Albums(db, clock)
    mine = await albums.gather(ADA, "g", 1, item(1), SAID)
    other = await albums.gather(ADA, "h", 2, item(2), SAID)
    theirs = await albums.gather(BEA, "g", 3, item(3), SAID)
    assert len({mine.id, other.id, theirs.id}) == 3
    found = await albums.find(ADA, "g")
    assert found is not None
    assert found.id == mine.id
    assert await albums.find(BEA, "h") is None
