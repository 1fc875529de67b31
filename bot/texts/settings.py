"""One settings message, edited in place; it always says when the next tip comes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from babel import Locale

from bot.texts import html, times
from bot.texts.callbacks import (
    AskHour,
    AskZone,
    Pause,
    PauseMonth,
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
from bot.texts.catalogue import Translator, languages
from bot.texts.message import Button, Message, Rows, page, toast
from bot.texts.subscriber import SubscriberView
from tips.library import Library

HOURS_OFFERED = tuple(range(360, 1320, 60))
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
        return html.text(_("No tip on the way: I need your time zone. Tap it in /settings."))
    if subscriber.state == "paused":
        return html.text(_("You're on a break. For tips again: /resume"))
    if subscriber.state in ("stopped", "blocked", "gone"):
        return html.text(_("Your tips are off. For tips again: /resume"))
    if subscriber.zone is None or subscriber.local_minute is None:
        return html.text(_("No tip on the way yet. Let's set your time: /start"))
    return html.text(_("No tip on the way. Check your days and themes: /settings"))


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
    facts = [
        _fact(_("Time: {value}"), _hour_words(_, subscriber)),
        _fact(_("Time zone: {value}"), _zone_words(_, subscriber)),
        _fact(_("Days: {value}"), times.weekdays(_, subscriber.weekdays)),
        _fact(_("Themes: {value}"), _themes_words(_, subscriber, library)),
        _fact(_("Tips for: {value}"), audience_names(_)[subscriber.audience]),
        _fact(_("Sound: {value}"), _sound_words(_, subscriber)),
        _fact(_("Messages from the team: {value}"), _team_words(_, subscriber)),
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
    part = _parts(_, subscriber, library)[name]
    chosen = _fact(_("Now: {value}"), part.chosen) if part.chosen else html.Html()
    return page(
        html.bold(part.question),
        chosen,
        paused_line(_, subscriber, now),
        next_tip_line(_, subscriber, next_at, now),
        few_tips_line(_, fitting),
        buttons=(*part.rows(), back_row(_)),
    )


def back_row(_: Translator) -> tuple[Button, ...]:
    """The way back to all settings."""
    return (Button(_("Back to settings"), ShowSettings("main")),)


class _Part(NamedTuple):
    """A part of the settings: what is asked, what is chosen in words, and the choices."""

    question: str
    chosen: str
    rows: Callable[[], Rows]


def _parts(_: Translator, subscriber: SubscriberView, library: Library) -> dict[str, _Part]:
    return {
        "hour": _Part(
            _("What time would you like?"),
            _hour_words(_, subscriber),
            lambda: _hour_rows(_, subscriber),
        ),
        "days": _Part(
            _("Which days? Tap to switch one on or off."),
            times.weekdays(_, subscriber.weekdays),
            lambda: _day_rows(_, subscriber),
        ),
        "themes": _Part(
            _("Which themes? Tap to switch one on or off."),
            _themes_words(_, subscriber, library),
            lambda: _theme_rows(_, subscriber, library),
        ),
        "for": _Part(
            _("Who are the tips for?"),
            audience_names(_)[subscriber.audience],
            lambda: _audience_rows(_, subscriber),
        ),
        "sound": _Part(
            _("How should tips arrive?"),
            _("quietly") if subscriber.quiet else _("with a sound"),
            lambda: _sound_rows(_, subscriber),
        ),
        "team": _Part(
            _("Would you like messages from the team?"),
            _team_words(_, subscriber),
            lambda: _team_rows(_, subscriber),
        ),
        "pause": _Part(_("Need a break, or had enough?"), "", lambda: pause_rows(_, subscriber)),
        "language": _Part(_("Which language?"), "", lambda: _language_rows(subscriber)),
    }


def _fact(template: str, value: str) -> html.Html:
    return html.fill(template, value=html.bold(value))


def paused_line(_: Translator, subscriber: SubscriberView, now: datetime) -> html.Html:
    """Until which day a pause lasts; when the next tip comes is said beside it."""
    if subscriber.state != "paused" or subscriber.paused_until is None or subscriber.zone is None:
        return html.Html()
    until = times.day_at(_, subscriber.paused_until, now, subscriber.zone)
    return html.fill(_("Paused until {when}."), when=until)


def _hour_words(_: Translator, subscriber: SubscriberView) -> str:
    unset = subscriber.local_minute is None
    return _("not set") if unset else times.about(_, subscriber.local_minute or 0)


def _zone_words(_: Translator, subscriber: SubscriberView) -> str:
    return _("not set") if subscriber.zone is None else times.zone_name(_, subscriber.zone)


def _sound_words(_: Translator, subscriber: SubscriberView) -> str:
    return _("off, tips come quietly") if subscriber.quiet else _("on")


def _team_words(_: Translator, subscriber: SubscriberView) -> str:
    return _("on") if subscriber.announcements else _("off")


def _themes_words(_: Translator, subscriber: SubscriberView, library: Library) -> str:
    """ "all 8", "7 of 8 (not Gut and microbes)", "2 of 8 (Everyday food, Food allergy)"."""
    names = library.theme_names
    on = [names[theme.id] for theme in library.themes if subscriber.themes >> theme.bit & 1]
    off = [name for name in names.values() if name not in on]
    counts = {"count": len(on), "all": len(library.themes)}
    if len(on) == len(library.themes):
        return _("all {all}").format(**counts)
    if not on:
        return _("none of {all}").format(**counts)
    if len(off) < len(on):
        return _("{count} of {all} (not {names})").format(names=", ".join(off), **counts)
    return _("{count} of {all} ({names})").format(names=", ".join(on), **counts)


def audience_names(_: Translator) -> dict[str, str]:
    """The three choices of who the tips are for."""
    return {
        "adult": _("Just me"),
        "parent": _("Just my child"),
        "both": _("Both of us"),
    }


def _main_rows(_: Translator, subscriber: SubscriberView) -> Rows:
    speak: tuple[Button, ...] = ()
    if len(languages()) > 1:
        speak = (Button(_("Language"), ShowSettings("language")),)
    again: tuple[Button, ...] = ()
    if subscriber.state in ("paused", "stopped"):
        again = (Button(_("Start tips again"), Resume()),)
    rest = () if subscriber.state == "stopped" else (_("Pause or stop"),)
    return (
        (Button(_("Time"), ShowSettings("hour")), Button(_("Time zone"), AskZone())),
        (Button(_("Days"), ShowSettings("days")), Button(_("Themes"), ShowSettings("themes"))),
        (
            Button(_("Who it's for"), ShowSettings("for")),
            Button(_("Sound"), ShowSettings("sound")),
        ),
        (Button(_("Team messages"), ShowSettings("team")),),
        speak,
        again,
        tuple(Button(label, ShowSettings("pause")) for label in rest),
    )


def _mark(label: str, *, chosen: bool) -> str:
    """A tick on what is chosen, and nothing else; the words above the buttons say it, too."""
    return f"✓ {label}" if chosen else label


def _in_rows(buttons: Sequence[Button], width: int) -> Rows:
    return tuple(tuple(buttons[at : at + width]) for at in range(0, len(buttons), width))


def _hour_rows(_: Translator, subscriber: SubscriberView) -> Rows:
    hours = [
        Button(
            _mark(times.hour(minute), chosen=minute == subscriber.local_minute), SetHour(minute)
        )
        for minute in HOURS_OFFERED
    ]
    return (*_in_rows(hours, 4), (Button(_("Another time"), AskHour()),))


def _day_rows(_: Translator, subscriber: SubscriberView) -> Rows:
    buttons = []
    for index in range(7):
        on = bool(subscriber.weekdays >> index & 1)
        label = _mark(times.weekday_short(_, index), chosen=on)
        buttons.append(Button(label, SetWeekday(index, int(not on))))
    return _in_rows(buttons, 4)


def _theme_rows(_: Translator, subscriber: SubscriberView, library: Library) -> Rows:
    buttons = []
    for theme in library.themes:
        on = bool(subscriber.themes >> theme.bit & 1)
        title = library.theme_titles[theme.id]
        buttons.append(Button(f"✓{title}" if on else title, SetTheme(theme.bit, int(not on))))
    return _in_rows(buttons, 2)


def _audience_rows(_: Translator, subscriber: SubscriberView) -> Rows:
    return tuple(
        (Button(_mark(name, chosen=choice == subscriber.audience), SetAudience(choice)),)
        for choice, name in audience_names(_).items()
    )


def _sound_rows(_: Translator, subscriber: SubscriberView) -> Rows:
    return (
        (Button(_mark(_("With a sound"), chosen=not subscriber.quiet), SetQuiet(0)),),
        (Button(_mark(_("Quietly"), chosen=subscriber.quiet), SetQuiet(1)),),
    )


def _team_rows(_: Translator, subscriber: SubscriberView) -> Rows:
    on = subscriber.announcements
    return (
        (Button(_mark(_("Yes, please"), chosen=on), SetAnnouncements(1)),),
        (Button(_mark(_("No, thanks"), chosen=not on), SetAnnouncements(0)),),
    )


def pause_rows(_: Translator, subscriber: SubscriberView) -> Rows:
    """How long a break may be, and the stop."""
    names = {3: _("3 days"), 7: _("1 week"), 14: _("2 weeks"), 30: _("1 month")}
    spans = [Button(name, Pause(days)) for days, name in names.items()]
    again: tuple[Button, ...] = ()
    if subscriber.state == "paused":
        again = (Button(_("Start tips again"), Resume()),)
    return (
        again,
        *_in_rows(spans, 2),
        (
            Button(_("Until a date…"), PauseMonth(0)),
            Button(_("Until I say so"), Pause(0)),
        ),
        (Button(_("Stop the tips"), Stop()),),
    )


def _language_rows(subscriber: SubscriberView) -> Rows:
    names = {code: str(Locale.parse(code, sep="-").get_display_name()) for code in languages()}
    return tuple(
        (Button(_mark(name, chosen=code == subscriber.language), SetLanguage(code)),)
        for code, name in names.items()
    )


def changed(_: Translator) -> str:
    """Toast: the change is kept."""
    return toast(_("Saved."))


def keep_one_day(_: Translator) -> str:
    """Toast: the last weekday cannot be switched off."""
    return toast(_("One day has to stay on. For none at all, there's Pause or stop."))


def theme_gone(_: Translator) -> str:
    """Toast: the button was for a theme that is no longer part of the library."""
    return toast(_("That theme is gone. These are the ones I have now."))


def language_gone(_: Translator) -> str:
    """Toast: the button was for a language that there are no longer texts for."""
    return toast(_("I don't have that language any more. These are the ones I do."))


def keep_one_theme(_: Translator) -> str:
    """Toast: the last theme cannot be switched off."""
    return toast(_("One theme has to stay on. For no tips at all, there's Pause or stop."))
