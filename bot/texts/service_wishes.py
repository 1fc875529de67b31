"""What is said to wishes about the bot itself: a line, and the button that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from urllib.parse import quote

from bot.places.place import Place
from bot.texts import ask_team, html, times
from bot.texts.callbacks import (
    AskZone,
    Begin,
    Callback,
    KeepZone,
    PauseUntil,
    PickZone,
    Resume,
    RunCommand,
    SetAudience,
    SetHour,
    SetQuiet,
    SetTheme,
    ShowSettings,
    Stop,
    TipNow,
)
from bot.texts.catalogue import Translator, languages
from bot.texts.hours import Hour
from bot.texts.message import Button, Message, Rows, page
from bot.texts.settings import audience_names, few_tips_line, next_tip_line, paused_line
from bot.texts.sharing import BOT_ADDRESS, SHARE_ADDRESS
from bot.texts.signs import number_to_call, urgent_hint
from bot.texts.subscriber import SubscriberView


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, as far as the words depend on it; ``subscriber`` is None for a stranger.

    So many tips are ``fitting``; they ``may_ask`` the team by a button under a reply to them.
    """

    subscriber: SubscriberView | None
    next_at: datetime | None
    now: datetime
    user_id: int = 0
    username: str = ""
    contact: str | None = None
    admin: bool = False
    emergency_number: str | None = None
    fitting: int | None = None
    may_ask: bool = False

    @property
    def gets_tips(self) -> bool:
        return self.subscriber is not None and self.subscriber.state == "active"


Say = Callable[[Translator, Asker], Message | None]


def service(_: Translator, service_id: str, asker: Asker) -> Message | None:
    """What is said to a wish; None where there is nothing to say to it (yet)."""
    say = SERVICES.get(service_id)
    return say(_, asker) if say is not None else None


def _row(label: str, does: Callback) -> tuple[Button, ...]:
    return (Button(label, does),)


def _next(_: Translator, asker: Asker) -> html.Html:
    if asker.subscriber is None:
        return html.text(_("You're not getting tips yet. To start: /start"))
    return next_tip_line(_, asker.subscriber, asker.next_at, asker.now)


def _tip_row(_: Translator) -> tuple[Button, ...]:
    return _row(_("Get a tip now"), TipNow())


def _settings_row(_: Translator) -> tuple[Button, ...]:
    return _row(_("Settings"), ShowSettings("main"))


def _stop(_: Translator, asker: Asker) -> Message:
    return stop(_, asker, html.Html())


def stop(_: Translator, asker: Asker, first: html.Html) -> Message:
    """The button that stops the tips; ``first`` is said before it in another language."""
    if asker.subscriber is None or asker.subscriber.state == "stopped":
        return page(
            first,
            html.text(_("You don't get tips from me at the moment, so there's nothing to stop.")),
            buttons=(_row(_("Start tips again"), Resume()),),
        )
    return page(
        first,
        html.text(_("One tap and the tips stop. You can come back any time.")),
        buttons=(
            _row(_("Stop the tips"), Stop()),
            _row(_("Just take a break"), ShowSettings("pause")),
        ),
    )


def _pause(_: Translator, asker: Asker) -> Message:
    return page(
        html.text(_("Take a break for as long as you like. Everything you've set stays.")),
        _paused(_, asker),
        buttons=(_row(_("Choose how long"), ShowSettings("pause")),),
    )


def _paused(_: Translator, asker: Asker) -> html.Html:
    known = asker.subscriber
    return paused_line(_, known, asker.now) if known is not None else html.Html()


def _resume(_: Translator, asker: Asker) -> Message:
    if asker.gets_tips:
        return page(html.text(_("Your tips are on.")), _next(_, asker), buttons=(_tip_row(_),))
    return page(
        html.text(_("Good to have you back. One tap and your tips come again.")),
        buttons=(_row(_("Start tips again"), Resume()),),
    )


def _hour(_: Translator, asker: Asker) -> Message:
    known = asker.subscriber
    now = html.Html()
    if known is not None and known.local_minute is not None:
        now = html.fill(
            _("Your tip comes at {hour}."),
            hour=html.bold(times.about(_, known.local_minute)),
        )
    return page(
        now,
        html.text(_("Tap to change it, or just write the new time, such as “tips at 9pm”.")),
        buttons=(_row(_("Change the time"), ShowSettings("hour")),),
    )


