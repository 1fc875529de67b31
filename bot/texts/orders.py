"""Reads orders in plain words that leave no doubt: "change the time to 9pm", "pause till Monday".

Whatever is more than such an order is none, and is looked for by the search: a question about the
tips, or about eczema. Questions ("How do I stop?") are no orders, unless they only ask politely.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from babel import Locale

from bot.texts.dates import read_until, weekday_names
from bot.texts.hours import Hour, read_clock
from tips.normalise import normalise

LONGEST = 120  # characters; nobody orders at greater length
RULES = Path(__file__).parent / "orders.yaml"
MOST_CLAUSES = 3
EVERY_DAY, WORKDAYS, WEEKEND = 0b1111111, 0b0011111, 0b1100000


@dataclass(frozen=True, slots=True)
class MoveHour:
    """Tips at this hour; ``sure`` is false for an hour that stands alone."""

    hour: Hour
    sure: bool = True


@dataclass(frozen=True, slots=True)
class ShiftHour:
    """Tips so many minutes later; earlier if negative."""

    minutes: int


@dataclass(frozen=True, slots=True)
class PauseTips:
    """No tips until this day. ``sure`` is false where a break was told of, but not asked for."""

    until: date
    sure: bool = True


@dataclass(frozen=True, slots=True)
class AskPause:
    """No tips for a while, without a word for how long."""


@dataclass(frozen=True, slots=True)
class MovePlace:
    """The subscriber is, or will be, in a place of this name."""

    place: str
    sure: bool


@dataclass(frozen=True, slots=True)
class ChooseAudience:
    """Tips for ``adult``, ``parent`` or ``both``."""

    audience: str


@dataclass(frozen=True, slots=True)
class SwitchTheme:
    """Tips of this theme (its id), or none; ``sure`` is false where fewer were asked for."""

    theme: str
    on: bool
    sure: bool = True


@dataclass(frozen=True, slots=True)
class ChooseDays:
    """Tips on these weekdays; bit 0 is Monday."""

    mask: int


@dataclass(frozen=True, slots=True)
class SwitchQuiet:
    """Tips without a sound, or with one."""

    on: bool


Order = (
    MoveHour | ShiftHour | PauseTips | AskPause | MovePlace | ChooseAudience | SwitchTheme
    | ChooseDays | SwitchQuiet
)  # fmt: skip

COMMANDS = ("stop", "resume", "tip", "forget", "export", "saved", "settings")
_ASKED = re.compile(
    r"(how|what|why|when|where|who|which|do(?! not)|does|did|is|are|if|should)\b|y "
)
_ASKED_TO = re.compile(r"(hi |hello |hey |please )*(can|could|would|will|may) ")
_MARKS = re.compile(r"[!?…;\"“”()*]+|\.+(?=\s|$)|,(?=\s*$)|(?<!\d)[.:](?!\d)|[^\w\s.:,/'+&-]")
_PARTS = re.compile(r"[,;.!?]+(?=\s|$)|\s(?:and|but|so(?! kind| good)|because|since)\s")
_BACK = re.compile(
    r"^((ill be|im|i am|were|we are|well be|back|start(ing)?|begin|again|resume|from|in|maybe) )+"
)
_INSTEAD = re.compile(r"( instead( of.*)?|,? (and |but )?(not|rather than|no longer) .+)$")
_REPEATED = re.compile(
    r"\b(same|identical) (tips?|ones?|messages?|advice|texts?)\b|"
    r"\b(tips?|ones?|messages?|it|this|that) (came |arrived )?twice\b|"
    r"\b(repeat(s|ed|ing)?(?! my)|repetitive|duplicates?)\b"
)
# Words of something else that came twice: a tip that failed to, a question that was put.
_NO_REPEAT = re.compile(r"\b(no|not|never|(did|has|have|does)nt|missed|ask(ed)?|told|said)\b")
_BETWEEN = re.compile(r"\bbetween\b", re.IGNORECASE)
_CLOCK_TIME = re.compile(r"\d ?[ap]\.?m\b|\d[:.]\d\d\b|\bo ?clock\b|\b(noon|midnight)\b|\btime$")
_NOT_LETTERS = re.compile(r"[\W_]+")
# Signs that stand for words: a nod or a thank-you, and what shows annoyance.
_NOD = re.compile(
    "[!. ]*(?:[👍👌🙏🤝👏🙌💪✅✔☑💯❤♥🧡💛💚💙💜🤎🖤🤍💕💖💗💓💞💝"
    "😊🙂☺😀😃😄😁😍🥰😘🤗😉😅😂🎉🔥✨🌟🌸🌹💐"
    "\U0001f3fb-\U0001f3ff][!. ]*)+"
)
_ANNOYED = re.compile("[!. ]*(?:[👎😠😡🤬💩🙄\U0001f3fb-\U0001f3ff][!. ]*)+")
_HOURS = {"an": 60, "one": 60, "two": 120, "three": 180, "half an": 30}


@cache
def _patterns(name: str) -> tuple[re.Pattern[str], ...]:
    """The patterns of that name in the file of rules."""
    part, _, key = name.partition(".")
    found = _rules()[part][key] if key else _rules()[part]
    patterns = found if isinstance(found, list) else [found]
    return tuple(re.compile(_filled(pattern)) for pattern in patterns)


def load() -> None:
    """Read and compile all rules: half a second that nobody should wait for."""
    rules = _rules()
    for part, found in rules.items():
        if part not in ("fragments", "themes", "wishes"):
            _patterns(part)
        elif part != "fragments":
            for key in found:
                _patterns(f"{part}.{key}")


@cache
def _rules() -> dict[str, Any]:
    # The safe loader in C: the file is read while somebody waits for the first answer.
    rules: dict[str, Any] = yaml.load(
        RULES.read_text(encoding="utf-8"),
        Loader=yaml.CSafeLoader,
    )
    return rules


def _filled(pattern: str) -> str:
    for name, fragment in _rules()["fragments"].items():
        if f"<{name}>" in pattern:
            pattern = pattern.replace(f"<{name}>", _filled(fragment))
    return pattern


def _matches(name: str, said: str) -> Iterator[re.Match[str]]:
    return (found for p in _patterns(name) if (found := p.fullmatch(said)) is not None)


def _match(name: str, said: str) -> re.Match[str] | None:
    return next(_matches(name, said), None)


def _line(words: str) -> str:
    """The words in small letters, without marks and apostrophes, and courtesies at either end.

    Nothing of words so long that their end would have to be left unread: it may say otherwise.
    """
    if len(words) > LONGEST * 4:
        return ""
    line = normalise(words).casefold().replace("'", "")
    line = " ".join(_MARKS.sub(" ", line).split()).strip(" .,:-")
    polite = _filled("<polite>")
    line = re.sub(rf"^({polite},? )+", "", f"{line} ")
    return re.sub(rf"(,? {polite})+$", "", line.strip()).strip(" .,")


def _without_asking(line: str) -> str:
    return re.sub(rf"^({_filled('(<asking>|<polite>)')} )+", "", line)


def _ordered(words: str) -> str:
    """The line without what asks politely, and without "now" at its end."""
    return re.sub(r"( (now|today))+$", "", _without_asking(_line(words)))


def bare(words: str) -> str:
    """Lower-case words with single blanks, without punctuation and emoji."""
    return _NOT_LETTERS.sub(" ", normalise(words).casefold()).strip()


def read_wish(words: str) -> str | None:
    """The wish about the bot itself (its id) that short words mean without a doubt."""
    if len(words) > LONGEST:
        return None
    return _signed(words) or _wish(words) or _same_wish(clauses(words))


def _signed(words: str) -> str | None:
    said = normalise(words)
    if _NOD.fullmatch(said):
        return "service-ok"
    return "service-complaint" if _ANNOYED.fullmatch(said) else None


def _wish(words: str) -> str | None:
    whole = bare(words.replace("'", "").replace("’", ""))
    for said in dict.fromkeys((whole, bare(_line(words)))):
        for wish in _rules()["wishes"] if said else ():
            if _match(f"wishes.{wish}", said):
                return str(wish)
    return None


def _same_wish(parts: list[str]) -> str | None:
    """The wish that every part is: "don't ever stop, these tips are great, thank you"."""
    wishes = {_wish(part) for part in parts}
    return wishes.pop() if len(wishes) == 1 else None


def wants_no_stop(words: str) -> bool:
    """Whether a part says not to stop, and none to stop: "never stop sending, I love them"."""
    keeps = re.compile(rf"(^| ){_filled('<keep_on>')}\b")
    lines = [bare(_line(part)) for part in clauses(words) or [words]]
    found = [keeps.sub(" ", line) for line in lines]
    return found != lines and not any(re.search(r"\b(stop|unsubscribe)\b", line) for line in found)


def tells_of_a_repeat(words: str) -> bool:
    """Whether what a complaint or a report tells of is a tip that came once more."""
    line = _line(words)
    return bool(_REPEATED.search(line)) and not _NO_REPEAT.search(line)


def clauses(words: str) -> list[str]:
    """The parts of a message of two or three: "stop the yoga ones, keep the rest"; else none."""
    if len(words) > LONGEST or _BETWEEN.search(words):
        return []
    parts = [part.strip() for part in _PARTS.split(normalise(words))]
    found = [part for part in parts if part]
    return found if 1 < len(found) <= MOST_CLAUSES else []


def read_command(words: str) -> str | None:
    """The name of the command that the words mean without a doubt: "no more tips, thank you"."""
    said = _line(words)
    asked = "?" in words and not _ASKED_TO.match(normalise(words[:LONGEST]).casefold())
    if asked or not said or len(said) > LONGEST:
        return None
    return next((name for name in COMMANDS if _match(name, said)), None)


def read_order(words: str, today: date, locale: Locale) -> Order | None:
    """The order that the words give; ``today`` and ``locale`` are the subscriber's."""
    line = _line(words)
    if not line or len(line) > LONGEST or _ASKED.match(line):
        return None
    said = _ordered(words)
    readers: tuple[Callable[[], Order | None], ...] = (
        lambda: _audience(said) or _audience_of([_ordered(part) for part in clauses(words)]),
        lambda: _days(said, locale),
        lambda: _pause(said, today, locale),
        lambda: _quiet(said),
        lambda: _theme(said),
        lambda: _place(_without_asking(line)),
        lambda: _hour(said),
    )
    return next((order for read in readers if (order := read()) is not None), None)


