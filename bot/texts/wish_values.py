"""Finds the one value that a wish about the bot names anywhere in it: an hour, a day, a place.

For wishes that the search has found. A number may as well be a count, a dose, an age or a date,
and a value may be named to be left behind ("not 8", "instead of London"): such are none. Where
two different ones are left, nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Self, TypeVar

from babel import Locale

from bot.places.place import Match
from bot.texts.dates import read_rest, read_span, read_until
from bot.texts.hours import LONGEST as LONGEST_HOUR
from bot.texts.hours import NUMBERS, TENS, Hour, read_clock
from tips.normalise import normalise

LONGEST = 400  # characters; whoever writes more tells a story
MOST_WORDS = {"hour": 7, "day": 5, "place": 4}
Value = TypeVar("Value")

_DASH = re.compile(r"\s[-–—]+\s")
_FROM_TO = re.compile(r"\bfrom (?:\S+ ){1,4}?to\b")  # "from 8 to 9", "from London to Rome"
_CLAUSE_WORDS = ("and", "but", "so", "because")
_NOT = re.compile(
    r"(?<!why )\b(not|dont|do not|never|no|cant|cannot|isnt|wasnt|arent|doesnt|didnt|wont|hate|"
    r"stop|left|leaving|used to)\b"
)
_REPLACED = re.compile(
    r"\b(instead of|rather than|than)( (at|by|the|it|coming|getting|having|being|living|a|in|"
    r"on|for|around|about|until|till|tips?))*$"
)

_NUMBER = "|".join((*NUMBERS, *TENS))
_HOUR_BEGINS = re.compile(rf"\d.*|half|quarter|noon|midday|midnight|({_NUMBER})(ish)?")
_BARE = re.compile(rf"\d{{1,4}}(\.\d\d)?h?|\d{{1,2}} \d\d|({_NUMBER})( ({_NUMBER}))*")
_NO_CLOCK = re.compile(r"[%/€$£+°]|\d\s*[-–]\s*\d|\b[ap]$|hours?$|hrs?$")
_AT = re.compile(
    r"(^| )(at|by|around|about|roughly|to|for|it|say|do|prefer|like|try|um|gegen|@)"
    r"( (about|around|like|exactly|roughly))*$"
)
_NOT_AT = re.compile(
    r"(^| )(until|till|til|before|between|since|past|from( at)?|every|up to|under|over|last|"
    r"scale to|(is|was|were|am|im|hes|shes|are|aged?|turn\w*|has|had|only|just|nearly)"
    r"( (about|around|roughly|to|like))*)$"
)
_AS_IT_IS = re.compile(  # "I walk the dog at nine", "it comes at seven"
    r"(?<!can )(?<!could )(?<!may )(?<!might )(?<!would )(?<!if )(?<!let )\b("
    r"i (walk|start|wake|get|chose|picked|set|work|sleep|leave|finish|pray|eat|feed|take|go|train|"
    r"drive)|(they|tips|messages) (come|arrive|land)|(it|they|tips?|messages?|mine|this) "
    r"(always |still |now |just )*(comes|came|arrives|arrived|lands|pings|wakes me|is set|was|"
    r"were)|"
    r"asleep|awake|busy|working|sleeping|driving)( \w+){0,3}$"
)
_UNWANTED = re.compile(  # "7 in the morning is far too early"
    r"(oclock )?(in the \w+ )?((is|s|was|feels|seems)( \w+){0,2} (too|bad|no|not|awful|horrible|"
    r"hopeless|impossible|peak|early|late|wrong|mad|busy)|doesnt|does not|wont|isnt|wakes|"
    r"clashes)\b"
)
_COUNTED = re.compile(
    r"(minute|min|hour|hr|day|night|week|month|year|yr|time|mg|ml|g|gram|kilo|kg|cm|mm|mile|tip|"
    r"message|text|tablet|pill|drop|cream|spoon|people|kid|child|child(re)?n|euro|pound|dollar|"
    r"degree|percent|point|go|stage|snack|feed|sun|heat)s?|x|a|an|per|of|old|yo|more|"
    r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*"
)

_UNTIL = re.compile(
    r"(^| )(until|till|til|(nothing|not|no|none|dont|never|wait)( \S+)* before|"
    r"(back|home|again|restart|resum(e|ing)|return(ing)?)( (me|tips|them|it|again|up))*"
    r"( (on|from|by|in|at))?|(over|done|finish(ed)?|ends?|free)( (on|by|from)))"
    r"( (the|about|around|at least))*$"
)
_FOR = re.compile(
    r"(^| )(for|take|taking|need|want|have|having|me|us|off|away|about|at least|pause|say)"
    r"( (the|about|around|maybe|only|just|like|say|a good))*$"
)
_BREAK = re.compile(r"off|away|break|out|rest|pause|holiday|please|pls")
_NO_BREAK = re.compile(r"of|old|ago|on|pregnant|per|left|later|in|week")
_AGAIN_AND_AGAIN = re.compile(
    r"\b(every|each|weekends?|(week|work|mon|tues|wednes|"
    r"thurs|fri|satur|sun)days|times|a week|per week|(?<!rest of )the week)\b"
)
_PAST = re.compile(
    r"\b(had|been|since|last|past|using|used|took|was|were|once|twice|times|every)\b"
)

_THERE = re.compile(
    r"(^| )(in|to|from|at|near|outside|visiting|reached|moved|landed|living|based)"
    r"( (sunny|rainy))?$"
)
_OFFSET = re.compile(r"[+\-−–]\s*\d")  # "UTC +2" is a zone and no hour
_LED_IN = re.compile(
    r"^((in|at|for|by|from|im|i am|were|we are|the|its|on) )+|"
    r"( (time|here|now|please|pls|thanks))+$"
)
_TAKEN_FOR = re.compile(r"\b(you think|thinks|youve got|you have|says|set to)\b")
_AFTER_PLACE = re.compile(
    r"not|but|and|or|for|until|till|til|since|so|because|with|these|this|next|rather|instead|"
    r"from|to|in|at|on|near|while|where|when|if|is|its|i|im|ive|we|you|my|me|please|now|then|"
    r"by"
)
# Towns are called so, too, but whoever names them like this hardly ever means them.
_NO_PLACES = re.compile(
    r"add|airport|alter|ask|bad|bag|barn|bear|bed|bend|bone|bottom|bridge|buy|can|car|care|"
    r"cat|center|chair|change|college|colon|come|cot|countryside|date|dawn|dig|eat|egg|elbow|"
    r"end|genes|god|grass|hall|hang|hit|holiday|human|line|long|manage|market|mine|much|neck|"
    r"never|nine|normal|paper|plain|post|price|rain|ray|real|rest|river|room|run|salon|salt|"
    r"same|save|say|seaside|sec|send|shut|spring|store|sunrise|sunset|swallow|tape|tell|temple|time|"
    r"turn|university|village|wake|wedding|week|wet|january|february|march|april|may|june|"
    r"july|august|september|october|november|december"
)


@dataclass(frozen=True, slots=True)
class Said:
    """The words of a message as they were typed, in small letters and without apostrophes."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, message: str, *, replaced: re.Pattern[str] | None = None) -> Self:
        """The words of a message, without what a value is moved away ``replaced`` from."""
        line = _DASH.sub(", ", normalise(message).casefold().replace("'", ""))
        line = replaced.sub("to", line) if replaced is not None else line
        return cls(tuple(line.split()) if len(line) <= LONGEST else ())

    def text(self, start: int, end: int) -> str:
        """Some of the words, with the marks between them."""
        return " ".join(self.words[start:end]).strip('()"“”,;!?. ')

    def before(self, at: int) -> str:
        """What the clause says before a word."""
        start = at
        while start and not self._ends_clause(start - 1):
            start -= 1
        return self.text(start, at)

    def after(self, end: int) -> str:
        """The next word of the same clause."""
        ended = end >= len(self.words) or self.words[end - 1][-1] in ",;!?"
        return "" if ended else self.text(end, end + 1)

    def rest(self, start: int) -> str:
        """What the clause says from a word on."""
        end = start
        while self.after(end):
            end += 1
        return self.text(start, end)

    def found(
        self, start: int, most: int, read: Callable[[str], Value | None]
    ) -> tuple[Value, int] | None:
        """What most of the words from there say, and where the least words end that say it."""
        for end in range(min(len(self.words), start + most), start, -1):
            value = read(self.text(start, end))
            if value is not None:
                return value, self._least(start, end, read, value)
        return None

    def _least(
        self, start: int, end: int, read: Callable[[str], Value | None], value: Value
    ) -> int:
        while end - 1 > start and read(self.text(start, end - 1)) == value:
            end -= 1
        return end

    def continues(self, start: int, end: int) -> bool:
        """Whether "or" or "and" alone stands between a value that ends there and this word."""
        return end > 0 and start == end + 1 and self.words[end] in ("or", "and")

    def _ends_clause(self, at: int) -> bool:
        return self.words[at][-1] in ",;!?" or self.words[at] in _CLAUSE_WORDS


