"""Sends the team's answers to whoever asked, each as a reply to their question."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

import structlog
from telegram import LinkPreviewOptions, MessageEntity
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.questions.questions import Answer, Questions
from bot.store.queries.questions import ToAnswer
from bot.telegram.messenger import Messenger, OwnWords
from bot.texts import ask_team as texts
from bot.texts.catalogue import Translator, translator
from bot.texts.html import units

log = structlog.get_logger(__name__)

AWAY = ("blocked", "gone")


class Sent(NamedTuple):
    """How many got their answer, how many cannot (they blocked the bot), how many wait for it."""

    arrived: int = 0
    away: int = 0
    waiting: int = 0


class Answering:
    """Sends one answer after the other, at the pace of replies.

    What cannot be sent now, and what a crash left, is sent later; what was on its way then may
    come twice.
    """

    def __init__(self, questions: Questions, messenger: Messenger) -> None:
        self._questions = questions
        self._messenger = messenger
        self._sending = asyncio.Lock()

    async def send(self) -> Sent:
        """Send every answer that is to be sent."""
        sent, seen = Sent(), set[int]()
        async with self._sending:
            while taken := await self._questions.take_to_answer():
                if not seen.isdisjoint({one.id for one in taken}):
                    break  # only what was put back just now is left
                for one in taken:
                    seen.add(one.id)
                    sent = await self._send_one(one, sent)
        return sent

    async def _send_one(self, one: ToAnswer, sent: Sent) -> Sent:
        if one.state in AWAY:
            await self._questions.answered(one.id, arrived=False)
            return sent._replace(away=sent.away + 1)
        words = with_head(translator(one.language), Answer.read(one.answer))
        try:
            await self._messenger.send_words(one.chat_id, words, reply_to=one.message_id)
        except (Forbidden, BadRequest) as refusal:
            log.info("an answer was refused", kind=type(refusal).__name__)
            await self._questions.answered(one.id, arrived=False)
            return sent._replace(away=sent.away + 1)
        except TelegramError as error:
            log.info("an answer is sent later", kind=type(error).__name__)
            await self._questions.put_back(one.id)
            return sent._replace(waiting=sent.waiting + 1)
        await self._questions.answered(one.id, arrived=True)
        return sent._replace(arrived=sent.arrived + 1)


def with_head(_: Translator, answer: Answer) -> OwnWords:
    """The answer as its readers get it: whose it is, and the admin's own words."""
    head = texts.answer_head(_)
    shift = units(head) + 2
    bold = MessageEntity(MessageEntity.BOLD, 0, units(head))
    moved = [
        MessageEntity.de_json({**entity, "offset": entity["offset"] + shift})
        for entity in answer.entities
    ]
    preview = LinkPreviewOptions.de_json(answer.link_preview) if answer.link_preview else None
    return OwnWords(f"{head}\n\n{answer.text}", [bold, *moved], preview)