def read_break_end(words: str, today: date, locale: Locale) -> date | None:
    """The day that the words name as the end of a break: "until 3 March", "two weeks", "the 3rd".

    For whoever was asked for it; a number alone is the next day of a month that has it.
    """
    line = _line(words)
    if not line or len(line) > LONGEST:
        return None
    order = read_order(words, today, locale)
    if isinstance(order, PauseTips):
        return order.until
    said = _BACK.sub("", _without_asking(line))
    return read_until(f"{said}th" if re.fullmatch(r"\d{1,2}", said) else said, today, locale)


def _hour(said: str) -> Order | None:
    shift = _match("shift", said)
    if shift is not None:
        minutes = _HOURS.get(shift["count"]) or int(shift["count"]) * 60
        return ShiftHour(minutes if shift["side"] == "later" else -minutes)
    for named, sure in _hours_named(said):
        hour = read_clock(named)
        if hour is not None:
            return MoveHour(hour, sure)
    alone = read_clock(said)
    return MoveHour(alone, sure=False) if alone is not None and not alone.vague else None


def _hours_named(said: str) -> Iterator[tuple[str, bool]]:
    for name, sure in (("hour", True), ("hour_perhaps", False)):
        for found in _matches(name, said):
            yield _INSTEAD.sub("", found["hour"]), sure