def _only(values: Iterable[Value]) -> Value | None:
    found = set(values)
    return found.pop() if len(found) == 1 else None


# --- hours


def hour_in(message: str, current: int | None = None) -> Hour | None:
    """The one hour that the message names beside the ``current`` one, in minutes."""
    said = Said.of(message, replaced=_FROM_TO)
    hours = {*_hours(said)}
    if current is not None and "or" not in said.words:
        hours = {hour for hour in hours if current not in (hour.minute, hour.other)}
    sure = {hour.minute for hour in hours if hour.other is None}
    return _only(h for h in hours if h.other is None or sure.isdisjoint((h.minute, h.other)))


def _hours(said: Said) -> Iterator[Hour]:
    read_to, taken = 0, False
    for start, word in enumerate(said.words):
        if start < read_to or not _HOUR_BEGINS.fullmatch(word.strip("(),;!?.")):
            continue
        found = said.found(start, MOST_WORDS["hour"], _clock)
        if found is None:
            continue
        # "Between 8 and 9", "at 8 or 9": the second is meant as the first is.
        led = taken if said.continues(start, read_to) else None
        hour, read_to = found
        taken = _is_hour(said, start, read_to, led=led)
        if taken:
            yield hour


def _clock(text: str) -> Hour | None:
    hour = None if _NO_CLOCK.search(text) else read_clock(text)
    return None if hour is None or hour.vague else hour


