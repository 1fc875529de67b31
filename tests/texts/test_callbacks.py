"""Buttons' data: what was put in comes out, and nothing else is believed."""

from __future__ import annotations

from dataclasses import fields
from typing import get_type_hints
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.texts import callbacks as taps
from bot.texts.fields import Whole, Word, zone_exists
from tips.library import load_library

ZONES = sorted(zone for zone in available_timezones() if zone_exists(zone))
SLUGS = st.from_regex(r"[a-z0-9]{1,12}(-[a-z0-9]{1,11}){0,3}", fullmatch=True)


def _values(cls: type[taps.Callback]) -> st.SearchStrategy[taps.Callback]:
    rules = get_type_hints(cls, include_extras=True)
    given_fields = []
    for field in fields(cls):
        rule = rules[field.name].__metadata__[0]
        if isinstance(rule, Whole):
            given_fields.append(st.integers(rule.low, rule.high))
        elif isinstance(rule, Word):
            open_shape = "+" in rule.shape
            shape = st.from_regex(rule.shape, fullmatch=True).filter(str.isascii)
            given_fields.append(SLUGS if open_shape else shape)
        else:
            given_fields.append(st.sampled_from(ZONES))
    return st.builds(cls, *given_fields)


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
        lambda: taps.PickZone("Nowhere/Land"),
        lambda: taps.OpenAnswer("not a slug"),
        lambda: taps.RateTip(1, 2),
    ):
        with pytest.raises(ValueError, match=r"is not"):
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
