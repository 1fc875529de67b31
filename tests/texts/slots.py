"""Every text function, called with someone's words in every slot that takes words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import orjson

from bot.admins.roles import Member, Role
from bot.figures import Lateness, Overview, Period, Questions, Rated, Reach, Standing, Votes
from bot.places import Place
from bot.texts import (
    announcement,
    ask_team,
    audit,
    broadcast,
    broadcast_audience,
    broadcast_card,
    broadcast_time,
    content,
    errors,
    faq,
    found,
    help,  # noqa: A004
    html,
    inbox,
    inline,
    pause,
    privacy,
    report,
    roles,
    saved,
    service_wishes,
    settings,
    signs,
    start,
    stats,
    tip,
    week,
    why_not,
)
from bot.texts.catalogue import translator
from bot.texts.fields import View
from bot.texts.hours import Hour
from bot.texts.message import Message
from bot.texts.service_wishes import Asker
from bot.texts.sharing import Sharing
from tips.findings import Finding
from tips.library import Library
from tips.loading import Content
from tips.models import (
    Answer,
    Claim,
    Evidence,
    FirstWeek,
    Kind,
    Names,
    Retired,
    Source,
    Theme,
    Tip,
)
from tips.reactions import WhyNot, change_of
from tips.signs import Advice, SignLanguage

EN = translator("en")

NOW = datetime(2026, 3, 1, 13, 32, tzinfo=UTC)  # a Sunday; 14:32 in Berlin
NEXT = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


@dataclass(frozen=True)
class SomeSubscriber:
    """A subscriber of these tests: Berlin, 08:00, every day, all themes."""

    state: str = "active"
    language: str = "en"
    zone: str | None = "Europe/Berlin"
    local_minute: int | None = 480
    weekdays: int = 127
    themes: int = 255
    audience: str = "both"
    quiet: bool = False
    announcements: bool = True
    paused_until: datetime | None = None
    zone_lost: bool = False


TEAM = [
    Member(1, Role.OWNER),
    Member(2, Role.EDITOR, NOW),
    Member(2**52, Role.VIEWER, NOW - timedelta(days=400)),
]


@dataclass(frozen=True)
class SomeEntry:
    """An entry of the audit log."""

    id: int = 2**52
    at: datetime = NOW
    actor: int = 2**52
    act: str = "role"
    subject: str = f"admin {2**52}"
    before: str | None = '{"x":null}'
    after: str | None = None


@dataclass(frozen=True)
class SomeFault:
    """A fault of the content that says somebody's words."""

    words: str
    line: int | None = 12

    @property
    def finding(self) -> Finding:
        return Finding("en/tips/gut.yaml", self.words, "yaml", self.words, self.words)


@dataclass(frozen=True)
class SomeReport:
    """A broadcast's figures."""

    state: str = "sending"
    total: int = 1000
    sent: int = 640
    blocked: int = 7
    failed: dict[str, int] = field(default_factory=dict)
    own: dict[str, int] = field(default_factory=dict)
    in_doubt: int = 0
    too_old: int = 0
    cancelled: int = 0
    left: int = 0
    queued: int = 350
    under_way: int = 0
    failed_again: int = 0
    doubt_again: int = 0


OWN = {"forbids_voice": 12, "asks_payment": 3}
FIRST, LAST = date(2026, 2, 23), date(2026, 3, 1)
SOME_DAYS = Period(
    first=FIRST,
    last=LAST,
    subscribers=1204,
    joined=48,
    returned=3,
    left=20,
    left_how={"stopped": 9, "blocked": 8, "gone": 1, "erased": 2},
    tips={"sent": 7700, "failed": 3},
    broadcasts={},
    failures={},
    doubts=0,
    lateness=Lateness(1.25, 130.0, ()),
    tip_votes=Votes(90, 4),
    answer_votes=Votes(12, 1),
    misses=2,
    questions=Questions(111, 20, 9),
)
NO_DAYS = Period(
    FIRST, LAST, 0, 0, 0, 0, {}, {}, {}, {}, 0, Lateness(None, None, ()), Votes(0, 0), Votes(0, 0),
    0, Questions(0, 0, 0),
)  # fmt: skip


def some_figures(total: Period = SOME_DAYS, **more: Any) -> Overview:
    """The figures of a week, of which nothing is known but its sum."""
    given: dict[str, Any] = {
        "days": 7,
        "at": NOW,
        "now": Standing(1150, 54, 30, 12, 3, 1),
        "total": total,
        "steps": (total,),
        "themes": (Rated("m0", Votes(90, 4)), Rated("m1", Votes(0, 0))),
        "best": (Rated("tip", Votes(90, 4)),),
        "worst": (),
        "broadcasts": (Reach(3, NOW, 1204, 1170),),
        "sources": {},
    }
    return Overview(**{**given, **more})


NO_FIGURES = some_figures(
    NO_DAYS, now=Standing(0, 0, 0, 0, 0, 0), themes=(), best=(), broadcasts=()
)


