"""What an answer from Telegram means for the message it was for: one table, one function."""

from __future__ import annotations

import re
from typing import Any, Literal, NamedTuple

import orjson

from bot.telegram.errors import InDoubt, NoAnswerError, NotSent

Kind = Literal[
    "sent", "retry", "hold", "refused", "in_doubt", "flood", "migrated", "blocked", "gone"
]

GONE = "gone"
"""The reason where the message to change is not there any more."""

SENT = re.compile(rb'\{"ok":true,"result":\{"message_id":(\d+)')


class Outcome(NamedTuple):
    """What became of one attempt.

    ``retry``: not done, try this message again, counted. ``hold``: nothing can be done now, all
    wait. ``refused``: never, for ``reason``. ``in_doubt``: maybe done. ``flood``: too fast, wait
    ``retry_after`` seconds. ``migrated``: the chat is ``new_chat_id`` now. ``blocked`` and
    ``gone``: the subscriber left. ``message_id`` is that of what was sent (0 where the answer
    names none), ``album`` those of the messages behind the first of an album.
    """

    kind: Kind
    reason: str = ""
    retry_after: float = 0.0
    new_chat_id: int = 0
    message_id: int = 0
    album: tuple[int, ...] = ()


# Telegram documents no error texts; these are the Bot API server's own, as seen in its source
# (tdlib/telegram-bot-api) and by many bots. The first that occurs in the description counts.
TEXTS: dict[int, tuple[tuple[str, Kind, str], ...]] = {
    400: (
        ("chat not found", "gone", "not_found"),
        ("user not found", "gone", "not_found"),
        ("peer_id_invalid", "gone", "not_found"),
        ("message is not modified", "sent", "not_modified"),
        ("message to edit not found", "refused", GONE),
        ("message to delete not found", "refused", GONE),
        ("message can't be edited", "refused", "not_editable"),
        ("in the message to edit", "refused", "not_editable"),  # there is no text, no caption
        ("message can't be deleted", "refused", "too_late"),
        ("message to copy not found", "refused", "original_deleted"),
        ("message to forward not found", "refused", "original_deleted"),
        ("message_id_invalid", "refused", "original_deleted"),
        ("message can't be copied", "refused", "not_copyable"),
        ("message is too long", "refused", "too_long"),
        ("caption is too long", "refused", "too_long"),
        ("can't parse entities", "refused", "markup"),
        ("message text is empty", "refused", "empty"),
        ("not enough rights", "refused", "no_rights"),
        ("have no rights", "refused", "no_rights"),
        ("chat_write_forbidden", "refused", "no_rights"),
        ("need administrator rights", "refused", "no_rights"),
        ("topic_closed", "refused", "topic_closed"),
        ("chat_restricted", "refused", "no_rights"),
        ("chat_guest_send_forbidden", "refused", "no_rights"),
        ("user_banned_in_channel", "refused", "no_rights"),
        ("chat_send_", "refused", "no_rights"),  # chat_send_voices_forbidden and many more
        ("voice_messages_forbidden", "refused", "forbids_voice"),
        ("restricted receiving of", "refused", "forbids_voice"),  # voice notes, round videos
        ("privacy_premium_required", "refused", "forbids_strangers"),
        ("user_privacy_restricted", "refused", "forbids_strangers"),
        ("allow_payment_required", "refused", "asks_payment"),
        ("", "refused", "bad_request"),
    ),
    401: (("", "hold", "unauthorized"),),
    403: (
        ("blocked by the user", "blocked", "blocked"),
        ("user is deactivated", "gone", "deactivated"),
        ("can't initiate conversation", "blocked", "not_started"),
        ("was kicked", "blocked", "kicked"),
        ("not a member", "blocked", "kicked"),
        ("group chat was deleted", "gone", "not_found"),
        ("", "refused", "forbidden"),
    ),
    404: (("", "hold", "unauthorized"),),
    413: (("", "refused", "too_long"),),
    # The gateway in front had nobody to hand the request to.
    502: (("", "retry", "bad_gateway"),),
    503: (("", "retry", "unavailable"),),
}
# What is said of these by whoever stands in between (a proxy, a gateway) is about this message.
ALSO_IN_BETWEEN = frozenset({413, 502, 503})
# Any other 3xx or 4xx from there is about the way: a proxy that wants a password, a hotel's login.
IN_BETWEEN: tuple[tuple[str, Kind, str], ...] = (("", "hold", "not_telegram"),)
SERVER_FAILED: tuple[tuple[str, Kind, str], ...] = (("", "in_doubt", "server_error"),)
CLIENT_FAILED: tuple[tuple[str, Kind, str], ...] = (("", "refused", "bad_request"),)
SHORTEST_FLOOD = 1.0  # seconds, where nobody names any
LONGEST_FLOOD = 7 * 86400.0  # beyond what was ever seen, and what a clock can still be moved by