def _is_hour(said: Said, start: int, end: int, *, led: bool | None) -> bool:
    after = said.after(end)
    if _COUNTED.fullmatch(after) or (after and _UNWANTED.match(said.rest(end))):
        return False
    if led is not None:
        return led
    before, alone = said.before(start), said.text(start, end)
    if any(pattern.search(before) for pattern in (_NOT, _REPLACED, _NOT_AT, _AS_IT_IS)):
        return False
    if not _BARE.fullmatch(alone) or after in ("oclock", "sharp", "uhr"):
        return True
    for_two = alone.isalpha() and before.endswith("for")
    return bool(_AT.search(before)) and not for_two


def hour_and_place(message: str, match: Callable[[str], Match]) -> tuple[Hour, str, Match] | None:
    """The hour and the place of words that say nothing else: "7 in Berlin", "8am London time"."""
    none = len(message) > LONGEST_HOUR or _OFFSET.search(message)
    words = () if none else Said.of(message).words
    for size in range(len(words) - 1, 0, -1):
        for clock, place in ((words[:size], words[size:]), (words[-size:], words[:-size])):
            hour, name = read_clock(" ".join(clock)), bare_place(" ".join(place))
            found = match(name) if hour is not None and name else None
            if hour is not None and found is not None and found.places:
                return hour, name, found
    return None