def _zone(_: Translator, asker: Asker) -> Message:
    known = asker.subscriber
    now = html.Html()
    if known is not None and known.zone is not None:
        now = html.fill(
            _("I go by {zone}, where it's {clock} now."),
            zone=html.bold(times.zone_name(_, known.zone)),
            clock=html.bold(times.clock_at(asker.now, known.zone)),
        )
    return page(
        now,
        html.text(_("Somewhere else? Tap below, or write “I'm in Lisbon now”.")),
        buttons=(_row(_("Change my time zone"), AskZone()),),
    )


def _days(_: Translator, asker: Asker) -> Message:
    known = asker.subscriber
    now = html.Html()
    if known is not None:
        days = html.bold(times.weekdays(_, known.weekdays))
        now = html.fill(_("You get a tip: {days}."), days=days)
    return page(
        now,
        html.text(_("You choose the days.")),
        buttons=(_row(_("Choose the days"), ShowSettings("days")),),
    )


def _themes(_: Translator, _asker: Asker) -> Message:
    return page(
        html.text(_("You choose the subjects, and I leave out the rest.")),
        buttons=(_row(_("Choose the subjects"), ShowSettings("themes")),),
    )


def _audience(_: Translator, asker: Asker) -> Message:
    known = asker.subscriber
    now = html.Html()
    if known is not None:
        now = html.fill(
            _("Your tips are for: {audience}."),
            audience=html.bold(audience_names(_)[known.audience]),
        )
    return page(
        now,
        html.text(_("They can be for you, for your child, or for both of you.")),
        buttons=(_row(_("Who the tips are for"), ShowSettings("for")),),
    )


def _another_tip(_: Translator, _asker: Asker) -> Message:
    return page(html.text(_("Of course. Here's one:")), buttons=(_tip_row(_),))


def _saved(_: Translator, _asker: Asker) -> Message:
    return page(
        html.text(_("Tap Save under a tip and I keep it for you. All of yours: /saved")),
        buttons=(_row(_("My saved tips"), RunCommand("saved")),),
    )


def _stored(_: Translator, _asker: Asker) -> Message:
    return page(
        html.text(
            _(
                "I keep your chat number, your settings and which tips you've had. I don't keep "
                "your name, your location or what you write."
            )
        ),
        buttons=(_row(_("All that I keep"), RunCommand("privacy")),),
    )


def _erase(_: Translator, _asker: Asker) -> Message:
    return page(
        html.text(_("I can erase everything about you. I'll ask once more before I do.")),
        buttons=(_row(_("Erase my data"), RunCommand("forget")),),
    )


def _export(_: Translator, _asker: Asker) -> Message:
    return page(
        html.text(_("You can have a copy of all that I keep about you, as a file.")),
        buttons=(_row(_("Get a copy of my data"), RunCommand("export")),),
    )


def _makers(_: Translator, asker: Asker) -> Message:
    return page(
        html.text(
            _(
                "I'm GutSkin, a small program. People wrote the tips and answers beforehand, from "
                "guidelines and studies, and tap Why? under a tip to see which."
            )
        ),
        _operator(_, asker),
        buttons=(_row(_("Who answers for me"), RunCommand("privacy")),),
    )


def _operator(_: Translator, asker: Asker) -> html.Html:
    if not asker.contact:
        return html.text(_("Whoever runs this bot hasn't said how to reach them."))
    who = html.one_line(asker.contact, 200)
    return html.fill(_("Who runs this bot: {contact}"), contact=who)


def _person(_: Translator, asker: Asker) -> Message:
    return page(
        html.text(_("I'm a bot: not a person, and not a doctor or a nurse.")),
        html.text(
            _(
                "What I say was written beforehand, from guidelines and studies. I can't see or "
                "judge your skin: your doctor or pharmacist can."
            )
        ),
        urgent_hint(_, asker.emergency_number),
        buttons=(_row(_("What I can do"), RunCommand("help")),),
    )


def _language(_: Translator, _asker: Asker) -> Message:
    if len(languages()) > 1:
        return page(
            html.text(_("You can choose my language.")),
            buttons=(_row(_("Choose the language"), ShowSettings("language")),),
        )
    return page(
        html.text(_("I only write English for now, sorry.")),
        html.text(_("Simple English is fine when you write to me: a few words will do.")),
        buttons=(_row(_("What I can do"), RunCommand("help")),),
    )


def _how_often(_: Translator, asker: Asker) -> Message:
    return page(
        html.text(_("One tip a day, on the days you've chosen.")),
        _next(_, asker),
        buttons=(_row(_("Choose the days"), ShowSettings("days")), _tip_row(_)),
    )


def _why_this_tip(_: Translator, _asker: Asker) -> Message:
    return page(
        html.text(
            _(
                "I pick from the subjects you've chosen and from who the tips are for, and leave "
                "out what you've had lately. I know nothing about your skin."
            )
        ),
        html.text(_("Tap Why? under a tip to see how we know.")),
        buttons=(_row(_("Choose the subjects"), ShowSettings("themes")),),
    )


