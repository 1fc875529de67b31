"""Reads an hour as people write it: "07:15", "half past seven", "about 8 in the evening"."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from tips.normalise import readings

LONGEST = 60  # characters; no hour takes more
HALF_DAY = 720

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
NUMBERS = {word: value for value, word in enumerate(_SMALL.split())}
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_AROUND = (  # what people put around an hour
    r"please|pls|plz|sir|madam|mate|kindly|thanks|thank you|thx|ty|hi|hello|yes|yeah|ok|okay",
    r"just|maybe|perhaps",
    r"let s (say|do|make it|have|go for)|make it|how about|what about",
    r"(when|after|once) i (wake|get) up",
    r"i (want|think|prefer|get up)",
    r"i (d|would|ll) (like|prefer|say|love|take|go for|have)",
    r"(can|could) (you|i|we)( (do|have|get))?|if (possible|you can)",
    r"(send|give) (it|them|me|tips|a tip|my tip|the tips?)|the|my tip|tips?",
    r"at|around|about|roughly|approximately|approx|circa|ca|by|or so|or thereabouts",
    r"(is|would be|will be|sounds|works?) (fine|good|great|nice|best|perfect|ok|okay|for me)",
    r"works?|for me|best|sharp|exactly|on the dot|local time|my time|every ?day|each day|daily",
    r"um|gegen|alle|a las|kl|à|bitte|por favor|s il vous plaît|svp",
)
_ABOUT = re.compile(rf"\b({'|'.join(_AROUND)})\b")
_SIGNS = re.compile(r"[^\w\s:.,']|(?<!\d)[:,.']|[:,.'](?!\d)")
_NO_HOUR = re.compile(r"^[-−]\d|\d:\d(?!\d)")
_AM_PM = re.compile(r"(?<=[\d\s])([ap])\.? ?m\b\.?")
_MORNING = (
    r"a\.?m?\.?|(in )?(the )?morning|mornings|every morning|morgens|früh|vormittags|du matin|"
    r"de la mañana|da manhã"
)
_LATER = (
    r"p\.?m?\.?|(in )?(the )?(afternoon|evening)s?|every (afternoon|evening)|tonight|nachmittags|"
    r"abends|du soir|de la tarde|de la noche|da (tarde|noite)"
)
_NIGHT = r"(at |in the )?nights?|every night"
_HALF = (
    rf"(?:(?P<half>(?P<morning>{_MORNING})|(?P<later>{_LATER})|(?P<night>{_NIGHT}))"
    r"(\s*ish)?( every (morning|evening|night))?)"
)
_OCLOCK = r"o ?'?clock|uhr|hrs?|hours?|heures?"
_DIGITS = re.compile(
    rf"(?P<hour>\d{{1,2}})(?:\s*(?P<mark>[:.,h'\s]|uhr)\s*(?P<minute>\d{{2}})|(?P<joined>\d{{2}}))?"
    rf"\s*(?P<clock>{_OCLOCK}|h)?\s*(?P<ish>ish)?\s*{_HALF}?\s*(?P<last>{_OCLOCK})?"
)
_SPAN = re.compile(
    r"(?P<span>half|quarter|5|10|20|25|\d{1,2} minutes?) "
    r"(?P<side>past|after|to|before|of|till|til) "
    rf"(?P<hour>\d{{1,2}})\s*(?:{_OCLOCK})?\s*(?P<ish>ish)?\s*{_HALF}?"
)
_HALF_SEVEN = re.compile(rf"(?P<tongue>half|halb) (?P<hour>\d{{1,2}})\s*(?P<ish>ish)?\s*{_HALF}?")
_NOON = re.compile(r"(12 )?(?P<name>midnight|noon|midday|mittag|mitternacht) ?(ish)?")
_PARTS_OF_THE_DAY = {
    420: r"(first thing( in the morning)?|early( in the)? morning|before work|when i wake up)",
    480: r"((in|every) )?(the )?mornings?( time)?|(with|after|over) breakfast|breakfast ?time",
    720: r"(at |over )?lunch ?(time|break)?",
    900: r"((in|every) )?(the )?afternoons?",
    1140: r"((in|every) )?(the )?evenings?|after work|dinner ?time",
    1260: r"(at |every )?nights?|late( in the)? evening|before bed( ?time)?|bed ?time",
}


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour that was read: minutes after midnight.

    ``other`` is the same hour of the other half of the day, where either may be meant. It is
    ``unlikely`` that someone means ``minute`` and not ``other``: nobody reads tips at half past
    two in the morning. A ``vague`` one was a part of the day.
    """

    minute: int
    other: int | None = None
    vague: bool = False

    @property
    def unlikely(self) -> bool:
        return self.other is not None and 60 <= self.minute < 300


def read_hour(typed: str) -> int | None:
    """Minutes after midnight, or None when this is no hour of the day. 24:00 is midnight."""
    clock = read_clock(typed)
    return clock.minute if clock is not None else None


