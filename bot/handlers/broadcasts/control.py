"""Acting on a broadcast: send, approve, pause, resume, cancel, retry, report, edit, recall."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from bot.delivery.confirmation import CONFIRMED
from bot.delivery.content import content_in
from bot.delivery.corrections import SENT_STATES
from bot.delivery.under_way import CAN_BE_CANCELLED, HAVE_A_REST
from bot.handlers.broadcasts import card, compose, correction
from bot.handlers.broadcasts.access import log_refusal
from bot.handlers.context import Context
from bot.handlers.guards import may_tap
from bot.store.outbox_models import NOT_BEGUN, WAITING, BroadcastRead
from bot.telegram.messenger import SentMessage
from bot.texts import broadcast as texts
from bot.texts import broadcast_card as cards
from bot.texts import errors
from bot.texts import report as reports
from bot.texts.callbacks import BroadcastDo

POSSIBLE = {
    "confirm": ("draft",),
    "gathered": ("draft",),
    "test_me": NOT_BEGUN,
    "test_all": NOT_BEGUN,
    "approve": ("waiting",),
    "refuse": ("waiting",),
    "cancel": CAN_BE_CANCELLED,
    "cancel_sure": HAVE_A_REST,
    "keep": SENT_STATES,
    "pause": ("sending",),
    "resume": ("paused",),
    "retry": ("done",),
    "retry_sure": ("done",),
    "doubt": ("done",),
    "doubt_sure": ("done",),
    "edit": (*SENT_STATES, *WAITING),
    "recall": SENT_STATES,
    "report": SENT_STATES,
    "csv": SENT_STATES,
}
LOOKS = ("report", "csv")

Step = Callable[[Context, BroadcastRead], Awaitable[bool]]


async def act(context: Context, tap: BroadcastDo) -> None:
    """Carry out what an admin tapped, if they may and it still can be done: each step only once.

    Only its author may confirm or cancel a draft; any editor may pause, resume, cancel or correct
    what is being sent.
    """
    if not await may_tap(context, "look" if tap.what in LOOKS else "edit"):
        return
    found = await context.services.broadcasts.find(tap.broadcast)
    if found is None or found.state not in POSSIBLE[tap.what]:
        log_refusal(context, tap.what, tap.broadcast, "its state")
        await context.toast(errors.already_done(context.translator))
        await _say_where_it_stands(context, tap.broadcast)
        return
    refusal = _refusal(context, tap, found)
    if refusal:
        await context.toast(refusal)
        return
    if tap.what in ("test_me", "test_all"):
        await card.test(context, found.id, all_admins=tap.what == "test_all")
        return
    await context.toast()
    await context.services.dialogues.drop(context.user.id)
    if not await STEPS[tap.what](context, found):
        await _say_where_it_stands(context, tap.broadcast)


def _refusal(context: Context, tap: BroadcastDo, found: BroadcastRead) -> str:
    """Why this admin may not, in a toast; "" where they may."""
    own = found.admin_id == context.user.id
    if found.state == "draft" and not own:
        log_refusal(context, tap.what, found.id, "another admin's draft")
        return texts.another_admins(context.translator)
    if tap.what in ("approve", "refuse") and own:
        log_refusal(context, tap.what, found.id, "their own")
        return texts.own_broadcast(context.translator)
    return ""


async def _confirm(context: Context, found: BroadcastRead) -> bool:
    chats = context.services.team_chats
    if not await chats.is_there(found):
        await context.show(texts.original_deleted(context.translator, found.id))
        return True
    came = await context.services.broadcasts.confirm(found.id, context.user.id)
    if came in CONFIRMED and found.replaces is not None:
        await chats.replaced(found.replaces, found.id, context.user.id)
    if came == "sending":
        await _take_for_progress(context, found.id)
        context.services.plan_soon()
        return await _under_way(context, found)
    if came in WAITING:
        context.services.plan_soon()
        return await _put_off(context, found.id, came)
    return await _ask_anew(context, found.id, came)


async def _take_for_progress(context: Context, number: int) -> None:
    """The card becomes the progress message."""
    place = context.sent_message
    if place is not None:
        rules = context.services.broadcasts
        await rules.set_progress_message(number, place.chat_id, place.message_id)


async def _put_off(context: Context, number: int, came: str) -> bool:
    """It waits: the card says for what; its progress will come as a message of its own."""
    await card.put(context, number)
    rules = context.services.broadcasts
    await rules.set_progress_message(number, context.chat_id, None)
    waiting = await rules.find(number) if came == "waiting" else None
    if waiting is not None and not await context.services.team_chats.ask_for_yes(waiting):
        await context.say(cards.nobody_to_approve(context.translator, number))
    return True


async def _ask_anew(context: Context, number: int, came: str) -> bool:
    """Say why it could not begin, and ask once more; whether there was something to ask."""
    rules = context.services.broadcasts
    draft = await rules.find(number)
    if draft is not None and draft.state == "draft" and came == "no" and draft.replaces:
        await rules.cancel(number, context.user.id)
        await context.show(cards.overtaken(context.translator, draft.replaces))
        return True
    if draft is None or came == "no":
        return False
    if came == "past":
        await card.put(context, number, "when")
        return True
    if came == "nobody":
        await card.put(context, number, "card" if draft.is_correction else "audience")
        return True
    await card.put(context, number, why=await _why_anew(context, draft, came))
    return True


async def _why_anew(context: Context, draft: BroadcastRead, came: str) -> str:
    if came == "changed" and draft.replaces is not None:
        return cards.moved_meanwhile(context.translator, draft.replaces)
    offer = await context.services.broadcasts.offer_of(draft.id)
    return cards.asked_anew(
        context.translator,
        now=offer.audience,
        was=draft.shown_audience,
        stars=offer.stars,
        shown_stars=draft.shown_stars,
    )


async def _approve(context: Context, found: BroadcastRead) -> bool:
    if not await context.services.broadcasts.approve(found.id, context.user.id):
        return False
    context.services.plan_soon()
    await context.show(cards.approved(context.translator, found.id))
    await context.services.team_chats.approved(found.id, context.chat_id)
    now = await context.services.broadcasts.find(found.id)
    if now is not None and now.state != "scheduled":
        context.services.wake_worker()
        await context.services.follow_broadcast(found.id)
    return True


async def _refuse(context: Context, found: BroadcastRead) -> bool:
    if not await context.services.broadcasts.cancel(found.id, context.user.id):
        return False
    await context.show(cards.refused(context.translator, found.id))
    await context.services.team_chats.turned_down(found, context.user.id)
    return True


async def _under_way(context: Context, found: BroadcastRead) -> bool:
    """Have the sender go on, and show how it goes: to its author, and to whoever tapped."""
    context.services.wake_worker()
    return await _report(context, found)


async def _cancel(context: Context, found: BroadcastRead) -> bool:
    """End at once what has not begun; ask before the rest of anything else."""
    if found.state in HAVE_A_REST:
        return await _ask_cancel(context, found)
    if not await context.services.broadcasts.cancel(found.id, context.user.id):
        return False
    if found.replaces is not None:
        await card.put(context, found.replaces)
        return True
    await context.show(texts.cancelled(context.translator))
    if found.state == "waiting":
        await context.services.team_chats.turned_down(found, context.user.id)
    return True


async def _ask_cancel(context: Context, found: BroadcastRead) -> bool:
    """Ask below the progress, which goes on moving; False where nothing can be held back."""
    report = await context.services.broadcasts.report(found.id)
    rest = report.queued - report.under_way
    if rest:
        await context.say(reports.ask_cancel(context.translator, found.id, found.kind, rest))
    return rest > 0


async def _cancel_rest(context: Context, found: BroadcastRead) -> bool:
    done = await context.services.broadcasts.cancel(found.id, context.user.id)
    context.services.wake_worker()
    return done and await _close_question(context, found)


async def _close_question(context: Context, found: BroadcastRead) -> bool:
    """The question goes from the chat that has the progress; elsewhere it becomes a report."""
    place, now = context.sent_message, await context.services.broadcasts.find(found.id)
    if place is None or now is None or now.progress_chat_id != context.chat_id:
        return await _report(context, found)
    await context.services.follow_broadcast(found.id)
    await context.services.messenger.delete(place)
    return True


async def _pause(context: Context, found: BroadcastRead) -> bool:
    done = await context.services.broadcasts.pause(found.id, context.user.id)
    return done and await _under_way(context, found)


async def _resume(context: Context, found: BroadcastRead) -> bool:
    done = await context.services.broadcasts.resume(found.id, context.user.id)
    return done and await _under_way(context, found)


async def _ask_for_stars(context: Context, found: BroadcastRead, *, in_doubt: bool) -> bool:
    """Retry at once what costs nothing; tell the admin the cost of anything else first."""
    rules, number = context.services.broadcasts, found.id
    offer = await rules.offer_again(number, in_doubt=in_doubt)
    if not offer.audience:
        return False
    if not offer.stars:
        return await _send_again(context, found, in_doubt=in_doubt)
    question = cards.ask_again(context.translator, number, *offer, in_doubt=in_doubt)
    # The question's message becomes the report.
    shown = await context.show(question)
    await rules.set_progress_message(number, context.chat_id, shown)
    await rules.offered(number, offer)
    return True


async def _send_if_as_shown(context: Context, found: BroadcastRead, *, in_doubt: bool) -> bool:
    """Retry if the offer still holds; ask again if it is old or now costs more."""
    rules = context.services.broadcasts
    offer = await rules.offer_again(found.id, in_doubt=in_doubt)
    if await rules.is_as_shown(found.id, offer):
        return await _send_again(context, found, in_doubt=in_doubt)
    return await _ask_for_stars(context, found, in_doubt=in_doubt)


async def _send_again(context: Context, found: BroadcastRead, *, in_doubt: bool) -> bool:
    rules = context.services.broadcasts
    await rules.retry_failed(found.id, context.user.id, in_doubt=in_doubt)
    return await _under_way(context, found)


async def _report(context: Context, found: BroadcastRead) -> bool:
    """The progress message, and for another admin a report of their own."""
    await context.services.follow_broadcast(found.id)
    now = await context.services.broadcasts.find(found.id)
    place = context.sent_message
    if now is None or place is None:
        return True
    followed = SentMessage(now.progress_chat_id or 0, now.progress_message_id or 0)
    if place != followed:
        message = await context.services.broadcast_report(found.id, context.translator)
        await context.show(message)
    return True


async def _csv(context: Context, found: BroadcastRead) -> bool:
    content = await context.services.broadcasts.recipients_csv(found.id)
    if content.count(b"\n") < 2:  # a head, and nobody below it
        await context.say(texts.no_list(context.translator))
        return True
    caption = texts.list_caption(context.translator, found.id)
    name = f"broadcast-{found.id}.csv"
    await context.services.messenger.send_file(
        context.chat_id, name, content, caption, context.topic
    )
    return True


async def _gathered(context: Context, found: BroadcastRead) -> bool:
    await compose.check_and_present(context, found.id, content_in(found.content))
    return True


async def _edit(context: Context, found: BroadcastRead) -> bool:
    if found.state in WAITING:
        return await correction.redraft(context, found.id)
    return await correction.ask_edit(context, found.corrects or found.id)


async def _recall(context: Context, found: BroadcastRead) -> bool:
    return await correction.recall(context, found.corrects or found.id)


STEPS: dict[str, Step] = {
    "confirm": _confirm,
    "gathered": _gathered,
    "approve": _approve,
    "refuse": _refuse,
    "cancel": _cancel,
    "cancel_sure": _cancel_rest,
    "keep": _close_question,
    "pause": _pause,
    "resume": _resume,
    "retry": partial(_ask_for_stars, in_doubt=False),
    "retry_sure": partial(_send_if_as_shown, in_doubt=False),
    "doubt": partial(_ask_for_stars, in_doubt=True),
    "doubt_sure": partial(_send_if_as_shown, in_doubt=True),
    "edit": _edit,
    "recall": _recall,
    "report": _report,
    "csv": _csv,
}


async def _say_where_it_stands(context: Context, number: int) -> None:
    """Show the state after a second tap, or a tap on the button of an old broadcast."""
    found = await context.services.broadcasts.find(number)
    if found is None or (found.state in ("draft", "cancelled") and found.confirmed_at is None):
        await context.show(texts.gone(context.translator))
    elif found.state in WAITING:
        await card.put(context, number)
    else:
        await _report(context, found)