def hours_named(words: str) -> list[tuple[str, bool]]:
    """The words for an hour in an order to send tips then, and whether it leaves no doubt: a place
    may stand beside the hour. A clock's time alone is named, too."""
    line = _line(words)
    if not line or len(line) > LONGEST or _ASKED.match(line):
        return []
    said = _ordered(words)
    alone = [(said, False)] if _CLOCK_TIME.search(said) else []
    return [*_hours_named(said), *alone]


def _pause(said: str, today: date, locale: Locale) -> Order | None:
    if _match("no_span", said):
        return AskPause()
    for name, sure in (("break", True), ("away", False)):
        found = _match(name, said)
        if found is not None:
            span = found["span"]
            until = read_until(span.strip(), today, locale)
            if span == " tomorrow" and not re.search(r"\b(until|till?)\b", said):
                until = today + timedelta(days=2)  # "skip tomorrow"
            if until is not None:
                return PauseTips(until, sure)
            if sure and _match("open_span", span):
                return AskPause()
    return None


def _days(said: str, locale: Locale) -> Order | None:
    if _match("every_day", said):
        return ChooseDays(EVERY_DAY)
    only = _match("only_days", said)
    mask = _mask(only["days"] if only else said, locale)
    if mask and (only or _repeats(said, mask)):
        return ChooseDays(mask)
    found = _match("some_days", said)
    mask = _mask(found["days"], locale) if found is not None else 0
    if found is None or not mask:
        return None
    if found["not"]:
        # "Not on Monday" may mean this very Monday; "not on Mondays" does not.
        left = EVERY_DAY & ~mask
        return ChooseDays(left) if left and _repeats(said, mask) else None
    alone = found["only"] or " only" in said or " just" in said
    return ChooseDays(mask) if alone or _repeats(said, mask) else None


