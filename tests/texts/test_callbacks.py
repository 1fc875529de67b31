"""Buttons' data: what was put in comes out, and nothing else is believed."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import date
from typing import Any, get_type_hints
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from bot.clock import zone_exists
from bot.texts import callbacks as taps
from bot.texts.fields import Day, Slug, ZoneName
from tips.library import load_library

ZONES = sorted(zone for zone in available_timezones() if zone_exists(zone))
SLUGS = st.from_regex(r"[a-z0-9]{1,12}(-[a-z0-9]{1,11}){0,3}", fullmatch=True)


def _values(cls: type[taps.Callback]) -> st.SearchStrategy[taps.Callback]:
    types = get_type_hints(cls, include_extras=True)
    return st.builds(cls, *(_values_of(types[field.name]) for field in fields(cls)))


def _values_of(declared: Any) -> st.SearchStrategy[Any]:
    if declared in (Slug, ZoneName):
        return SLUGS if declared == Slug else st.sampled_from(ZONES)
    if declared == Day:
        return st.dates(date(2000, 1, 1), date(2099, 12, 31)).map(str)
    rules = TypeAdapter(declared).json_schema()
    if "enum" in rules:
        return st.sampled_from(rules["enum"])
    if "pattern" in rules:
        return st.from_regex(re.compile(rules["pattern"], re.ASCII), fullmatch=True).filter(
            lambda word: not word.endswith("\n")
        )
    return st.integers(rules["minimum"], rules["maximum"])


ANY_TAP = st.one_of([_values(cls) for cls in taps.kinds().values()])


@given(ANY_TAP)
def test_every_kind_comes_back_as_it_was(tap: taps.Callback) -> None:
    data = taps.encode(tap)
    assert len(data.encode()) <= taps.DATA_BYTES
    assert taps.decode(data) == tap


@given(ANY_TAP, st.data())
def test_cut_or_lengthened_data_never_reads_as_something_else(
    tap: taps.Callback, data: st.DataObject
) -> None:
    whole = taps.encode(tap)
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    for changed in (cut, f"{whole}:", f"{whole}:1", f" {whole}", f"{whole}\n", f"0{whole[1:]}"):
        read = taps.decode(changed)
        assert read is None or taps.encode(read) == changed


# Telegram keeps buttons for ever: what stood on one of each kind in the first release.
OLD_BUTTONS = {
    "1ag:1:": taps.Agree(1, ""),
    "1ag:12:from_a-friend": taps.Agree(12, "from_a-friend"),
    "1za": taps.AskZone(),
    "1zp:America/Argentina/Buenos_Aires": taps.PickZone("America/Argentina/Buenos_Aires"),
    "1zp:Etc/GMT+5": taps.PickZone("Etc/GMT+5"),
    "1zk": taps.KeepZone(),
    "1ha": taps.AskHour(),
    "1hp:0": taps.PickHour(0),
    "1tw:366": taps.Why(366),
    "1tr:7:-1": taps.RateTip(7, -1),
    "1ts:7:0": taps.SaveTip(7, 0),
    "1to:99999": taps.OpenTip(99_999),
    "1tp:3": taps.SavedPage(3),
    "1tn": taps.TipNow(),
    "1tf:366": taps.FoldWhy(366),
    "1tx:366:not_me": taps.SayWhyNot(366, "not_me"),
    "1tq:3": taps.TidySaved(3),
    "1tu:366:3": taps.RemoveSaved(366, 3),
    "1fs:1:what-is-eczema": taps.ShowSources(1, "what-is-eczema"),
    "1td:30:1": taps.DropTheme(30, 1),
    "1sv:language": taps.ShowSettings("language"),
    "1sh:1439": taps.SetHour(1439),
    "1sd:6:1": taps.SetWeekday(6, 1),
    "1st:0:0": taps.SetTheme(0, 0),
    "1sf:parent": taps.SetAudience("parent"),
    "1sl:pt-BR": taps.SetLanguage("pt-BR"),
    "1pp:365": taps.Pause(365),
    "1pr": taps.Resume(),
    "1go": taps.Begin(),
    "1ap:both": taps.PickAudience("both"),
    "1sq:1": taps.SetQuiet(1),
    "1sm:0": taps.SetAnnouncements(0),
    "1an": taps.NoAnnouncements(),
    "1aw": taps.AboutAnnouncement(),
    "1pm:12": taps.PauseMonth(12),
    "1pu:2026-12-24": taps.PauseUntil("2026-12-24"),
    "1ps": taps.Stop(),
    "1xf:1": taps.Forget(1),
    "1fl:2": taps.FaqTopics(2),
    "1ft:food-and-skin:0": taps.FaqTopic("food-and-skin", 0),
    "1fa:what-is-eczema": taps.OpenAnswer("what-is-eczema"),
    "1fr:-1:what-is-eczema": taps.RateAnswer(-1, "what-is-eczema"),
    "1fn:what-is-eczema": taps.NotAsked("what-is-eczema"),
    "1us:breathing": taps.SignSources("breathing"),
    "1bd:retry_sure:9223372036854775807": taps.BroadcastDo("retry_sure", 2**63 - 1),
    "1bt": taps.BroadcastThis(),
    "1bn": taps.StopComposing(),
    "1bc:when:7": taps.ShowCard("when", 7),
    "1ba:new_buttons:7": taps.AskFor("new_buttons", 7),
    "1ba:words:7": taps.AskFor("words", 7),
    "1bf:without:12:0:9223372036854775807": taps.SetPart("without", "12", 0, 2**63 - 1),
    "1bg:0123abcd:7": taps.UseSegment("0123abcd", 7),
    "1bh:0123abcd:7": taps.DropSegment("0123abcd", 7),
    "1bw:local:2026-12-01:540:7": taps.SetTime("local", "2026-12-01", 540, 7),
    "1bl:next_day:7": taps.SetLate("next_day", 7),
    "1be:24:7": taps.SetEnd(24, 7),
    "1bs:night:7": taps.SetSilent("night", 7),
    "1bp:forward:7": taps.SetPoll("forward", 7),
    "1ws:service-person-or-doctor": taps.AskService("service-person-or-doctor"),
    "1wc:privacy": taps.RunCommand("privacy"),
    "1as:30": taps.ShowStats(30),
    "1qa:yes": taps.AskTeam("yes"),
    "1qo": taps.OpenInbox(),
    "1qi:next:12:15:0": taps.InboxDo("next", 12, 15, 0),
    "1qs:send:12:3:0a1b2c3d": taps.AnswerDo("send", 12, 3, "0a1b2c3d"),
    "1cw:restore:5": taps.TipWithdrawn("restore", 5),
    "1rl:2": taps.ShowTeam(2),
    "1ro:5111222333": taps.OpenMember(5111222333),
    "1rs:5111222333:viewer": taps.SetRole(5111222333, "viewer"),
    "1rx:5111222333": taps.RemoveMember(5111222333),
    "1ri:editor": taps.Invite("editor"),
    "1ra:older:9223372036854775807": taps.ShowAudit("older", 2**63 - 1),
    "1ac:365": taps.SendStatsFile(365),
}


@pytest.mark.parametrize(("data", "tap"), OLD_BUTTONS.items(), ids=OLD_BUTTONS)
def test_a_button_of_an_old_message_still_works(data: str, tap: taps.Callback) -> None:
    assert taps.decode(data) == tap
    assert taps.encode(tap) == data


def test_an_old_button_of_every_kind_is_tried() -> None:
    assert {type(tap) for tap in OLD_BUTTONS.values()} == set(taps.kinds().values())


@given(st.text(max_size=70))
def test_made_up_data_reads_as_nothing(data: str) -> None:
    read = taps.decode(data)
    assert read is None or taps.encode(read) == data


@pytest.mark.parametrize(
    "forged",
    [
        "", "1", ":", "1zz", "1tw", "1tw:", "1tw:-1", "1tw:07", "1tw:+7", "1tw:7:8", "1tw:٧",
        "1tw:100000", "2tw:7", "tw:7", "1zp:Nowhere/Land", "1zp:../../etc/passwd", "1zp:America",
        "1zp:/etc/localtime", "1fa:UPPER", "1fa:", "1fa:a--b", "1sv:secret", "1bd:confirm:0",
        "1bd:erase:1", "1xf:2", "1tr:7:2", "1tw:7\x00", "1fa:\ud800", "1st:31:1", "1sd:7:1",
        "1tw:99999999999999999999",
    ],
)  # fmt: skip
def test_forged_data_reads_as_nothing(forged: str) -> None:
    assert taps.decode(forged) is None


def test_a_value_out_of_range_cannot_be_put_on_a_button() -> None:
    for build in (
        lambda: taps.PickHour(1440),
        lambda: taps.PickHour(True),
        lambda: taps.PickHour("480"),
        lambda: taps.PickZone("Nowhere/Land"),
        lambda: taps.OpenAnswer("not a slug"),
        lambda: taps.RateTip(1, 2),
    ):
        with pytest.raises(ValidationError, match="1 validation error"):
            build()


def test_an_id_too_long_for_telegram_is_refused_when_it_is_put_on_a_button() -> None:
    with pytest.raises(ValueError, match="longer than 64 bytes"):
        taps.encode(taps.RateAnswer(-1, "a" * 60))


def test_every_id_of_the_library_fits() -> None:
    library = load_library()
    ids = [answer.id for answer in library.answers]
    for name in [*ids, "x" * 48, *library.topics]:
        for tap in (taps.RateAnswer(-1, name), taps.NotAsked(name), taps.FaqTopic(name, 999)):
            assert taps.decode(taps.encode(tap)) == tap
    for tip in library.tips:
        assert taps.decode(taps.encode(taps.SaveTip(tip.number, 1))) is not None


def test_every_zone_fits() -> None:
    missing = [zone for zone in available_timezones() if not zone_exists(zone)]
    assert set(missing) <= {"Factory", "localtime"}


def test_the_letters_of_a_kind_are_given_once() -> None:
    assert len(taps.kinds()) == len({cls.__name__ for cls in taps.Callback.__subclasses__()})
