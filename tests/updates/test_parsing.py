"""An update with a part that PTB cannot read is read without that part, and with all the rest."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import Bot, Update

from bot.telegram import parsing
from bot.telegram.parsing import UnreadableUpdateError, parse_update

BOT = Bot("1:x")
USER = {"id": 5, "is_bot": False, "first_name": "Rita"}
CHAT = {"id": 5, "type": "private", "first_name": "Rita"}
PLAIN = {"message_id": 1, "date": 1772452800, "chat": CHAT, "from": USER}
TOMORROW: dict[str, Any] = {
    "poll": {"id": "1", "question": "?", "kind": "of tomorrow"},
    "location": {"planet": "Mars"},
    "photo": [{"hologram": True}],
    "reply_markup": {"inline_keyboard": [[{"label": "no text"}]]},
    "checklist": {"items": 3},
    "contact": "by thought",
    "external_reply": {"origin": {"type": "user"}},
    "via_bot": {"name": "no number"},
    "entities": [{"kind": "glow"}],
}
"""Parts of a message in forms that PTB does not know."""

IN_PART = {"reply_markup"}
"""Those of which something stays that is no new form."""


def update(**parts: Any) -> dict[str, Any]:
    return {"update_id": 7, "message": {**PLAIN, "text": "I can't breathe", **parts}}


def test_tomorrow_cannot_be_read_today() -> None:
    for part, form in TOMORROW.items():
        with pytest.raises(Exception, match=r".*"):
            Update.de_json(update(**{part: form}), BOT)


@pytest.mark.parametrize("part", TOMORROW)
def test_the_words_are_read_whatever_is_beside_them(part: str) -> None:
    found = parse_update(update(**{part: TOMORROW[part]}), BOT)
    assert found.message is not None
    assert found.message.text == "I can't breathe"
    assert found == parse_update(update(), BOT)


@pytest.mark.parametrize("part", TOMORROW)
def test_and_whatever_is_in_the_message_that_was_replied_to(part: str) -> None:
    replied = {**PLAIN, "message_id": 2, "caption": "An old one", part: TOMORROW[part]}
    found = parse_update(update(reply_to_message=replied), BOT)
    assert found.message is not None
    assert found.message.text == "I can't breathe"
    assert found.message.reply_to_message is not None
    assert found.message.reply_to_message.message_id == 2
    assert found.message.reply_to_message.caption == "An old one"


def test_only_the_smallest_branch_is_left_out() -> None:
    yes, no = ({"text": text, "voter_count": 1, "persistent_id": text} for text in ("yes", "no"))
    options = [yes, {"voters": "x"}, no]
    poll = {
        "id": "1", "question": "?", "options": options, "total_voter_count": 3, "type": "regular",
        "is_closed": False, "is_anonymous": True, "allows_multiple_answers": False,
        "allows_revoting": False, "members_only": False,
    }  # fmt: skip
    replied = {**PLAIN, "message_id": 2, "poll": poll}
    with pytest.raises(TypeError):
        Update.de_json(update(reply_to_message=replied), BOT)
    message = parse_update(update(reply_to_message=replied), BOT).message
    assert message is not None
    assert message.reply_to_message is not None
    assert message.reply_to_message.poll is not None
    assert [option.text for option in message.reply_to_message.poll.options] == ["yes", "no"]


def test_of_a_list_all_that_can_be_read_stays() -> None:
    bold = {"type": "bold", "offset": 0, "length": 1}
    found = parse_update(update(entities=[{"kind": "glow"}, bold, {"kind": "blink"}]), BOT)
    assert found.message is not None
    assert [entity.type for entity in found.message.entities] == ["bold"]


def test_what_is_forwarded_stays_forwarded() -> None:
    found = parse_update(update(forward_origin={"type": "user", "sender": "odd"}), BOT)
    assert found.message is not None
    assert found.message.forward_origin is not None


def test_a_tap_is_read_without_its_message() -> None:
    query = {"id": "1", "from": USER, "chat_instance": "1", "data": "1tn"}
    shown = {**PLAIN, "text": "A tip", "poll": TOMORROW["poll"], "checklist": {"items": 3}}
    found = parse_update({"update_id": 7, "callback_query": {**query, "message": shown}}, BOT)
    assert found.callback_query is not None
    assert found.callback_query.data == "1tn"
    assert found.callback_query.message is not None
    assert found.callback_query.message.message_id == 1


def test_a_change_of_membership_is_read_without_what_is_new_in_it() -> None:
    standing = {"status": "member", "user": {**USER, "is_bot": True}}
    change = {
        "chat": CHAT, "from": USER, "date": 1772452800, "old_chat_member": standing,
        "new_chat_member": {**standing, "status": "kicked", "until_date": 0},
    }  # fmt: skip
    odd = {**change, "invite_link": {"link": "x"}}
    found = parse_update({"update_id": 7, "my_chat_member": odd}, BOT)
    assert found == parse_update({"update_id": 7, "my_chat_member": change}, BOT)


@pytest.mark.parametrize(
    "odd",
    [
        {"message": {"message_id": "seven", "date": "noon", "chat": {"id": 5}}},
        {"message": {"text": "my story"}},
        {"message": 5},
        {"callback_query": {"id": None}},
        {"my_chat_member": {"chat": {}}},
        {"edited_message": {"text": "x"}},
    ],
)
def test_what_lacks_what_it_must_have_is_unreadable(odd: dict[str, Any]) -> None:
    with pytest.raises(UnreadableUpdateError):
        parse_update({"update_id": 7, **odd}, BOT)


PARTS: dict[str, Any] = {
    "caption": "words",
    "entities": [{"type": "bold", "offset": 0, "length": 3}],
    "sender_boost_count": 3,
    "forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "S"},
    "location": {"latitude": 52.5, "longitude": 13.4},
    "link_preview_options": {"is_disabled": True},
    "reply_to_message": {**PLAIN, "message_id": 2, "text": "before"},
    "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]},
    "unknown_to_ptb": {"a": [1, {"b": None}]},
}


@st.composite
def planted(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A good update, and the same with parts of tomorrow where Telegram might put them."""
    chosen = draw(st.sets(st.sampled_from(sorted(PARTS))))
    good = update(**{part: copy.deepcopy(PARTS[part]) for part in chosen})
    places = [good["message"]]
    if "reply_to_message" in chosen:
        places.append(good["message"]["reply_to_message"])
    bad = copy.deepcopy(good)
    spots = [bad["message"], bad["message"].get("reply_to_message")][: len(places)]
    for sent_message in spots:
        for part in draw(st.sets(st.sampled_from(sorted(TOMORROW.keys() - IN_PART)), max_size=3)):
            if part not in sent_message:
                sent_message[part] = TOMORROW[part]
    return good, bad


@settings(max_examples=150, deadline=None)
@given(planted())
def test_all_that_could_be_read_without_the_new_is_read_beside_it(
    both: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    good, bad = both
    assert parse_update(bad, BOT).to_dict() == Update.de_json(good, BOT).to_dict()


def test_it_gives_up_before_it_costs_everybody_time(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = list(_counted(monkeypatch))
    glow = [{"kind": "glow", "more": list(range(50))} for _ in range(300)]
    found = parse_update(update(entities=glow, caption_entities=glow, photo=glow), BOT)
    assert found.message is not None
    assert found.message.text == "I can't breathe"
    assert len(tried[0]) < parsing.MOST_TRIES + 5


def _counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    calls: list[int] = []
    read = Update.de_json

    def counting(data: Any, bot: Any) -> Any:
        calls.append(1)
        return read(data, bot)

    monkeypatch.setattr(Update, "de_json", counting)
    yield calls
