"""Correcting what went out: edit and recall, each a draft of its own with a preview."""

from __future__ import annotations

from functools import partial
from typing import Literal

from bot.delivery.content import Content, content_in, problems_of
from bot.handlers.broadcasts import card
from bot.handlers.broadcasts.reading import content_of
from bot.handlers.context import Context
from bot.store.outbox_models import BroadcastRead
from bot.telegram.update_scope import once
from bot.texts import broadcast as broadcast_texts
from bot.texts import broadcast_card as texts

Kind = Literal["edit", "recall"]


async def ask_edit(context: Context, original: int) -> bool:
    """Ask for the new words, if there is anything to change."""
    found = await context.services.broadcasts.find(original)
    if found is None or await _is_out_of_reach(context, original, "edit"):
        return found is not None
    content = content_in(found.content)
    if found.content is None or content.kind == "forward":
        await context.show(texts.no_edit(context.translator, original))
        return True
    has_text = content.carries_text
    if has_text:
        await context.services.dialogues.expect(context.user.id, "new_text", original)
    await context.say(texts.ask_text(context.translator, original, has_text=has_text))
    return True


async def _is_out_of_reach(context: Context, original: int, kind: Kind) -> bool:
    """Say so, if no message of it can be changed."""
    reach = await context.services.broadcasts.left_to_correct(original)
    if reach.of(kind):
        return False
    words = texts.nothing_to_correct(
        context.translator, original, kind, reach.too_late, reach.pruned
    )
    await context.say(words)
    return True


async def recall(context: Context, original: int) -> bool:
    """Draft a recall, and ask."""
    if await _is_out_of_reach(context, original, "recall"):
        return True
    drafting = partial(context.services.broadcasts.correct, original, context.user.id, "recall")
    draft = await once("draft", drafting)
    if draft is None:
        words = texts.nothing_to_correct(context.translator, original, "recall", 0, 0)
        await context.say(words)
    else:
        await card.post(context, draft.id)
    return True


async def redraft(context: Context, waiting: int) -> bool:
    """Draft a change of what has not begun, and show it; False where it no longer waits."""
    drafting = partial(context.services.broadcasts.redraft, waiting, context.user.id)
    draft = await once("draft", drafting)
    if draft is not None:
        await card.present(context, draft.id)
    return draft is not None


async def new_text(context: Context, original: int) -> None:
    """The new words of a broadcast; link lines at their end are its new buttons."""
    found = await context.services.broadcasts.find(original)
    if found is None:
        await _lost(context)
        return
    written, before = content_of(context.written), content_in(found.content)
    if written.kind != "text":
        await context.say(texts.text_only(context.translator, original))
        return
    await _draft_edit(context, found, before.with_words(written))


async def new_buttons(context: Context, original: int) -> None:
    """The new link buttons of a broadcast."""
    found = await context.services.broadcasts.find(original)
    if found is None:
        await _lost(context)
        return
    links = card.links_in(context.written.text or "")
    if links is None:
        await context.say(texts.no_links_in(context.translator, original, correction=True))
        return
    change = {"buttons": links}
    await _draft_edit(context, found, content_in(found.content).model_copy(update=change))


async def _lost(context: Context) -> None:
    await context.services.dialogues.drop(context.user.id)
    await context.say(broadcast_texts.gone(context.translator))


async def _draft_edit(context: Context, original: BroadcastRead, content: Content) -> None:
    problems = problems_of(content)
    if problems:
        await context.say(broadcast_texts.refused(context.translator, problems))
        return
    rules = context.services.broadcasts
    drafting = partial(rules.correct, original.id, context.user.id, "edit", content)
    draft = await once("draft", drafting)
    if draft is not None:
        await card.present(context, draft.id)
    elif not await _is_out_of_reach(context, original.id, "edit"):
        await context.say(texts.no_edit(context.translator, original.id))