def _share(_: Translator, asker: Asker) -> Message:
    line = html.text(_("Lovely, thank you. Each tip has a Share button, too."))
    if not asker.username:
        return page(line, buttons=(_tip_row(_),))
    address = f"{BOT_ADDRESS}{asker.username}"
    return page(
        line,
        html.text(address),
        buttons=((Button(_("Share this bot"), url=f"{SHARE_ADDRESS}?url={quote(address)}"),),),
    )


def _thanks(_: Translator, _asker: Asker) -> Message:
    return page(html.text(_("You're welcome. I'm here whenever you need me.")))


def _ok(_: Translator, _asker: Asker) -> Message:
    return page(html.text(_("Great. I'm here whenever you need me.")))


def _complaint(_: Translator, asker: Asker) -> Message:
    reach = _operator(_, asker) if asker.contact else html.Html()
    return page(
        html.text(_("I'm sorry. That isn't what you needed.")),
        html.text(
            _(
                "If I got a question wrong, try it again in other words: short ones work best. Or "
                "change what you get, or stop it."
            )
        ),
        reach,
        buttons=(_settings_row(_), _row(_("Stop the tips"), Stop())),
    )


def _same_tip(_: Translator, asker: Asker) -> Message:
    return page(
        html.text(_("Sorry about that.")),
        html.text(_("No tip should come again until you've had all the others that fit.")),
        few_tips_line(_, asker.fitting),
        html.text(_("But if the connection drops, I send it again to be sure it reached you.")),
        html.text(_("If it wasn't that, please tell the team.")) if asker.may_ask else html.Html(),
        _operator(_, asker) if asker.contact else html.Html(),
        buttons=(
            (ask_team.button(_),) if asker.may_ask else (),
            _row(_("Choose the subjects"), ShowSettings("themes")),
        ),
    )


def _more_a_day(_: Translator, _asker: Asker) -> Message:
    return page(
        html.text(_("I only send one tip a day, sorry. Fancy another one right now?")),
        buttons=(_row(_("Another tip"), TipNow()),),
    )


def _greeting(_: Translator, asker: Asker) -> Message:
    begin = () if asker.subscriber is not None else _row(_("Get one every day"), Begin())
    return page(
        html.text(_("Hello! Nice to hear from you.")),
        html.text(_("Ask me anything about eczema and daily life, or have a tip.")),
        buttons=(_tip_row(_), begin),
    )


def _emergency(_: Translator, asker: Asker) -> Message:
    number = number_to_call(_, asker.emergency_number)
    return page(
        html.fill(
            _("I'm a bot and can't call anyone for you. In an emergency, {call}."),
            call=html.bold(_("call {number} now").format(number=number)),
        ),
        html.text(_("To talk to someone, free crisis lines by country: findahelpline.com")),
    )


def _yes(_: Translator, _asker: Asker) -> Message:
    return page(
        html.text(_("I can't tell what that's the answer to, so I've changed nothing.")),
        html.text(_("Please tap the button under my question, or write what you'd like.")),
    )


def _undo(_: Translator, _asker: Asker) -> Message:
    return page(
        html.text(_("No harm done. Most buttons go back if you tap them again.")),
        _change_it(_),
        buttons=(_settings_row(_),),
    )


def _change_it(_: Translator) -> html.Html:
    return html.text(_("You can see and change everything that's set here:"))


def _text_size(_: Translator, _asker: Asker) -> Message:
    return page(
        html.text(_("That's up to Telegram: look for the text size in its settings.")),
        html.text(_("You'll find it under Chat Settings or Appearance.")),
    )


def _correct(_: Translator, asker: Asker) -> Message:
    if not asker.admin:
        return page(_change_it(_), buttons=(_settings_row(_),))
    return page(
        html.text(_("Tap “Edit” under its report to change the words in every chat it reached.")),
        html.text(_("Tap “Recall” there to delete it: Telegram lets me for 48 hours.")),
    )


def _goodbye(_: Translator, asker: Asker) -> Message:
    return page(
        html.text(_("Bye for now, and take care.")),
        _next(_, asker) if asker.gets_tips else html.Html(),
        buttons=(_settings_row(_),),
    )


def _admin(_: Translator, asker: Asker) -> Message:
    return page(
        html.fill(
            _(
                "Only an owner of this bot can make you an admin: they send you a link that works "
                "once. If they ask, your number is {number}."
            ),
            number=html.bold(str(asker.user_id)),
        ),
        _operator(_, asker),
        buttons=(_row(_("Who runs this bot"), RunCommand("privacy")),),
    )


