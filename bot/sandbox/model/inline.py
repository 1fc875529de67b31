"""Inline mode: a user types the bot's name and some words, and posts one of the results."""

from bot.sandbox.model.entities import FormattedText, check_entities, tidy
from bot.sandbox.model.errors import ControlError
from bot.sandbox.model.markup import parse_html
from bot.sandbox.model.messages import Message
from bot.sandbox.model.people import Chat, Payload, User
from bot.sandbox.model.world import World


def answered(world: World, query_id: str, results: list[Payload]) -> None:
    """Keep the results of a query, for the user who may choose one of them."""
    world.inline_results[query_id] = results


def post(world: World, user: User, chat: Chat, query_id: str, result_id: str) -> Message:
    """The chosen result as a message of `user`; ControlError 404 when it was not offered."""
    offered = world.inline_results.get(query_id, [])
    result = next((one for one in offered if one["id"] == result_id), None)
    if result is None:
        raise ControlError(f"no result {result_id!r} of inline query {query_id}", 404)
    text = _text(result)
    return world.post(
        chat,
        user,
        text=text.text,
        entities=text.entities,
        markup=result.get("reply_markup"),
        via=world.bot,
    )


def _text(result: Payload) -> FormattedText:
    content = result.get("input_message_content") or {}
    text: str = content.get("message_text") or result.get("caption") or result.get("title") or ""
    if (content.get("parse_mode") or "").lower() == "html":
        return tidy(parse_html(text))
    return tidy(FormattedText(text, check_entities(text, content.get("entities") or [])))
