"""What subscribers read, where a requirement says what it must say."""

from __future__ import annotations

from datetime import date, datetime
from typing import get_args

import pytest

from bot.places import Place
from bot.texts import errors, faq, html, pause, saved, settings, signs, sources, start
from bot.texts import tip as tips
from bot.texts.callbacks import (
    FaqTopic,
    FaqTopics,
    OpenAnswer,
    OpenTip,
    PauseUntil,
    PickHour,
    PickZone,
    RateAnswer,
    RateTip,
    RunCommand,
    SavedPage,
    SaveTip,
    SetTheme,
    SetWeekday,
    SignSources,
    Stop,
    TidySaved,
)
from bot.texts.catalogue import translator
from bot.texts.fields import View
from bot.texts.message import Message
from tests.texts.slots import (
    BERLIN,
    NEXT,
    NOW,
    PAUSED,
    UNSET,
    SomeSubscriber,
    library_of,
)
from tips.library import load_library
from tips.models import Evidence
from tips.search import Subject
from tips.signs import Advice

EN = translator("en")
TIP_UNITS = 900
CARD = ["👍 Helpful", "👎 Not for me", "🔖 Save", "Why?", "Another tip"]

LIBRARY = load_library()


def labels(message: Message) -> list[str]:
    return [button.label for row in message.buttons for button in row]


def taps(message: Message) -> list[object]:
    return [button.data for row in message.buttons for button in row]


class TestStart:
    def test_the_zone_is_asked_for_with_places_to_tap(self) -> None:
        said = start.ask_zone(EN, [Place("Berlin, Germany", "Europe/Berlin", "DE")])
        assert said.reply is not None
        assert said.reply.rows == (("Berlin, Germany",),)

    def test_the_clock_is_confirmed_with_the_hours_to_save_a_tap(self) -> None:
        said = start.ask_hour(EN, "Europe/Berlin", NOW, first=450)
        assert said.plain.startswith("It's 14:32 where you are, right?")
        assert labels(said)[:3] == ["07:30", "07:00", "08:00"]
        assert PickHour(480) in taps(said)
        assert "That's not my time" in labels(said)

    def test_candidates_show_their_own_time(self) -> None:
        places = [Place("Portland, Oregon", "America/Los_Angeles"), Place("P", "Europe/Berlin")]
        said = start.zone_candidates(EN, "portland", places, NOW)
        assert labels(said) == ["Portland, Oregon · 05:32", "P · 14:32", "None of these"]
        assert taps(said)[0] == PickZone("America/Los_Angeles")

    def test_done_says_when_the_next_tip_comes(self) -> None:
        assert "tomorrow, Monday, about 08:00" in start.done(EN, BERLIN, NEXT, NOW).plain

    def test_a_second_start_says_what_is_set(self) -> None:
        said = start.known(EN, BERLIN, NEXT, NOW).plain
        assert "still signed up" in said
        assert "every day, about 08:00, time zone Berlin (Europe/Berlin)" in said

    def test_an_hour_is_promised_as_about_that_hour(self) -> None:
        for said in (
            start.done(EN, BERLIN, NEXT, NOW),
            start.known(EN, BERLIN, NEXT, NOW),
            start.returned(EN, BERLIN, NEXT, NOW),
            settings.overview(EN, BERLIN, LIBRARY, NEXT, NOW),
            pause.resumed(EN, BERLIN, NEXT, NOW),
        ):
            assert said.plain.count("08:00") == said.plain.count("about 08:00") > 0

    def test_long_words_are_quoted_in_short(self) -> None:
        assert len(start.zone_unknown(EN, "x" * 4000).plain) < 300


