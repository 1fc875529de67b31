"""What is stored, a copy of it, and its erasure."""

from __future__ import annotations

import orjson

from bot.handlers.desk import Visit
from bot.texts import privacy as texts
from bot.texts.callbacks import Forget

EXPORT_NAME = "gutskin-my-data.json"


async def privacy(visit: Visit, _rest: str) -> None:
    """``/privacy``."""
    await visit.say(texts.privacy(visit.language))


async def export(visit: Visit, _rest: str) -> None:
    """``/export``: everything that is stored, as a file."""
    stored = await visit.desk.readers.export(visit.chat_id)
    if not stored:
        await visit.say(texts.nothing_stored(visit.language))
        return
    content = orjson.dumps(stored, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)
    await visit.desk.chat.send_file(
        visit.chat_id, EXPORT_NAME, content, texts.export_caption(visit.language).plain
    )


async def forget(visit: Visit, _rest: str) -> None:
    """``/forget``: asks once."""
    if visit.reader is None:
        await visit.say(texts.nothing_stored(visit.language))
    else:
        await visit.say(texts.forget_ask(visit.language))


async def forget_tapped(visit: Visit, tap: Forget) -> None:
    """The answer to that question."""
    await visit.toast()
    if not tap.sure:
        await visit.show(texts.forget_kept(visit.language))
        return
    erased = await visit.desk.readers.forget(visit.chat_id)
    text = texts.forgotten if erased else texts.nothing_stored
    await visit.show(text(visit.language))
