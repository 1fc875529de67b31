"""Settings: one message with buttons, edited in place; pause, resume, stop."""

from __future__ import annotations

from bot.handlers.context import Visit
from bot.handlers.start import ask_for_lost_zone, greet, needs_start, take_hour
from bot.store.values import Subscriber
from bot.texts import pause as pauses
from bot.texts import settings as texts
from bot.texts.callbacks import (
    Pause,
    Resume,
    SetAudience,
    SetHour,
    SetLanguage,
    SetTheme,
    SetWeekday,
    ShowSettings,
    Stop,
)
from bot.texts.catalogue import languages
from bot.texts.message import Message

LONGEST_PAUSE = 365  # days


async def show(visit: Visit, _rest: str) -> None:
    """``/settings``."""
    if not await needs_start(visit):
        await visit.say(await _view(visit, "main"))


async def show_view(visit: Visit, tap: ShowSettings) -> None:
    """A part of the settings, in the same message."""
    await visit.toast()
    if not await needs_start(visit):
        await visit.show(await _view(visit, tap.view))


async def _view(visit: Visit, name: str) -> Message:
    return texts.view(
        name,
        visit.known,
        visit.desk.library,
        await visit.next_at(),
        visit.now,
        visit.language,
        fitting=visit.fitting,
    )


async def _changed(visit: Visit, reader: Subscriber, view: str = "main") -> None:
    await (visit := visit.of(reader)).show(await _view(visit, view))


async def set_hour(visit: Visit, tap: SetHour) -> None:
    """Another hour."""
    await visit.toast(texts.changed(visit.language))
    if not await needs_start(visit):
        await take_hour(visit, tap.minute)


async def set_weekday(visit: Visit, tap: SetWeekday) -> None:
    """A weekday on or off; the last one stays."""
    if visit.reader is None:
        await visit.toast()
        await needs_start(visit)
        return
    mask = _switched(visit.reader.weekdays, tap.day, on=bool(tap.on))
    if not mask:
        await visit.toast(texts.keep_one_day(visit.language))
        return
    await visit.toast(texts.changed(visit.language))
    await _changed(visit, await visit.desk.readers.set_weekdays(visit.chat_id, mask), "days")


async def set_theme(visit: Visit, tap: SetTheme) -> None:
    """A theme on or off; the last one stays."""
    if visit.reader is None:
        await visit.toast()
        await needs_start(visit)
        return
    if not visit.desk.library.all_themes >> tap.theme & 1:
        await visit.toast(texts.theme_gone(visit.language))
        await visit.show(await _view(visit, "themes"))
        return
    mask = _switched(visit.reader.themes, tap.theme, on=bool(tap.on))
    if not mask & visit.desk.library.all_themes:
        await visit.toast(texts.keep_one_theme(visit.language))
        return
    await visit.toast(texts.changed(visit.language))
    await _changed(visit, await visit.desk.readers.set_themes(visit.chat_id, mask), "themes")


def _switched(mask: int, bit: int, *, on: bool) -> int:
    return mask | 1 << bit if on else mask & ~(1 << bit)


async def set_audience(visit: Visit, tap: SetAudience) -> None:
    """Whom the tips are for."""
    await visit.toast(texts.changed(visit.language))
    if not await needs_start(visit):
        await _changed(visit, await visit.desk.readers.set_audience(visit.chat_id, tap.audience))


async def set_language(visit: Visit, tap: SetLanguage) -> None:
    """The language of the texts."""
    if tap.language not in languages():
        await visit.toast(texts.language_gone(visit.language))
        if not await needs_start(visit):
            await visit.show(await _view(visit, "language"))
        return
    await visit.toast(texts.changed(visit.language))
    if not await needs_start(visit):
        await _changed(visit, await visit.desk.readers.set_language(visit.chat_id, tap.language))


async def pause(visit: Visit, rest: str) -> None:
    """``/pause [days]``."""
    if await needs_start(visit):
        return
    days = _days(rest)
    if visit.known.subscribed and rest.strip() and days is None:
        await visit.say(pauses.how_long(visit.language))
    else:
        await visit.say(await _paused(visit, days))


def _days(text: str) -> int | None:
    word = text.strip().lower().removesuffix("days").removesuffix("day").strip()
    if not word.isdecimal() or len(word) > 4:
        return None
    days = int(word)
    return days if 1 <= days <= LONGEST_PAUSE else None


async def pause_tapped(visit: Visit, tap: Pause) -> None:
    """A pause chosen in the settings."""
    await visit.toast()
    if not await needs_start(visit):
        await visit.show(await _paused(visit, tap.days or None))


async def _paused(visit: Visit, days: int | None) -> Message:
    reader = await visit.desk.readers.pause(visit.chat_id, days)
    if not reader.subscribed:
        return pauses.not_on(reader, visit.language)
    visit = visit.of(reader)
    return pauses.paused(reader, await visit.next_at(), visit.now, visit.language)


async def resume(visit: Visit, _rest: str) -> None:
    """``/resume``: ends a pause or a stop; whoever never finished goes on with that."""
    if not await _goes_on_with_start(visit):
        await visit.say(await _resumed(visit))


async def _goes_on_with_start(visit: Visit) -> bool:
    """Whether something is missing that has to be asked for first; asks for it."""
    if visit.reader is not None and visit.reader.zone_lost:
        await visit.desk.readers.resume(visit.chat_id)
        await ask_for_lost_zone(visit)
        return True
    if visit.reader is None or visit.reader.zone is None or visit.reader.local_minute is None:
        await greet(visit, "")
        return True
    return False


async def resume_tapped(visit: Visit, _tap: Resume) -> None:
    """The button for the same."""
    await visit.toast()
    if not await _goes_on_with_start(visit):
        await visit.show(await _resumed(visit))


async def _resumed(visit: Visit) -> Message:
    reader = await visit.desk.readers.resume(visit.chat_id)
    visit = visit.of(reader)
    return pauses.resumed(reader, await visit.next_at(), visit.now, visit.language)


async def stop(visit: Visit, _rest: str) -> None:
    """``/stop``: at once, without a question."""
    await visit.say(await _stopped(visit))


async def stop_tapped(visit: Visit, _tap: Stop) -> None:
    """The button for the same."""
    await visit.toast()
    await visit.show(await _stopped(visit))


async def _stopped(visit: Visit) -> Message:
    if visit.reader is not None:
        await visit.desk.readers.stop(visit.chat_id)
        # Whoever stops on the way to a subscription is not asked for an hour any more.
        await visit.desk.readers.expect(visit.chat_id, None)
    return pauses.stopped(visit.language, kept=visit.reader is not None)
