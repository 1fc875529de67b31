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
from bot.texts.catalogue import Translator, languages
from bot.texts.message import Button, Message, Rows, page, toast
from bot.texts.subscriber import SubscriberView
from tips.library import Library

HOURS_OFFERED = tuple(range(360, 1320, 60))
PAUSES_OFFERED = (3, 7, 14, 30)
FEW_TIPS = 14
"""With fewer tips that fit, the same one comes again within two weeks."""


def next_tip_line(
    _: Translator, subscriber: SubscriberView, next_at: datetime | None, now: datetime
) -> html.Html:
    """When the next tip comes, or why none does and what to do about it."""
    if next_at is not None and subscriber.zone is not None:
        when = times.moment(_, next_at, now, subscriber.zone, about=True)
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


def few_tips_line(_: Translator, fitting: int | None) -> html.Html:
    """That the same tips come round soon, where few fit what is chosen."""
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
    _: Translator,
    subscriber: SubscriberView,
    library: Library,
    next_at: datetime | None,
    now: datetime,
    *,
    fitting: int | None = None,
) -> Message:
    """The main view: everything that is set, a button for each part."""
    unset = _("not set")
    hour = unset if subscriber.local_minute is None else times.about(_, subscriber.local_minute)
    zone = unset if subscriber.zone is None else times.zone_name(_, subscriber.zone)
    facts = [
        _fact(_("Hour: {value}"), hour),
        _fact(_("Time zone: {value}"), zone),
        _fact(_("Days: {value}"), times.weekdays(_, subscriber.weekdays)),
        _fact(_("Themes: {value}"), _themes_words(_, subscriber, library)),
        _fact(_("Tips for: {value}"), audience_names(_)[subscriber.audience]),
    ]
    return page(
        html.bold(_("Settings")),
        html.join(facts),
        paused_line(_, subscriber, now),
        next_tip_line(_, subscriber, next_at, now),
        few_tips_line(_, fitting),
        buttons=_main_rows(_, subscriber),
    )


def view(
    _: Translator,
    name: str,
    subscriber: SubscriberView,
    library: Library,
    next_at: datetime | None,
    now: datetime,
    *,
    fitting: int | None = None,
) -> Message:
    """The view of that name (``fields.View``); all say when the next tip comes."""
    if name == "main":
        return overview(_, subscriber, library, next_at, now, fitting=fitting)
    title, rows = _views(_, name, subscriber, library)
    back = (Button(_("Back to settings"), ShowSettings("main")),)
    return page(
        html.bold(title),
        paused_line(_, subscriber, now),
        next_tip_line(_, subscriber, next_at, now),
        few_tips_line(_, fitting),
        buttons=(*rows, back),
    )


def _views(
    _: Translator, name: str, subscriber: SubscriberView, library: Library
) -> tuple[str, Rows]:
    views: dict[str, tuple[str, Callable[[], Rows]]] = {
        "hour": (_("At what hour?"), lambda: _hour_rows(_)),
        "days": (
            _("On which days? Tap to switch a day on or off."),
            lambda: _day_rows(_, subscriber),
        ),
        "themes": (
            _("Which themes? Tap to switch one on or off."),
            lambda: _theme_rows(_, subscriber, library),
        ),
        "for": (_("Whom are the tips for?"), lambda: _audience_rows(_, subscriber)),
        "pause": (_("Pause for how long?"), lambda: _pause_rows(_)),
        "language": (_("Which language?"), _language_rows),
    }
    title, rows = views[name]
    return title, rows()


def _fact(template: str, value: str) -> html.Html:
    return html.fill(template, value=html.bold(value))


def paused_line(_: Translator, subscriber: SubscriberView, now: datetime) -> html.Html:
    """When a pause ends, with the hour: the tip of that very day may be over by then."""
    if subscriber.state != "paused" or subscriber.paused_until is None or subscriber.zone is None:
        return html.Html()
    return html.fill(
        _("Paused until {when}."),
        when=times.moment(_, subscriber.paused_until, now, subscriber.zone),
    )


def _themes_words(_: Translator, subscriber: SubscriberView, library: Library) -> str:
    chosen = [theme for theme in library.themes if subscriber.themes >> theme.bit & 1]
    if len(chosen) == len(library.themes):
        return _("all")
    return ", ".join(library.theme_names[theme.id] for theme in chosen)


def audience_names(_: Translator) -> dict[str, str]:
    """The three choices of who the tips are for."""
    return {
        "both": _("me and a child"),
        "adult": _("me (no tips for parents)"),
        "parent": _("a child (no tips for adults only)"),
    }


def _main_rows(_: Translator, subscriber: SubscriberView) -> Rows:
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


def _hour_rows(_: Translator) -> Rows:
    hours = [Button(times.hour(minute), SetHour(minute)) for minute in HOURS_OFFERED]
    rows = [tuple(hours[start : start + 4]) for start in range(0, len(hours), 4)]
    return (*rows, (Button(_("Another hour"), AskHour()),))


def _switch(_: Translator, name: str, *, on: bool) -> str:
    return _("✅ {name}: on").format(name=name) if on else _("{name}: off").format(name=name)


def _day_rows(_: Translator, subscriber: SubscriberView) -> Rows:
    buttons = []
    for index in range(7):
        on = bool(subscriber.weekdays >> index & 1)
        label = _switch(_, times.weekday_name(_, index), on=on)
        buttons.append(Button(label, SetWeekday(index, int(not on))))
    return tuple(tuple(buttons[start : start + 2]) for start in range(0, 7, 2))


def _theme_rows(_: Translator, subscriber: SubscriberView, library: Library) -> Rows:
    rows = []
    for theme in library.themes:
        on = bool(subscriber.themes >> theme.bit & 1)
        label = _switch(_, library.theme_titles[theme.id], on=on)
        rows.append((Button(label, SetTheme(theme.bit, int(not on))),))
    return tuple(rows)


def _audience_rows(_: Translator, subscriber: SubscriberView) -> Rows:
    rows = []
    for choice, name in audience_names(_).items():
        label = f"✅ {name}" if choice == subscriber.audience else name
        rows.append((Button(label, SetAudience(choice)),))
    return tuple(rows)


def _pause_rows(_: Translator) -> Rows:
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


def changed(_: Translator) -> str:
    """Toast: the change is kept."""
    return toast(_("Saved."))


def keep_one_day(_: Translator) -> str:
    """Toast: the last weekday cannot be switched off."""
    return toast(_("Keep at least one day. To have none, use Pause."))


def theme_gone(_: Translator) -> str:
    """Toast: the button was for a theme that is no longer part of the library."""
    return toast(_("That theme isn't there any more. These are the themes I have now."))


def language_gone(_: Translator) -> str:
    """Toast: the button was for a language that there are no longer texts for."""
    return toast(_("I don't speak that language any more. These are the ones I have now."))


def keep_one_theme(_: Translator) -> str:
    """Toast: the last theme cannot be switched off."""
    return toast(_("Keep at least one theme. To have no tips, use Pause."))
