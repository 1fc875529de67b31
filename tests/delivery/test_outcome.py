"""Every answer has one meaning."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.telegram.errors import InDoubt, NotSent
from bot.telegram.responses import TEXTS, Outcome, classify


def answer(code: int, description: str, **parameters: Any) -> bytes:
    body = {"ok": False, "error_code": code, "description": description}
    return json.dumps(body | ({"parameters": parameters} if parameters else {})).encode()


@pytest.mark.parametrize(
    ("code", "text", "kind", "reason"),
    [
        (400, "Bad Request: chat not found", "gone", "not_found"),
        (400, "Bad Request: PEER_ID_INVALID", "gone", "not_found"),
        (400, "Bad Request: message to copy not found", "refused", "original_deleted"),
        (400, "Bad Request: MESSAGE_ID_INVALID", "refused", "original_deleted"),
        (400, "Bad Request: message is too long", "refused", "too_long"),
        (400, "Bad Request: can't parse entities: Unclosed", "refused", "markup"),
        (400, "Bad Request: message text is empty", "refused", "empty"),
        (400, "Bad Request: not enough rights to send text messages", "refused", "no_rights"),
        (400, "Bad Request: VOICE_MESSAGES_FORBIDDEN", "refused", "forbids_voice"),
        (
            *(400, "Bad Request: user restricted receiving of voice note messages"),
            *("refused", "forbids_voice"),
        ),
        (400, "Bad Request: CHAT_SEND_ROUNDVIDEOS_FORBIDDEN", "refused", "no_rights"),
        (400, "Bad Request: PRIVACY_PREMIUM_REQUIRED", "refused", "forbids_strangers"),
        (400, "Bad Request: ALLOW_PAYMENT_REQUIRED_10", "refused", "asks_payment"),
        (400, "Bad Request: private chat not found", "gone", "not_found"),
        (403, "Forbidden: the group chat was deleted", "gone", "not_found"),
        (400, "Bad Request: something new", "refused", "bad_request"),
        (401, "Unauthorized", "hold", "unauthorized"),
        (403, "Forbidden: bot was blocked by the user", "blocked", "blocked"),
        (403, "Forbidden: user is deactivated", "gone", "deactivated"),
        (403, "Forbidden: bot can't initiate conversation with a user", "blocked", "not_started"),
        (403, "Forbidden: bot was kicked from the supergroup chat", "blocked", "kicked"),
        (403, "Forbidden: bot is not a member of the channel chat", "blocked", "kicked"),
        (403, "Forbidden: something new", "refused", "forbidden"),
        (404, "Not Found", "hold", "unauthorized"),
        (409, "Conflict", "refused", "bad_request"),
        (413, "Request Entity Too Large", "refused", "too_long"),
        (500, "Internal Server Error", "in_doubt", "server_error"),
        (502, "Bad Gateway", "retry", "bad_gateway"),
        (503, "Service Unavailable", "retry", "unavailable"),
        (504, "Gateway Timeout", "in_doubt", "server_error"),
    ],
)
def test_refusals(code: int, text: str, kind: str, reason: str) -> None:
    found = classify(code, answer(code, text))
    assert (found.kind, found.reason) == (kind, reason)


def test_success_gives_the_message_id_whatever_the_order_of_fields() -> None:
    copied = b'{"ok":true,"result":{"message_id":815}}'
    assert classify(200, copied) == Outcome("sent", message_id=815)
    other_order = b'{"result": {"date": 1, "message_id": 4711}, "ok": true}'
    assert classify(200, other_order) == Outcome("sent", message_id=4711)
    assert classify(200, b'{"ok": true, "result": true}') == Outcome("sent")


def test_a_flood_says_how_long() -> None:
    flood = classify(429, answer(429, "Too Many Requests: retry after 344", retry_after=344))
    assert flood == Outcome("flood", "flood", retry_after=344)


@pytest.mark.parametrize(
    ("body", "header", "seconds"),
    [
        (answer(429, "Too Many Requests", retry_after=9), 60.0, 9),
        (answer(429, "Too Many Requests"), 60.0, 60),
        (answer(429, "Too Many Requests", retry_after="soon"), 60.0, 60),
        (b"<html>slow down</html>", 60.0, 60),
        (b"<html>slow down</html>", 0.0, 1),
        (answer(429, "Too Many Requests"), 0.0, 1),
    ],
)
def test_a_flood_s_header_counts_where_the_body_names_no_time(
    body: bytes, header: float, seconds: float
) -> None:
    assert classify(429, body, header) == Outcome("flood", "flood", retry_after=seconds)


LOGIN = b"<html>Please log in to the hotel's network</html>"
NOT_THE_BOT_API = [LOGIN, b"", b"[1]", b'{"error_code": 400, "description": "chat not found"}']


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 403, 404, 407, 408, 409, 418, 451])
@pytest.mark.parametrize("body", NOT_THE_BOT_API)
def test_whoever_answers_in_telegrams_place_stops_everything_and_fails_nothing(
    status: int, body: bytes
) -> None:
    assert classify(status, body) == Outcome("hold", "not_telegram")


@pytest.mark.parametrize(
    ("status", "kind", "reason"),
    [
        (204, "in_doubt", "unreadable_answer"),
        (413, "refused", "too_long"),
        (500, "in_doubt", "server_error"),
        (502, "retry", "bad_gateway"),
        (503, "retry", "unavailable"),
        (504, "in_doubt", "server_error"),
    ],
)
def test_a_gateway_s_word_about_this_message_counts_without_the_bot_api(
    status: int, kind: str, reason: str
) -> None:
    assert classify(status, LOGIN)[:2] == (kind, reason)


def test_a_migration_says_where_to() -> None:
    text = "Bad Request: group chat was upgraded to a supergroup chat"
    moved = classify(400, answer(400, text, migrate_to_chat_id=-1001234567890123))
    assert (moved.kind, moved.new_chat_id) == ("migrated", -1001234567890123)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'{"ok": 1}', b"\xff"])
def test_an_answer_that_cannot_be_read_is_a_doubt(body: bytes) -> None:
    assert classify(200, body).kind == "in_doubt"
    assert classify(502, body).kind == "retry"


def test_without_an_answer_it_matters_whether_it_was_sent() -> None:
    assert classify(0, NotSent("connect timeout")) == Outcome("hold", "connect_timeout")
    assert classify(0, InDoubt("read timeout")) == Outcome("in_doubt", "read_timeout")
    assert classify(0, ValueError("x")) == Outcome("in_doubt", "valueerror")


def test_every_status_has_a_last_word() -> None:
    for known in TEXTS.values():
        assert known[-1][0] == ""
        assert all(part == part.lower() for part, _, _ in known)
