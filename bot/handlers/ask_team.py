"""A question without an answer goes to the team, if its writer says yes to that."""

from __future__ import annotations

from telegram import Message as Incoming

from bot.handlers.context import Context
from bot.handlers.signs import warn
from bot.questions.questions import KEPT, Passed
from bot.texts import ask_team as texts
from bot.texts.callbacks import AskTeam
from tips.normalise import after_first_word
from tips.signs import Advice


def may_ask(context: Context) -> bool:
    """Whether the team can be asked: whoever asks has agreed to what is kept, and wrote it."""
    known = context.subscriber
    agreed = known is not None and known.consent_version is not None
    return agreed and context.message is not None and not context.forwarded


async def act(context: Context, tap: AskTeam) -> None:
    """Say what passing it on means; pass it on; or leave it."""
    _ = context.translator
    await context.toast()
    if tap.what == "no":
        await context.show(texts.left(_))
    elif context.subscriber is None or not (words := _words(context)):
        await context.show(texts.lost(_))
    elif tap.what == "ask":
        await context.show(texts.ask(_, KEPT.days))
    elif not await warn(context, await _sign_in(context, words)):
        await _pass_on(context, words)


async def _sign_in(context: Context, words: str) -> Advice | None:
    return await context.services.analyser.warning(words, context.speaks)


async def _pass_on(context: Context, words: str) -> None:
    _, asked = context.translator, _question(context)
    number = asked.message_id if asked is not None else 0
    passed = await context.services.questions.pass_on(context.chat_id, number, words)
    said = {
        Passed.PASSED: texts.passed(_, KEPT.days),
        Passed.ALREADY: texts.passed(_, KEPT.days),
        Passed.TOO_MANY: texts.too_many(_),
    }
    await context.show(said[passed])


def _question(context: Context) -> Incoming | None:
    """The message that ours replied to: Telegram hands it over with the tap, so it is not kept."""
    query = context.given.callback_query
    ours = query.message if query is not None else None
    return ours.reply_to_message if isinstance(ours, Incoming) else None


def _words(context: Context) -> str:
    asked = _question(context)
    if asked is None or asked.from_user is None or asked.from_user.id != context.user.id:
        return ""
    words = (asked.text or asked.caption or "").strip()
    return words[after_first_word(words) :].strip() if words.startswith("/") else words
