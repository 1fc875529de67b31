"""Reply markup: checked as Telegram checks it, and read for taps and for the page."""

from collections.abc import Iterator
from typing import Any, Final

import orjson

from bot.sandbox.model.errors import bad_request
from bot.sandbox.model.markup import normal_url
from bot.sandbox.model.table import Table
from bot.sandbox.model.values import MismatchError

Markup = dict[str, Any]

# core.telegram.org/bots/api#inlinekeyboardbutton
MAX_DATA_BYTES: Final = 64
_KINDS: Final = {
    "inline_keyboard": "InlineKeyboardMarkup",
    "keyboard": "ReplyKeyboardMarkup",
    "remove_keyboard": "ReplyKeyboardRemove",
    "force_reply": "ForceReply",
}
_ACTIONS: Final = (
    "callback_data", "url", "web_app", "login_url", "switch_inline_query",
    "switch_inline_query_current_chat", "switch_inline_query_chosen_chat", "copy_text",
    "callback_game", "pay",
)  # fmt: skip

_SWITCHES: Final = tuple(name for name in _ACTIONS if name.startswith("switch_inline_query"))


def read_markup(table: Table, value: Any, allowed: tuple[str, ...]) -> Markup | None:
    """The markup given, checked; None when it is empty. `allowed`: names of markup types."""
    markup = _decoded(value)
    kind = next((name for field, name in _KINDS.items() if field in markup), None)
    if kind is None:
        return None
    if kind not in allowed:
        raise bad_request("inline keyboard expected")
    try:
        checked = table.as_object(kind, markup)
    except MismatchError as error:
        raise bad_request(_where(kind, str(error))) from error
    if kind == "InlineKeyboardMarkup":
        return _checked_inline(checked)
    if kind == "ReplyKeyboardMarkup":
        return _checked_reply(checked)
    return checked


def _decoded(value: Any) -> Markup:
    try:
        markup = orjson.loads(value) if isinstance(value, str) else value
    except orjson.JSONDecodeError as error:
        raise bad_request("can't parse reply keyboard markup JSON object") from error
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    return markup


def _where(kind: str, reason: str) -> str:
    plain = reason.removeprefix("can't parse InlineKeyboardButton: ")
    plain = plain.removeprefix("can't parse KeyboardButton: ")
    if kind == "InlineKeyboardMarkup":
        return f"can't parse inline keyboard button: {plain}"
    return f"can't parse keyboard button: {plain}" if kind == "ReplyKeyboardMarkup" else plain


def _checked_inline(markup: Markup) -> Markup | None:
    rows = [row for row in markup["inline_keyboard"] if row]
    for button in buttons_of(rows):
        _check_button(button)
    return {"inline_keyboard": rows} if rows else None


def _check_button(button: Markup) -> None:
    if not button["text"].strip():
        raise bad_request("BUTTON_TEXT_INVALID")
    actions = [name for name in _ACTIONS if name in button]
    if not actions:
        raise bad_request("text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request("BUTTON_TYPE_INVALID")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(data.encode("utf-8", "replace")) <= MAX_DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button and not normal_url(button["url"]):
        raise bad_request(
            f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL"
        )


def _checked_reply(markup: Markup) -> Markup:
    rows = [row for row in markup["keyboard"] if row]
    if not rows:
        raise bad_request("REPLY_MARKUP_INVALID")
    if any(not button["text"].strip() for button in buttons_of(rows)):
        raise bad_request("BUTTON_TEXT_INVALID")
    return {**markup, "keyboard": rows}


def buttons_of(rows: list[list[Markup]]) -> Iterator[Markup]:
    """All buttons, row by row."""
    for row in rows:
        yield from row


def inline_buttons(markup: Markup | None) -> list[Markup]:
    """Buttons under a message; none when it has no inline keyboard."""
    return list(buttons_of((markup or {}).get("inline_keyboard", [])))


def find_button(buttons: list[Markup], label: str, *, exact: bool) -> Markup | None:
    """The first button with this label, or (not `exact`) one that contains it, in any case."""
    wanted = label.casefold()
    for button in buttons:
        if button["text"] == label or (not exact and wanted in button["text"].casefold()):
            return button
    return None


def shown_inline(markup: Markup | None) -> list[list[Markup]]:
    """Rows for the page: label and data, link, or the kind of another action."""
    rows = (markup or {}).get("inline_keyboard", [])
    return [[_shown(button) for button in row] for row in rows]


def _shown(button: Markup) -> Markup:
    shown = {"label": button["text"]}
    if "callback_data" in button:
        shown["data"] = button["callback_data"]
    elif "url" in button:
        shown["url"] = button["url"]
    elif "copy_text" in button:
        shown["copy"] = button["copy_text"]["text"]
    elif switch := next((name for name in _SWITCHES if name in button), None):
        query = button[switch]
        shown["switch"] = query if isinstance(query, str) else query.get("query", "")
    else:
        shown["other"] = next(name for name in _ACTIONS if name in button)
    return shown


def shown_reply(markup: Markup | None) -> Markup | None:
    """The reply keyboard that a message brings (or takes away), for the page."""
    if markup is None or "inline_keyboard" in markup:
        return None
    rows = [
        [
            {
                "label": button["text"],
                "request_location": bool(button.get("request_location")),
                "request_contact": bool(button.get("request_contact")),
            }
            for button in row
        ]
        for row in markup.get("keyboard", [])
    ]
    return {
        "rows": rows,
        "remove": bool(markup.get("remove_keyboard")),
        "force_reply": bool(markup.get("force_reply")),
        "one_time": bool(markup.get("one_time_keyboard")),
        "placeholder": markup.get("input_field_placeholder", ""),
    }
