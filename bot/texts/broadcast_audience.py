"""Whom a broadcast is for, in words, and the views in which its admin chooses them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Protocol

from babel.dates import format_date

from bot.texts import fields as form
from bot.texts import html
from bot.texts.callbacks import AskFor, DropSegment, SetPart, ShowCard, UseSegment
from bot.texts.catalogue import Translator
from bot.texts.message import Button, Message, Rows, choice, page, toast

ACTIVE_DAYS = (7, 30, 90)
JOINED_DAYS = (7, 30)
MOST_SEGMENTS = 20
TYPED_UNITS = 300


class Audience(Protocol):
    """Who gets it: all given parts hold, and of several values of one any."""

    @property
    def who(self) -> Sequence[str]: ...
    @property
    def themes(self) -> Sequence[str]: ...
    @property
    def zones(self) -> Sequence[str]: ...
    @property
    def countries(self) -> Sequence[str]: ...
    @property
    def joined_after(self) -> date | None: ...
    @property
    def joined_before(self) -> date | None: ...
    @property
    def active_days(self) -> int | None: ...
    @property
    def source(self) -> str | None: ...
    @property
    def without(self) -> Sequence[int]: ...
    @property
    def list_id(self) -> int | None: ...


def parts_of_the_world(_: Translator) -> dict[str, str]:
    """The time zones that have a button of their own."""
    return {
        "Europe/*": _("Europe"),
        "America/*": _("Americas"),
        "Asia/*": _("Asia"),
        "Africa/*": _("Africa"),
        "Australia/*": _("Australia"),
        "Pacific/*": _("Pacific"),
    }


def who_names(_: Translator) -> dict[str, str]:
    """Who somebody's tips are for, as the team says it."""
    return {"adult": _("adults"), "parent": _("children"), "both": _("both")}


def audience_words(_: Translator, chosen: Audience, themes: Mapping[str, str]) -> list[str]:
    """Who gets it, a line for each part that was chosen; "everyone" where none was."""
    world, names = parts_of_the_world(_), who_names(_)
    many = {
        _("tips for {values}"): [names.get(one, one) for one in chosen.who],
        _("with the theme {values}"): [themes.get(one, one) for one in chosen.themes],
        _("in {values}"): [
            *(world.get(one, one) for one in chosen.zones),
            *chosen.countries,
        ],
    }
    said = [
        line.format(values=html.one_line(_(" or ").join(values), TYPED_UNITS))
        for line, values in many.items()
        if values
    ]
    return [*said, *_single_words(_, chosen)] or [_("everyone")]


def _single_words(_: Translator, chosen: Audience) -> Iterable[str]:
    if chosen.joined_after is not None:
        yield _("joined after {day}").format(day=_day(_, chosen.joined_after))
    if chosen.joined_before is not None:
        yield _("joined before {day}").format(day=_day(_, chosen.joined_before))
    if chosen.active_days is not None:
        words = _.many(
            "wrote or tapped today",
            "wrote or tapped in the last {count} days",
            chosen.active_days,
        )
        yield words.format(count=chosen.active_days)
    if chosen.source is not None:
        yield _("came by the link “{link}”").format(link=chosen.source)
    if chosen.without:
        numbers = ", ".join(str(one) for one in chosen.without)
        yield _("not those who got broadcast {numbers}").format(numbers=numbers)
    if chosen.list_id is not None:
        yield _("on list {number}").format(number=chosen.list_id)


def _day(_: Translator, day: date) -> str:
    return format_date(day, "long", _.locale)


def audience_line(_: Translator, chosen: Audience, themes: Mapping[str, str]) -> html.Html:
    """ "To: everyone", or all parts in one line."""
    said = audience_words(_, chosen, themes)
    words = html.bold(html.one_line("; ".join(said), 3 * TYPED_UNITS))
    template = _("To: {who}") if said == [_("everyone")] else _("Only: {who}")
    return html.fill(template, who=words)


def count_line(_: Translator, count: int) -> html.Html:
    """How many that are now."""
    people = _.many("{count} subscriber", "{count} subscribers", count)
    return html.fill(_("Audience: {people}"), people=html.bold(people.format(count=f"{count:,}")))


def back(_: Translator, broadcast: int, view: str = "audience") -> tuple[Button, ...]:
    """The way back, one view up."""
    up = ShowCard("card", broadcast) if view == "card" else ShowCard("audience", broadcast)
    return (Button(_("Back"), up),)