def read_clock(typed: str) -> Hour | None:
    """The hour in what was typed, if it holds nothing else."""
    clocks = (_read(words.casefold()) for words in readings(typed) if len(words) <= LONGEST)
    return next((clock for clock in clocks if clock is not None), None)


def _read(words: str) -> Hour | None:
    if _NO_HOUR.search(words):
        return None
    digits = _AM_PM.sub(r"\1m", _plain_digits(words)).replace("時", " uhr ")
    plain = _in_digits(_without(_SIGNS, digits))
    bare = _without(_ABOUT, plain)
    # "Half past twelve, just after lunch"
    head = _without(_ABOUT, _in_digits(_without(_SIGNS, digits.partition(", ")[0])))
    for said in dict.fromkeys((plain, bare, head)):
        clock = _named(said) or _span(said) or _half_seven(said) or _digits(said)
        if clock is not None:
            return clock
    return None


def _plain_digits(words: str) -> str:
    """Digits of every script as ours."""
    return "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in words)


def _without(pattern: re.Pattern[str], words: str) -> str:
    return " ".join(pattern.sub(" ", words).split())


def _in_digits(words: str) -> str:
    """ "seven thirty" -> "7 30", "twenty-five past six" -> "25 past 6", "nine ish" as it is."""
    said: list[str] = []
    for word in re.sub(r"(?<=\w)ish\b", " ish", words).split():
        value = TENS.get(word, NUMBERS.get(word))
        tens = said[-1] if said and said[-1] in ("20", "30", "40", "50") else None
        if value is None:
            said.append(word)
        elif tens is not None and value < 10:
            said[-1] = str(int(tens) + value)
        else:
            said.append(str(value))
    joined = re.sub(r"\b(o|oh) (\d)\b", r"0\2", " ".join(said))
    return re.sub(r"\ba (quarter|half)\b", r"\1", joined)


def _named(said: str) -> Hour | None:
    found = _NOON.fullmatch(said)
    if found is not None:
        return Hour(0 if found["name"] in ("midnight", "mitternacht") else HALF_DAY)
    for minute, pattern in _PARTS_OF_THE_DAY.items():
        if re.fullmatch(pattern, said):
            return Hour(minute, vague=True)
    return None


def _span(said: str) -> Hour | None:
    found = _SPAN.fullmatch(said)
    if found is None:
        return None
    span = {"half": 30, "quarter": 15}.get(found["span"]) or int(found["span"].split()[0])
    after = found["side"] in ("past", "after")
    hour = int(found["hour"])
    if span > 59 or not 1 <= hour <= 23 or (found["span"] == "half" and not after):
        return None
    return _clock(hour * 60 + (span if after else -span), found, spoken=True)


def _half_seven(said: str) -> Hour | None:
    """ "half seven" is 7:30 in Britain, "halb sieben" is 6:30 in German."""
    found = _HALF_SEVEN.fullmatch(said)
    if found is None or not 1 <= int(found["hour"]) <= 12:
        return None
    past = 30 if found["tongue"] == "half" else -30
    return _clock(int(found["hour"]) * 60 + past, found, spoken=True)


def _digits(said: str) -> Hour | None:
    found = _DIGITS.fullmatch(said)
    if found is None:
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or found["joined"] or 0)
    if (hour, minute) == (24, 0) and found["half"] is None:
        hour = 0
    if hour > 23 or minute > 59:
        return None
    return _clock(hour * 60 + minute, found, spoken=not _is_of_24(found, hour))


def _is_of_24(found: re.Match[str], hour: int) -> bool:
    """Whether it is written as clocks of 24 hours show it; nobody means 2:30 by "2:30"."""
    if 1 <= hour <= 4 and not found["hour"].startswith("0"):
        return found["mark"] in ("h", "uhr") or "uhr" in (found["clock"], found["last"])
    marked = found["mark"] not in (None, " ") or found["joined"] or found["clock"] in ("h", "uhr")
    return bool(marked) or found["hour"].startswith("0") or found["last"] == "uhr"


def _clock(minute: int, found: re.Match[str], *, spoken: bool) -> Hour | None:
    """The hour in its half of the day; ``spoken`` hours up to twelve fit both."""
    if found["half"] is not None:
        return _in_half(minute, found)
    if not spoken or not 60 <= minute < 13 * 60:
        return Hour(minute % 1440)
    morning = minute % HALF_DAY
    # Nobody says "twelve" and means midnight.
    first = morning + HALF_DAY if morning < 60 else morning
    return Hour(first, (first + HALF_DAY) % 1440)


def _in_half(minute: int, found: re.Match[str]) -> Hour | None:
    if minute < 30:
        return None
    if minute >= 13 * 60:
        # "18:30 in the evening" says the same thing twice; "18:30 am" and "13pm" are slips.
        said_twice = found["later"] is not None and not found["later"].startswith("p")
        return Hour(minute) if said_twice else None
    first = minute % HALF_DAY
    late = bool(found["later"]) or (bool(found["night"]) and first >= 300)
    return Hour(first + HALF_DAY if late else first)