def _help(_: Translator, _asker: Asker) -> Message:
    return page(
        html.text(_("I send you one small tip a day, and answer questions about eczema.")),
        html.text(_("To ask, just type. Short questions work best.")),
        buttons=(_row(_("What I can do"), RunCommand("help")),),
    )


def _cost(_: Translator, _asker: Asker) -> Message:
    return page(
        html.text(_("I don't cost you anything. There's nothing to buy here, and no paid part.")),
        buttons=(_tip_row(_),),
    )


def _missing_tip(_: Translator, asker: Asker) -> Message:
    return page(
        html.text(_("Sorry if a tip went missing or came late. This is how it stands:")),
        _paused(_, asker),
        _next(_, asker),
        html.text(_("If the time looks wrong, it may be the time zone.")),
        buttons=(_tip_row(_), _row(_("Check my settings"), ShowSettings("main"))),
    )


def _quiet(_: Translator, _asker: Asker) -> Message:
    return page(
        html.text(_("Tips can come quietly: they're there when you look, without a sound.")),
        buttons=(_row(_("Quietly, please"), SetQuiet(1)),),
    )


SERVICES: Final[Mapping[str, Say]] = {
    "service-stop": _stop,
    "service-pause": _pause,
    "service-resume": _resume,
    "service-hour": _hour,
    "service-zone": _zone,
    "service-days": _days,
    "service-themes": _themes,
    "service-audience": _audience,
    "service-another-tip": _another_tip,
    "service-saved": _saved,
    "service-stored": _stored,
    "service-erase": _erase,
    "service-export": _export,
    "service-makers": _makers,
    "service-person-or-doctor": _person,
    "service-language": _language,
    "service-how-often": _how_often,
    "service-why-this-tip": _why_this_tip,
    "service-share": _share,
    "service-thanks": _thanks,
    "service-ok": _ok,
    "service-same-tip": _same_tip,
    "service-more-a-day": _more_a_day,
    "service-complaint": _complaint,
    "service-greeting": _greeting,
    "service-emergency": _emergency,
    "service-yes": _yes,
    "service-undo": _undo,
    "service-text-size": _text_size,
    "service-correct": _correct,
    "service-goodbye": _goodbye,
    "service-admin": _admin,
    "service-help": _help,
    "service-cost": _cost,
    "service-missing-tip": _missing_tip,
    "service-quiet": _quiet,
}


# --- what was done, and the way back


def hour_moved(_: Translator, hour: Hour, before: int | None, next_line: html.Html) -> Message:
    """Tips come at another hour; the other half of the day, and the old hour, are a tap away."""
    back: Rows = ()
    if before is not None and before != hour.minute:
        label = _("Back to {hour}").format(hour=times.hour(before))
        back = (_row(label, SetHour(before)),)
    return page(
        html.fill(
            _("Done. Your tips now come at {hour}."),
            hour=html.bold(times.about(_, hour.minute)),
        ),
        _half_said(_, hour),
        next_line,
        buttons=(*_other_half(_, hour), *back),
    )


def half_taken(_: Translator, hour: Hour) -> Message:
    """Which half of the day was taken for an hour that fits both."""
    return page(_half_said(_, hour), buttons=_other_half(_, hour))


def _half_said(_: Translator, hour: Hour) -> html.Html:
    if hour.other is None:
        return html.Html()
    morning = hour.minute < hour.other
    words = _("I took it as {hour} in the morning.") if morning else _("I took it as {hour}.")
    return html.fill(words, hour=html.bold(times.hour(hour.minute)))


def _other_half(_: Translator, hour: Hour) -> Rows:
    if hour.other is None:
        return ()
    return (_row(_("{hour} instead").format(hour=times.hour(hour.other)), SetHour(hour.other)),)


def ask_half(_: Translator, hour: Hour) -> Message:
    """Which of two hours is meant, where the earlier one is hardly likely."""
    hours = (hour.minute,) if hour.other is None else (hour.other, hour.minute)
    rows = tuple(_row(times.hour(minute), SetHour(minute)) for minute in hours)
    return page(html.text(_("Which one shall I take?")), buttons=rows)