class TestSettings:
    @pytest.mark.parametrize(
        ("subscriber", "when", "words"),
        [
            (BERLIN, NEXT, "Next tip: tomorrow, Monday, about 08:00."),
            (PAUSED, None, "You're on a break. For tips again: /resume"),
            (SomeSubscriber(state="stopped"), None, "Your tips are off."),
            (UNSET, None, "No tip on the way yet."),
            (SomeSubscriber(themes=0), None, "Check your days and themes"),
        ],
    )
    @pytest.mark.parametrize("view", ["main", "hour", "days", "themes", "for", "sound", "pause"])
    def test_every_view_says_when_the_next_tip_comes(
        self, subscriber: SomeSubscriber, when: datetime | None, words: str, view: str
    ) -> None:
        assert words in settings.view(EN, view, subscriber, LIBRARY, when, NOW).plain

    def test_a_pause_says_its_end(self) -> None:
        assert (
            "Paused until Monday 9 March."
            in settings.view(EN, "main", PAUSED, LIBRARY, NEXT, NOW).plain
        )

    def test_a_second_start_says_that_tips_are_paused_and_until_when(self) -> None:
        said = start.known(EN, PAUSED, NEXT, NOW).plain
        assert "Paused until Monday 9 March." in said
        assert "Paused" not in start.known(EN, BERLIN, NEXT, NOW).plain

    def test_nothing_is_hidden_of_a_reader_who_has_set_nothing(self) -> None:
        said = settings.view(EN, "main", UNSET, LIBRARY, None, NOW).plain
        assert "Time: not set" in said
        assert "Time zone: not set" in said

    def test_switches_carry_the_state_they_lead_to(self) -> None:
        subscriber = SomeSubscriber(weekdays=0b1111110, themes=0b11111101)
        days = settings.view(EN, "days", subscriber, LIBRARY, NEXT, NOW)
        assert SetWeekday(0, 1) in taps(days)
        assert SetWeekday(1, 0) in taps(days)
        assert labels(days)[:2] == ["Mon", "✓ Tue"]
        assert "Now: every day but Monday" in days.plain
        themes = settings.view(EN, "themes", subscriber, LIBRARY, NEXT, NOW)
        assert len([tap for tap in taps(themes) if isinstance(tap, SetTheme)]) == 8
        assert SetTheme(1, 1) in taps(themes)

    @pytest.mark.parametrize(
        ("themes", "words"),
        [
            (0b11111111, "Themes: all 8\n"),
            (0b11111110, "Themes: 7 of 8 (not Gut and microbes)\n"),
            (0b11, "Themes: 2 of 8 (Gut and microbes, Everyday food)\n"),
        ],
    )
    def test_themes_are_counted_and_the_fewer_are_named(self, themes: int, words: str) -> None:
        subscriber = SomeSubscriber(themes=themes)
        assert words in settings.view(EN, "main", subscriber, LIBRARY, NEXT, NOW).plain

    @pytest.mark.parametrize("view", ["hour", "for", "sound", "language"])
    def test_what_is_chosen_is_marked_once(self, view: str) -> None:
        shown = settings.view(EN, view, BERLIN, LIBRARY, NEXT, NOW)
        assert len([label for label in labels(shown) if label.startswith("✓ ")]) == 1

    @pytest.mark.parametrize("view", get_args(View))
    @pytest.mark.parametrize("subscriber", [BERLIN, PAUSED, UNSET])
    def test_a_button_of_the_settings_has_fewer_than_twenty_characters(
        self, view: str, subscriber: SomeSubscriber
    ) -> None:
        shown = settings.view(EN, view, subscriber, LIBRARY, NEXT, NOW)
        assert [label for label in labels(shown) if len(label) >= 20] == []

    def test_a_paused_reader_is_offered_to_resume(self) -> None:
        assert "Start tips again" in labels(settings.view(EN, "main", PAUSED, LIBRARY, None, NOW))
        assert "Pause or stop" in labels(settings.view(EN, "main", BERLIN, LIBRARY, NEXT, NOW))


