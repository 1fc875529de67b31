"""Wishes about the bot itself: what is certain is done, what is not is asked once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial

from bot.handlers import privacy, saved, settings, start
from bot.handlers.ask_team import may_ask
from bot.handlers.context import Context
from bot.handlers.help import show_help
from bot.handlers.text_analysis import TextAnalysis
from bot.places import Place
from bot.texts import html, orders, service_wishes, wish_values
from bot.texts import pause as pauses
from bot.texts.callbacks import AskService, RunCommand
from bot.texts.hours import Hour
from bot.texts.message import Message
from bot.texts.settings import few_tips_line, next_tip_line
from bot.texts.signs import only_english_line
from bot.texts.stop_words import stop_language
from tips.search.search import SERVICE
from tips.search.tokenizer import english_words

PLACES_SHOWN = 5
DAY = 24 * 60
SAME_TIP = "service-same-tip"
COURTESIES = ("service-greeting", "service-thanks", "service-goodbye")
# "I can't sleep, help": beside other words these are about them, not about the bot.
OF_NOTHING_ELSE = (
    *COURTESIES,
    "service-ok",
    "service-help",
    "service-complaint",
    "service-another-tip",
)
_WISH_OF = {  # what ends most comes first
    "forget": "service-erase",
    "stop": "service-stop",
    "export": "service-export",
    "resume": "service-resume",
    "saved": "service-saved",
    "tip": "service-another-tip",
}


async def answer_wish(context: Context, service_id: str, words: str) -> bool:
    """Ask whether the value that a wish names is meant, or say the line of the wish; False for
    one that we do not know."""
    question = await _value_question(context, service_id, words)
    if question is None:
        return await answer_service(context, service_id)
    await context.say(question)
    return True


async def answer_service(context: Context, service_id: str) -> bool:
    """Say the line of a wish, with the button that does it; False for one that we do not know."""
    asker = await _asker(context)
    message = service_wishes.service(context.translator, service_id, asker)
    if message is None:
        return False
    # The tap on the button for the team hands over what it replies to.
    to_team = asker.may_ask and service_id == SAME_TIP
    await (context.reply(message) if to_team else context.say(message))
    return True


async def _asker(context: Context) -> service_wishes.Asker:
    known = context.subscriber
    return service_wishes.Asker(
        subscriber=known,
        next_at=await context.next_at() if known is not None else None,
        now=context.now,
        user_id=context.user.id,
        username=context.bot.username,
        contact=context.services.settings.contact,
        admin=await context.may("edit"),
        emergency_number=context.emergency_number,
        fitting=context.fitting if known is not None else None,
        may_ask=may_ask(context),
    )


async def answer_if_sure(context: Context, analysis: TextAnalysis) -> bool:
    """Answer a wish that the search is sure of; whether it is."""
    found = await context.services.analyser.look_up(analysis)
    if found.confidence != "sure" or not found.hits:
        return False
    best, words = found.hits[0].id, analysis.reading.lines[0]
    if best == "service-zone" and await start.answers_with_a_slip(context, words):
        return True
    if best == "service-hour" and await start.answers_with_an_hour_inside(context, words):
        return True
    if best in ("service-missing-tip", "service-complaint") and orders.tells_of_a_repeat(words):
        best = SAME_TIP
    if best == _WISH_OF["stop"] and orders.wants_no_stop(words):
        best = _WISH_OF["resume"]
    return best.startswith(SERVICE) and await answer_wish(context, best, words)


async def question_if_likely(context: Context, analysis: TextAnalysis) -> Message | None:
    """Whether the value that the words name is meant, where the search takes them for a wish of
    that kind before all else, but is not sure."""
    found = await context.services.analyser.look_up(analysis)
    if not found.hits or analysis.other_language is not None:
        return None
    return await _value_question(context, found.hits[0].id, analysis.reading.lines[0])


async def _value_question(context: Context, service_id: str, words: str) -> Message | None:
    """The question whether the one value in the words is meant; None where there is none, and for
    whoever has no tips that it could change."""
    if context.subscriber is None or not context.subscriber.subscribed:
        return None
    match service_id:
        case "service-hour":
            return _hour_question(context, words)
        case "service-pause":
            return _pause_question(context, words)
        case "service-days" if not wish_values.names_weekdays(words):
            # "Leave me in peace until Friday": to the search a matter of days, which it is not.
            return _pause_question(context, words)
        case "service-zone":
            return await _place_question(context, words)
    return None


def _hour_question(context: Context, words: str) -> Message | None:
    hour = wish_values.hour_in(words, context.known.local_minute)
    return service_wishes.ask_hour(context.translator, hour) if hour is not None else None


def _pause_question(context: Context, words: str) -> Message | None:
    day = wish_values.day_in(words, context.today, context.translator.locale)
    if day is None:
        return None
    return service_wishes.ask_pause(context.translator, day, context.today)


async def _place_question(context: Context, words: str) -> Message | None:
    match = partial(context.services.places.match, limit=PLACES_SHOWN, mend=False)
    place_in = partial(wish_values.place_in, words, match, context.known.zone)
    found = await asyncio.to_thread(place_in)
    if found is not None:
        return start.which_place(context, *found)
    return await _misspelt_place_question(context, words)


async def _misspelt_place_question(context: Context, words: str) -> Message | None:
    """Whether a place is meant that is called nearly so: "I'm in berln now"."""
    order = order_in(context, words)
    if not isinstance(order, orders.MovePlace) or english_words() >= {*order.place.split()}:
        return None  # "I'm in trouble" has no slip in it
    match = await asyncio.to_thread(context.services.places.match, order.place, PLACES_SHOWN)
    return start.which_place(context, order.place, match) if match.places else None


async def ask_misspelt_place(context: Context, words: str) -> bool:
    """Ask whether a place is meant that is called nearly so, where nothing else is found."""
    if context.subscriber is None or not context.subscriber.subscribed:
        return False
    question = await _misspelt_place_question(context, words)
    if question is not None:
        await context.say(question)
    return question is not None


async def stop_elsewhere(context: Context, words: str, *, own: bool = False) -> bool:
    """Offer the stop that was asked for in another language, or only in the sender's ``own``;
    False where none was."""
    code = stop_language(words, context.speaks, own=own)
    if code is None:
        return False
    language = context.services.analyser.language(code)
    first = only_english_line(language, context.emergency_number)
    await context.say(service_wishes.stop(context.translator, await _asker(context), first))
    return True


async def chosen(context: Context, tap: AskService) -> None:
    """A wish chosen among what may be meant."""
    await context.toast()
    await answer_service(context, tap.service)


async def run_command(context: Context, tap: RunCommand) -> None:
    """The button for a command."""
    await context.toast()
    commands = {
        "export": privacy.export,
        "forget": privacy.forget,
        "help": show_help,
        "privacy": privacy.privacy,
        "saved": saved.saved,
        "settings": settings.show,
    }
    await commands[tap.command](context, "")


async def carry_out(context: Context, words: str, *, alone: bool = True) -> bool:
    """Do what the words order, or ask once; False where they are no order.

    Where they are not ``alone``, a place may only be told of: "we moved, and my skin got worse".
    """
    order = order_in(context, words)
    if order is None:
        return False
    if isinstance(order, orders.MovePlace):
        return await _move_place(context, replace(order, sure=order.sure and alone))
    if not await start.needs_start(context):
        await start.drop_question(context)
        await _do(context, order)
    return True


async def answer_clause(context: Context, words: str) -> bool:
    """Do what one part of a longer message orders, or answer what it wishes; courtesies are left.

    What ends something is only offered there: more was said than the order.
    """
    parts = orders.clauses(words)
    named = [name for part in parts if (name := orders.read_command(part)) in _WISH_OF]
    if named:
        return await answer_service(context, _WISH_OF[min(named, key=list(_WISH_OF).index)])
    for part in parts:
        if await carry_out(context, part, alone=False):
            return True
    short = [orders.read_wish(part) for part in parts]
    wish = next((wish for wish in short if wish not in (None, *OF_NOTHING_ELSE)), None)
    return wish is not None and await answer_wish(context, wish, words)


async def answer_courtesy(context: Context, words: str, analysis: TextAnalysis) -> bool:
    """Answer a greeting or a thank-you beside words that nothing else was found in."""
    short = [orders.read_wish(part) for part in orders.clauses(words)]
    wish = next((wish for wish in short if wish in COURTESIES), None)
    # "Not until Friday, ok?" is no more than a courtesy at its end.
    if wish is None or await question_if_likely(context, analysis) is not None:
        return False
    return await answer_service(context, wish)


def order_in(context: Context, words: str) -> orders.Order | None:
    """The order in the words, on this day and in this language of the subscriber."""
    return orders.read_order(words, context.today, context.translator.locale)


async def _do(context: Context, order: orders.Order) -> None:
    match order:
        case orders.MoveHour():
            await _move_hour(context, order)
        case orders.ShiftHour():
            minute = ((context.known.local_minute or 0) + order.minutes) % DAY
            await _move_hour(context, orders.MoveHour(Hour(minute)))
        case orders.PauseTips():
            await _pause(context, order)
        case orders.AskPause():
            await answer_service(context, "service-pause")
        case orders.ChooseAudience():
            await _choose_audience(context, order.audience)
        case orders.SwitchTheme():
            await _switch_theme(context, order)
        case orders.ChooseDays():
            await _choose_days(context, order.mask)
        case orders.SwitchQuiet():
            await context.services.subscribers.set_quiet(context.chat_id, on=order.on)
            await context.say(service_wishes.quiet_switched(context.translator, on=order.on))


async def _move_hour(context: Context, order: orders.MoveHour) -> None:
    known, hour = context.known, order.hour
    if not known.subscribed:
        await start.take_hour(context, hour.minute)
    elif not order.sure:
        await context.say(service_wishes.ask_hour(context.translator, hour))
    elif hour.unlikely:
        await context.say(service_wishes.ask_half(context.translator, hour))
    else:
        context.subscriber = await context.services.subscribers.set_hour(
            context.chat_id, hour.minute
        )
        await context.say(
            service_wishes.hour_moved(
                context.translator, hour, known.local_minute, await _next_line(context)
            )
        )


async def move_hour_by_place(context: Context, words: str) -> bool:
    """Move the hour of "tips at 7 London time", and ask whether the place is meant as well."""
    if context.subscriber is None or not context.subscriber.subscribed:
        return False
    for named, sure in orders.hours_named(words):
        found = await start.hour_and_place_in(context, named)
        if found is not None:
            hour, place, match = found
            await _move_hour(context, orders.MoveHour(hour, sure and not hour.vague))
            await start.ask_if_elsewhere(context, place, match)
            return True
    return False


async def _next_line(context: Context) -> html.Html:
    return next_tip_line(context.translator, context.known, await context.next_at(), context.now)


async def _pause(context: Context, order: orders.PauseTips) -> None:
    if not order.sure and context.known.subscribed:
        await context.say(service_wishes.ask_pause(context.translator, order.until, context.today))
        return
    subscriber = await context.services.subscribers.pause_until(context.chat_id, order.until)
    context.subscriber = subscriber
    if not subscriber.subscribed:
        await context.say(pauses.not_on(context.translator, subscriber))
    else:
        at = await context.next_at()
        await context.say(pauses.paused(context.translator, subscriber, at, context.now))


async def _choose_audience(context: Context, audience: str) -> None:
    before = context.known.audience
    await context.services.subscribers.set_audience(context.chat_id, audience)
    await context.say(service_wishes.audience_chosen(context.translator, audience, before))


async def _switch_theme(context: Context, order: orders.SwitchTheme) -> None:
    library, known = context.services.library, context.known
    theme = next((theme for theme in library.themes if theme.id == order.theme), None)
    if theme is None:
        await answer_service(context, "service-themes")
        return
    bit, name = 1 << theme.bit, library.theme_names[theme.id]
    if not order.sure and known.themes & bit:
        await context.say(service_wishes.ask_theme(context.translator, theme.bit, name))
        return
    mask = known.themes | bit if order.on else known.themes & ~bit
    if not mask & library.all_themes:
        await context.say(service_wishes.last_theme(context.translator))
        return
    context.subscriber = await context.services.subscribers.set_themes(context.chat_id, mask)
    few = few_tips_line(context.translator, context.fitting)
    say = partial(service_wishes.theme_switched, context.translator, theme.bit, name)
    await context.say(say(on=order.on, few=few))


async def _choose_days(context: Context, mask: int) -> None:
    context.subscriber = await context.services.subscribers.set_weekdays(context.chat_id, mask)
    line = await _next_line(context)
    await context.say(service_wishes.days_chosen(context.translator, mask, line))


async def _move_place(context: Context, order: orders.MovePlace) -> bool:
    """Go by another place's clock; False where no place is called so: "I'm in pain"."""
    match = await asyncio.to_thread(context.services.places.match, order.place, PLACES_SHOWN)
    hardly = not wish_values.bare_place(order.place)  # "I'm in bed now"
    if hardly or not match.places or not match.named:
        return False
    if await start.needs_start(context):
        return True
    if match.clear is None:
        await context.say(start.which_place(context, order.place, match))
    elif not context.known.subscribed or context.known.expecting == "zone":
        await start.take_zone(context, match.clear.zone)
    elif order.sure:
        await _take_place(context, match.clear)
    else:
        await context.say(start.which_place(context, order.place, match))
    return True


async def _take_place(context: Context, place: Place) -> None:
    before = context.known.zone
    context.subscriber = await context.services.subscribers.set_zone(context.chat_id, place.zone)
    asker = await _asker(context)
    await context.say(service_wishes.zone_moved(context.translator, place, before, asker))
