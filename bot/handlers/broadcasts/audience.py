"""Choosing the audience: buttons for the common parts, words for all, a file, saved ones."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from datetime import date
from functools import partial
from io import StringIO
from typing import Any

from telegram import Document

from bot.delivery.audiences import (
    Filter,
    FilterError,
    looks_like_filter,
    parse_filter,
    read_filter,
)
from bot.handlers.broadcasts import card
from bot.handlers.broadcasts.access import own_draft, tapped
from bot.handlers.context import Context
from bot.telegram.update_scope import once
from bot.texts import broadcast as broadcast_texts
from bot.texts import broadcast_audience as texts
from bot.texts.callbacks import DropSegment, SetPart, UseSegment

LARGEST_FILE = 1_000_000  # bytes; some 90,000 numbers
NUMBER = re.compile(r"-?[0-9]{1,19}")
SEVERAL = {"who": "who", "theme": "themes", "zone": "zones", "country": "countries"}
VIEWS = {
    "all": "audience",
    "without": "audience",
    "who": "who",
    "theme": "themes",
    "zone": "zones",
    "country": "zones",
    "active": "active",
    "after": "joined",
    "before": "joined",
}


async def set_part(context: Context, tap: SetPart) -> None:
    """A part of the audience on or off."""
    found = await tapped(context, tap.broadcast, "audience", ("draft",))
    if found is None:
        return
    try:
        chosen = changed(read_filter(found.filter), tap)
        await context.services.broadcasts.set_filter(found.id, context.user.id, chosen)
    except FilterError as error:
        await context.toast()
        await context.show(_not_understood(context, found.id, error))
        return
    except ValueError:
        await context.toast(texts.segment_gone(context.translator))
        return
    await context.toast(broadcast_texts.changed(context.translator))
    await card.put(context, found.id, VIEWS[tap.part])


def changed(chosen: Filter, tap: SetPart) -> Filter:
    """The audience after a tap.

    Raises:
        ValueError: the button was forged.
    """
    if tap.part == "all":
        return Filter()
    return chosen.model_copy(update=_change(chosen, tap))


def _change(chosen: Filter, tap: SetPart) -> dict[str, Any]:
    if tap.part in SEVERAL:
        field = SEVERAL[tap.part]
        others = tuple(one for one in getattr(chosen, field) if one != tap.value)
        return {field: (*others, tap.value) if tap.on else others}
    if tap.part == "without":
        others = tuple(one for one in chosen.without if one != int(tap.value))
        return {"without": (*others, int(tap.value)) if tap.on else others}
    if tap.part == "active":
        return {"active_days": int(tap.value) if tap.on else None}
    field, other = ("joined_after", "joined_before")[:: 1 if tap.part == "after" else -1]
    return {field: date.fromisoformat(tap.value) if tap.on else None, other: None}


def _not_understood(context: Context, number: int, error: FilterError) -> Any:
    return texts.not_understood(context.translator, number, error.place, error.why, error.known)


async def _take(context: Context, number: int, chosen: Filter) -> bool:
    """Choose this audience, and show the card; False where it cannot be."""
    try:
        await context.services.broadcasts.set_filter(number, context.user.id, chosen)
    except FilterError as error:
        await context.say(_not_understood(context, number, error))
        return False
    await context.services.dialogues.drop(context.user.id)
    await card.post(context, number)
    return True


async def typed(context: Context, number: int) -> None:
    """An audience in words: ``for=child zone=Europe/*``."""
    if await own_draft(context, number) is None:
        return
    words = context.written.text or ""
    try:
        chosen = parse_filter(words, tuple(context.services.library.theme_names))
    except FilterError as error:
        await context.say(_not_understood(context, number, error))
        return
    await _take(context, number, chosen)


async def typed_on_screen(context: Context, number: int) -> bool:
    """Take an audience that was typed where it could have been chosen by buttons, or tell what is
    wrong with it; False where it is no draft of this admin's, or the words are something else."""
    words, found = context.written.text or "", await context.services.broadcasts.find(number)
    if context.forwarded or not looks_like_filter(words):
        return False
    if found is None or (found.state, found.admin_id) != ("draft", context.user.id):
        return False
    if await context.services.analyser.warning(words, context.speaks) is not None:
        return False
    await typed(context, number)
    return True


async def listed(context: Context, number: int) -> None:
    """A list of ids as a file."""
    found = await own_draft(context, number)
    if found is None:
        return
    _, document = context.translator, context.written.document
    content = await _content_of(context, document) if document is not None else None
    if content is None:
        await context.say(texts.bad_list(_, number))
        return
    ids = ids_in(content)
    if isinstance(ids, BadLine):
        await context.say(texts.bad_list(_, number, ids))
        return
    added = await once("list", partial(context.services.broadcasts.add_list, ids, context.user.id))
    if not added.known:
        await context.say(texts.nobody_listed(_, number))
        return
    await context.say(texts.listed(_, added.known, added.unknown))
    chosen = read_filter(found.filter).model_copy(update={"list_id": added.list_id})
    await _take(context, number, chosen)


class BadLine(int):
    """The number of the first line without an id."""


async def _content_of(context: Context, document: Document) -> str | None:
    """The text of a small file; None for a large one, or what is no text."""
    if (document.file_size or 0) > LARGEST_FILE:
        return None
    try:
        content = await context.services.messenger.download(document.file_id)
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def ids_in(content: str) -> Iterable[int] | BadLine:
    """The number that each line begins with; the first line may be a head, and some are empty."""
    ids = []
    for at, row in enumerate(csv.reader(StringIO(content)), 1):
        first = row[0].strip() if row else ""
        if NUMBER.fullmatch(first):
            ids.append(int(first))
        elif first and at > 1:
            return BadLine(at)
    return ids or BadLine(1)


async def named(context: Context, number: int) -> None:
    """A name for the audience that was chosen."""
    found = await own_draft(context, number)
    if found is None:
        return
    name, rules = (context.written.text or "").strip(), context.services.broadcasts
    try:
        await rules.save_segment(name, read_filter(found.filter), context.user.id)
    except FilterError as error:
        await context.say(_not_understood(context, number, error))
        return
    except ValueError:
        await context.say(texts.bad_name(context.translator, number))
        return
    await context.services.dialogues.drop(context.user.id)
    await context.say(texts.named(context.translator, name))
    await card.post(context, number)


async def use_segment(context: Context, tap: UseSegment) -> None:
    """A saved audience for this broadcast."""
    found = await tapped(context, tap.broadcast, "audience", ("draft",))
    if found is None:
        return
    for segment in await context.services.broadcasts.segments():
        if texts.segment_key(segment.name) == tap.key:
            try:
                rules = context.services.broadcasts
                await rules.set_filter(found.id, context.user.id, segment.filter)
            except FilterError as error:
                await context.toast()
                await context.show(_not_understood(context, found.id, error))
                return
            await context.toast(broadcast_texts.changed(context.translator))
            await context.services.dialogues.drop(context.user.id)
            await card.put(context, found.id)
            return
    await context.toast(texts.segment_gone(context.translator))


async def drop_segment(context: Context, tap: DropSegment) -> None:
    """Forget a saved audience."""
    if await tapped(context, tap.broadcast, "audience", ("draft",)) is None:
        return
    await context.toast(broadcast_texts.changed(context.translator))
    for segment in await context.services.broadcasts.segments():
        if texts.segment_key(segment.name) == tap.key:
            await context.services.broadcasts.drop_segment(segment.name, context.user.id)
    await card.put(context, tap.broadcast, "saved")
