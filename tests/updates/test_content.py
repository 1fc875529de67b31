"""What can be told of an update without understanding it, and how little of a huge one is kept."""

from __future__ import annotations

import cProfile
import json
import pstats
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.texts import callbacks as taps
from bot.updates.content import (
    LARGEST,
    body_of,
    chat_of,
    is_tap,
    makes_no_message,
    must_be_kept,
    words_of,
)

TEXT = "x" * 4096
CHAT = {"id": 7, "type": "private"}
MESSAGE = {"message_id": 1, "date": 1772452800, "chat": CHAT, "from": {"id": 7, "is_bot": False}}


def update(**more: Any) -> dict[str, Any]:
    return {"update_id": 5, "message": {**MESSAGE, **more}}


def tap(callback: taps.Callback) -> dict[str, Any]:
    return {"update_id": 5, "callback_query": {"id": "1", "data": taps.encode(callback)}}


MEGABYTE = {
    "entities": update(text=TEXT, entities=[{"type": "bold", "offset": 0, "length": 1}] * 25_000),
    "keys": update(**{f"key{number}": number for number in range(60_000)}, text=TEXT),
    "lists": update(deep=[[[]]] * 150_000, text=TEXT),
    "a long name": update(text=TEXT, odd="y" * 1_000_000),
    "beside the message": {"update_id": 5, "odd": [{"a": 1}] * 100_000, **update(text=TEXT)},
    "a reply": update(text=TEXT, reply_to_message={**MESSAGE, "odd": list(range(200_000))}),
}


@pytest.mark.parametrize("kind", MEGABYTE)
def test_of_a_megabyte_the_message_is_kept(kind: str) -> None:
    body = body_of(MEGABYTE[kind])
    kept = orjson.loads(body)
    assert len(body) <= 2 * LARGEST
    assert words_of(kept) == TEXT
    assert MESSAGE.items() <= kept["message"].items()


@pytest.mark.parametrize("kind", MEGABYTE)
def test_a_megabyte_is_no_work(kind: str) -> None:
    profile = cProfile.Profile()
    profile.runcall(body_of, MEGABYTE[kind])
    assert pstats.Stats(profile).total_calls < 20_000  # type: ignore[attr-defined]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.text(), json_values))
def test_whatever_telegram_may_send_is_kept_as_it_is(body: dict[str, Any]) -> None:
    given = {"update_id": 5, "message": json.loads(orjson.dumps(body))}
    assert orjson.loads(body_of(given)) == given


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (update(text="a"), "a"),
        (update(caption="b"), "b"),
        (update(), ""),
        (update(text=5), ""),
        (update(text="a", chat={"id": -7}), ""),
        ({"update_id": 5, "message": "odd"}, ""),
        ({"update_id": 5, "edited_message": {**MESSAGE, "text": "a"}}, ""),
        (tap(taps.Stop()), ""),
        (update(text="a card of ours", via_bot={"id": 1, "is_bot": True}), ""),
    ],
)
def test_words_are_what_somebody_wrote_to_us_alone(given: dict[str, Any], words: str) -> None:
    assert words_of(given) == words


@pytest.mark.parametrize(
    "given",
    [
        update(text="/stop"),
        update(text="/STOP@GutSkinBot"),
        update(text="Stop!"),
        update(text="\u200b/forget"),
        update(migrate_to_chat_id=-5),
        tap(taps.Stop()),
        tap(taps.Forget(1)),
        {"update_id": 5, "my_chat_member": {}},
    ],
)
def test_who_leaves_or_moves_is_never_put_aside(given: dict[str, Any]) -> None:
    assert must_be_kept(given)


def test_an_answer_to_a_tap_or_to_an_inline_query_is_no_message() -> None:
    inline = {"update_id": 5, "inline_query": {"id": "1", "from": {"id": 7}, "query": "oats"}}
    assert makes_no_message(inline)
    assert makes_no_message(tap(taps.Stop()))
    assert not makes_no_message(update(text="oats"))
    assert chat_of(inline) == 7
    assert words_of(inline) == ""


@pytest.mark.parametrize("given", [update(text="/tip"), update(text="stop itching?"), update()])
def test_everything_else_may_be(given: dict[str, Any]) -> None:
    assert not must_be_kept(given)
    assert not is_tap(given)