def library_of(words: str, *, level: Evidence = Evidence.LIMITED) -> Library:
    """A small library with ``words`` as every text in it."""
    source = Source.model_construct(
        key="a", title=words, authors=(words, words), year=words, container=words,
        doi=words, url=f"https://example.org/{words}", type="rct", read="full", show=True,
    )  # fmt: skip
    plain = source.model_copy(update={"key": "b", "doi": None, "authors": ()})
    claim = Claim.model_construct(
        id="c", topic="t", claim=words, strength=level, caveat=words, sources=("a", "b")
    )
    one = Tip.model_construct(
        id="tip", number=7, topic="t", title=words, body=words, action=words, caution=words,
        kind=Kind.DO, about=words, claims=("c",), season=(), audience="everyone",
    )  # fmt: skip
    answer = Answer.model_construct(
        id="x" * 48, topic="t", question=words, given=(), wordings=(), headline=words,
        body=words, doctor=words, details=words, claims=("c",), related=("x" * 48,),
    )  # fmt: skip
    themes = tuple(Theme.model_construct(id=f"m{n}", bit=n, topics=("t",)) for n in range(8))
    return Library(
        Content(
            root=Path(),
            language="en",
            claims={"c": claim},
            sources={"a": source, "b": plain},
            themes=themes,
            groups=(),
            first_week=FirstWeek(),
            questions={},
            retired=Retired(),
            names=Names.model_construct(
                themes={theme.id: words for theme in themes}, topics={"t": words}
            ),
            tips=(one,),
            answers=(answer,),
            unnumbered=frozenset(),
            files={},
        )
    )


Call = Callable[[str, Library], Message | str]
BERLIN = SomeSubscriber()
UNSET = SomeSubscriber(state="new", zone=None, local_minute=None)
LOST = SomeSubscriber(zone=None, zone_lost=True)
PAUSED = SomeSubscriber(state="paused", paused_until=datetime(2026, 3, 9, 7, tzinfo=UTC))


def _places(words: str) -> list[Place]:
    return [Place(words, "Europe/Berlin", "DE"), Place(words, "Etc/GMT-2")]


COURSE = report.Course(2**62, "message", 200, 24.5, "failures")


@dataclass(frozen=True)
class SomeAudience:
    """An audience with every part."""

    who: tuple[str, ...] = ("adult",)
    themes: tuple[str, ...] = ("skin",)
    zones: tuple[str, ...] = ("Europe/*",)
    countries: tuple[str, ...] = ("GB",)
    joined_after: date | None = date(2026, 1, 1)
    joined_before: date | None = date(2026, 2, 1)
    active_days: int | None = 30
    source: str | None = "leaflet"
    without: tuple[int, ...] = (12,)
    list_id: int | None = 3


@dataclass(frozen=True)
class SomeSchedule:
    """A time of the admin's."""

    at: datetime | None = None
    local_date: date | None = None
    local_minute: int | None = None
    late: str = "next_day"
    not_after: datetime | None = None
    ends_early: bool = False


@dataclass(frozen=True)
class SomeWaiting:
    """A broadcast that waits."""

    number: int = 2**62
    schedule: SomeSchedule = SomeSchedule(at=NEXT)
    people: int = 12_000
    approved: bool = False


@dataclass(frozen=True)
class SomeProblem:
    """Something wrong with a content."""

    code: str
    place: str = "text"
    over: int = 3


def _problems(words: str) -> list[SomeProblem]:
    return [SomeProblem("too_long"), SomeProblem("unknown_placeholder", words),
            SomeProblem("bad_link", "button 2"), SomeProblem("bare_link", "button 1"),
            SomeProblem("odd", words)]  # fmt: skip


def some_card(
    words: str, kind: str = "message", state: str = "draft", **more: int
) -> broadcast_card.Card:
    made = broadcast_card.Card(
        number=2**62, kind=kind, state=state, audience=SomeAudience(source=words),
        schedule=SomeSchedule(at=NEXT), themes={"skin": words}, now=NOW, zone="Europe/Berlin",
        count=12_000, seconds=480, stars=90.5, manner="forward", links=(words,),
    )  # fmt: skip
    return replace(made, **more)


def _reasons(words: str) -> dict[str, int]:
    return {words: 3, "blocked": 2, "empty": 0}


def _failing(words: str) -> Overview:
    return some_figures(replace(SOME_DAYS, failures=_reasons(words)))


