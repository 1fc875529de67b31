"""Which tip comes next for a subscriber: a pure function of what is known of them and of the day.

A *cycle* is one walk through all tips that fit the subscriber; within it none comes twice. What
came late in one cycle does not come early in the next: a third of what fits lies between.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from struct import unpack

from tips.library import Library
from tips.models import Audience, Season
from tips.reactions import put_off_mask
from tips.seasons import days_left, season_at

DISLIKES_IN_A_ROW = 3
UNPROVEN_EVERY = 4
"""At most every so many tips says that something is not shown, as long as others are left."""
NUMBER_BYTES = 2
"""A tip's number is below 10,000."""

_SIXTY_FOUR_BITS = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class SubscriberState:
    """What the choice of a tip depends on; the caller stores it and hands it in again."""

    seed: int
    """Any number that is the subscriber's own for ever: it sets their order."""
    seen: int = 0
    """A bit for the number of every tip seen in the running cycle."""
    recent: bytes = b""
    """The numbers of the tips sent last, two bytes each, oldest first."""
    last_number: int | None = None
    """The tip sent last, where ``recent`` does not say so yet."""
    last_topic: str | None = None
    """Its topic, kept beside the number because a withdrawn tip has no topic any more."""
    themes: int = 0
    """A bit for every theme the subscriber wants; none means that nothing fits."""
    audience: Audience = Audience.EVERYONE
    dropped_topics: frozenset[str] = frozenset()
    """Topics the subscriber does not want although their theme is wanted."""
    put_off: str | None = None
    """What comes last because of what they said of a tip, as ``tips.reactions`` writes it."""


@dataclass(frozen=True, slots=True)
class Pick:
    """The next tip, and what the subscriber has seen once it is sent."""

    number: int
    topic: str
    seen_after: int
    recent_after: bytes


@dataclass(frozen=True, slots=True)
class _Pool:
    """All that fits one kind of subscriber: in the season, and in any season."""

    now: int
    ever: int
    seasonal: int
    """Those of ``now`` that belong to this season and not to the whole year."""
    topics: tuple[int, ...]
    """The mask of each topic in ``now``."""
    largest: int
    """How many tips the largest of these topics has."""
    between: int
    """How many others come at least before a tip comes again."""


