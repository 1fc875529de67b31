"""A subscriber's life as a state machine: tips come and go, settings change, years pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.tips.trees import Sketch, library_of
from tests.tips.walks import new_cycles
from tips.models import Audience, Season
from tips.rotation import SubscriberState, pick
from tips.seasons import season_at

TOPICS = ("a", "b", "c", "d")
THEMES = {"first": ("a", "b"), "second": ("c", "d")}
ZONES = ("Europe/Berlin", "Australia/Sydney", "Africa/Nairobi")

seasons = st.lists(st.sampled_from(list(Season)), max_size=2, unique=True).map(tuple)
drawn = st.tuples(st.sampled_from(TOPICS), seasons, st.sampled_from(list(Audience)))


class SubscriberLife(RuleBasedStateMachine):
    """Keeps its own books of what was sent, by plain sets, and compares."""

    @initialize(tips=st.lists(drawn, min_size=1, max_size=12), seed=st.integers(0, 2**64))
    def begin(self, tips: list[tuple[str, tuple[Season, ...], Audience]], seed: int) -> None:
        self.sketches = [Sketch(n, *tip) for n, tip in enumerate(tips)]
        self.next_number = len(tips)
        self.withdrawn: set[int] = set()
        self.state = SubscriberState(seed=seed, themes=0b11)
        self.day = date(2026, 1, 1)
        self.zone = ZONES[0]
        self.sent_in_cycle: set[int] = set()
        self.sent: list[int] = []

    def fits(self, sketch: Sketch, *, in_season: bool = True) -> bool:
        theme = 0 if sketch.topic in THEMES["first"] else 1
        season = season_at(self.day, self.zone)
        return (
            bool(self.state.themes >> theme & 1)
            and sketch.topic not in self.state.dropped_topics
            and Audience.EVERYONE
            in {sketch.audience, self.state.audience}
            | ({Audience.EVERYONE} if sketch.audience is self.state.audience else set())
            and (not in_season or not sketch.season or season in sketch.season)
        )

    @rule(days=st.integers(1, 5))
    def days_pass_with_a_tip_each(self, days: int) -> None:
        for _ in range(days):
            self.day += timedelta(days=1)
            self.receive()

    def receive(self) -> None:
        fitting = {s.number: s.topic for s in self.sketches if self.fits(s)}
        picked = pick(library_of(self.sketches, THEMES), self.state, self.day, self.zone)
        if picked is None:
            assert not fitting
            return
        assert picked.number in fitting
        assert picked.number not in self.withdrawn
        between = max(1, len(fitting) // 3) if len(fitting) > 1 else 0
        late = set(self.sent[-between:]) if between else set()
        unsent = fitting.keys() - self.sent_in_cycle - late
        assert new_cycles(self.state, [picked]) == [not unsent]
        if not unsent:
            again = {s.number for s in self.sketches if self.fits(s, in_season=False)}
            self.sent_in_cycle -= again
            unsent = fitting.keys() - late
        assert picked.number in unsent
        self.sent.append(picked.number)
        others = {n for n in unsent if fitting[n] != self.state.last_topic}
        assert not others or picked.topic != self.state.last_topic
        self.sent_in_cycle.add(picked.number)
        self.state = replace(
            self.state,
            seen=picked.seen_after,
            recent=picked.recent_after,
            last_number=picked.number,
            last_topic=picked.topic,
        )

    @rule(days=st.integers(20, 200))
    def a_pause(self, days: int) -> None:
        self.day += timedelta(days=days)

    @rule(themes=st.integers(0, 3), audience=st.sampled_from(list(Audience)))
    def settings_change(self, themes: int, audience: Audience) -> None:
        self.state = replace(self.state, themes=themes, audience=audience)

    @rule(dropped=st.sets(st.sampled_from(TOPICS), max_size=2))
    def topics_are_dropped(self, dropped: set[str]) -> None:
        self.state = replace(self.state, dropped_topics=frozenset(dropped))

    @rule(zone=st.sampled_from(ZONES))
    def the_reader_moves(self, zone: str) -> None:
        self.zone = zone

    @rule(tip=drawn)
    def a_tip_is_added(self, tip: tuple[str, tuple[Season, ...], Audience]) -> None:
        self.sketches.append(Sketch(self.next_number, *tip))
        self.next_number += 1

    @rule(position=st.integers(0, 20))
    def a_tip_is_withdrawn(self, position: int) -> None:
        if position < len(self.sketches):
            self.withdrawn.add(self.sketches.pop(position).number)

    @invariant()
    def the_bitmap_says_what_was_sent(self) -> None:
        known = {s.number for s in self.sketches}
        marked = {number for number in known if self.state.seen >> number & 1}
        assert marked == self.sent_in_cycle & known


SubscriberLife.TestCase.settings = settings(
    max_examples=120, stateful_step_count=30, deadline=None
)
TestSubscriberLife = SubscriberLife.TestCase