def _repeats(said: str, mask: int) -> bool:
    return mask.bit_count() > 1 or bool(re.search(r"\w+days\b|every|each", said))


def _mask(words: str, locale: Locale) -> int:
    """The weekdays that the words name and nothing else; 0 if they name more or none."""
    said = " ".join(re.sub(r"\b(the|a|on|at|only|please)\b", " ", words).split())
    if _match("workdays", said):
        return WORKDAYS
    if _match("weekend", said):
        return WEEKEND
    names, mask = weekday_names(locale), 0
    for word in re.split(r"[\s,&+/]+", said):
        if word in ("", "and", "or"):
            continue
        index = names.get(word, names.get(word.removesuffix("s")))
        if index is None:
            return 0
        mask |= 1 << index
    return mask


def _audience(said: str) -> Order | None:
    for name, audience in (
        ("adults_only", "adult"),
        ("parents_only", "parent"),
        ("for_both", "both"),
    ):
        if _match(name, said):
            return ChooseAudience(audience)
    less = _match("less", said)
    about_children = less and re.fullmatch(_filled("<child>( and <child>)?"), less["subject"])
    # "Less baby stuff" is not "none", and is asked about as a theme is.
    return ChooseAudience("adult") if about_children and not _asks_for_fewer(said) else None


def _audience_of(parts: list[str]) -> Order | None:
    """What all parts say: "no children here, grown-up tips only", "for my boy, not for me"."""
    named = [_audience(part) for part in parts]
    if not all(
        order or _match("audience_again", p) for order, p in zip(named, parts, strict=True)
    ):
        return None
    orders = {order for order in named if order is not None}
    return orders.pop() if len(orders) == 1 else None


def _theme(said: str) -> Order | None:
    # "Stop itching" and "no sugar" are no orders to the bot; "no sugar tips" is one.
    if not _patterns("about_tips")[0].search(said):
        return None
    for name, on in (("less", False), ("more", True)):
        found = _match(name, said)
        for theme in _rules()["themes"] if found else ():
            if found and _match(f"themes.{theme}", found["subject"]):
                return SwitchTheme(theme, on, sure=on or not _asks_for_fewer(said))
    return None


def _asks_for_fewer(said: str) -> bool:
    return bool(_patterns("fewer")[0].search(said))


def _place(said: str) -> Order | None:
    for name, sure in (("place", True), ("place_perhaps", False)):
        found = _match(name, said)
        if found is not None:
            return MovePlace(_INSTEAD.sub("", found["place"]), sure)
    return None


def _quiet(said: str) -> Order | None:
    if _match("quiet", said):
        return SwitchQuiet(on=True)
    return SwitchQuiet(on=False) if _match("loud", said) else None
