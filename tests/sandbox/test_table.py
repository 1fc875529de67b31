"""The parameter table, and every method without an implementation of its own."""

import ast
import inspect
from types import ModuleType
from typing import Any

import pytest
import telegram
from telegram import Update

from bot.sandbox.methods import (
    answering,
    call,
    editing,
    implementations,
    looking,
    profile,
    receiving,
    remaining,
    sending,
)
from bot.sandbox.methods.call import Call
from bot.sandbox.methods.plausible import Plausible
from bot.sandbox.model.errors import ApiError
from bot.sandbox.model.table import Slot, Table, load_table
from bot.sandbox.model.values import Upload
from tests.sandbox.conftest import Hand

MODULES: list[ModuleType] = [answering, editing, looking, profile, receiving, sending]
TABLE = load_table()
REMAINING = sorted(
    method.name for method in TABLE.methods.values() if method.name not in implementations()
)
NEEDS_A_FILE = {"setChatPhoto", "uploadStickerFile"}


def minimal(table: Table, slot: Slot, chat: int) -> Any:
    """A value that satisfies a required parameter."""
    if slot.name in {"chat_id", "user_id", "from_chat_id"}:
        return chat
    if slot.name == "message_id":
        return 1
    value = example(table, slot.types[0] if slot.types != ("InputFile", "String") else "String")
    return value * slot.limits["items"][0] if slot.limits.get("items", [0])[0] > 1 else value


def example(table: Table, declared: str) -> Any:
    scalars = {"Integer": 1, "Float": 1.5, "Boolean": True, "String": "xy"}
    if declared in scalars:
        return scalars[declared]
    if declared.startswith("Array of "):
        return [example(table, declared.removeprefix("Array of "))]
    kind = table.types[declared]
    if kind.members:
        return example(table, kind.members[0])
    return {
        slot.name: slot.limits.get("const", example(table, slot.types[0]))
        for slot in kind.fields.values()
        if slot.required
    }


def test_the_table_is_of_the_api_that_the_library_speaks() -> None:
    assert TABLE.version == f"Bot API {telegram.__bot_api_version__}"


def test_every_implementation_is_in_the_table() -> None:
    assert {name.lower() for name in implementations()} <= set(TABLE.methods)


@pytest.mark.parametrize("module", [*MODULES, call, remaining], ids=lambda m: m.__name__)
def test_implementations_read_only_parameters_that_exist(module: ModuleType) -> None:
    """Whatever a module reads by name is a parameter of one of its methods at least."""
    names = getattr(module, "METHODS", None) or TABLE.methods
    known = {p for name in names for p in TABLE.methods[name.lower()].parameters}

    read = {
        node.args[0].value
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func) == "call.get"
        and isinstance(node.args[0], ast.Constant)
    }

    assert read <= known


@pytest.mark.parametrize("name", sorted(implementations()))
async def test_implementations_take_every_parameter_of_the_table(
    hand: Hand, ada: int, name: str
) -> None:
    """Given all at once, nothing is read that the table does not know."""
    method = TABLE.methods[name.lower()]
    given = {slot.name: minimal(TABLE, slot, ada) for slot in method.parameters.values()}
    given |= {"parse_mode": "HTML", "timeout": 0, "language_code": "en", "action": "typing"}
    given |= {"photo": "https://a.org/x", "document": "https://a.org/x"}
    given = {k: v for k, v in given.items() if k in method.parameters}
    for absent in ("certificate", "thumbnail", "inline_message_id", "reply_markup", "entities"):
        given.pop(absent, None)

    body = await hand.bot(name, **given)

    assert body["ok"] or body["error_code"] == 400


def test_reading_an_undeclared_parameter_is_an_error_of_ours(hand: Hand) -> None:
    call = Call(hand.sandbox.world, TABLE.methods["getme"], {})

    with pytest.raises(LookupError, match="getMe has no parameter text"):
        call.get("text")


@pytest.mark.parametrize("name", [n for n in REMAINING if n not in NEEDS_A_FILE])
async def test_remaining_methods_answer_with_their_type(hand: Hand, ada: int, name: str) -> None:
    method = TABLE.methods[name.lower()]
    required = [slot for slot in method.parameters.values() if slot.required]
    given = {slot.name: minimal(TABLE, slot, ada) for slot in required}
    if "message_id" in method.parameters and method.returns[0] == "Message":
        given |= {"chat_id": ada, "message_id": 1}

    result = await hand.ok(name, **given)

    assert _fits(TABLE, method.returns[0], result), result
    for absent in given:
        rest = {k: v for k, v in given.items() if k != absent}
        if method.parameters[absent].required:
            assert (await hand.refused(name, **rest)).startswith("Bad Request: ")


def _fits(table: Table, declared: str, result: Any) -> bool:
    if declared.startswith("Array of "):
        return isinstance(result, list)
    if declared in table.types:
        return isinstance(result, dict) and table.as_object(declared, result) == result
    return isinstance(result, {"Boolean": bool, "String": str, "Integer": int}[declared])


@pytest.mark.parametrize("declared", sorted(TABLE.types))
def test_every_type_can_be_made_up(declared: str) -> None:
    made = Plausible(TABLE, 1_800_000_000).value(declared)

    assert TABLE.as_object(declared, made) == made


