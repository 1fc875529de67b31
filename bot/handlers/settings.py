"""Settings: one message with buttons, edited in place; pause, resume, stop."""

from __future__ import annotations

import re
from datetime import date

from bot.handlers.context import Context
from bot.handlers.start import (
    ask_for_lost_zone,
    expect,
    greet,
    looks_asked,
    needs_start,
    take_hour,
)
from bot.handlers.text_analysis import TextAnalysis
from bot.store.models import SubscriberRead
from bot.subscribers.service import LONGEST_PAUSE
from bot.texts import announcement
from bot.texts import pause as pauses
from bot.texts import settings as texts
from bot.texts.callbacks import (
    AboutAnnouncement,
    NoAnnouncements,
    Pause,
    PauseMonth,
    PauseUntil,
    Resume,
    SetAnnouncements,
    SetAudience,
    SetHour,
    SetLanguage,
    SetQuiet,
    SetTheme,
    SetWeekday,
    ShowSettings,
    Stop,
)
from bot.texts.catalogue import languages
from bot.texts.message import Message
from bot.texts.orders import read_break_end


async def show(context: Context, _rest: str) -> None:
    """``/settings``."""
    if not await needs_start(context):
        await context.say(await _view(context, "main"))


async def show_view(context: Context, tap: ShowSettings) -> None:
    """A part of the settings, in the same message."""
    await context.toast()
    if not await needs_start(context):
        await _expect_day(context, expected=tap.view == "pause")
        await context.show(await _view(context, tap.view))


async def _view(context: Context, name: str) -> Message:
    return texts.view(
        context.translator,
        name,
        context.known,
        context.services.library,
        await context.next_at(),
        context.now,
        fitting=context.fitting,
    )


async def _changed(context: Context, subscriber: SubscriberRead, view: str = "main") -> None:
    context.subscriber = subscriber
    await context.show(await _view(context, view))


async def set_hour(context: Context, tap: SetHour) -> None:
    """Another hour."""
    await context.toast(texts.changed(context.translator))
    if not await needs_start(context):
        await take_hour(context, tap.minute)


async def set_weekday(context: Context, tap: SetWeekday) -> None:
    """A weekday on or off; the last one stays."""
    if context.subscriber is None:
        await context.toast()
        await needs_start(context)
        return
    mask = _switched(context.subscriber.weekdays, tap.day, on=bool(tap.on))
    if not mask:
        await context.toast(texts.keep_one_day(context.translator))
        return
    await context.toast(texts.changed(context.translator))
    await _changed(
        context, await context.services.subscribers.set_weekdays(context.chat_id, mask), "days"
    )


async def set_theme(context: Context, tap: SetTheme) -> None:
    """A theme on or off; the last one stays."""
    if context.subscriber is None:
        await context.toast()
        await needs_start(context)
        return
    if not context.services.library.all_themes >> tap.theme & 1:
        await context.toast(texts.theme_gone(context.translator))
        await context.show(await _view(context, "themes"))
        return
    mask = _switched(context.subscriber.themes, tap.theme, on=bool(tap.on))
    if not mask & context.services.library.all_themes:
        await context.toast(texts.keep_one_theme(context.translator))
        return
    await context.toast(texts.changed(context.translator))
    await _changed(
        context, await context.services.subscribers.set_themes(context.chat_id, mask), "themes"
    )


def _switched(mask: int, bit: int, *, on: bool) -> int:
    return mask | 1 << bit if on else mask & ~(1 << bit)


async def set_audience(context: Context, tap: SetAudience) -> None:
    """Who the tips are for."""
    await context.toast(texts.changed(context.translator))
    if not await needs_start(context):
        await _changed(
            context, await context.services.subscribers.set_audience(context.chat_id, tap.audience)
        )


async def set_quiet(context: Context, tap: SetQuiet) -> None:
    """Tips with a sound, or quietly."""
    await context.toast(texts.changed(context.translator))
    if not await needs_start(context):
        await _changed(
            context,
            await context.services.subscribers.set_quiet(context.chat_id, on=bool(tap.on)),
        )


async def set_announcements(context: Context, tap: SetAnnouncements) -> None:
    """Messages from the team, or none."""
    await context.toast(texts.changed(context.translator))
    if not await needs_start(context):
        await _changed(
            context,
            await context.services.subscribers.set_announcements(context.chat_id, on=bool(tap.on)),
        )


async def no_announcements(context: Context, _tap: NoAnnouncements) -> None:
    """The button below a broadcast, which stays as it is."""
    await context.toast()
    if not await needs_start(context):
        await context.services.subscribers.set_announcements(context.chat_id, on=False)
        await context.say(announcement.switched_off(context.translator))


async def about_announcement(context: Context, _tap: AboutAnnouncement) -> None:
    """The button that says who a broadcast is from."""
    await context.toast(announcement.about(context.translator))


async def set_language(context: Context, tap: SetLanguage) -> None:
    """The language of the texts."""
    if tap.language not in languages():
        await context.toast(texts.language_gone(context.translator))
        if not await needs_start(context):
            await context.show(await _view(context, "language"))
        return
    await context.toast(texts.changed(context.translator))
    if not await needs_start(context):
        await _changed(
            context, await context.services.subscribers.set_language(context.chat_id, tap.language)
        )


async def pause(context: Context, rest: str) -> None:
    """``/pause [days]``."""
    if await needs_start(context):
        return
    days = _days(rest)
    if context.known.subscribed and days is None:
        await _ask_pause(context, rest)
    else:
        await context.say(await _paused(context, days))