class TestPause:
    def test_with_and_without_an_end(self) -> None:
        timed = pause.paused(EN, PAUSED, NEXT, NOW)
        assert timed.plain == "Paused. Your next tip comes tomorrow, Monday, about 08:00."
        endless = pause.paused(EN, SomeSubscriber(state="paused"), None, NOW)
        assert endless.plain == "Paused. No tips until you say so: /resume"

    def test_the_calendar_goes_from_tomorrow_to_a_year_from_now(self) -> None:
        today = date(2026, 1, 31)
        months = [pause.calendar(EN, today, ahead) for ahead in range(1, 13)]
        days = [tap.day for month in months for tap in taps(month) if isinstance(tap, PauseUntil)]
        assert (days[0], days[-1], len(days)) == ("2026-02-01", "2027-01-31", 365)
        assert len(set(days)) == len(days)
        assert labels(months[0])[:4] == ["Sun 1", "Mon 2", "Tue 3", "Wed 4"]
        assert labels(months[1])[-3:] == ["◀ February 2026", "April 2026 ▶", "Back"]

    def test_a_month_without_a_day_to_come_is_left_out(self) -> None:
        last, tomorrow = date(2026, 1, 31), pause.calendar(EN, date(2026, 1, 31), 1)
        assert pause.calendar(EN, last, 0) == tomorrow
        assert labels(tomorrow)[-2:] == ["March 2026 ▶", "Back"]

    def test_stopping_says_how_to_come_back(self) -> None:
        assert "/resume" in pause.stopped(EN).plain
        assert labels(pause.stopped(EN)) == ["Start tips again"]

    def test_nothing_is_said_to_be_kept_of_someone_unknown(self) -> None:
        said = pause.stopped(EN, kept=False)
        assert "I don't keep anything about you" in said.plain
        assert "/resume" not in said.plain
        assert not said.buttons


class TestTip:
    def test_every_tip_has_its_parts_and_fits(self) -> None:
        assert LIBRARY.tips
        for tip in LIBRARY.tips:
            said = tips.render(EN, tip, LIBRARY)
            assert html.units(said.plain) <= TIP_UNITS, tip.id
            theme, title = said.plain.splitlines()[:2]
            assert (theme, title) == (LIBRARY.title_of(tip), tip.title)
            for part in (tip.title, tip.body, tip.action, tip.caution or ""):
                assert part in said.plain
            assert ("Source: " in said.plain) == bool(LIBRARY.shown_sources(tip))
            assert labels(said) == CARD

    def test_every_explanation_has_claims_and_a_doi_where_there_is_one(self) -> None:
        for tip in LIBRARY.tips:
            said = tips.render(EN, tip, LIBRARY, tips.Shown(unfolded=True))
            for name in tip.claims:
                assert LIBRARY.claim(name).claim in said.plain
            for source in LIBRARY.shown_sources(tip)[: sources.IN_FULL]:
                where = f"https://doi.org/{source.doi}" if source.doi else source.url
                assert html.link("x", where).runs[0].href in _addresses(said), source.key

    def test_votes_and_savings_show_and_can_be_taken_back(self) -> None:
        tip = LIBRARY.tips[0]
        keys = tips.buttons(EN, tip, LIBRARY, tips.Shown(vote=1, saved=True))
        flat = [button for row in keys for button in row]
        assert [button.label for button in flat] == [
            "✓ 👍 Helpful", "👎 Not for me", "🔖 Saved: remove", "Why?", "Another tip",
        ]  # fmt: skip
        assert flat[0].data == RateTip(tip.number, 0)
        assert flat[2].data == SaveTip(tip.number, 0)
        assert tips.buttons(EN, tip, LIBRARY, tips.Shown(vote=-1))[0][1].data == RateTip(
            tip.number, 0
        )

    def test_the_five_levels_have_words_of_their_own(self) -> None:
        assert tips.evidence_words(EN, Evidence.LIMITED) == "early evidence"
        assert len({tips.evidence_words(EN, level) for level in Evidence}) == 5
        assert len({tips.evidence_meaning(EN, level) for level in Evidence}) == 5

    def test_the_evidence_line_says_of_what(self) -> None:
        tip = library_of("w").tips[0]
        graded = tip.model_copy(update={"about": "for gut bacteria, not shown for skin"})
        line = "●●○○ early evidence · for gut bacteria, not shown for skin"
        assert line in tips.render(EN, graded, library_of("w")).plain.splitlines()

    def test_everyday_advice_bears_no_grade(self) -> None:
        tip = library_of("w").tips[0]
        advice = tip.model_copy(update={"about": "everyday advice for itch"})
        said = tips.render(EN, advice, library_of("w")).plain
        assert "Everyday advice · for itch" in said.splitlines()
        assert "○" not in said

    def test_the_dots_say_no_more_than_the_words_beside_them(self) -> None:
        meters = {level: tips.evidence_meter(level) for level in Evidence}
        assert meters[Evidence.ESTABLISHED] == "●●●●"
        assert meters[Evidence.NONE] == "○○○○"
        assert len(set(meters.values())) == len(Evidence)

    def test_saved_tips_are_paged(self) -> None:
        first = saved.saved(EN, LIBRARY.tips[:3], 4, 0, 2)
        assert "4 saved tips, page 1 of 2" in first.plain
        assert taps(first)[-2:] == [SavedPage(1), TidySaved(0)]
        last = saved.saved(EN, LIBRARY.tips[:1], 4, 1, 2)
        assert taps(last)[-2:] == [SavedPage(0), TidySaved(1)]
        only = saved.saved(EN, LIBRARY.tips[:1], 1, 0, 1)
        assert "page" not in only.plain
        assert taps(only) == [OpenTip(LIBRARY.tips[0].number), TidySaved(0)]

    def test_taking_back_is_said(self) -> None:
        assert tips.thanks(EN, 0) == "That's undone."
        assert tips.kept(EN, on=False) == "It's not saved any more."

    def test_a_tip_without_caution_or_source_leaves_no_gap(self) -> None:
        lib = library_of("w")
        bare = lib.tips[0].model_copy(update={"caution": None})
        hidden = library_of("w")
        for key, source in list(hidden.sources.items()):
            assert source.show, key
        said = tips.render(EN, bare, lib).plain
        assert "Take care" not in said
        assert "\n\n\n" not in said
        assert tips.source_line(EN, ()).plain == ""