def bare_place(said: str) -> str:
    """The name among words that say where somebody is; "" where it is hardly one."""
    name = _LED_IN.sub("", said.casefold().strip(",;!?. "))
    return "" if _NO_PLACES.fullmatch(name) else name


# --- the end of a break


def day_in(message: str, today: date, locale: Locale) -> date | None:
    """The one day that the message names as the end of a break, also as a span from today."""
    return _only(_ends(Said.of(message), today, locale))


def names_weekdays(message: str) -> bool:
    """Whether the message speaks of days that come again: "weekdays only", "on Mondays"."""
    return bool(_AGAIN_AND_AGAIN.search(" ".join(Said.of(message).words)))


def _ends(said: Said, today: date, locale: Locale) -> Iterator[date]:
    read_to = told_to = 0
    for start in range(len(said.words)):
        if start < read_to:
            continue
        found = _end(said, start, today, locale, led=said.continues(start, told_to))
        if found is not None:
            day, read_to = found
            told_to = read_to
            yield day


def _end(
    said: Said, start: int, today: date, locale: Locale, *, led: bool
) -> tuple[date, int] | None:
    before, most = said.before(start), MOST_WORDS["day"]
    if _REPLACED.search(before):
        return None
    if led or _UNTIL.search(before):
        found = said.found(start, most, lambda text: read_until(text, today, locale))
    else:
        found = _rest(said, start, today) or _span(said, start, before, today)
    return None if found is None or _NO_BREAK.fullmatch(said.after(found[1])) else found


def _rest(said: Said, start: int, today: date) -> tuple[date, int] | None:
    found = said.found(start, MOST_WORDS["day"], lambda text: read_rest(text, today))
    vague = found is not None and said.text(start, found[1]) in ("the week", "the weekend")
    return None if vague else found


def _span(said: Said, start: int, before: str, today: date) -> tuple[date, int] | None:
    found = said.found(start, MOST_WORDS["day"], read_span)
    if found is None or _PAST.search(before):
        return None
    days, end = found
    led = _FOR.search(before) or _BREAK.fullmatch(said.after(end))
    return (today + timedelta(days=days), end) if led else None


# --- places


def place_in(
    message: str, match: Callable[[str], Match], current: str | None = None
) -> tuple[str, Match] | None:
    """The one place that the message names beside the ``current`` zone, and what may be meant."""
    look_up = cache(match)  # the same words are read more than once
    found = {zones: place for zones, place in _places(message, look_up) if zones != {current}}
    # "In Spain, in Barcelona" names one place, the second time exactly.
    exact = [zones for zones in found if not any(other < zones for other in found)]
    return found[exact[0]] if len(exact) == 1 else None


def _places(
    message: str, match: Callable[[str], Match]
) -> Iterator[tuple[frozenset[str], tuple[str, Match]]]:
    said, read_to = Said.of(message, replaced=_FROM_TO), 0
    for start in range(len(said.words)):
        before = said.before(start)
        if start < read_to or not _THERE.search(before) or _is_left(before):
            continue
        found = said.found(start, _length(said, start), lambda text: _zones(match(text)))
        typed = said.text(start, found[1]) if found is not None else ""
        if found is not None and not _NO_PLACES.fullmatch(typed.removeprefix("the ")):
            zones, read_to = found
            yield zones, (typed, match(typed))


def _is_left(before: str) -> bool:
    """Whether the place that comes next is one where the writer is not, or no longer."""
    return any(pattern.search(before) for pattern in (_NOT, _REPLACED, _TAKEN_FOR))


def _length(said: Said, start: int) -> int:
    """How many words the name of a place may have from there on."""
    words = said.words[start : start + MOST_WORDS["place"]]
    for number, word in enumerate(words):
        if _AFTER_PLACE.fullmatch(word.strip(",;!?.")):
            return number
        if word[-1] in ";!?":
            return number + 1
    return len(words)


def _zones(match: Match) -> frozenset[str] | None:
    return frozenset(place.zone for place in match.places) or None