def pick(library: Library, state: SubscriberState, on: date, zone: str) -> Pick | None:
    """The next tip for a subscriber on a local date in an IANA time zone; None where no tip fits.

    The first ones are those chosen by hand, as far as they fit. After them no tip comes twice
    before all that fit themes, audience and season have been seen, nor before a third as many
    others have come; neighbours differ in topic wherever an order of what remains allows it; tips
    of the season come spread over it, and before it ends; one that says what is not shown is
    followed by three that help. What the subscriber put off comes last, as far as that leaves
    all of this true. The same arguments always give the same pick, so a repeated
    attempt to plan a day changes nothing.
    """
    season = season_at(on, zone)
    pool = _pool(library, state.themes, state.audience, season, state.dropped_topics)
    seen, unseen = state.seen, pool.now & ~state.seen
    if not unseen:
        seen, unseen = _new_cycle(pool, seen)
    if not unseen:
        return None
    recent = state.recent or _remembered(b"", state.last_number)
    put_off = put_off_mask(library, state.put_off, on) if state.put_off else 0
    first = _first_week(library, state.audience, unseen & ~put_off, recent)
    days = days_left(on)
    number = _choose(library, state, pool, unseen, put_off, days) if first is None else first
    if _is_among(number, recent, pool.between):
        late = _mask_of(recent, pool.between)
        if not unseen & ~late:
            # All that is left of this cycle came late in the one before: it begins anew.
            seen, unseen = _new_cycle(pool, seen)
        number = _choose(library, state, pool, unseen & ~late, put_off, days)
    kept = _remembered(recent, number)[-2 * (len(library.tips) // 3 or 1) :]
    return Pick(number, library.topic_of[number], seen | 1 << number, kept)


def fitting(library: Library, state: SubscriberState, on: date, zone: str) -> int:
    """How many tips fit a subscriber: of their themes, for their audience, in the season."""
    season = season_at(on, zone)
    return _pool(
        library, state.themes, state.audience, season, state.dropped_topics
    ).now.bit_count()


def _new_cycle(pool: _Pool, seen: int) -> tuple[int, int]:
    """What has been seen, and what has not, when all that fits may come again.

    Tips of other themes stay seen: who adds the theme again goes on where they left off.
    """
    return seen & ~pool.ever, pool.now


def _first_week(library: Library, audience: Audience, unseen: int, recent: bytes) -> int | None:
    """The next of the tips chosen by hand, until as many tips have come as there are of them."""
    chosen = library.first_week(audience)
    if len(recent) >= NUMBER_BYTES * len(chosen):
        return None
    return next((number for number in chosen if unseen >> number & 1), None)


def _choose(
    library: Library, state: SubscriberState, pool: _Pool, unseen: int, put_off: int, days: int
) -> int:
    last = library.topic_mask(state.last_topic) if state.last_topic else 0
    candidates = _apart(pool, unseen, last)
    if library.unproven_mask & _mask_of(state.recent, UNPROVEN_EVERY - 1):
        candidates = candidates & ~library.unproven_mask or candidates
    candidates = candidates & ~put_off or candidates
    chance = _mix(state.seed, unseen.bit_count())
    seasonal = candidates & pool.seasonal
    if seasonal and _is_their_turn((unseen & pool.seasonal).bit_count(), days, chance):
        candidates = seasonal
    return _nth_bit(candidates, chance % candidates.bit_count())


def _remembered(recent: bytes, number: int | None) -> bytes:
    return recent if number is None else recent + number.to_bytes(NUMBER_BYTES, "little")


def _is_among(number: int, recent: bytes, last: int) -> bool:
    """Whether the number is one of the ``last`` in ``recent``."""
    sought = number.to_bytes(NUMBER_BYTES, "little")
    at = recent.find(sought, max(0, len(recent) - NUMBER_BYTES * last)) if last else -1
    while at % NUMBER_BYTES and at >= 0:
        at = recent.find(sought, at + 1)
    return at >= 0


def _mask_of(recent: bytes, last: int) -> int:
    """A bit for each of the ``last`` numbers in ``recent``."""
    mask = 0
    for number in decode_recent(recent[max(0, len(recent) - NUMBER_BYTES * last) :]):
        mask |= 1 << number
    return mask


@lru_cache(maxsize=4096)
def _pool(
    library: Library, themes: int, audience: Audience, season: Season, dropped: frozenset[str]
) -> _Pool:
    wanted = library.theme_mask(themes) & ~library.topics_mask(dropped)
    ever = wanted & library.audience_mask(audience)
    now = ever & library.season_mask(season)
    topics = tuple(mask for topic in library.topics if (mask := library.topic_mask(topic) & now))
    seasonal = now & ~library.all_year_mask
    largest = max((mask.bit_count() for mask in topics), default=0)
    count = now.bit_count()
    return _Pool(
        now, ever, seasonal, topics, largest, between=max(0, min(count - 1, count // 3 or 1))
    )


def forget_libraries() -> None:
    """Keep nothing of any library in memory."""
    _pool.cache_clear()


def _apart(pool: _Pool, unseen: int, last: int) -> int:
    """The tips that may come now so that neighbours can go on differing in topic.

    With ``n`` tips left, an order without two neighbours of one topic exists as long as no topic
    has more than half of them, rounded up; a topic above half therefore has to come now.
    """
    count = unseen.bit_count()
    if pool.largest * 2 > count:
        for topic in pool.topics:
            if (unseen & topic).bit_count() * 2 > count and not topic & last:
                return unseen & topic
    return unseen & ~last or unseen


def _is_their_turn(waiting: int, days: int, chance: int) -> bool:
    """Whether a tip of the season goes now, with so many waiting and so many days left.

    Left to chance, most of them would miss their season, and a year would run out of tips. Twice
    the even pace leaves room for the days on which their topic has just been.
    """
    return (chance >> 32) % days < 2 * waiting


def _mix(seed: int, step: int) -> int:
    """A well-spread 64-bit number: the finaliser of SplitMix64 (Steele, Lea and Flood, 2014)."""
    mixed = (seed + step * 0x9E3779B97F4A7C15) & _SIXTY_FOUR_BITS
    mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & _SIXTY_FOUR_BITS
    mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & _SIXTY_FOUR_BITS
    return mixed ^ mixed >> 31


def _nth_bit(mask: int, index: int) -> int:
    """The position of the set bit that has ``index`` set bits below it, found by halving."""
    position, width = 0, mask.bit_length()
    while width > 1:
        half = width >> 1
        low = mask & (1 << half) - 1
        below = low.bit_count()
        if index < below:
            mask, width = low, half
        else:
            mask, width = mask >> half, width - half
            index -= below
            position += half
    return position


def decode_recent(recent: bytes) -> list[int]:
    """The numbers of the tips sent last, oldest first."""
    count = len(recent) // NUMBER_BYTES
    return list(unpack(f"<{count}H", recent[: count * NUMBER_BYTES]))


@dataclass(frozen=True, slots=True)
class Vote:
    """A subscriber's 👍 or 👎 on a tip of a topic."""

    topic: str
    liked: bool


def drop_suggestion(votes: Sequence[Vote], asked: Collection[str] = ()) -> str | None:
    """The topic to offer dropping after the latest vote, or None.

    ``votes`` are one subscriber's, oldest first; ``asked`` are the topics they were asked about
    before. The latest three votes on the topic of the last one all have to be dislikes.
    """
    if not votes or votes[-1].topic in asked:
        return None
    topic = votes[-1].topic
    latest = [vote.liked for vote in votes if vote.topic == topic][-DISLIKES_IN_A_ROW:]
    return topic if len(latest) == DISLIKES_IN_A_ROW and not any(latest) else None