def ask_hour(_: Translator, hour: Hour) -> Message:
    """Whether tips are to come at an hour that was written without more."""
    hours = [minute for minute in (hour.minute, hour.other) if minute is not None]
    if hour.unlikely:
        hours.reverse()
    label = _("Yes, at {hour}")
    rows = tuple(_row(label.format(hour=times.hour(minute)), SetHour(minute)) for minute in hours)
    alone = html.fill(
        _("Shall I send your tips at {hour}?"),
        hour=html.bold(times.hour(hour.minute)),
    )
    return page(
        alone if len(hours) == 1 else html.text(_("Shall I send your tips at that time?")),
        buttons=(*rows, _row(_("No, keep it as it is"), ShowSettings("main"))),
    )


def zone_moved(_: Translator, place: Place, before: str | None, asker: Asker) -> Message:
    """The place that was taken, and the way back."""
    back: Rows = ()
    if before is not None and before != place.zone:
        label = _("Back to {zone}").format(zone=times.zone_name(_, before).partition(" (")[0])
        back = (_row(label, PickZone(before)),)
    return page(
        html.fill(
            _("Done. I've set you to {place}, where it's {clock} now."),
            place=html.bold(place.label),
            clock=html.bold(times.clock_at(asker.now, place.zone)),
        ),
        _next(_, asker),
        buttons=(*back, _settings_row(_)),
    )


def ask_place(_: Translator, place: Place, now: datetime) -> Message:
    """Whether to go by the clock of a place that was told of."""
    return page(
        html.fill(
            _("It's {clock} in {place}. Shall I send your tips by that clock?"),
            clock=html.bold(times.clock_at(now, place.zone)),
            place=html.bold(place.label),
        ),
        buttons=(
            _row(_("Yes, use it"), PickZone(place.zone)),
            _row(_("No, keep it as it is"), KeepZone()),
        ),
    )


def ask_pause(_: Translator, until: date, today: date) -> Message:
    """Whether to pause until a day that was told of."""
    return page(
        html.fill(
            _("Shall I pause your tips until {day}?"),
            day=html.bold(times.day(_, until, today)),
        ),
        buttons=(
            _row(_("Yes, pause"), PauseUntil(until.isoformat())),
            _row(_("No, keep them coming"), ShowSettings("main")),
        ),
    )


def audience_chosen(_: Translator, audience: str, before: str) -> Message:
    """Who the tips are for now."""
    words = {
        "adult": _("Done. No more tips on babies and children."),
        "parent": _("Done. Your tips are for your child now."),
        "both": _("Done. Your tips are for you and your child now."),
    }[audience]
    if audience == before:
        words = _("That's how it's set already, so nothing has changed.")
        return page(html.text(words), buttons=(_settings_row(_),))
    label = _("Undo: {audience}").format(audience=audience_names(_)[before])
    return page(html.text(words), buttons=(_row(label, SetAudience(before)), _settings_row(_)))


def theme_switched(_: Translator, bit: int, name: str, *, on: bool, few: html.Html) -> Message:
    """A subject on or off."""
    words = (
        _("Done. You'll get tips on “{theme}”.") if on else _("Done. No more tips on “{theme}”.")
    )
    label = _("Undo: leave it out") if on else _("Undo: bring it back")
    return page(
        html.fill(words, theme=html.bold(name)),
        few,
        buttons=(
            _row(label, SetTheme(bit, int(not on))),
            _row(_("Choose the subjects"), ShowSettings("themes")),
        ),
    )


def ask_theme(_: Translator, bit: int, name: str) -> Message:
    """Whether to leave out a subject of which fewer tips were asked for."""
    return page(
        html.fill(
            _("I can't send fewer tips on “{theme}”: it's on or off. Shall I leave it out?"),
            theme=html.bold(name),
        ),
        buttons=(
            _row(_("Yes, leave it out"), SetTheme(bit, 0)),
            _row(_("No, keep it"), ShowSettings("main")),
        ),
    )


def last_theme(_: Translator) -> Message:
    """The last subject cannot be left out."""
    return page(
        html.text(_("That's the last subject you get tips on, so I've left it on.")),
        buttons=(
            _row(_("Choose the subjects"), ShowSettings("themes")),
            _row(_("Stop the tips"), Stop()),
        ),
    )


def days_chosen(_: Translator, mask: int, next_line: html.Html) -> Message:
    """Tips on other days."""
    return page(
        html.fill(_("Done. You get a tip: {days}."), days=html.bold(times.weekdays(_, mask))),
        next_line,
        buttons=(_row(_("Change the days"), ShowSettings("days")),),
    )


def quiet_switched(_: Translator, *, on: bool) -> Message:
    """Tips without a sound, or with one."""
    words = _("Done. Your tips come quietly.") if on else _("Done. Your tips come with a sound.")
    label = _("Undo: with a sound") if on else _("Undo: quietly")
    return page(html.text(words), buttons=(_row(label, SetQuiet(int(not on))),))