def choose(
    _: Translator,
    broadcast: int,
    chosen: Audience,
    count: int,
    themes: Mapping[str, str],
    *,
    last: int | None = None,
) -> Message:
    """All the ways to choose; ``last`` is the newest broadcast whose readers can be left out."""
    everyone = audience_words(_, chosen, themes) == [_("everyone")]

    def view(label: str, name: form.CardView) -> Button:
        return Button(label, ShowCard(name, broadcast))

    def ask(label: str, what: form.Asked) -> Button:
        return Button(label, AskFor(what, broadcast))

    unread: tuple[Button, ...] = ()
    if last is not None:
        label = _("Not those who got no. {number}").format(number=last)
        on = last in chosen.without
        unread = (choice(label, SetPart("without", str(last), int(not on), broadcast), on=on),)
    return page(
        html.bold(_("Who gets it?")),
        html.join([audience_line(_, chosen, themes), count_line(_, count)]),
        buttons=(
            (choice(_("Everyone"), SetPart("all", "", 1, broadcast), on=everyone),),
            (view(_("Who it's for"), "who"), view(_("Themes"), "themes")),
            (view(_("Where"), "zones"), view(_("Joined"), "joined")),
            (view(_("Active lately"), "active"), view(_("Saved ones"), "saved")),
            unread,
            (ask(_("Type it"), "audience"), ask(_("A list as a file"), "list")),
            () if everyone else (ask(_("Save this audience"), "segment"),),
            back(_, broadcast, "card"),
        ),
    )


def part(
    _: Translator,
    name: str,
    broadcast: int,
    chosen: Audience,
    count: int,
    themes: Mapping[str, str],
    today: date,
) -> Message:
    """One part of the audience: ``who``, ``themes``, ``zones``, ``joined`` or ``active``."""
    rows: dict[str, Callable[[], Rows]] = {
        "who": lambda: _several(broadcast, "who", chosen.who, _capital(who_names(_)), 3),
        "themes": lambda: _several(broadcast, "theme", chosen.themes, themes, 2),
        "zones": lambda: _several(broadcast, "zone", chosen.zones, parts_of_the_world(_), 2),
        "joined": lambda: _joined_rows(_, broadcast, chosen, today),
        "active": lambda: _active_rows(_, broadcast, chosen),
    }
    titles = {
        "who": _("Who are their tips for? Tap to switch one on or off."),
        "themes": _("Who gets which themes? Tap to switch one on or off."),
        "zones": _("Where do they live? Tap to switch one on or off."),
        "joined": _("When did they join?"),
        "active": _("When did they last write or tap?"),
    }
    more = html.Html()
    if name == "zones":
        more = html.text(_("For a country or one time zone, type it: country=GB zone=Asia/Tokyo"))
    return page(
        html.bold(titles[name]),
        html.join([audience_line(_, chosen, themes), count_line(_, count)]),
        more,
        buttons=(*rows[name](), back(_, broadcast)),
    )


def _capital(names: Mapping[str, str]) -> dict[str, str]:
    return {key: name[:1].upper() + name[1:] for key, name in names.items()}


def _several(
    broadcast: int,
    name: form.AudiencePart,
    chosen: Sequence[str],
    choices: Mapping[str, str],
    width: int,
) -> Rows:
    buttons = [
        choice(
            label,
            SetPart(name, value, int(value not in chosen), broadcast),
            on=value in chosen,
        )
        for value, label in choices.items()
    ]
    return tuple(tuple(buttons[at : at + width]) for at in range(0, len(buttons), width))


def _joined_rows(_: Translator, broadcast: int, chosen: Audience, today: date) -> Rows:
    rows = []
    for days in JOINED_DAYS:
        day = today - timedelta(days=days)
        after, before = chosen.joined_after == day, chosen.joined_before == day
        value = day.isoformat()
        since = _("In the last {count} days").format(count=days)
        earlier = _("Earlier than {count} days ago").format(count=days)
        rows += [
            (choice(since, SetPart("after", value, int(not after), broadcast), on=after),),
            (choice(earlier, SetPart("before", value, int(not before), broadcast), on=before),),
        ]
    return tuple(rows)


def _active_rows(_: Translator, broadcast: int, chosen: Audience) -> Rows:
    rows = []
    for days in ACTIVE_DAYS:
        on = chosen.active_days == days
        label = _("In the last {count} days").format(count=days)
        data = SetPart("active", str(days), int(not on), broadcast)
        rows.append((choice(label, data, on=on),))
    return tuple(rows)


def segment_key(name: str) -> str:
    """What a button calls a saved audience; its name may be too long."""
    return hashlib.blake2b(name.encode(), digest_size=4).hexdigest()


def saved(_: Translator, broadcast: int, names: Sequence[str]) -> Message:
    """The audiences that were saved; a tap takes one."""
    if not names:
        words = _("No saved audiences yet. Choose one, then tap “Save this audience”.")
        return page(html.text(words), buttons=(back(_, broadcast),))
    rows = tuple(
        (
            Button(name, UseSegment(segment_key(name), broadcast)),
            Button(_("Forget it"), DropSegment(segment_key(name), broadcast)),
        )
        for name in names[:MOST_SEGMENTS]
    )
    return page(
        html.bold(_("Saved audiences")),
        html.text(_("Tap one to use it. “Forget it” removes the one beside it.")),
        buttons=(*rows, back(_, broadcast)),
    )


