"""What is stored, a copy of it, and its erasure."""

from __future__ import annotations

from functools import partial

import orjson

from bot.handlers.context import Visit
from bot.telegram.replay import once
from bot.texts import privacy as texts
from bot.texts.callbacks import Forget

EXPORT_NAME = "gutskin-my-data.json"
PASSING = "inbox"  # the very update that asks, gone with its answer


async def privacy(visit: Visit, _rest: str) -> None:
    """``/privacy``."""
    settings = visit.desk.settings
    words = texts.privacy(
        visit.language, contact=settings.contact, erase_after_days=settings.erase_after_days
    )
    await visit.say(words)


async def export(visit: Visit, _rest: str) -> None:
    """``/export``: everything that is stored, as a file."""
    stored = await visit.desk.privacy.export(visit.chat_id)
    if not stored.keys() - {PASSING}:
        await visit.say(texts.nothing_stored(visit.language))
        return
    content = orjson.dumps(stored, option=orjson.OPT_INDENT_2)
    caption = texts.export_caption(visit.language).plain
    await visit.desk.chat.send_file(visit.chat_id, EXPORT_NAME, content, caption, visit.topic)


async def forget(visit: Visit, _rest: str) -> None:
    """``/forget``: asks once."""
    keeps = await visit.desk.privacy.keeps(visit.chat_id)
    await visit.say((texts.forget_ask if keeps else texts.nothing_stored)(visit.language))


async def forget_tapped(visit: Visit, tap: Forget) -> None:
    """The answer to that question."""
    await visit.toast()
    if not tap.sure:
        await visit.show(texts.forget_kept(visit.language))
        return
    done = await once("forget", partial(visit.desk.privacy.forget, visit.chat_id))
    if done.under_way:
        await visit.show(texts.forgotten_but(done.under_way, visit.language))
    else:
        text = texts.forgotten if done.erased else texts.nothing_stored
        await visit.show(text(visit.language))
