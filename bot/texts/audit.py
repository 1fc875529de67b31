"""The audit log in words: who did what, when, and what it was before and after."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

import orjson
from babel.dates import format_skeleton

from bot.texts import html, times
from bot.texts.callbacks import ShowAudit
from bot.texts.catalogue import Translator, mark
from bot.texts.message import Button, Message, page
from bot.texts.roles import known_as

NOBODY = 0
LINE_UNITS = 185  # twenty of them fit into a message, with an empty line before each
VALUE_UNITS = 40
MEMBER = re.compile(r"admin (?P<user>\d{1,19})")
INSTANTS = ("expires_at", "not_after", "send_at")

ACTS = {
    "add list": mark("{who} put up {what}"),
    "accept": mark("{who} took up an invitation"),
    "answer": mark("{who} answered {what}"),
    "approve": mark("{who} approved {what}"),
    "cancel": mark("{who} cancelled {what}"),
    "compose": mark("{who} wrote {what}"),
    "confirm": mark("{who} sent {what}"),
    "dismiss": mark("{who} dismissed {what}"),
    "draft": mark("{who} drafted {what}"),
    "drop": mark("{who} forgot the saved {what}"),
    "edit": mark("{who} drafted a correction, {what}"),
    "invite": mark("{who} made an invitation"),
    "left": mark("Somebody erased all about themselves, and so left the team"),
    "log in": mark("{who} opened the {what}"),
    "pause": mark("{who} paused {what}"),
    "recall": mark("{who} drafted a recall, {what}"),
    "redraft": mark("{who} drafted a change, {what}"),
    "reload": mark("{who} read the content anew"),
    "remove": mark("{who} ended the role of {what}"),
    "replace": mark("{who} put a change in the place of {what}"),
    "reschedule": mark("{who} moved {what}"),
    "resume": mark("{who} carried on with {what}"),
    "retry": mark("{who} sent {what} again where it had failed"),
    "retry in doubt": mark("{who} sent {what} again where it was in doubt, too"),
    "role": mark("{who} changed the role of {what}"),
    "save": mark("{who} saved the {what}"),
    "target": mark("{who} chose the audience or the time of {what}"),
    "unwithdraw": mark("{who} brought {what} back"),
    "withdraw": mark("{who} withdrew {what}"),
}
"""What is said of an act; others are named as they are."""
OTHER = mark("{who}: {act}, {what}")


class Entry(Protocol):
    """What an admin did; ``before`` and ``after`` are JSON objects."""

    @property
    def id(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def actor(self) -> int: ...
    @property
    def act(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def before(self) -> str | None: ...
    @property
    def after(self) -> str | None: ...


class Known(NamedTuple):
    """What entries only have numbers and short forms of: people's ``names`` of now by their ids,
    and an ``audience`` in words."""

    names: Mapping[int, str]
    audience: Callable[[str], str]


def people_in(entries: Iterable[Entry]) -> list[int]:
    """The user ids of those whom the entries name."""
    found = {entry.actor for entry in entries} - {NOBODY}
    named = (MEMBER.fullmatch(entry.subject) for entry in entries)
    return sorted(found | {int(one["user"]) for one in named if one})


def nothing(_: Translator) -> Message:
    """Nobody has done anything yet."""
    return page(html.text(_("Nothing has been changed yet. What the team does is listed here.")))


def entries(
    _: Translator,
    shown: Sequence[Entry],
    known: Known,
    zone: str,
    now: datetime,
    more: tuple[bool, bool],
) -> Message:
    """A page of the log, newest first; ``more`` tells whether there are newer and older ones."""
    newer, older = more
    back = (Button(_("◀ Newer"), ShowAudit("newer", shown[0].id)),) if newer else ()
    on = (Button(_("Older ▶"), ShowAudit("older", shown[-1].id)),) if older else ()
    where = html.fill(_("Newest first. Times: {zone}"), zone=times.zone_name(_, zone))
    return page(
        html.join([html.bold(_("What the team has changed")), where]),
        *(_line(_, entry, known, zone, now) for entry in shown),
        buttons=((*back, *on),),
    )


def _line(_: Translator, entry: Entry, known: Known, zone: str, now: datetime) -> html.Html:
    when = times.moment(_, entry.at, now, zone)
    return html.text(html.shortened(f"{when}. {sentence(_, entry, known)}", LINE_UNITS))


def sentence(_: Translator, entry: Entry, known: Known) -> str:
    """Who did what, and what changed by it; whoever has no name is a number."""
    slots = {
        "who": _person(_, entry.actor, known.names),
        "act": entry.act,
        "what": _subject(_, entry, known.names),
    }
    said = _(ACTS.get(entry.act, OTHER)).format(**slots).removesuffix(", ")
    changed = ", ".join(_changes(_, _facts(entry.before, known), _facts(entry.after, known)))
    return said + (f": {changed}" if changed else "")


def _person(_: Translator, user_id: int, names: Mapping[int, str]) -> str:
    if user_id == NOBODY:
        return _("Somebody at the server, or who has left")
    return known_as(_, user_id, names.get(user_id, ""))


def _subject(_: Translator, entry: Entry, names: Mapping[int, str]) -> str:
    named = MEMBER.fullmatch(entry.subject)
    return _person(_, int(named["user"]), names) if named else entry.subject


def _facts(written: str | None, known: Known) -> dict[str, Any]:
    facts: dict[str, Any] = orjson.loads(written) if written else {}
    if isinstance(chosen := facts.get("audience"), str):  # elsewhere it is how many they are
        facts["audience"] = known.audience(chosen)
    return facts


def _changes(_: Translator, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Each fact that changed: "state sending (was draft)"."""
    lines = []
    for key in dict.fromkeys((*after, *before)):
        slots = {
            "name": key.replace("minute", "hour").replace("_", " "),
            "now": _value(_, key, after.get(key)),
            "was": _value(_, key, before.get(key)),
        }
        template = _("{name} {now} (was {was})")
        if key not in before:
            template = _("{name} {now}")
        elif key not in after:
            template = _("{name} was {was}")
        lines.append(template.format(**slots))
    return lines


def _value(_: Translator, key: str, value: Any) -> str:
    if key == "local_minute" and value is not None:
        return times.hour(value)
    if key in INSTANTS and value is not None:
        return _instant(_, value)
    if key == "late" and value is not None:
        return str(value).replace("_", " ")
    words = {None: _("nothing"), True: _("yes"), False: _("no")}
    if value is None or isinstance(value, bool):
        return words[value]
    said = value if isinstance(value, str | int | float) else orjson.dumps(value).decode()
    return html.shortened(html.one_line(str(said), 200), VALUE_UNITS)


def _instant(_: Translator, written: str) -> str:
    at = datetime.fromisoformat(written)
    slots = {"day": format_skeleton("yMMMd", at, locale=_.locale), "hour": f"{at:%H:%M}"}
    return _("{day}, {hour} {zone}").format(**slots, zone=at.tzname())