async def _ask_pause(context: Context, rest: str) -> None:
    """Ask for how long, unless the words after ``/pause`` name a day."""
    # Digits alone may be a mistyped number of days.
    if re.search("[a-z]", rest.casefold()) and await _take_day(context, rest):
        return
    await _expect_day(context, expected=True)
    say = pauses.choices
    await context.say(say(context.translator, context.known, await context.next_at(), context.now))


async def _expect_day(context: Context, *, expected: bool) -> None:
    """Have what is typed next read as the end of a break, or no longer."""
    known = context.known
    if expected and known.subscribed:
        await expect(context, "day")
    elif known.expecting == "day":
        await expect(context, None)


async def typed_day(context: Context, typed: str) -> bool:
    """Pause until a typed day, or for a typed span; False if none was asked for or typed."""
    return _expects_day(context) and await _take_day(context, typed)


def _expects_day(context: Context) -> bool:
    return context.subscriber is not None and context.subscriber.expecting == "day"


async def ask_again(context: Context) -> bool:
    """Ask once more how long the break shall be; False where that was not asked."""
    expected = _expects_day(context)
    if expected:
        await _ask_pause(context, "")
    return expected


async def _take_day(context: Context, typed: str) -> bool:
    day = read_break_end(typed, context.today, context.translator.locale)
    if day is None:
        return False
    subscriber = await context.services.subscribers.pause_until(context.chat_id, day)
    await context.say(await _pause_told(context, subscriber))
    return True


async def day_unknown(context: Context, typed: str, analysis: TextAnalysis) -> bool:
    """Ask again for a day, where what was typed can hardly be anything else."""
    if not _expects_day(context) or looks_asked(typed):
        return False
    found = await context.services.analyser.look_up(analysis)
    if found.hits and not re.search(r"\d", typed):
        return False
    await context.say(pauses.day_unknown(context.translator, typed))
    return True


def _days(text: str) -> int | None:
    word = text.strip().lower().removesuffix("days").removesuffix("day").strip()
    if not word.isdecimal() or len(word) > 4:
        return None
    days = int(word)
    return days if 1 <= days <= LONGEST_PAUSE.days else None


async def pause_tapped(context: Context, tap: Pause) -> None:
    """A pause chosen in the settings."""
    await context.toast()
    if not await needs_start(context):
        await context.show(await _paused(context, tap.days or None))


async def pause_month(context: Context, tap: PauseMonth) -> None:
    """The days of a month to pause until."""
    await context.toast()
    if not await needs_start(context):
        await _expect_day(context, expected=True)
        await context.show(pauses.calendar(context.translator, context.today, tap.ahead))


async def pause_until(context: Context, tap: PauseUntil) -> None:
    """A day chosen there."""
    if context.subscriber is None:
        await context.toast()
        await needs_start(context)
        return
    day, today = date.fromisoformat(tap.day), context.today
    if not today < day <= today + LONGEST_PAUSE:
        await context.toast(pauses.day_gone(context.translator))
        await context.show(pauses.calendar(context.translator, today, 0))
        return
    await context.toast()
    subscriber = await context.services.subscribers.pause_until(context.chat_id, day)
    await context.show(await _pause_told(context, subscriber))


async def _paused(context: Context, days: int | None) -> Message:
    subscriber = await context.services.subscribers.pause(context.chat_id, days)
    return await _pause_told(context, subscriber)


async def _pause_told(context: Context, subscriber: SubscriberRead) -> Message:
    if not subscriber.subscribed:
        return pauses.not_on(context.translator, subscriber)
    context.subscriber = subscriber
    await _expect_day(context, expected=False)
    return pauses.paused(context.translator, subscriber, await context.next_at(), context.now)


async def resume(context: Context, _rest: str) -> None:
    """``/resume``: ends a pause or a stop, or goes on with an unfinished subscription."""
    if not await _goes_on_with_start(context):
        await context.say(await _resumed(context))


async def _goes_on_with_start(context: Context) -> bool:
    """Ask first for what is missing, if anything is; whether it was asked."""
    if context.subscriber is not None and context.subscriber.zone_lost:
        await context.services.subscribers.resume(context.chat_id)
        await ask_for_lost_zone(context)
        return True
    if (
        context.subscriber is None
        or context.subscriber.zone is None
        or context.subscriber.local_minute is None
    ):
        await greet(context, "")
        return True
    return False


async def resume_tapped(context: Context, _tap: Resume) -> None:
    """The button for ``/resume``."""
    await context.toast()
    if not await _goes_on_with_start(context):
        await context.show(await _resumed(context))


async def _resumed(context: Context) -> Message:
    subscriber = await context.services.subscribers.resume(context.chat_id)
    context.subscriber = subscriber
    await _expect_day(context, expected=False)
    return pauses.resumed(context.translator, subscriber, await context.next_at(), context.now)


async def stop(context: Context, _rest: str) -> None:
    """``/stop``: at once, without a question."""
    await context.say(await _stopped(context))


async def stop_tapped(context: Context, _tap: Stop) -> None:
    """The button for ``/stop``."""
    await context.toast()
    await context.show(await _stopped(context))


async def _stopped(context: Context) -> Message:
    if context.subscriber is not None:
        await context.services.subscribers.stop(context.chat_id)
        # Somebody who stops while subscribing is not asked for an hour any more.
        await expect(context, None)
    return pauses.stopped(context.translator, kept=context.subscriber is not None)
