"""The content as admins change it: reload it, look at it, take a tip back."""

from __future__ import annotations

from difflib import get_close_matches
from functools import partial

from bot.content.withdrawals import REASON_LONGEST, LastTipError
from bot.delivery.content import Content
from bot.handlers.broadcasts import card
from bot.handlers.context import Context
from bot.handlers.guards import may_tap
from bot.telegram.update_scope import once
from bot.texts import content as texts
from bot.texts.callbacks import TipWithdrawn
from bot.texts.message import Message
from tips.library import ContentError, Library
from tips.models import Answer, Tip

FAULTS_NAME = "content-mistakes.txt"


async def reload(context: Context, _rest: str) -> None:
    """``/reload``: take the folder's content, or say what is wrong with it and keep the old."""
    _, services = context.translator, context.services
    if services.reloading.folder is None:
        await context.say(texts.no_folder(_))
        return
    done = await services.reloading.reload(context.user.id)
    if not done.faults:
        await context.say(texts.reloaded(_, done.tips, done.answers))
        return
    await context.say(texts.faulty(_, done.faults))
    content, caption = texts.fault_file(_, done.faults), texts.fault_caption(_)
    await services.messenger.send_file(
        context.chat_id, FAULTS_NAME, content, caption, context.topic
    )


async def preview(context: Context, rest: str) -> None:
    """``/preview ID``: a tip or an answer as the folder has it, or as it is sent."""
    name = rest.strip().casefold()
    if not name:
        await context.say(texts.preview_how(context.translator))
        return
    whole = context.services.content.now.whole
    try:
        folder = context.services.reloading.folder
        library = whole if folder is None else await context.services.reloading.read()
    except ContentError:
        library = whole  # /reload says what is wrong with the folder
    await context.say(await _preview(context, name, library, whole))


async def _preview(context: Context, name: str, library: Library, whole: Library) -> Message:
    _, found = context.translator, _find(library, name)
    if found is None:
        every = [*(tip.id for tip in library.tips), *(one.id for one in library.answers)]
        return texts.not_found(_, name, get_close_matches(name, every))
    live = _find(whole, name) == found
    if isinstance(found, Answer):
        return texts.preview_answer(_, found, library, live=live)
    withdrawn = await context.services.withdrawals.why(found.id)
    why = withdrawn.reason if withdrawn is not None else None
    return texts.preview_tip(_, found, library, live=live, withdrawn=why)


def _find(library: Library, name: str) -> Tip | Answer | None:
    try:
        return library.by_number(int(name)) if name.isdecimal() else library.tip(name)
    except KeyError:
        return next((answer for answer in library.answers if answer.id == name), None)


async def withdraw(context: Context, rest: str) -> None:
    """``/withdraw ID reason``: nobody gets the tip from now on; offers to correct it."""
    _, rules = context.translator, context.services.withdrawals
    name, _blank, reason = rest.strip().partition(" ")
    if not name:
        known = [(one.tip_id, one.reason) for one in await rules.all()]
        await context.say(texts.withdraw_how(_, known))
        return
    tip = rules.find(name.casefold())
    if tip is None:
        every = [tip.id for tip in context.services.library.tips]
        await context.say(texts.not_found(_, name, get_close_matches(name, every)))
        return
    if not (reason := " ".join(reason.split())[:REASON_LONGEST]):
        await context.say(texts.no_reason(_, tip.id))
        return
    try:
        done = await rules.withdraw(tip, reason, context.user.id)
    except LastTipError:
        await context.say(texts.last_tip(_))
        return
    context.services.wake_worker()
    await context.say(await _withdrawn(context, tip, again=not done))


async def _withdrawn(context: Context, tip: Tip, *, again: bool) -> Message:
    rules = context.services.withdrawals
    why, reached = await rules.why(tip.id), await rules.reached(tip)
    reason = why.reason if why is not None else ""
    return texts.withdrawn(context.translator, tip, reason, *reached, again=again)


async def unwithdraw(context: Context, rest: str) -> None:
    """``/unwithdraw ID``: people get the tip again."""
    name = rest.strip().casefold()
    if not name:
        await context.say(texts.unwithdraw_how(context.translator))
        return
    tip = context.services.withdrawals.find(name)
    await context.say(await _restore(context, tip.id if tip is not None else name))


async def _restore(context: Context, tip_id: str) -> Message:
    rules = context.services.withdrawals
    if not await rules.restore(tip_id, context.user.id):
        return texts.not_withdrawn(context.translator)
    return texts.restored(context.translator, rules.find(tip_id), tip_id)


async def act(context: Context, tap: TipWithdrawn) -> None:
    """Bring a withdrawn tip back, or draft what is put in its place where it went."""
    if not await may_tap(context, "edit"):
        return
    await context.toast()
    tip = context.services.withdrawals.find(str(tap.tip))
    if tap.what == "restore" or tip is None:
        await context.show(await _restore(context, tip.id if tip is not None else ""))
        return
    why = await context.services.withdrawals.why(tip.id)
    if why is None:
        await context.show(texts.not_withdrawn(context.translator))
    else:
        await _correct(context, tip, why.reason)


async def _correct(context: Context, tip: Tip, reason: str) -> None:
    words = texts.correction(context.translator, tip.title, reason)
    content = Content(kind="text", text=words)
    rules, admin = context.services.broadcasts, context.user.id
    draft = await once("draft", partial(rules.correct_tip, tip.number, admin, content))
    if draft is None:
        await context.say(texts.nobody_left(context.translator))
    else:
        await card.present(context, draft.id)
