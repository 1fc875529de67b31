"""Every method without an implementation of its own: checked by the table, answered plausibly."""

import re
from typing import Any, Final

from bot.sandbox.methods.call import Call, read_caption, send
from bot.sandbox.methods.plausible import Plausible
from bot.sandbox.model.entities import FormattedText
from bot.sandbox.model.errors import bad_request
from bot.sandbox.model.people import Payload
from bot.sandbox.model.values import NATIVE

_CAPITAL: Final = re.compile(r"(?<!^)(?=[A-Z])")


def answer(call: Call) -> Any:
    """An answer of the method's return type; what is sent appears in the chat."""
    plausible = Plausible(call.world.table, call.world.timestamp())
    returned = call.method.returns[0]
    if returned == "Message" and "inline_message_id" not in call.given:
        takes_one = "message_id" in call.method.parameters
        return _existing(call) if takes_one else _sent(call, plausible)
    if "chat_id" in call.given:
        call.world.chat(call.given["chat_id"])
    return True if call.method.returns[-1] == "Boolean" else plausible.value(returned)


def _existing(call: Call) -> Payload:
    """The message that the method would change, unchanged."""
    if "chat_id" not in call.given:
        raise bad_request("chat_id is empty")
    if "message_id" not in call.given:
        raise bad_request("message identifier is not specified")
    chat = call.world.writable_chat(call.given["chat_id"])
    message = call.world.message(chat, call.given["message_id"])
    if message is None:
        raise bad_request("message to edit not found")
    return message.payload()


def _sent(call: Call, plausible: Plausible) -> Payload:
    """sendVideo brings a `video`, sendDice a `dice`, with what the call says of it."""
    types = call.world.table.types
    field = _CAPITAL.sub("_", call.method.name.removeprefix("send")).lower()
    kind = types["Message"].fields[field].types[0]
    known = types[kind].fields
    plain = (name for name in call.given if name in known and known[name].types[0] in NATIVE)
    content = plausible.value(kind) | {name: call.given[name] for name in plain}
    caption = read_caption(call) if "caption" in call.method.parameters else FormattedText()
    return send(call, caption, {field: content}).payload()