def _addresses(message: Message) -> list[str]:
    return [
        part.partition('"')[0].replace("&amp;", "&")
        for part in message.html.split('<a href="')[1:]
    ]


class TestFaq:
    def test_warning_signs_come_in_full_with_their_source(self) -> None:
        claim = next(c for c in LIBRARY.claims.values() if c.topic == "infection-and-red-flags"
                     and any(LIBRARY.source(k).show for k in c.sources))  # fmt: skip
        said = signs.urgent(EN, Advice("a", "Call {number} now. Say where.", (claim.id,)), "112")
        assert said.html == "🚨 <b>Call 112 now.</b>\nSay where."
        assert taps(said) == [SignSources("a")]
        shown = signs.signs_rest_on(EN, [LIBRARY.source(key) for key in claim.sources])
        assert len(_addresses(shown)) == len(claim.sources)

    def test_a_warning_without_a_source_to_show_still_says_all(self) -> None:
        said = signs.urgent(EN, Advice("a", "Call for help now.", ()))
        assert said.plain == "🚨 Call for help now."
        assert said.buttons == ()

    def test_words_that_may_mean_the_tips_offer_to_stop_and_erase(self) -> None:
        said = signs.urgent(EN, Advice("leaving", "I'm glad. Call {number}.", ("c",)))
        assert said.plain == "🚨 I'm glad.\nCall your local emergency number."
        assert taps(said) == [Stop(), RunCommand("forget"), SignSources("leaving")]

    def test_no_answer_ends_with_where_to_turn(self) -> None:
        lib = library_of("words")
        for number, shown in (("999", "call 999,"), (None, "call your local emergency number,")):
            for said in (
                faq.none(EN, ("t",), lib, None, number),
                faq.unsure(EN, lib.answers, None, number),
                faq.not_asked(EN, lib.answers, number),
            ):
                assert shown in said.plain.rpartition("\n\n")[2]

    def test_an_answer_has_its_doctor_line_where_there_is_one(self) -> None:
        lib = library_of("words")
        found = lib.answers[0]
        said = faq.answer(EN, found, lib)
        assert "⚠️ words" in said.plain
        assert "Not what I asked" in labels(said)
        bare = found.model_copy(update={"doctor": None})
        assert "⚠️" not in faq.answer(EN, bare, lib).plain
        assert "✓ 👎 Not helpful" in labels(faq.answer(EN, bare, lib, vote=-1))

    def test_the_sources_of_an_answer_come_at_a_tap_and_go_at_another(self) -> None:
        found = LIBRARY.answer("flare-now")
        count = len(LIBRARY.shown_sources(found))
        said = faq.answer(EN, found, LIBRARY)
        assert f"{count} sources" in labels(said)
        assert not _addresses(said)
        shown = faq.answer(EN, found, LIBRARY, sourced=True)
        assert "Hide sources" in labels(shown)
        assert len(_addresses(shown)) == min(count, sources.IN_FULL)

    @pytest.mark.parametrize(
        ("vote", "helpful", "other"),
        [
            (0, ("👍 Helpful", 1), ("👎 Not helpful", -1)),
            (1, ("✓ 👍 Helpful", 0), ("👎 Not helpful", -1)),
            (-1, ("👍 Helpful", 1), ("✓ 👎 Not helpful", 0)),
        ],
    )
    def test_a_vote_is_shown_and_the_same_tap_takes_it_back(
        self, vote: int, helpful: tuple[str, int], other: tuple[str, int]
    ) -> None:
        lib = library_of("words")
        said = faq.answer(EN, lib.answers[0], lib, vote=vote)
        rates = [
            (button.label, button.data.vote)
            for row in said.buttons
            for button in row
            if isinstance(button.data, RateAnswer)
        ]
        assert rates == [helpful, other]

    def test_sources_beyond_the_first_dozen_are_counted(self) -> None:
        found = library_of("w").answers[0]
        names = tuple(c.id for c in LIBRARY.claims.values() if c.usable)[:40]
        changes = {"claims": names, "related": ()}
        said = faq.answer(EN, found.model_copy(update=changes), LIBRARY, sourced=True)
        assert "more" in said.plain

    def test_an_answer_opens_with_the_answer_and_folds_the_studies_away(self) -> None:
        found = LIBRARY.answer("flare-now")
        said = faq.answer(EN, found, LIBRARY)
        assert said.html.startswith(f"<b>{found.headline}</b>")
        assert found.details
        folded = "<blockquote expandable>" + html.text(found.details).render() + "</blockquote>"
        assert folded in said.html
        assert f"⚠️ {found.doctor}" in said.plain

    def test_an_answer_leads_on_to_those_its_authors_chose(self) -> None:
        found = LIBRARY.answer("flare-now")
        assert [OpenAnswer(name) for name in found.related] == taps(
            faq.answer(EN, found, LIBRARY)
        )[:2]
        assert "Related:" in faq.answer(EN, found, LIBRARY).plain
        alone = taps(faq.answer(EN, found, LIBRARY, alone=True))
        assert not [tap for tap in alone if isinstance(tap, OpenAnswer)]

    def test_no_match_says_so_and_offers_topics(self) -> None:
        said = faq.none(EN, ("stress", "sleep", "itch", "fats"), LIBRARY)
        assert "I won't guess" in said.plain
        assert labels(said) == ["Stress", "Sleep", "Itch", "All topics"]

    @pytest.mark.parametrize(
        ("subject", "words"),
        [
            (Subject.CONDITION, "I only know about eczema."),
            (Subject.ANIMAL, "A vet can help with animals"),
            (Subject.AGE, "only for babies and toddlers"),
        ],
    )
    def test_what_is_about_something_else_is_told_apart(
        self, subject: Subject, words: str
    ) -> None:
        said = faq.none(EN, ("stress",), LIBRARY, subject)
        assert words in said.plain
        assert "I won't guess" not in said.plain
        asked_back = faq.unsure(EN, LIBRARY.answers[:2], subject)
        assert words in asked_back.plain
        assert "Did you mean one of these?" in asked_back.plain

    def test_topics_and_questions_are_paged(self) -> None:
        counts = dict.fromkeys(LIBRARY.topics, 2)
        first = faq.topics(EN, counts, LIBRARY, 0)
        assert labels(first)[0] == "Gut microbes (2)"
        assert taps(first)[-1] == FaqTopics(1)
        assert faq.pages(len(counts)) == 4
        last = faq.topics(EN, counts, LIBRARY, 99)
        assert taps(last)[-1] == FaqTopics(2)
        lib = library_of("w")
        inner = faq.topic(EN, "t", lib.answers * 17, lib, 1)
        assert FaqTopic("t", 0) in taps(inner)
        assert FaqTopic("t", 2) in taps(inner)
        assert faq.topic(EN, "t", lib.answers * 17, lib, 99) == (
            faq.topic(EN, "t", lib.answers * 17, lib, faq.pages(17 * len(lib.answers)) - 1)
        ), "of a topic that has become shorter, the last page"
        assert faq.pages(0) == 1

    def test_taking_a_vote_back_is_said(self) -> None:
        assert faq.thanks(EN, 0) == "That's undone."


def test_a_stranger_learns_nothing_of_admin_commands() -> None:
    assert errors.unknown_command(EN).plain == ("I don't know that one. See /help.")
