"""What admins read: previews, progress, reports and figures."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from bot.texts import broadcast_card
from bot.texts import report as reports
from bot.texts.callbacks import BroadcastDo
from bot.texts.catalogue import translator
from bot.texts.message import Message
from tests.texts.slots import SomeReport, some_card

EN = translator("en")


def taps(message: Message) -> list[object]:
    return [button.data for row in message.buttons for button in row]


def acts(message: Message) -> set[str]:
    return {tap.what for tap in taps(message) if isinstance(tap, BroadcastDo)}


class TestBroadcast:
    def test_the_card_says_how_many_how_long_and_what_it_costs(self) -> None:
        said = broadcast_card.card(EN, some_card("Ada", number=3))
        assert "12,000 subscribers" in said.plain
        assert "about 8 minutes" in said.plain
        assert "90.5 Telegram Stars" in said.plain
        assert {BroadcastDo("confirm", 3), BroadcastDo("cancel", 3)} <= set(taps(said))
        assert "Stars" not in broadcast_card.card(EN, some_card("Ada", stars=0)).plain

    def test_progress_moves_and_becomes_the_report(self) -> None:
        moving = reports.progress(EN, reports.Course(3, seconds_left=130), SomeReport())
        assert "647 of 1,000 (65%)" in moving.plain
        assert "Time left: about 3 minutes" in moving.plain
        assert (
            "Rate: 0.1 a second"
            in reports.progress(EN, reports.Course(3, rate=0.05), SomeReport()).plain
        )
        assert "Rate" not in reports.progress(EN, reports.Course(3, rate=0.04), SomeReport()).plain
        assert "Time left" not in reports.progress(EN, reports.Course(3), SomeReport()).plain
        assert reports.progress(
            EN, reports.Course(3), SomeReport(state="paused")
        ).plain.startswith("Paused")
        assert reports.progress(EN, reports.Course(3), SomeReport(state="done")).plain.startswith(
            "Broadcast done"
        )
        cancelled = reports.progress(
            EN, reports.Course(3), SomeReport(state="cancelled", cancelled=9)
        )
        assert cancelled.plain.startswith("Broadcast cancelled")
        assert "Cancelled: 9" in cancelled.plain

    def test_an_empty_audience_is_wholly_done(self) -> None:
        assert (
            "(100%)"
            in reports.progress(EN, reports.Course(3), SomeReport(total=0, queued=0)).plain
        )

    def test_the_report_gives_reasons_and_what_can_still_be_done(self) -> None:
        report = SomeReport(
            state="done", failed={"not_found": 2, "odd_thing": 1}, in_doubt=4, failed_again=3,
            doubt_again=4,
        )  # fmt: skip
        said = reports.final(EN, reports.Course(3), report)
        assert "Failed: 3" in said.plain
        assert "the chat wasn't found: 2" in said.plain
        assert "odd thing: 1" in said.plain
        assert [BroadcastDo("retry", 3), BroadcastDo("doubt", 3)] == taps(said)[:2]
        nothing = SomeReport(state="done", sent=0)
        assert BroadcastDo("retry", 3) not in taps(reports.final(EN, reports.Course(3), nothing))
        pruned = replace(report, failed_again=0, doubt_again=0)
        left = acts(reports.final(EN, reports.Course(3), pruned))
        assert not {"retry", "doubt"} & left, "nobody knows any more who they were"

    def test_what_subscribers_own_settings_forbid_stands_apart(self) -> None:
        own = {"forbids_voice": 12}
        report = SomeReport(state="done", failed={**own, "too_long": 1}, own=own)
        said = reports.final(EN, reports.Course(3), report).plain
        assert "Their own settings say no: 12" in said
        assert "Failed: 1" in said
        assert said.index("voice") < said.index("Failed") < said.index("too long")

    def test_what_is_on_its_way_cannot_be_held_back(self) -> None:
        some, last = SomeReport(queued=8, under_way=7), SomeReport(queued=8, under_way=8)
        assert "pause" in acts(reports.progress(EN, reports.Course(3), some))
        assert "pause" not in acts(reports.progress(EN, reports.Course(3), last))

    def test_a_cancelled_one_waits_for_what_is_on_its_way(self) -> None:
        waiting = SomeReport(state="cancelling", queued=3, under_way=3, cancelled=40, left=2)
        said = reports.progress(EN, reports.Course(3), waiting)
        assert said.plain.startswith("Cancelling")
        for words in ("3 messages that are on their way", "Cancelled: 40", "their turn: 2"):
            assert words in said.plain
        assert not said.buttons

    def test_a_question_that_is_asked_anew_says_why(self) -> None:
        anew = partial(broadcast_card.asked_anew, EN)
        assert "300 instead of 2" in anew(now=300, was=2, stars=30.0, shown_stars=0.2)
        assert "0.2 instead of 0.0" in anew(now=2, was=2, stars=0.2, shown_stars=0)
        assert "more than a day has passed" in anew(now=2, was=2, stars=0.2, shown_stars=0.2)

    def test_reasons_add_up_to_what_failed_however_many_there_are(self) -> None:
        failed = {f"reason_{number}": number for number in range(20)}
        said = reports.final(EN, reports.Course(3), SomeReport(state="done", failed=failed))
        listed = re.findall(r"^• .+: (\d+)$", said.plain, re.MULTILINE)
        assert sum(map(int, listed)) == sum(failed.values())
        assert "other reasons" in said.plain

    def test_a_zero_is_left_out(self) -> None:
        nothing = SomeReport(state="done", total=0, sent=0, blocked=0, queued=0)
        assert ": 0" not in reports.final(EN, reports.Course(3), nothing).plain.replace(
            "Audience: 0", ""
        ).replace("Sent: 0", "")

    def test_a_cancelled_broadcast_is_not_sent_again(self) -> None:
        report = SomeReport(state="cancelled", failed={"not_found": 2}, in_doubt=4, cancelled=9)
        said = reports.final(EN, reports.Course(3), report)
        assert "Failed: 2" in said.plain
        assert not {"retry", "doubt", "resume"} & acts(said)

    def test_sending_again_for_stars_is_asked_with_the_cost(self) -> None:
        said = broadcast_card.ask_again(EN, 3, 1_200, 48, 120.0)
        for words in (
            "1,200 subscribers",
            "under a minute",
            "Costs at most: 120.0 Telegram Stars",
        ):
            assert words in said.plain
        assert "twice" not in said.plain
        assert taps(said) == [BroadcastDo("retry_sure", 3), BroadcastDo("report", 3)]
        doubtful = broadcast_card.ask_again(EN, 3, 1, 1, 0.1, in_doubt=True)
        assert "may get it twice" in doubtful.plain
        assert taps(doubtful)[0] == BroadcastDo("doubt_sure", 3)

    def test_only_what_has_an_outcome_counts_as_done(self) -> None:
        under_way = SomeReport(state="sending", total=4, sent=0, blocked=0, failed={}, in_doubt=0,
                               too_old=0, cancelled=0, queued=0)  # fmt: skip
        assert "0 of 4 (0%)" in reports.progress(EN, reports.Course(3), under_way).plain
        ended = replace(under_way, sent=1, blocked=1, failed={"empty": 1})
        assert "3 of 4 (75%)" in reports.progress(EN, reports.Course(3), ended).plain

    def test_a_broadcast_that_paused_by_itself_says_so(self) -> None:
        said = reports.paused(
            EN, reports.Course(3, pause_reason="failures"), SomeReport(state="paused")
        )
        assert "too many messages failed" in said.plain
