"""The figures in words: caption, what goes beside it, what a picture says, and the file."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import date

import pytest

from bot.charts.picture import Bars, Line, Notes, Nothing, Picture, Shares
from bot.figures import Lateness, Rated, Reach, Standing, Votes
from bot.texts import stats, stats_file, stats_words
from bot.texts.callbacks import SendStatsFile, ShowStats
from bot.texts.html import units
from bot.texts.message import CAPTION_UNITS
from bot.texts.stats import Request, read_request
from bot.texts.stats_picture import picture
from tests import content
from tests.texts.slots import EN, NO_DAYS, NO_FIGURES, NOW, SOME_DAYS, library_of, some_figures
from tests.texts.test_reading_admin import taps

LIBRARY = library_of("Wool")


def said(shown: stats.InWords) -> str:
    return shown.caption.plain + (shown.more.plain if shown.more else "")


def titles(shown: Picture) -> list[str]:
    return ["".join(word.text for word in one.title) for row in shown.rows for one in row]


class TestTheCaption:
    def test_now_and_the_span_stand_apart(self) -> None:
        shown = stats.in_words(EN, some_figures(), LIBRARY).caption
        now, span, *_ = shown.plain.split("\n\n")
        assert now.splitlines() == [
            "Now",
            "1,204 subscribers: 1,150 getting tips, 54 on a break",
            (
                "Not subscribed: 30 unsubscribed, 12 blocked the bot, 3 deleted their account, "
                "1 never finished signing up"
            ),
        ]
        assert span.splitlines()[:3] == [
            "The last 7 days (23 Feb – 1 Mar 2026)",
            "Subscribers: 31 more than a week ago",
            "48 joined, 3 came back, 20 left",
        ]

    def test_it_says_all_that_there_is(self) -> None:
        whole = said(stats.in_words(EN, some_figures(), LIBRARY))
        for words in (
            "Of those who left: 9 unsubscribed, 8 blocked the bot",
            "Tips: 7,700 sent, 3 failed",
            "How late: half within 1.2 s, 95 in 100 within 2 min",
            "Questions: 111 answered, 20 given a choice of answers, 9 without an answer",
            "Answers rated: 12 helpful, 1 not helpful, 2 not what they asked",
            "Broadcasts reached: 1 Mar 1,170 of 1,204 (97%)",
            "Tips rated: 90 helpful, 4 not for me",
            "Liked best: Wool (96%)",
            "Thumbs up by theme: Wool 96% of 94",
        ):
            assert words in whole

    def test_other_spans_and_the_file_are_a_tap_away(self) -> None:
        shown = stats.in_words(EN, some_figures(), LIBRARY).caption
        assert taps(shown) == [ShowStats(30), ShowStats(365), SendStatsFile(7)]

    def test_nothing_is_said_of_nothing(self) -> None:
        shown = stats.in_words(EN, NO_FIGURES, LIBRARY)
        assert shown.more is None
        assert "No subscribers yet" in shown.caption.plain
        assert "No tips sent" in shown.caption.plain
        assert not re.search(r"\b0\b", shown.caption.plain)

    def test_what_does_not_fit_comes_in_a_second_message(self) -> None:
        many = {f"reason_{number}": 10**7 + number for number in range(20)}
        big = replace(
            SOME_DAYS, joined=10**7, left=10**7, failures=many,
            tips=dict.fromkeys(("sent", "failed", "in_doubt", "too_old", "cancelled"), 10**9),
            broadcasts=dict.fromkeys(("sent", "failed", "in_doubt", "too_old"), 10**9),
        )  # fmt: skip
        library = content.library()
        tips = tuple(Rated(tip.id, Votes(10**6, 1)) for tip in library.tips[:2])
        shown = some_figures(
            big,
            now=Standing(10**9, 10**9, 10**9, 10**9, 10**9, 10**9),
            themes=tuple(Rated(theme.id, Votes(10**6, 10**6)) for theme in library.themes),
            best=tips,
            worst=tips,
            broadcasts=(Reach(1, NOW, 10**9, 10**9 - 1),) * 9,
        )
        found = stats.in_words(EN, shown, library)
        assert found.more is not None
        assert units(found.caption.plain) <= CAPTION_UNITS
        assert found.more.plain.startswith("The last 7 days")
        assert not found.more.buttons
        whole = stats.figures(EN, shown, library).plain
        paragraphs = (found.caption.plain + "\n\n" + found.more.plain).split("\n\n")
        assert [one for one in whole.split("\n\n") if one not in paragraphs] == []
        listed = re.findall(r"^• .+: ([\d,]+)$", whole, re.MULTILINE)
        assert sum(int(one.replace(",", "")) for one in listed) == sum(many.values())

    @pytest.mark.parametrize(
        ("days", "gained", "words"),
        [
            (1, 2, "2 more than yesterday"),
            (7, -3, "3 fewer than a week ago"),
            (30, 0, "as many as 30 days ago"),
            (365, 12345, "12,345 more than a year ago"),
        ],
    )
    def test_how_many_more(self, days: int, gained: int, words: str) -> None:
        total = replace(SOME_DAYS, joined=max(gained, 0), left=max(-gained, 0), returned=0)
        assert stats_words.change(EN, some_figures(total, days=days)) == words

    @pytest.mark.parametrize(
        ("share", "words"),
        [(0, "0%"), (0.001, "1%"), (0.5, "50%"), (0.999, "99%"), (1, "100%")],
    )
    def test_all_and_none_are_nothing_less(self, share: float, words: str) -> None:
        assert stats_words.percent(share) == words


class TestWhatIsAskedFor:
    @pytest.mark.parametrize(
        ("words", "request_"),
        [
            ("", Request(7)),
            ("7", Request(7)),
            (" 30 ", Request(30)),
            ("365 days", Request(365)),
            ("last 14 days", Request(14)),
            ("30d", Request(30)),
            ("Week", Request(7)),
            ("year", Request(365)),
            ("today", Request(1)),
            ("csv", Request(365, as_file=True)),
            ("CSV 30", Request(30, as_file=True)),
            ("7 csv", Request(7, as_file=True)),
        ],
    )
    def test_is_understood(self, words: str, request_: Request) -> None:
        assert read_request(words) == request_

    @pytest.mark.parametrize(
        "words", ["0", "366", "-7", "7.5", "1e2", "csvx", "csv csv", "of July", "9" * 4000, "٣٦٦"]
    )
    def test_or_is_told_what_can_be_asked(self, words: str) -> None:
        assert read_request(words) is None
        told = stats.how_to_ask(EN)
        assert "/stats 30" in told.plain
        assert taps(told) == [ShowStats(7), ShowStats(30), ShowStats(365), SendStatsFile(365)]


class TestThePicture:
    def test_titles_say_what_the_panels_show(self) -> None:
        shown = picture(EN, some_figures(), LIBRARY)
        assert (shown.head.figure, shown.head.rest) == (
            "1,204 subscribers",
            "1,150 getting tips, 54 on a break",
        )
        assert titles(shown) == [
            "31 more than a week ago",
            "51 joined, 20 left",
            "7,700 sent, 3 missed",
            "95 in 100 within 2 min",
            "131 answered, 9 not",
            "96% of 94 were up",
            "97% reached",
            "Liked best",
        ]
        kinds = [type(one) for row in shown.rows for one in row]
        assert kinds == [Line, Bars, Bars, Line, Bars, Shares, Shares, Notes]

    def test_its_line_begins_with_how_many_there_were(self) -> None:
        (line,) = picture(EN, some_figures(), LIBRARY).rows[0]
        assert isinstance(line, Line)
        assert (line.values, line.labels) == ((1173.0, 1204.0), ("1,173", "1,204"))

    def test_where_there_is_nothing_it_says_so(self) -> None:
        shown = picture(EN, NO_FIGURES, LIBRARY)
        assert {type(one) for row in shown.rows for one in row} == {Nothing}
        assert titles(shown)[0] == "Nobody yet"

    def test_millions_are_said_short(self) -> None:
        many = replace(SOME_DAYS, tips={"sent": 6_323_745, "failed": 99_999})
        assert "6.3M sent, 99,999 missed" in titles(picture(EN, some_figures(many), LIBRARY))

    def test_no_word_of_it_is_missing_in_the_caption(self) -> None:
        """Whoever cannot see it is told as much: every number, and every name."""
        shown = picture(EN, some_figures(), LIBRARY)
        whole = said(stats.in_words(EN, some_figures(), LIBRARY))
        rows = [row for one in sum(shown.rows, ()) if isinstance(one, Shares) for row in one.rows]
        notes = [
            line for one in sum(shown.rows, ()) if isinstance(one, Notes) for line in one.lines
        ]
        for words in (shown.head.figure, shown.head.rest, shown.span, shown.dates):
            assert words in whole
        for share in rows:
            assert f"{share.name} {share.told}" in whole
        for note in notes:
            assert f"{note.words} ({note.figure})" in whole


class TestTheFile:
    def test_has_a_line_a_day_under_documented_names(self) -> None:
        days = [replace(SOME_DAYS, first=date(2026, 3, day)) for day in (1, 2)]
        rows = list(csv.DictReader(io.StringIO(stats_file.as_csv(days).decode(), newline="")))
        assert [row["day"] for row in rows] == ["2026-03-01", "2026-03-02"]
        assert list(rows[0]) == [column.name for column in stats_file.COLUMNS]
        assert rows[0] | {
            "subscribers": "1204", "joined": "48", "left_blocked": "8", "tips_sent": "7700",
            "tips_too_old": "0", "late_half": "1.2", "late_most": "130.0", "tips_up": "90",
            "questions_unanswered": "9",
        } == rows[0]  # fmt: skip

    def test_holds_nothing_that_a_program_could_take_for_a_formula(self) -> None:
        odd = replace(
            SOME_DAYS, failures={"=1+1": 2}, tips={"=cmd": 3}, lateness=Lateness(None, None, ())
        )
        lines = stats_file.as_csv([odd, NO_DAYS]).decode().splitlines()
        for line in lines[1:]:
            assert re.fullmatch(r"\d{4}-\d\d-\d\d(,(\d+(\.\d)?)?)+", line)
        assert re.fullmatch(r"[a-z_]+(,[a-z_]+)+", lines[0])