def classify(status: int, answer: bytes | BaseException, retry_after: float = 0.0) -> Outcome:
    """The outcome of a call that ended with ``status`` and a body, or with an exception.

    Any other exception than ``NotSent`` counts as in doubt: it may have been sent.
    ``retry_after`` is what the header of that name says, in seconds; the body's word goes first.
    """
    if isinstance(answer, BaseException):
        return _no_answer(answer)
    sent = SENT.match(answer)
    if sent is not None and status == 200:
        return Outcome("sent", message_id=_id(int(sent[1])) or 0)
    return _refusal(status, _parsed(answer), retry_after)


def is_bot_api(answer: bytes) -> bool:
    """Whether a refusal is in the Bot API's own form, and not from somebody in between."""
    return _parsed(answer).get("ok") is False


def reason_of_refusal(description: str, status: int = 400) -> str:
    """The reason behind the words of a refusal with that status, one of ``TEXTS``."""
    text = description.lower()
    return next(reason for part, _, reason in TEXTS[status] if part in text)


def _no_answer(error: BaseException) -> Outcome:
    if isinstance(error, NotSent):
        return Outcome("hold", _word(error.reason))
    reason = _word(error.reason) if isinstance(error, NoAnswerError) else type(error).__name__
    return Outcome("in_doubt", reason if isinstance(error, InDoubt) else reason.lower()[:64])


def _word(reason: str) -> str:
    return reason.replace(" ", "_")[:64]


def _parsed(answer: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _refusal(status: int, answer: dict[str, Any], retry_after: float) -> Outcome:
    if answer.get("ok") is True:
        return _unusual_success(answer)
    telegrams = answer.get("ok") is False
    parameters = answer.get("parameters")
    given = parameters if telegrams and isinstance(parameters, dict) else {}
    code = answer.get("error_code")
    status = code if telegrams and isinstance(code, int) else status
    if status == 429:
        return Outcome("flood", "flood", _wait(given.get("retry_after"), retry_after))
    moved = _id(given.get("migrate_to_chat_id"))
    if moved:
        return Outcome("migrated", "migrated", new_chat_id=moved)
    if status < 300:
        return Outcome("in_doubt", "unreadable_answer")
    known = _meanings(status, telegrams=telegrams)
    text = str(answer.get("description", "")).lower()
    kind, reason = next((kind, reason) for part, kind, reason in known if part in text)
    return Outcome(kind, reason)


def _meanings(status: int, *, telegrams: bool) -> tuple[tuple[str, Kind, str], ...]:
    last = SERVER_FAILED if status >= 500 else CLIENT_FAILED
    if telegrams or status in ALSO_IN_BETWEEN:
        return TEXTS.get(status, last)
    return last if status >= 500 else IN_BETWEEN


def _unusual_success(answer: dict[str, Any]) -> Outcome:
    """Done, with the fields in another order than usual, several messages, or none."""
    result = answer.get("result")
    several = result if isinstance(result, list) else [result]
    found = [_id(one.get("message_id")) for one in several if isinstance(one, dict)]
    first, *others = [one or 0 for one in found] or [0]
    return Outcome("sent", message_id=first, album=tuple(others))


def _id(value: Any) -> int | None:
    """A number that the tables can hold: what is written down must not fail for one odd answer."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and abs(value) < 2**63 else None


def _wait(named: Any, header: float) -> float:
    """Seconds to wait for: the body's word, else the header's, within what can be waited for."""
    number = isinstance(named, int | float) and not isinstance(named, bool)
    seconds = min(named, LONGEST_FLOOD) if number else header
    return max(float(seconds), 0.0) or SHORTEST_FLOOD
