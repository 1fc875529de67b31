"""Whatever Telegram gives, or somebody in between makes of it, costs at most the one update."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from json import JSONDecodeError
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.telegram.reading import Broken, Given, number_of, read_answer, read_update, written

DEEP = b"[" * 300 + b"]" * 300
DEEPER = b'{"a":[' * 50_000 + b"1" + b"]}" * 50_000


def batch(*updates: bytes) -> list[Given]:
    found = read_answer(b'{"ok":true,"result":[' + b",\n".join(updates) + b"]}")["result"]
    assert isinstance(found, list)
    return found


def text(number: int, words: bytes = b"hello", more: bytes = b"") -> bytes:
    return b'{"update_id":%d,"message":{"chat":{"id":1},"text":"%s"%s}}' % (number, words, more)


def words_of(update: Given) -> str:
    assert not isinstance(update, Broken)
    return str(update["message"]["text"])


@pytest.mark.parametrize(
    ("middle", "words"),
    [
        (text(6, b"caf\xe9 \xff"), "caf\ufffd \ufffd"),
        (text(6, b"half \\ud83d a pair"), "half \ufffd a pair"),
        (text(6, b"half \\udc4d\\ud83d"), "half \ufffd\ufffd"),
        (text(6, b"whole \\ud83d\\udc4d"), "whole 👍"),
        (text(6, b"line\nbreak\x00"), "line\nbreak\x00"),
        (text(6, more=b',"size":9223372036854775808'), "hello"),
        (text(6, more=b',"size":-18446744073709551617'), "hello"),
        (text(6, more=b',"size":' + b"9" * 5000), "hello"),
        (text(6, more=b',"size":1e400,"other":NaN'), "hello"),
        (text(6, more=b',"size":1e300'), "hello"),
        (text(6, more=b',"deep":' + DEEP), "hello"),
        (text(6, more=b',"deep":' + DEEPER), "hello"),
    ],
)
def test_what_is_odd_is_read_as_far_as_it_can_be(middle: bytes, words: str) -> None:
    found = batch(text(5), middle, text(7))
    assert [number_of(update) for update in found] == [5, 6, 7]
    assert [words_of(update) for update in found] == ["hello", words, "hello"]
    for update in (found[1], read_update(middle)):
        assert isinstance(update, Mapping)
        again = orjson.loads(written(update))
        assert again["message"]["text"] == words
        assert again["message"].get("size") is None


@pytest.mark.parametrize("middle", [b'{"update_id":6,"message":', text(6)[:-3], text(6, b'a"b')])
def test_what_cannot_be_read_is_told_by_its_number(middle: bytes) -> None:
    assert batch(text(5), middle, text(7))[1] == Broken(6)
    assert read_update(middle) == Broken(6)


@pytest.mark.parametrize(
    "value", [b"-1", b"true", b"null", b"[]", b"2147483648", b"1e3", b'"six"', b'"12345678901"']
)
def test_a_number_that_telegram_cannot_have_given_is_none(value: bytes) -> None:
    odd = b'{"update_id":%s,"message":{}}' % value
    assert [number_of(update) for update in batch(text(5), odd, text(7))] == [5, None, 7]
    assert number_of(read_update(odd)) is None


@pytest.mark.parametrize("behind", [b"]}", b"\r\n<!-- seen by a proxy -->"])
def test_what_stands_behind_an_update_takes_nothing_from_it(behind: bytes) -> None:
    assert read_update(text(6) + behind) == read_update(text(6))


def test_a_number_among_quotation_marks_is_one() -> None:
    assert batch(b'{"update_id":"6"}') == [{"update_id": 6}]


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'"text"', b"7", b"\xff\xfe", b"<html>"])
def test_what_is_no_update_is_broken(body: bytes) -> None:
    assert read_update(body) == Broken(None)


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'"text"', b"<html>", b'{"result":[{'])
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_answer(body)


def test_an_answer_that_was_cut_short_says_so_of_its_last_update() -> None:
    whole = b'{"ok":true,"result":[' + text(5) + b"," + text(6) + b"]}"
    for end in range(len(whole) - len(text(6)) + 13, len(whole) - 4):
        found = read_answer(whole[:end])["result"]
        assert found[0] == orjson.loads(text(5))
        assert found[1].cut


def test_an_answer_of_which_no_update_s_number_is_left_cannot_be_read() -> None:
    with pytest.raises(JSONDecodeError):
        batch(b'{"update_id":1000000000A}')


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)


@st.composite
def batches(draw: st.DrawFn) -> list[dict[str, Any]]:
    bodies = draw(st.lists(st.dictionaries(st.text(max_size=8), JSON), min_size=2, max_size=6))
    first = draw(st.integers(1, 2**31 - 20))
    return [{**body, "update_id": first + place} for place, body in enumerate(bodies)]


def as_telegram_writes(update: Mapping[str, Any]) -> bytes:
    """The number goes first."""
    return orjson.dumps({"update_id": update["update_id"], **update})


@settings(max_examples=300, deadline=None)
@given(batches(), st.data())
def test_whatever_happens_to_one_update_the_others_are_read(
    updates: Sequence[dict[str, Any]], data: st.DataObject
) -> None:
    bodies = [as_telegram_writes(update) for update in updates]
    hurt = data.draw(st.integers(0, len(bodies) - 1))
    body = bodies[hurt]
    at = data.draw(st.integers(len(b'{"update_id":2147483647'), max(23, len(body))))
    upto = data.draw(st.integers(at, max(at, len(body))))
    bodies[hurt] = body[:at] + data.draw(st.binary(max_size=30)) + body[upto:]
    found = {number_of(update): update for update in batch(*bodies)}
    for place, update in enumerate(updates):
        if place != hurt:
            assert found[update["update_id"]] == update


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60) | JSON.map(orjson.dumps))
def test_nothing_that_comes_raises_and_all_that_is_read_can_be_written(body: bytes) -> None:
    update = read_update(body)
    if not isinstance(update, Broken):
        assert orjson.loads(written(update))


@pytest.mark.parametrize(("number", "read"), [(2**31 - 1, 2**31 - 1), (2**31, None)])
def test_an_update_s_number_has_32_bits(number: int, read: int | None) -> None:
    assert number_of(read_update(text(number))) == read