def ask_words(_: Translator, broadcast: int) -> Message:
    """What may be typed."""
    return page(
        html.bold(_("Type who gets it")),
        html.text(_("Every part has to fit. A comma between values means “or”. For example:")),
        html.join(
            html.text(f"• {words}")
            for words in (
                _("for=child zone=Europe/*"),
                _("theme=skin,mind active=30"),
                _("country=GB joined>2026-01-01"),
                _("source=leaflet not=12"),
            )
        ),
        buttons=(back(_, broadcast),),
    )


def not_understood(
    _: Translator, broadcast: int, place: str, why: str, known: Iterable[str]
) -> Message:
    """A typed audience that cannot be."""
    return page(
        *wrong_part(_, place, why, known),
        html.text(_("Nothing has changed. Type it again, or go back.")),
        buttons=(back(_, broadcast),),
    )


def wrong_part(
    _: Translator, place: str, why: str, known: Iterable[str]
) -> tuple[html.Html, html.Html]:
    """What is wrong with the ``place`` in a typed audience, and what may stand there."""
    words = {
        "no_such_part": _("I don't know the part “{place}”."),
        "twice": _("“{place}” is there twice. Put its values together, with commas."),
        "not_a_date": _("“{place}” needs a date such as 2026-01-31."),
        "not_a_number": _("“{place}” needs a number that makes sense there, such as 30."),
        "no_such_zone": _("There's no time zone “{place}”. Try Europe/Berlin, or Europe/*."),
        "no_such_country": _("There's no country “{place}”. Two letters will do, such as DE."),
        "no_such_theme": _("There's no theme “{place}”."),
        "no_such_audience": _("“{place}” should be adult, child or both."),
        "no_such_source": _("“{place}” can't be a link's name."),
        "no_such_broadcast": _("There's no broadcast that was sent as “{place}”."),
        "too_long_ago": _("“{place}” is over a week old, so I don't know who got it any more."),
        "no_such_list": _("I have no list “{place}”."),
        "nobody_between": _("“{place}”: the first date has to come before the second."),
    }
    choice = ", ".join(known)
    template = words.get(why) or _("I don't understand “{place}”.")
    return (
        html.fill(template, place=html.one_line(place, TYPED_UNITS)),
        html.fill(_("You can write: {choice}"), choice=html.one_line(choice, 3 * TYPED_UNITS))
        if choice
        else html.Html(),
    )


def ask_list(_: Translator, broadcast: int) -> Message:
    """Which file is wanted."""
    return page(
        html.bold(_("Send me the list as a file")),
        html.text(
            _(
                "A text or CSV file with one Telegram number a line, such as the first column of "
                "a broadcast's list. Only numbers of subscribers count."
            )
        ),
        buttons=(back(_, broadcast),),
    )


def bad_list(_: Translator, broadcast: int, line: int | None = None) -> Message:
    """Not a file of numbers; ``line`` is the first without one, None where there is no file."""
    words = _("That's not a file I can read. Send a text or CSV file, up to 1 MB.")
    if line is not None:
        words = _("Line {line} doesn't begin with a Telegram number. Put that right, please.")
    return page(
        html.fill(words, line=line or 0),
        html.text(_("Nothing has changed. Send the file again, or go back.")),
        buttons=(back(_, broadcast),),
    )


def nobody_listed(_: Translator, broadcast: int) -> Message:
    """None of the numbers is a subscriber's."""
    return page(
        html.text(_("None of these numbers is a subscriber's. Nothing has changed.")),
        buttons=(back(_, broadcast),),
    )


def listed(_: Translator, known: int, unknown: int) -> Message:
    """How many of a list are subscribers."""
    people = _.many("{count} subscriber", "{count} subscribers", known)
    lines = [html.fill(_("Your list has {people}."), people=people.format(count=f"{known:,}"))]
    if unknown:
        more = _.many(
            "{count} number belongs to nobody here.",
            "{count} numbers belong to nobody here.",
            unknown,
        )
        lines.append(html.fill(more, count=f"{unknown:,}"))
    return page(html.join(lines))


def ask_name(_: Translator, broadcast: int) -> Message:
    """What a saved audience is to be called."""
    return page(
        html.text(_("What shall I call this audience? Up to 40 characters, in one line.")),
        buttons=(back(_, broadcast),),
    )


def bad_name(_: Translator, broadcast: int) -> Message:
    """A name that is too long, or none."""
    return page(
        html.text(_("That name is too long, or has several lines. Up to 40 characters, please.")),
        buttons=(back(_, broadcast),),
    )


def named(_: Translator, name: str) -> Message:
    """A saved audience has its name."""
    return page(html.fill(_("Saved as “{name}”."), name=html.one_line(name, TYPED_UNITS)))


def segment_gone(_: Translator) -> str:
    """Toast: a saved audience that is no longer there."""
    return toast(_("That saved audience is gone."))