CALLS: dict[str, Call] = {
    "start.welcome": lambda *_: start.welcome(EN, "a-link"),
    "start.agreed": lambda *_: start.agreed(EN),
    "start.ask_audience": lambda *_: start.ask_audience(EN),
    "start.audience_taken": lambda *_: start.audience_taken(EN, "parent"),
    "start.sample": lambda _, lib: start.sample(EN, lib.tips[0], lib),
    "start.ask_zone": lambda w, _: start.ask_zone(EN, _places(w)),
    "start.zone_lost": lambda w, _: start.zone_lost(EN, _places(w)),
    "start.zone_candidates": lambda w, _: start.zone_candidates(EN, w, _places(w), NOW),
    "start.zone_candidates, a slip": lambda w, _: start.zone_candidates(
        EN, w, _places(w), NOW, named=False
    ),
    "start.audience_unknown": lambda *_: start.audience_unknown(EN, "112"),
    "start.let_be": lambda *_: start.let_be(EN),
    "start.zone_left": lambda *_: start.zone_left(EN),
    "start.zone_unknown": lambda w, _: start.zone_unknown(EN, w),
    "start.location_unknown": lambda *_: start.location_unknown(EN),
    "start.zone_taken": lambda *_: start.zone_taken(EN, "America/Argentina/Buenos_Aires"),
    "start.zone_taken, by a place": lambda w, _: start.zone_taken(EN, "Europe/Berlin", w),
    "start.ask_move": lambda *_: start.ask_move(EN, "America/Argentina/Buenos_Aires", NOW),
    "start.zone_same": lambda *_: start.zone_same(EN, "Europe/Berlin"),
    "start.zone_kept": lambda *_: start.zone_kept(EN, "Europe/Berlin"),
    "start.ask_hour": lambda *_: start.ask_hour(EN, "Europe/Berlin", NOW),
    "start.ask_typed_hour": lambda *_: start.ask_typed_hour(EN),
    "start.hour_unknown": lambda w, _: start.hour_unknown(EN, w),
    "start.done": lambda *_: start.done(EN, BERLIN, NEXT, NOW),
    "start.known": lambda *_: start.known(EN, BERLIN, NEXT, NOW),
    "start.known, new": lambda *_: start.known(EN, UNSET, None, NOW),
    "start.returned": lambda *_: start.returned(EN, PAUSED, None, NOW),
    "start.finish_first": lambda *_: start.finish_first(EN),
    "tip.render": lambda _, lib: tip.render(EN, lib.tips[0], lib),
    "tip.render, turned down": lambda _, lib: tip.render(
        EN, lib.tips[0], lib, tip.Shown(-1, saved=True), Sharing(inline=True, username="a_bot")
    ),
    "tip.render, unfolded": lambda _, lib: tip.render(
        EN, lib.tips[0], lib, tip.Shown(-1, "hard", unfolded=True), Sharing(username="a_bot")
    ),
    "why_not.what_changed": lambda w, lib: why_not.what_changed(
        EN, change_of(lib.tips[0], WhyNot.NOT_SKIN), w
    ),
    "why_not.ask_audience": lambda *_: why_not.ask_audience(EN),
    "tip.thanks": lambda *_: tip.thanks(EN, 1),
    "tip.kept": lambda *_: tip.kept(EN, on=True),
    "tip.drop_theme": lambda _, lib: tip.drop_theme(EN, lib.themes[0], lib),
    "tip.theme_dropped": lambda _, lib: tip.theme_dropped(EN, lib.themes[0], lib),
    "tip.theme_dropped, few left": lambda _, lib: tip.theme_dropped(
        EN, lib.themes[0], lib, fitting=1
    ),
    "tip.theme_kept": lambda _, lib: tip.theme_kept(EN, lib.themes[0], lib),
    "tip.theme_gone": lambda *_: tip.theme_gone(EN),
    "tip.none_fits": lambda *_: tip.none_fits(EN),
    "tip.withdrawn": lambda *_: tip.withdrawn(EN),
    "saved.saved": lambda _, lib: saved.saved(EN, lib.tips, 20, 1, 3),
    "saved.saved, tidying": lambda _, lib: saved.saved(EN, lib.tips, 20, 1, 3, tidying=True),
    "saved.saved, none": lambda *_: saved.saved(EN, (), 0, 0, 1),
    "saved.saved, some withdrawn": lambda _, lib: saved.saved(EN, lib.tips, 1, 0, 1, withdrawn=2),
    "saved.saved, all withdrawn": lambda *_: saved.saved(EN, (), 0, 0, 1, withdrawn=1),
    "saved.found": lambda w, lib: saved.found(EN, w, lib.tips),
    "saved.found, none": lambda w, _: saved.found(EN, w, ()),
    "saved.removed": lambda *_: saved.removed(EN),
    "week.week": lambda _, lib: week.week(EN, lib.tips * 7, lib),
    "week.week, none": lambda _, lib: week.week(EN, (), lib),
    "found.found": lambda w, lib: found.found(EN, w, lib.answers * 3, lib.tips * 7),
    "found.nothing": lambda w, _: found.nothing(EN, w),
    "found.what_for": lambda *_: found.what_for(EN),
    "settings.overview": lambda _, lib: settings.overview(EN, BERLIN, lib, NEXT, NOW),
    "settings.overview, zone lost": lambda _, lib: settings.overview(EN, LOST, lib, None, NOW),
    "settings.overview, few tips": lambda _, lib: settings.overview(
        EN, BERLIN, lib, NEXT, NOW, fitting=2
    ),
    "settings.changed": lambda *_: settings.changed(EN),
    "settings.keep_one_day": lambda *_: settings.keep_one_day(EN),
    "settings.keep_one_theme": lambda *_: settings.keep_one_theme(EN),
    "settings.theme_gone": lambda *_: settings.theme_gone(EN),
    "settings.language_gone": lambda *_: settings.language_gone(EN),
    "pause.paused": lambda *_: pause.paused(EN, PAUSED, NEXT, NOW),
    "pause.paused, for good": lambda *_: pause.paused(
        EN, SomeSubscriber(state="paused"), None, NOW
    ),
    "pause.not_on": lambda *_: pause.not_on(EN, SomeSubscriber(state="stopped")),
    "pause.not_on, new": lambda *_: pause.not_on(EN, UNSET),
    "pause.not_on, zone lost": lambda *_: pause.not_on(EN, LOST),
    "pause.paused, nothing fits": lambda *_: pause.paused(EN, PAUSED, None, NOW),
    "pause.choices": lambda *_: pause.choices(EN, PAUSED, NEXT, NOW),
    "pause.calendar": lambda *_: pause.calendar(EN, NOW.date(), 0),
    "pause.day_gone": lambda *_: pause.day_gone(EN),
    "pause.day_unknown": lambda w, _: pause.day_unknown(EN, w),
    "pause.resumed": lambda *_: pause.resumed(EN, BERLIN, NEXT, NOW),
    "pause.stopped": lambda *_: pause.stopped(EN),
    "faq.topics": lambda _, lib: faq.topics(EN, {"t": 3, "1-1": 1}, lib, 0),
    "faq.topic": lambda _, lib: faq.topic(EN, "t", lib.answers * 20, lib, 1),
    "faq.answer": lambda _, lib: faq.answer(EN, lib.answers[0], lib, vote=1),
    "faq.answer, sourced": lambda _, lib: faq.answer(EN, lib.answers[0], lib, sourced=True),
    "faq.answer, alone": lambda _, lib: faq.answer(EN, lib.answers[0], lib, alone=True),
    "faq.unsure": lambda _, lib: faq.unsure(EN, lib.answers * 3),
    "faq.unsure, a wish": lambda w, lib: faq.unsure(EN, lib.answers, services={"service-hour": w}),
    "faq.unsure, a value": lambda _, lib: faq.unsure(
        EN, lib.answers, asked=service_wishes.ask_hour(EN, MORNING)
    ),
    "faq.none": lambda _, lib: faq.none(EN, ("t",), lib),
    "signs.only_english": lambda w, _: signs.only_english(
        SignLanguage.of(
            {
                "advice": [],
                "things": {},
                "only_english": f"{w} {{number}}",
                "your_number": w.strip() or "1",
            }
        ),
        None,
    ),
    "signs.urgent": lambda w, _: signs.urgent(EN, Advice("id", w, ("c",))),
    "signs.urgent, leaving": lambda w, _: signs.urgent(
        EN, Advice("leaving", f"{w} {{number}}.", ("c",)), "112"
    ),
    "signs.signs_rest_on": lambda _, lib: signs.signs_rest_on(EN, list(lib.sources.values())),
    "faq.gone": lambda *_: faq.gone(EN),
    "faq.not_asked": lambda _, lib: faq.not_asked(EN, lib.answers),
    "faq.thanks": lambda *_: faq.thanks(EN, -1),
    "privacy.privacy": lambda *_: privacy.privacy(EN),
    "privacy.privacy, with contact": lambda w, _: privacy.privacy(EN, contact=w),
    "privacy.forget_ask": lambda *_: privacy.forget_ask(EN, in_team=True),
    "privacy.forgotten": lambda *_: privacy.forgotten(EN),
    "privacy.forgotten_but": lambda *_: privacy.forgotten_but(EN, [3, 2**62]),
    "privacy.forget_kept": lambda *_: privacy.forget_kept(EN),
    "privacy.nothing_stored": lambda *_: privacy.nothing_stored(EN),
    "privacy.export_caption": lambda *_: privacy.export_caption(EN),
    "privacy.export_raw_caption": lambda *_: privacy.export_raw_caption(EN),
    "inline.tip": lambda _, lib: inline.tip(EN, lib.tips[0], lib, "a_bot").message,
    "inline.answer": lambda _, lib: inline.answer(EN, lib.answers[0], lib, "a_bot").message,
    "inline.urgent": lambda w, lib: (
        inline.urgent(EN, Advice("id", w or "w", ("c",)), lib).results[0].message
    ),
    "help.help_message": lambda *_: help.help_message(EN, Role.OWNER),
    "announcement.label": lambda *_: announcement.label(EN),
    "announcement.way_out": lambda *_: announcement.way_out(EN),
    "announcement.no_name": lambda *_: announcement.no_name(EN),
    "announcement.next_tip": lambda *_: announcement.next_tip(EN, NEXT, NOW, "Europe/Berlin"),
    "announcement.next_tip, unknown": lambda *_: announcement.next_tip(EN, None, NOW, None),
    "announcement.about": lambda *_: announcement.about(EN),
    "announcement.switched_off": lambda *_: announcement.switched_off(EN),
    "broadcast.send_me": lambda *_: broadcast.send_me(EN),
    "broadcast.offer_this": lambda *_: broadcast.offer_this(EN),
    "broadcast.not_composing": lambda *_: broadcast.not_composing(EN),
    "broadcast.original_lost": lambda *_: broadcast.original_lost(EN),
    "broadcast.gathering": lambda *_: broadcast.gathering(EN, 2**62, 10),
    "broadcast.refused": lambda w, _: broadcast.refused(EN, _problems(w)),
    "broadcast.cannot_copy": lambda w, _: broadcast.cannot_copy(EN, w[:80]),
    "broadcast.album_lost": lambda *_: broadcast.album_lost(EN),
    "broadcast.original_deleted": lambda *_: broadcast.original_deleted(EN, 2**62),
    "broadcast.nobody": lambda *_: broadcast.nobody(EN),
    "broadcast.turned_down": lambda *_: broadcast.turned_down(EN, 2**62),
    "broadcast.own_broadcast": lambda *_: broadcast.own_broadcast(EN),
    "broadcast.tested": lambda *_: broadcast.tested(EN, 2, 1, to_all=True),
    "broadcast.tested, nobody": lambda *_: broadcast.tested(EN, 0, 1, to_all=True),
    "broadcast.tested, me": lambda *_: broadcast.tested(EN, 1, 0, to_all=False),
    "broadcast.changed": lambda *_: broadcast.changed(EN),
    "broadcast.no_list": lambda *_: broadcast.no_list(EN),
    "broadcast.list_caption": lambda *_: broadcast.list_caption(EN, 2**62),
    "broadcast_card.card": lambda w, _: broadcast_card.card(EN, some_card(w)),
    "broadcast_card.card, edit": lambda w, _: broadcast_card.card(EN, some_card(w, kind="edit")),
    "broadcast_card.card, recall": lambda w, _: broadcast_card.card(
        EN, some_card(w, kind="recall", too_late=3, pruned=2), "1"
    ),
    "broadcast_card.card, scheduled": lambda w, _: broadcast_card.card(
        EN, some_card(w, state="scheduled")
    ),
    "broadcast_card.card, waiting": lambda w, _: broadcast_card.card(
        EN, some_card(w, state="waiting")
    ),
    "broadcast_card.card, instead of another": lambda w, _: broadcast_card.card(
        EN, some_card(w, replaces=2**62)
    ),
    "broadcast_card.card, another's that waits": lambda w, _: broadcast_card.card(
        EN, some_card(w, state="waiting", is_own=False)
    ),
    "broadcast_card.ask_words": lambda *_: broadcast_card.ask_words(EN, 2**62),
    "broadcast_card.no_album": lambda *_: broadcast_card.no_album(EN, 2**62),
    "broadcast_card.cannot_replace": lambda w, _: broadcast_card.cannot_replace(EN, 2**62, w),
    "broadcast_card.replaced": lambda *_: broadcast_card.replaced(EN, 2**62, 2**62),
    "broadcast_card.changed_meanwhile": lambda *_: broadcast_card.changed_meanwhile(EN, 2**62),
    "broadcast_card.moved_meanwhile": lambda *_: broadcast_card.moved_meanwhile(EN, 2**62),
    "broadcast_card.overtaken": lambda *_: broadcast_card.overtaken(EN, 2**62),
    "broadcast_card.options": lambda w, _: broadcast_card.options(EN, some_card(w)),
    "broadcast_card.ask_links": lambda *_: broadcast_card.ask_links(EN, 2**62),
    "broadcast_card.no_links_in": lambda *_: broadcast_card.no_links_in(EN, 2**62),
    "broadcast_card.asked_anew": lambda *_: broadcast_card.asked_anew(
        EN, now=9, was=2, stars=0, shown_stars=0
    ),
    "broadcast_card.nobody_to_approve": lambda *_: broadcast_card.nobody_to_approve(EN, 2**62),
    "broadcast_card.approval": lambda w, _: broadcast_card.approval(EN, some_card(w)),
    "broadcast_card.needs_yes": lambda *_: broadcast_card.needs_yes(EN, 2**62),
    "broadcast_card.approved": lambda *_: broadcast_card.approved(EN, 2**62),
    "broadcast_card.refused": lambda *_: broadcast_card.refused(EN, 2**62),
    "broadcast_card.ask_text": lambda *_: broadcast_card.ask_text(EN, 2**62),
    "broadcast_card.ask_text, none": lambda *_: broadcast_card.ask_text(EN, 2**62, has_text=False),
    "broadcast_card.text_only": lambda *_: broadcast_card.text_only(EN, 2**62),
    "broadcast_card.nothing_to_correct": lambda *_: broadcast_card.nothing_to_correct(
        EN, 2**62, "recall", 3, 4
    ),
    "broadcast_card.no_edit": lambda *_: broadcast_card.no_edit(EN, 2**62),
    "report.rest_words": lambda *_: report.rest_words(EN, "message", 12_000),
    "broadcast_time.early_end_words": lambda *_: broadcast_time.early_end_words(EN),
    "report.ask_cancel": lambda *_: report.ask_cancel(EN, 2**62, "message", 12_000),
    "broadcast_card.ask_again": lambda *_: broadcast_card.ask_again(
        EN, 2**62, 12_000, 480, 90.5, in_doubt=True
    ),
    "broadcast_audience.choose": lambda w, _: broadcast_audience.choose(
        EN, 2**62, SomeAudience(source=w), 12_000, {w: w}, last=999_999
    ),
    **{
        f"broadcast_audience.part, {name}": lambda w, _, name=name: broadcast_audience.part(
            EN, name, 2**62, SomeAudience(source=w), 12_000, {"skin": w or "w"}, NOW.date()
        )
        for name in ("who", "themes", "zones", "joined", "active")
    },
    "broadcast_audience.saved": lambda w, _: broadcast_audience.saved(EN, 2**62, [w]),
    "broadcast_audience.saved, none": lambda *_: broadcast_audience.saved(EN, 2**62, []),
    "broadcast_audience.ask_words": lambda *_: broadcast_audience.ask_words(EN, 2**62),
    "broadcast_audience.not_understood": lambda w, _: broadcast_audience.not_understood(
        EN, 2**62, w, "no_such_zone", [w]
    ),
    "broadcast_audience.ask_list": lambda *_: broadcast_audience.ask_list(EN, 2**62),
    "broadcast_audience.bad_list": lambda *_: broadcast_audience.bad_list(EN, 2**62, 7),
    "broadcast_audience.nobody_listed": lambda *_: broadcast_audience.nobody_listed(EN, 2**62),
    "broadcast_audience.listed": lambda *_: broadcast_audience.listed(EN, 2, 3),
    "broadcast_audience.ask_name": lambda *_: broadcast_audience.ask_name(EN, 2**62),
    "broadcast_audience.bad_name": lambda *_: broadcast_audience.bad_name(EN, 2**62),
    "broadcast_audience.named": lambda w, _: broadcast_audience.named(EN, w),
    "broadcast_audience.segment_gone": lambda *_: broadcast_audience.segment_gone(EN),
    "broadcast_audience.segment_key": lambda w, _: broadcast_audience.segment_key("a"),
    "broadcast_time.when_words": lambda *_: broadcast_time.when_words(
        EN, SomeSchedule(), NOW, "Europe/Berlin"
    ),
    "broadcast_time.choose": lambda *_: broadcast_time.choose(
        EN, 2**62, SomeSchedule(), NOW, "America/Argentina/Buenos_Aires"
    ),
    "broadcast_time.choose_local": lambda *_: broadcast_time.choose_local(
        EN, 2**62, SomeSchedule(local_date=NOW.date(), local_minute=540), NOW, "Europe/Berlin"
    ),
    "broadcast_time.choose_end": lambda *_: broadcast_time.choose_end(
        EN, 2**62, SomeSchedule(at=NOW, not_after=NEXT), NOW, "Europe/Berlin"
    ),
    "broadcast_time.ask_time": lambda *_: broadcast_time.ask_time(
        EN, 2**62, "time", "Europe/Berlin"
    ),
    "broadcast_time.not_understood": lambda w, _: broadcast_time.not_understood(EN, 2**62, w),
    "broadcast_time.refused": lambda *_: broadcast_time.refused(EN, 2**62, "past"),
    "broadcast_time.scheduled": lambda *_: broadcast_time.scheduled(
        EN, [SomeWaiting()], NOW, "Europe/Berlin"
    ),
    "broadcast_time.scheduled, none": lambda *_: broadcast_time.scheduled(
        EN, [], NOW, "Europe/Berlin"
    ),
    "report.cancelling": lambda *_: report.cancelling(
        EN, COURSE, SomeReport(state="cancelling", under_way=3, queued=3, cancelled=40, left=2)
    ),
    "report.progress": lambda w, _: report.progress(
        EN, replace(COURSE, left_behind="no admin's"), SomeReport(failed=_reasons(w))
    ),
    "report.progress, of nobody": lambda w, _: report.progress(
        EN, replace(COURSE, left_behind="nobody's"), SomeReport(failed=_reasons(w))
    ),
    "report.paused": lambda w, _: report.paused(
        EN, COURSE, SomeReport(state="paused", failed=_reasons(w))
    ),
    "report.final": lambda w, _: report.final(
        EN,
        COURSE,
        SomeReport(
            state="done",
            failed={**_reasons(w), **OWN},
            own=OWN,
            in_doubt=2,
            too_old=1,
            cancelled=4,
        ),
    ),
    "report.final, recalled": lambda w, _: report.final(
        EN, replace(COURSE, kind="recall"), SomeReport(state="done", failed=_reasons(w))
    ),
    "broadcast.cancelled": lambda *_: broadcast.cancelled(EN),
    "broadcast.another_admins": lambda *_: broadcast.another_admins(EN),
    "broadcast.gone": lambda *_: broadcast.gone(EN),
    "stats.figures": lambda w, lib: stats.figures(EN, _failing(w), lib),
    "stats.figures, as a caption": lambda w, lib: stats.in_words(EN, _failing(w), lib).caption,
    "stats.how_to_ask": lambda *_: stats.how_to_ask(EN),
    "stats.file_caption": lambda *_: stats.file_caption(EN, FIRST, LAST),
    "ask_team.ask": lambda *_: ask_team.ask(EN, 30),
    "ask_team.passed": lambda *_: ask_team.passed(EN, 30),
    "ask_team.too_many": lambda *_: ask_team.too_many(EN),
    "ask_team.lost": lambda *_: ask_team.lost(EN),
    "ask_team.left": lambda *_: ask_team.left(EN),
    "ask_team.answer_head": lambda *_: ask_team.answer_head(EN),
    "inbox.news": lambda *_: inbox.news(EN, 2**31),
    "inbox.empty": lambda *_: inbox.empty(EN),
    "inbox.card": lambda w, _: inbox.card(EN, [w] * 40, (1, 9), (2**60, 2**62)),
    "inbox.card, alone": lambda w, _: inbox.card(EN, [w], (1, 9), (2**62, 2**62), alone=True),
    "inbox.write_now": lambda *_: inbox.write_now(EN, 3, 2**62, "0a1b2c3d"),
    "inbox.confirm": lambda *_: inbox.confirm(EN, 3, 2**62, "0a1b2c3d"),
    "inbox.too_long": lambda *_: inbox.too_long(EN, 12),
    "inbox.only_text": lambda *_: inbox.only_text(EN),
    "inbox.somebody_quicker": lambda *_: inbox.somebody_quicker(EN),
    "inbox.sent": lambda *_: inbox.sent(EN, 3, 1, 1, 2**62, 2**62),
    "inbox.kept": lambda *_: inbox.kept(EN),
    "inbox.dismissed": lambda *_: inbox.dismissed(EN, 3),
    "inbox.gone": lambda *_: inbox.gone(EN),
    "inbox.draft_caption": lambda *_: inbox.draft_caption(EN, "draft-12.yaml"),
    "inbox.draft_caption, not kept": lambda *_: inbox.draft_caption(EN, None, failed=True),
    "inbox.draft_caption, no folder": lambda *_: inbox.draft_caption(EN, None),
    "content.as_subscribers_see_it": lambda _, lib: content.as_subscribers_see_it(
        lib.tips[0], lib
    ),
    "content.no_folder": lambda *_: content.no_folder(EN),
    "content.reloaded": lambda *_: content.reloaded(EN, 366, 180),
    "content.faulty": lambda w, _: content.faulty(EN, [SomeFault(w)] * 9),
    "content.fault_line": lambda w, _: content.fault_line(EN, SomeFault(w)),
    "content.fault_caption": lambda *_: content.fault_caption(EN),
    "content.preview_how": lambda *_: content.preview_how(EN),
    "content.not_found": lambda w, _: content.not_found(EN, w, ["fibre-oats"]),
    "content.preview_tip": lambda _, lib: content.preview_tip(EN, lib.tips[0], lib, live=True),
    "content.preview_tip, withdrawn": lambda w, lib: content.preview_tip(
        EN, lib.tips[0], lib, live=True, withdrawn=w
    ),
    "content.preview_answer": lambda _, lib: content.preview_answer(
        EN, lib.answers[0], lib, live=False
    ),
    "content.withdraw_how": lambda w, _: content.withdraw_how(EN, [("fibre-oats", w)] * 20),
    "content.no_reason": lambda *_: content.no_reason(EN, "fibre-oats"),
    "content.last_tip": lambda *_: content.last_tip(EN),
    "content.withdrawn": lambda w, lib: content.withdrawn(EN, lib.tips[0], w, 12, 1234),
    "content.withdrawn, again": lambda w, lib: content.withdrawn(
        EN, lib.tips[0], w, 0, 0, again=True
    ),
    "content.correction": lambda w, _: content.correction(EN, w or "a", w or "b"),
    "content.nobody_left": lambda *_: content.nobody_left(EN),
    "content.people": lambda *_: content.people(EN, 12),
    "content.restored": lambda _, lib: content.restored(EN, lib.tips[0], "fibre-oats"),
    "content.restored, gone": lambda *_: content.restored(EN, None, "fibre-oats"),
    "content.not_withdrawn": lambda *_: content.not_withdrawn(EN),
    "content.unwithdraw_how": lambda *_: content.unwithdraw_how(EN),
    "errors.unknown_command": lambda *_: errors.unknown_command(EN),
    "errors.unknown_command, meant": lambda *_: errors.unknown_command(EN, "settings"),
    "errors.forwarded": lambda *_: errors.forwarded(EN),
    "errors.emoji_only": lambda *_: errors.emoji_only(EN),
    "errors.no_text": lambda *_: errors.no_text(EN),
    "errors.private_only": lambda *_: errors.private_only(EN),
    "errors.went_wrong": lambda *_: errors.went_wrong(EN),
    "errors.slow_down": lambda *_: errors.slow_down(EN),
    "errors.came_late": lambda *_: errors.came_late(EN),
    "errors.bad_button": lambda *_: errors.bad_button(EN),
    "errors.already_done": lambda *_: errors.already_done(EN),
    "roles.team": lambda w, _: roles.team(EN, TEAM, dict.fromkeys((1, 2, 2**52), w), 1, 1, 3, NOW),
    "roles.member": lambda w, _: roles.member(EN, TEAM[1], w, NOW),
    "roles.member, an owner": lambda w, _: roles.member(EN, TEAM[0], w, NOW),
    "roles.ask_role": lambda *_: roles.ask_role(EN),
    "roles.forward_this": lambda *_: roles.forward_this(EN, Role.EDITOR),
    "roles.invitation": lambda *_: roles.invitation(EN, Role.EDITOR, f"https://t.me/{'B' * 72}"),
    "roles.bad_invitation": lambda *_: roles.bad_invitation(EN),
    "roles.has_role": lambda *_: roles.has_role(EN, Role.OWNER),
    "roles.welcome": lambda *_: roles.welcome(EN, Role.EDITOR),
    "roles.joined": lambda w, _: roles.joined(EN, Role.VIEWER, 2**52, w),
    "roles.role_changed": lambda *_: roles.role_changed(EN, Role.VIEWER),
    "roles.removed": lambda *_: roles.removed(EN),
    "audit.nothing": lambda *_: audit.nothing(EN),
    "audit.entries": lambda w, _: audit.entries(
        EN,
        [SomeEntry(after=orjson.dumps({"x": w}).decode())] * 20,
        audit.Known({2**52: w}, str),
        "Europe/Berlin",
        NOW,
        (True, True),
    ),
    "roles.command_refused": lambda *_: roles.command_refused(EN, Role.VIEWER),
    "roles.tap_refused": lambda *_: roles.tap_refused(EN, Role.EDITOR),
    "roles.tap_refused, none": lambda *_: roles.tap_refused(EN, None),
}
MORNING = Hour(450, 1170)
ASKERS = {
    "": Asker(BERLIN, NEXT, NOW, 2**52, "GutSkinBot"),
    ", a stranger": Asker(None, None, NOW),
    ", few tips": Asker(BERLIN, NEXT, NOW, fitting=2, may_ask=True),
}
CALLS |= {
    "service_wishes.stop": lambda w, _: service_wishes.stop(
        EN, Asker(None, None, NOW), html.text(w)
    ),
    "service_wishes.hour_moved": lambda *_: service_wishes.hour_moved(
        EN, MORNING, 480, html.text("1")
    ),
    "service_wishes.half_taken": lambda *_: service_wishes.half_taken(EN, MORNING),
    "service_wishes.ask_half": lambda *_: service_wishes.ask_half(EN, Hour(150, 870)),
    "service_wishes.ask_hour": lambda *_: service_wishes.ask_hour(EN, MORNING),
    "service_wishes.ask_hour, clear": lambda *_: service_wishes.ask_hour(EN, Hour(1260)),
    "service_wishes.zone_moved": lambda w, _: service_wishes.zone_moved(
        EN, _places(w)[0], "Europe/London", ASKERS[""]
    ),
    "service_wishes.ask_place": lambda w, _: service_wishes.ask_place(EN, _places(w)[0], NOW),
    "service_wishes.ask_pause": lambda *_: service_wishes.ask_pause(EN, NEXT.date(), NOW.date()),
    "service_wishes.theme_switched": lambda w, _: service_wishes.theme_switched(
        EN, 1, w, on=False, few=html.Html()
    ),
    "service_wishes.ask_theme": lambda w, _: service_wishes.ask_theme(EN, 1, w),
    "service_wishes.last_theme": lambda *_: service_wishes.last_theme(EN),
    "service_wishes.days_chosen": lambda *_: service_wishes.days_chosen(EN, 31, html.Html()),
    "service_wishes.quiet_switched": lambda *_: service_wishes.quiet_switched(EN, on=True),
}
for _choice in ("adult", "parent", "both"):
    CALLS[f"service_wishes.audience_chosen, {_choice}"] = lambda *_, choice=_choice: (  # type: ignore[misc]
        service_wishes.audience_chosen(EN, choice, "both")
    )
for _id in service_wishes.SERVICES:
    for _who, _asker in ASKERS.items():
        CALLS[f"service_wishes.service, {_id}{_who}"] = lambda w, _, name=_id, asker=_asker: (  # type: ignore[misc]
            service_wishes.service(EN, name, replace(asker, contact=w)) or errors.emoji_only(EN)
        )
for _name in get_args(View):
    CALLS[f"settings.view, {_name}"] = lambda _, lib, name=_name: settings.view(  # type: ignore[misc]
        EN, name, PAUSED, lib, NEXT, NOW
    )
