"""The one card of a broadcast, edited in place: its views, its options, its tests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from bot.delivery.content import Content, LinkButton, content_in, problems_of
from bot.handlers.broadcasts.access import own_draft, tapped
from bot.handlers.broadcasts.facts import facts_of
from bot.handlers.broadcasts.reading import content_of
from bot.handlers.context import Context
from bot.store.outbox_models import BROADCAST_STATES, NOT_BEGUN, BroadcastRead
from bot.telegram.messenger import SentMessage
from bot.telegram.update_scope import once
from bot.texts import broadcast as texts
from bot.texts import broadcast_audience as audiences
from bot.texts import broadcast_card as cards
from bot.texts import broadcast_time as time_texts
from bot.texts.callbacks import AskFor, SetPoll, SetSilent, ShowCard
from bot.texts.fields import Asked
from bot.texts.link_lines import read_links
from bot.texts.message import Message
from bot.texts.reasons import reason_words

OF_TIME = ("when", "local", "until")
OF_AUDIENCE = ("audience", "saved", "who", "themes", "zones", "active", "joined")


async def card_of(context: Context, broadcast: BroadcastRead) -> cards.Card:
    """All that its card shows to whoever tapped."""
    themes, zone = context.services.library.theme_names, context.zone
    rules = context.services.broadcasts
    return await facts_of(rules, broadcast, themes, context.user.id, context.now, zone)


async def view_of(context: Context, shown: cards.Card, view: str, why: str = "") -> Message:
    """One view of a card."""
    _, number = context.translator, shown.number
    if view in OF_TIME:
        time_views = {
            "when": time_texts.choose,
            "local": time_texts.choose_local,
            "until": time_texts.choose_end,
        }
        return time_views[view](_, number, shown.schedule, shown.now, shown.zone)
    if view == "options":
        return cards.options(_, shown)
    if view == "card" or shown.state != "draft" or shown.kind != "message":
        return cards.card(_, shown, why)
    if view == "saved":
        segments = await context.services.broadcasts.segments()
        return audiences.saved(_, number, [segment.name for segment in segments])
    chosen, count, themes = shown.audience, shown.count, shown.themes
    if view == "audience":
        last = await context.services.broadcasts.last_sent()
        return audiences.choose(_, number, chosen, count, themes, last=last)
    return audiences.part(_, view, number, chosen, count, themes, context.today)


async def put(context: Context, number: int, view: str = "card", why: str = "") -> None:
    """Show a view in place of the message that was tapped."""
    await _show(context, number, view, why, context.show)


async def post(context: Context, number: int, view: str = "card") -> None:
    """Show a view below what the admin wrote; the card that stood above goes."""
    found = await context.services.broadcasts.find(number)
    await _show(context, number, view, "", context.say)
    if found is None or found.progress_message_id is None or found.state != "draft":
        return
    chat_id = found.progress_chat_id or found.admin_id
    await context.services.messenger.delete(SentMessage(chat_id, found.progress_message_id))


async def _show(
    context: Context,
    number: int,
    view: str,
    why: str,
    show: Callable[[Message], Awaitable[int]],
) -> None:
    rules = context.services.broadcasts
    found = await rules.find(number)
    if found is None:
        await show(texts.gone(context.translator))
        return
    shown = await card_of(context, found)
    message_id = await show(await view_of(context, shown, view, why))
    if view in (*OF_TIME, *OF_AUDIENCE) and found.state in NOT_BEGUN:  # it can be typed, too
        await context.services.dialogues.show_screen(context.user.id, view, number)
    if found.state == "draft":
        await rules.set_progress_message(number, context.chat_id, message_id)
        await rules.offered(number, rules.offer(shown.count))


async def show_view(context: Context, tap: ShowCard) -> None:
    """A view of the card, in place."""
    if await tapped(context, tap.broadcast, f"view {tap.view}") is None:
        return
    await context.toast()
    await context.services.dialogues.drop(context.user.id)
    await put(context, tap.broadcast, tap.view)


async def ask(context: Context, tap: AskFor) -> None:
    """Ask for what has to be typed or sent, in place of the card."""
    if await tapped(context, tap.broadcast, f"ask {tap.what}", BROADCAST_STATES) is None:
        return
    await context.toast()
    await context.services.dialogues.expect(context.user.id, tap.what, tap.broadcast)
    await context.show(question(context, tap.what, tap.broadcast))


def question(context: Context, what: Asked, number: int) -> Message:
    """What is asked of the admin."""
    _ = context.translator
    if what in ("time", "local", "until"):
        return time_texts.ask_time(_, number, what, context.zone)
    if what in ("buttons", "new_buttons"):
        return cards.ask_links(_, number, correction=what == "new_buttons")
    if what == "new_text":
        return cards.ask_text(_, number)
    if what == "words":
        return cards.ask_words(_, number)
    asked = {
        "audience": audiences.ask_words,
        "list": audiences.ask_list,
        "segment": audiences.ask_name,
    }
    return asked[what](_, number)


async def set_silent(context: Context, tap: SetSilent) -> None:
    """When it makes no sound."""
    await _set_option(context, tap.broadcast, {"silent": tap.silent})


async def set_poll(context: Context, tap: SetPoll) -> None:
    """How a poll is sent; the preview shows it anew."""
    await _set_option(context, tap.broadcast, {"kind": tap.manner})


async def _set_option(context: Context, number: int, change: dict[str, str]) -> None:
    found = await tapped(context, number, "option", ("draft",))
    if found is None:
        return
    await context.toast(texts.changed(context.translator))
    content = content_in(found.content).model_copy(update=change)
    await context.services.broadcasts.set_content(number, context.user.id, content)
    await put(context, number, "options")


async def typed_links(context: Context, number: int) -> None:
    """Link buttons that were asked for."""
    found = await own_draft(context, number)
    if found is None:
        return
    links = links_in(context.written.text or "")
    if links is None:
        await context.say(cards.no_links_in(context.translator, number))
        return
    await _rewrite(
        context, number, content_in(found.content).model_copy(update={"buttons": links})
    )


async def typed_words(context: Context, number: int) -> None:
    """Other words for a draft; whatever has no words takes the place of the whole message."""
    found, written = await own_draft(context, number), context.written
    if found is None:
        return
    if written.media_group_id is not None:
        await context.say(cards.no_album(context.translator, number))
        return
    said = content_of(written)
    source = None if said.kind == "text" else (context.chat_id, written.message_id)
    await _rewrite(context, number, content_in(found.content).rewritten(said), source)


async def _rewrite(
    context: Context, number: int, content: Content, source: tuple[int, int] | None = None
) -> None:
    problems = problems_of(content)
    if problems:
        await context.say(texts.refused(context.translator, problems))
        return
    rules = context.services.broadcasts
    await rules.set_content(number, context.user.id, content, source)
    await present(context, number)


def links_in(text: str) -> tuple[LinkButton, ...] | None:
    """The buttons that were typed; none for "none", None where they cannot be read."""
    if text.strip().casefold() == "none":
        return ()
    links = read_links(text)
    return tuple(LinkButton(*link) for link in links) if links is not None else None


async def present(context: Context, number: int) -> None:
    """Show exactly what will arrive, and the card below it; what Telegram refuses is not kept."""
    rules = context.services.broadcasts
    preview = partial(rules.send_test, number, [context.chat_id], topic=context.topic)
    refused = (await once("preview", preview)).get(context.chat_id)
    if refused:
        await _drop_refused(context, number, reason_words(context.translator, refused))
        return
    await context.services.dialogues.drop(context.user.id)
    await post(context, number)


async def _drop_refused(context: Context, number: int, reason: str) -> None:
    """What Telegram refuses is no draft; what it was to take the place of stays as it is."""
    rules, dialogues = context.services.broadcasts, context.services.dialogues
    found = await rules.find(number)
    await rules.cancel(number, context.user.id)
    if found is not None and found.replaces is not None:
        await dialogues.drop(context.user.id)
        await context.say(cards.cannot_replace(context.translator, found.replaces, reason))
        return
    if await dialogues.expected(context.user.id) is None:
        await dialogues.expect(context.user.id, "message")
    await context.say(texts.cannot_copy(context.translator, reason))


async def test(context: Context, number: int, *, all_admins: bool) -> None:
    """Send exactly what will arrive, to this admin or to all."""
    chats = [context.user.id]
    if all_admins:
        chats = await context.services.admins.everyone("editor")
    refusals = await context.services.broadcasts.send_test(number, chats)
    failed = sum(1 for reason in refusals.values() if reason)
    arrived = len(refusals) - failed
    await context.toast(texts.tested(context.translator, arrived, failed, to_all=all_admins))
    found = await context.services.broadcasts.find(number)
    if found is not None and found.state == "draft":
        await post(context, number)  # the card stays below what it asks about