@pytest.mark.parametrize("name", sorted(NEEDS_A_FILE))
def test_methods_that_need_an_upload_refuse_anything_else(name: str) -> None:
    method = TABLE.methods[name.lower()]
    given = {"chat_id": 1, "user_id": 1, "sticker_format": "static"}
    field = next(s.name for s in method.parameters.values() if "InputFile" in s.types)

    with pytest.raises(ApiError, match="file must be uploaded"):
        TABLE.check(method, {**given, field: "name"})
    upload = Upload("x.png", "image/png", b"x")
    assert TABLE.check(method, {**given, field: upload})[field] is upload


async def test_what_is_sent_by_a_remaining_method_appears_in_the_chat(
    hand: Hand, ada: int
) -> None:
    sent = await hand.ok(
        "sendVideo", chat_id=ada, video="https://a.org/v", width=640, caption="<b>x</b>",
        parse_mode="HTML",
    )  # fmt: skip
    contact = await hand.ok("sendContact", chat_id=ada, phone_number="+1", first_name="Bob")

    assert (sent["video"]["width"], sent["caption"]) == (640, "x")
    assert contact["contact"] == {"phone_number": "+1", "first_name": "Bob"}
    assert [m["kind"] for m in await hand.messages(ada)] == ["text", "video", "contact"]
    assert await hand.refused("sendDice", chat_id=5) == "Bad Request: chat not found"
    assert await hand.refused("pinChatMessage", chat_id=5, message_id=1) == (
        "Bad Request: chat not found"
    )
    assert await hand.refused("setGameScore", chat_id=ada, message_id=77, user_id=1, score=1) == (
        "Bad Request: message to edit not found"
    )
    assert await hand.ok("setGameScore", user_id=1, score=1, inline_message_id="x") is True
    assert Update.de_json({"update_id": 1, "message": sent}, None) is not None


@pytest.mark.parametrize(
    ("method", "given", "error"),
    [
        ("getUpdates", {"limit": "many"}, 'invalid parameter "limit" specified: Integer expected'),
        ("getUpdates", {"limit": True}, 'invalid parameter "limit" specified: Integer expected'),
        ("getUpdates", {"allowed_updates": "x"}, "can't parse allowed updates JSON object"),
        ("getUpdates", {"allowed_updates": [5]}, "expected a String"),
        ("sendLocation", {"chat_id": 1, "latitude": "north", "longitude": 1},
         'invalid parameter "latitude" specified: Float expected'),
        ("sendLocation", {"chat_id": 1, "latitude": "nan", "longitude": 1},
         'invalid parameter "latitude" specified: Float expected'),
        ("sendLocation", {"chat_id": 1, "latitude": [], "longitude": 1},
         'invalid parameter "latitude" specified: Float expected'),
        ("sendLocation", {"chat_id": 1, "longitude": 1}, "latitude is empty"),
        ("sendMessage", {"chat_id": 1, "text": ["x"]},
         'invalid parameter "text" specified: String expected'),
        ("sendMessage", {"chat_id": [], "text": "x"}, "chat not found"),
        ("sendMessage", {"chat_id": 1, "text": "x", "disable_notification": "maybe"},
         'invalid parameter "disable_notification" specified: Boolean expected'),
        ("sendMessage", {"chat_id": 1, "text": "x", "disable_notification": []},
         'invalid parameter "disable_notification" specified: Boolean expected'),
        ("sendMessage", {"chat_id": 1, "text": "x", "link_preview_options": {"is_disabled": 1}},
         'field "is_disabled" must be of type Boolean'),
        ("sendMessage", {"chat_id": 1, "text": "x", "reply_parameters": {}},
         "can't find field \"message_id\""),
        ("getChatMember", {"chat_id": 1, "user_id": "x"}, "invalid user_id specified"),
        ("savePreparedKeyboardButton", {"user_id": 1, "button": {
            "text": "x", "request_users": {"request_id": "y"}}},
         'field "request_id" must be of type Integer'),
        ("sendPoll", {"chat_id": 1, "question": "?", "options": []},
         'parameter "options" is required'),
        ("sendMessage", {"chat_id": 1, "text": "x", "link_preview_options": 5},
         "object expected as link preview options"),
        ("sendMediaGroup", {"chat_id": 1, "media": [{"type": "photo", "media": "x"}]},
         "not enough media specified"),
        ("createForumTopic", {"chat_id": 1, "name": ""}, 'parameter "name" is required'),
        ("editMessageMedia", {"media": {"type": "photo", "media": "x"}}, "chat_id is empty"),
        ("editMessageMedia", {"chat_id": 1, "media": {"type": "photo", "media": "x"}},
         "message identifier is not specified"),
    ],
)  # fmt: skip
async def test_wrong_types_are_refused(
    hand: Hand, method: str, given: dict[str, Any], error: str
) -> None:
    assert await hand.refused(method, **given) == f"Bad Request: {error}"


async def test_numbers_outside_a_range_are_moved_to_its_border(hand: Hand, ada: int) -> None:
    assert await hand.updates(limit=0) == []
    assert await hand.updates(limit="500", timeout="0") == []
    text = await hand.ok("sendMessage", chat_id=str(ada), text=5, disable_notification="TRUE")
    assert text["text"] == "5"
    live = TABLE.check(
        TABLE.methods["sendlocation"],
        {"chat_id": 1, "latitude": 1, "longitude": 1, "live_period": 0x7FFFFFFF},
    )
    assert live["live_period"] == 0x7FFFFFFF
