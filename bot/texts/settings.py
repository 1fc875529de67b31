"""One settings message, edited in place; it always says when the next tip comes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from babel import Locale

from bot.texts import html, times
from bot.texts.callbacks import (
    AskHour,
    AskZone,
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
from bot.texts.catalogue import languages, translator
from bot.texts.message import Button, Message, Rows, page, toast
from bot.texts.subscriber import SubscriberView
from tips.library import Library

HOURS_OFFERED = tuple(range(360, 1320, 60))
PAUSES_OFFERED = (3, 7, 14, 30)
FEW_TIPS = 14
"""Fewer than that fit: the same tip comes again within two weeks."""


def next_tip_line(
    subscriber: SubscriberView, next_at: datetime | None, now: datetime, language: str = "en"
) -> html.Html:
    """When the next tip comes, or why none does and what to do about it."""
    _ = translator(language)
    if next_at is not None and subscriber.zone is not None:
        when = times.moment(next_at, now, subscriber.zone, language, about=True)
        return html.fill(_("Next tip: {when}."), when=html.bold(when))
    if subscriber.zone_lost:
        return html.text(
            _("No tip is planned: I need to know where you are. Tap Time zone in /settings.")
        )
    if subscriber.state == "paused":
        return html.text(_("Paused: no tip until you send /resume."))
    if subscriber.state in ("stopped", "blocked", "gone"):
        return html.text(_("Stopped: no tips. To get them again, send /resume."))
    if subscriber.zone is None or subscriber.local_minute is None:
        return html.text(_("No tip is planned yet. To choose your hour, send /start."))
    return html.text(_("No tip is planned. Check the days and themes in /settings."))


def few_tips_line(fitting: int | None, language: str = "en") -> html.Html:
    """That the same tips will come round soon, where so few fit what is chosen."""
    _ = translator(language)
    if not fitting or fitting >= FEW_TIPS:
        return html.Html()
    template = _.many(
        "Only {count} tip fits what you've chosen, so you'll get it again and again. "
        "Switch on another theme for more.",
        "Only {count} tips fit what you've chosen, so the same ones will soon come round again. "
        "Switch on another theme for more.",
        fitting,
    )
    return html.fill(template, count=fitting)


def overview(
    subscriber: SubscriberView,
    library: Library,
    next_at: datetime | None,
    now: datetime,
    language: str = "en",
    *,
    fitting: int | None = None,
) -> Message:
    """The main view: everything that is set, a button for each part."""
    _ = translator(language)
    unset = _("not set")
    hour = (
        unset
        if subscriber.local_minute is None
        else times.about(subscriber.local_minute, language)
    )
    zone = unset if subscriber.zone is None else times.zone_name(subscriber.zone, language)
    facts = [
        _fact(_("Hour: {value}"), hour),
        _fact(_("Time zone: {value}"), zone),
        _fact(_("Days: {value}"), times.weekdays(subscriber.weekdays, language)),
        _fact(_("Themes: {value}"), _themes_words(subscriber, library, language)),
        _fact(_("Tips for: {value}"), audience_names(language)[subscriber.audience]),
    ]
    return page(
        html.bold(_("Settings")),
        html.join(facts),
        paused_line(subscriber, now, language),
        next_tip_line(subscriber, next_at, now, language),
        few_tips_line(fitting, language),
        buttons=_main_rows(subscriber, language),
    )


def view(
    name: str,
    subscriber: SubscriberView,
    library: Library,
    next_at: datetime | None,
    now: datetime,
    language: str = "en",
    *,
    fitting: int | None = None,
) -> Message:
    """The view of that name (``callbacks.SETTINGS_VIEWS``); all say when the next tip comes."""
    if name == "main":
        return overview(subscriber, library, next_at, now, language, fitting=fitting)
    title, rows = _views(name, subscriber, library, language)
    _ = translator(language)
    back = (Button(_("Back to settings"), ShowSettings("main")),)
    return page(
        html.bold(title),
        paused_line(subscriber, now, language),
        next_tip_line(subscriber, next_at, now, language),
        few_tips_line(fitting, language),
        buttons=(*rows, back),
    )


def _views(
    name: str, subscriber: SubscriberView, library: Library, language: str
) -> tuple[str, Rows]:
    _ = translator(language)
    views: dict[str, tuple[str, Callable[[], Rows]]] = {
        "hour": (_("At what hour?"), lambda: _hour_rows(language)),
        "days": (
            _("On which days? Tap to switch a day on or off."),
            lambda: _day_rows(subscriber, language),
        ),
        "themes": (
            _("Which themes? Tap to switch one on or off."),
            lambda: _theme_rows(subscriber, library, language),
        ),
        "for": (_("Whom are the tips for?"), lambda: _audience_rows(subscriber, language)),
        "pause": (_("Pause for how long?"), lambda: _pause_rows(language)),
        "language": (_("Which language?"), _language_rows),
    }
    title, rows = views[name]
    return title, rows()


def _fact(template: str, value: str) -> html.Html:
    return html.fill(template, value=html.bold(value))


def paused_line(subscriber: SubscriberView, now: datetime, language: str = "en") -> html.Html:
    """When a pause ends, with the hour: the tip of that very day may be over by then."""
    _ = translator(language)
    if subscriber.state != "paused" or subscriber.paused_until is None or subscriber.zone is None:
        return html.Html()
    return html.fill(
        _("Paused until {when}."),
        when=times.moment(subscriber.paused_until, now, subscriber.zone, language),
    )


def _themes_words(subscriber: SubscriberView, library: Library, language: str) -> str:
    _ = translator(language)
    chosen = [theme for theme in library.themes if subscriber.themes >> theme.bit & 1]
    if len(chosen) == len(library.themes):
        return _("all")
    return ", ".join(library.theme_names[theme.id] for theme in chosen)


def audience_names(language: str = "en") -> dict[str, str]:
    """The three choices of whom a subscriber reads for, in words."""
    _ = translator(language)
    return {
        "both": _("me and a child"),
        "adult": _("me (no tips for parents)"),
        "parent": _("a child (no tips for adults only)"),
    }


def _main_rows(subscriber: SubscriberView, language: str) -> Rows:
    _ = translator(language)
    rest = Button(_("Pause"), ShowSettings("pause"))
    if subscriber.state in ("paused", "stopped"):
        rest = Button(_("Resume"), Resume())
    speak: tuple[Button, ...] = ()
    if len(languages()) > 1:
        speak = (Button(_("Language"), ShowSettings("language")),)
    return (
        (Button(_("Hour"), ShowSettings("hour")), Button(_("Time zone"), AskZone())),
        (Button(_("Days"), ShowSettings("days")), Button(_("Themes"), ShowSettings("themes"))),
        (Button(_("Whom for"), ShowSettings("for")), rest),
        speak,
    )


def _hour_rows(language: str) -> Rows:
    _ = translator(language)
    hours = [Button(times.hour(minute), SetHour(minute)) for minute in HOURS_OFFERED]
    rows = [tuple(hours[start : start + 4]) for start in range(0, len(hours), 4)]
    return (*rows, (Button(_("Another hour"), AskHour()),))


def _switch(name: str, language: str, *, on: bool) -> str:
    _ = translator(language)
    return _("✅ {name}: on").format(name=name) if on else _("{name}: off").format(name=name)


def _day_rows(subscriber: SubscriberView, language: str) -> Rows:
    buttons = []
    for index in range(7):
        on = bool(subscriber.weekdays >> index & 1)
        label = _switch(times.weekday_name(index, language), language, on=on)
        buttons.append(Button(label, SetWeekday(index, int(not on))))
    return tuple(tuple(buttons[start : start + 2]) for start in range(0, 7, 2))


def _theme_rows(subscriber: SubscriberView, library: Library, language: str) -> Rows:
    rows = []
    for theme in library.themes:
        on = bool(subscriber.themes >> theme.bit & 1)
        label = _switch(library.theme_names[theme.id], language, on=on)
        rows.append((Button(label, SetTheme(theme.bit, int(not on))),))
    return tuple(rows)


def _audience_rows(subscriber: SubscriberView, language: str) -> Rows:
    rows = []
    for choice, name in audience_names(language).items():
        label = f"✅ {name}" if choice == subscriber.audience else name
        rows.append((Button(label, SetAudience(choice)),))
    return tuple(rows)


def _pause_rows(language: str) -> Rows:
    _ = translator(language)
    spans = [
        Button(_.many("{count} day", "{count} days", days).format(count=days), Pause(days))
        for days in PAUSES_OFFERED
    ]
    return (
        tuple(spans),
        (Button(_("Until I resume"), Pause(0)),),
        (Button(_("Stop the tips"), Stop()),),
    )


def _language_rows() -> Rows:
    names = {code: str(Locale.parse(code, sep="-").get_display_name()) for code in languages()}
    return tuple((Button(name, SetLanguage(code)),) for code, name in names.items())


def changed(language: str = "en") -> str:
    """Toast: the change is kept."""
    _ = translator(language)
    return toast(_("Saved."))


def keep_one_day(language: str = "en") -> str:
    """Toast: the last weekday cannot be switched off."""
    _ = translator(language)
    return toast(_("Keep at least one day. To have none, use Pause."))


def theme_gone(language: str = "en") -> str:
    """Toast: the button was for a theme that is no longer part of the library."""
    _ = translator(language)
    return toast(_("That theme isn't there any more. These are the themes I have now."))


def language_gone(language: str = "en") -> str:
    """Toast: the button was for a language that there are no longer texts for."""
    _ = translator(language)
    return toast(_("I don't speak that language any more. These are the ones I have now."))


def keep_one_theme(language: str = "en") -> str:
    """Toast: the last theme cannot be switched off."""
    _ = translator(language)
    return toast(_("Keep at least one theme. To have no tips, use Pause."))
