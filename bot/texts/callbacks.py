"""What the inline buttons carry: one frozen type a button kind, and a strict codec.

The wire form is ``<version><kind>[:<field>]…``, at most 64 bytes (Bot API: callback_data, 1-64
bytes). Whatever was forged, cut or made by another version reads as None. Nothing here grants a
right: who may do what is decided from the user who tapped.

Switches carry the wanted state and not "toggle": the second of two taps changes nothing.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from functools import cache
from typing import Annotated, ClassVar, get_type_hints

from bot.texts import fields as form

VERSION = "1"
DATA_BYTES = 64  # Bot API: InlineKeyboardButton, callback_data
STATS_DAYS = (1, 7, 30)


@dataclass(frozen=True)
class Callback:
    """What a tap tells the bot. Building one with a value out of range raises ValueError."""

    kind: ClassVar[str] = ""

    def __post_init__(self) -> None:
        for rule, value in zip(_rules(self.kind), astuple(self), strict=True):
            rule.check(value)


@dataclass(frozen=True)
class AskZone(Callback):
    """Ask for the time zone (again)."""

    kind: ClassVar[str] = "za"


@dataclass(frozen=True)
class PickZone(Callback):
    """This time zone."""

    kind: ClassVar[str] = "zp"
    zone: form.ZoneName


@dataclass(frozen=True)
class AskHour(Callback):
    """Ask to type another hour."""

    kind: ClassVar[str] = "ha"


@dataclass(frozen=True)
class PickHour(Callback):
    """This hour, while subscribing. Minutes after local midnight."""

    kind: ClassVar[str] = "hp"
    minute: form.Minute


@dataclass(frozen=True)
class Why(Callback):
    """Why does this tip say so?"""

    kind: ClassVar[str] = "tw"
    tip: form.TipNumber


@dataclass(frozen=True)
class RateTip(Callback):
    """Helpful (1), not for me (-1), or neither (0)."""

    kind: ClassVar[str] = "tr"
    tip: form.TipNumber
    vote: form.Vote


@dataclass(frozen=True)
class SaveTip(Callback):
    """Keep this tip (1) or let it go (0)."""

    kind: ClassVar[str] = "ts"
    tip: form.TipNumber
    on: form.Switch


@dataclass(frozen=True)
class OpenTip(Callback):
    """Show this saved tip."""

    kind: ClassVar[str] = "to"
    tip: form.TipNumber


@dataclass(frozen=True)
class SavedPage(Callback):
    """A page of the saved tips, from 0."""

    kind: ClassVar[str] = "tp"
    page: form.Page


@dataclass(frozen=True)
class TipNow(Callback):
    """A tip at once."""

    kind: ClassVar[str] = "tn"


@dataclass(frozen=True)
class DropTheme(Callback):
    """No more of this theme (1), or keep it (0)."""

    kind: ClassVar[str] = "td"
    theme: form.ThemeBit
    drop: form.Switch


@dataclass(frozen=True)
class ShowSettings(Callback):
    """A view of the settings message."""

    kind: ClassVar[str] = "sv"
    view: form.View


@dataclass(frozen=True)
class SetHour(Callback):
    """This hour, from the settings. Minutes after local midnight."""

    kind: ClassVar[str] = "sh"
    minute: form.Minute


@dataclass(frozen=True)
class SetWeekday(Callback):
    """Tips on this weekday (0 = Monday): on (1) or off (0)."""

    kind: ClassVar[str] = "sd"
    day: Annotated[int, form.Whole(0, 6)]
    on: form.Switch


@dataclass(frozen=True)
class SetTheme(Callback):
    """Tips of this theme (its bit): on (1) or off (0)."""

    kind: ClassVar[str] = "st"
    theme: form.ThemeBit
    on: form.Switch


@dataclass(frozen=True)
class SetAudience(Callback):
    """Whom the reader reads for."""

    kind: ClassVar[str] = "sf"
    audience: form.AudienceChoice


@dataclass(frozen=True)
class SetLanguage(Callback):
    """The language of the texts."""

    kind: ClassVar[str] = "sl"
    language: form.Language


@dataclass(frozen=True)
class Pause(Callback):
    """No tips for so many days; 0 = until /resume."""

    kind: ClassVar[str] = "pp"
    days: Annotated[int, form.Whole(0, 365)]


@dataclass(frozen=True)
class Resume(Callback):
    """Tips again."""

    kind: ClassVar[str] = "pr"


@dataclass(frozen=True)
class Stop(Callback):
    """No more tips."""

    kind: ClassVar[str] = "ps"


@dataclass(frozen=True)
class Forget(Callback):
    """Erase everything about me (1), or leave it (0)."""

    kind: ClassVar[str] = "xf"
    sure: form.Switch


@dataclass(frozen=True)
class FaqTopics(Callback):
    """A page of the list of topics, from 0."""

    kind: ClassVar[str] = "fl"
    page: form.Page


@dataclass(frozen=True)
class FaqTopic(Callback):
    """A page of the questions of one topic, from 0."""

    kind: ClassVar[str] = "ft"
    topic: form.Slug
    page: form.Page


@dataclass(frozen=True)
class OpenAnswer(Callback):
    """Show this answer."""

    kind: ClassVar[str] = "fa"
    answer: form.Slug


@dataclass(frozen=True)
class RateAnswer(Callback):
    """Helpful (1), not helpful (-1), or neither (0)."""

    kind: ClassVar[str] = "fr"
    vote: form.Vote
    answer: form.Slug


@dataclass(frozen=True)
class NotAsked(Callback):
    """This answer is not what I asked."""

    kind: ClassVar[str] = "fn"
    answer: form.Slug


@dataclass(frozen=True)
class BroadcastDo(Callback):
    """An admin's word on a broadcast; retry: what failed, doubt: what may have failed."""

    kind: ClassVar[str] = "bd"
    what: Annotated[str, form.Word("confirm|cancel|pause|resume|retry|doubt")]
    broadcast: form.BigId


@dataclass(frozen=True)
class ShowStats(Callback):
    """The figures of the last so many days."""

    kind: ClassVar[str] = "as"
    days: Annotated[int, form.Whole(1, 30)]


@cache
def kinds() -> dict[str, type[Callback]]:
    """Every kind by its two letters."""
    return {cls.kind: cls for cls in Callback.__subclasses__()}


@cache
def _rules(kind: str) -> tuple[form.Rule, ...]:
    cls = kinds()[kind]
    hints = get_type_hints(cls, include_extras=True)
    return tuple(hints[name].__metadata__[0] for name in (field.name for field in fields(cls)))


def encode(callback: Callback) -> str:
    """The button's data.

    Raises:
        ValueError: when it is longer than Telegram takes (an id over 55 characters).
    """
    data = ":".join([VERSION + callback.kind, *map(str, astuple(callback))])
    if len(data.encode()) > DATA_BYTES:
        raise ValueError(f"{data} is longer than {DATA_BYTES} bytes")
    return data


def decode(data: str) -> Callback | None:
    """What the button says; None for data that this version did not make."""
    head, *words = data.split(":")
    cls = kinds().get(head[1:])
    if head[:1] != VERSION or cls is None:
        return None
    rules = _rules(cls.kind)
    if len(words) != len(rules):
        return None
    try:
        callback = cls(*(rule.read(word) for rule, word in zip(rules, words, strict=True)))
        return callback if encode(callback) == data else None
    except (ValueError, UnicodeError):
        return None
