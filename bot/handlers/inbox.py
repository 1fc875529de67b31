"""``/inbox``: questions without an answer, grouped by likeness, most asked first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import structlog
from telegram import Message as Incoming

from bot.content.reloading import DRAFTS
from bot.handlers.answering import Sent, with_head
from bot.handlers.context import Context
from bot.handlers.guards import may_tap
from bot.questions import drafts
from bot.questions.groups import group
from bot.questions.questions import Answer, OpenQuestion
from bot.texts import ask_team
from bot.texts import inbox as texts
from bot.texts.callbacks import AnswerDo, InboxDo, OpenInbox
from bot.texts.html import units
from bot.texts.message import Message

log = structlog.get_logger(__name__)

ANSWER = "answer"
"""What an admin is expected to write next (see ``bot/delivery/dialogues.py``)."""

NO_ANSWER_YET = "00000000"


class Group(NamedTuple):
    """Questions that ask the same, oldest first, and their place among all groups."""

    questions: Sequence[OpenQuestion]
    number: int
    of: int
    alone: bool = False

    @property
    def ids(self) -> list[int]:
        return [one.id for one in self.questions]


async def inbox(context: Context, _rest: str) -> None:
    """``/inbox``: the questions that were asked most."""
    groups = await _groups(context, alone=False)
    if groups:
        await context.say(_card(context, groups[0]))
    else:
        await context.say(texts.empty(context.translator))


async def opened(context: Context, _tap: OpenInbox) -> None:
    """The button under the news of questions."""
    if await may_tap(context, "edit"):
        await context.toast()
        await inbox(context, "")


async def act(context: Context, tap: InboxDo) -> None:
    """Show a group or the next one, answer it, make a draft of it, or dismiss it."""
    if not await may_tap(context, "edit"):
        return
    if tap.what == "draft":
        await context.toast()
        await _draft(context, tap)
        return
    groups = await _groups(context, alone=bool(tap.alone))
    if tap.what == "next":
        await context.toast()
        await _show(context, groups, _behind(groups, tap.question))
        return
    shown = next((one for one in groups if tap.question in one.ids), None)
    if shown is None:
        await context.toast(texts.gone(context.translator))
        await _show(context, groups, 0)
        return
    # Whoever asked since the card was drawn is not meant.
    ids = [number for number in shown.ids if number <= tap.last]
    if tap.what == "show":
        await context.toast()
        await context.show(_card(context, shown))
    elif tap.what == "answer":
        await context.toast()
        await _ask_for_answer(context, ids)
    else:
        count = await context.services.questions.dismiss(ids, context.user.id)
        await context.toast(texts.dismissed(context.translator, count))
        left = await _groups(context, alone=bool(tap.alone))
        await _show(context, left, min(shown.number - 1, len(left) - 1))


def _behind(groups: Sequence[Group], question: int) -> int:
    """The place of the group behind that of a question; the first where it is in none."""
    here = (place for place, group in enumerate(groups) if question in group.ids)
    return (next(here, -1) + 1) % max(1, len(groups))


async def _show(context: Context, groups: Sequence[Group], place: int) -> None:
    if groups:
        await context.show(_card(context, groups[max(0, place)]))
    else:
        await context.show(texts.empty(context.translator))


def _card(context: Context, shown: Group) -> Message:
    words = [one.words for one in reversed(shown.questions)]
    place, ids = (shown.number, shown.of), (shown.ids[0], shown.ids[-1])
    return texts.card(context.translator, words, place, ids, alone=shown.alone)


async def _groups(context: Context, *, alone: bool) -> list[Group]:
    """The open questions, grouped; ``alone`` each by itself, those that ask the same in a row."""
    waiting = await context.services.questions.open_ones()
    groups = await group(waiting, context.services.analyser.placed)
    if alone:
        groups = [[one] for those in groups for one in those]
    return [Group(those, place, len(groups), alone) for place, those in enumerate(groups, 1)]


async def _ask_for_answer(context: Context, ids: Sequence[int]) -> None:
    _, services, first = context.translator, context.services, min(ids)
    count = await services.questions.begin_answer(ids)
    if not count:
        await context.show(texts.somebody_quicker(_))
        return
    await services.dialogues.expect(context.user.id, ANSWER, first)
    await context.say(texts.write_now(_, count, first, NO_ANSWER_YET))


async def take_answer(context: Context, first: int) -> None:
    """What an editor wrote when they were asked for an answer: shown as its readers get it."""
    _, services, message = context.translator, context.services, context.written
    if not message.text:
        await context.say(texts.only_text(_))
        return
    over = units(message.text) - ask_team.longest_answer()
    if over > 0:
        await context.say(texts.too_long(_, over))
        return
    answer = _answer(message)
    await services.dialogues.drop(context.user.id)
    count = await services.questions.write(first, answer)
    if not count:
        await context.say(texts.somebody_quicker(_))
        return
    await services.messenger.send_words(context.chat_id, with_head(_, answer), context.topic)
    await context.say(texts.confirm(_, count, first, answer.mark))


def _answer(message: Incoming) -> Answer:
    preview = message.link_preview_options
    return Answer(
        message.text or "",
        tuple(entity.to_dict() for entity in message.entities),
        preview.to_dict() if preview is not None else None,
    )


async def answer(context: Context, tap: AnswerDo) -> None:
    """Send the answer as it was shown, have it written anew, or give it up."""
    if not await may_tap(context, "edit"):
        return
    await context.toast()
    _, services = context.translator, context.services
    if tap.what == "send":
        await _send(context, tap)
    elif tap.what == "anew":
        await services.dialogues.expect(context.user.id, ANSWER, tap.question)
        await context.show(texts.write_now(_, tap.count, tap.question, tap.mark))
    else:
        await services.dialogues.drop(context.user.id)
        await context.show(texts.kept(_))


async def _send(context: Context, tap: AnswerDo) -> None:
    _, services = context.translator, context.services
    count = await services.questions.send(tap.question, tap.mark, context.user.id)
    if not count:
        await context.show(texts.somebody_quicker(_))
        return
    sent = await services.answering.send()
    # Whoever was erased since the answer was shown is counted with those who have left.
    left = Sent(sent.arrived, sent.away + max(0, tap.count - count), sent.waiting)
    await context.show(texts.sent(_, *left, tap.question, tap.question))


async def _draft(context: Context, tap: InboxDo) -> None:
    """Send the draft of an answer, and keep it in the content folder if there is one."""
    _, services = context.translator, context.services
    written = await services.questions.written(tap.question)
    text = written.text if written is not None else ""
    topic, count = await _topic_and_count(context, tap, text)
    made = drafts.draft(tap.question, count, topic, text, context.now)
    kept, failed = await _keep(context, tap.question, made)
    name = kept or f"{drafts.name_of(tap.question)}.yaml"
    caption = texts.draft_caption(_, kept, failed=failed)
    await services.messenger.send_file(
        context.chat_id, name, made.encode(), caption, context.topic
    )


async def _topic_and_count(context: Context, tap: InboxDo, answer: str) -> tuple[str, int]:
    """The topic that is nearest to the question, or to its answer, and how many asked it."""
    groups = await _groups(context, alone=bool(tap.alone))
    meant = next((one for one in groups if tap.question in one.ids), None)
    words = meant.questions[0].words if meant is not None else answer
    found = await context.services.analyser.find(words, 1)
    topic = next(iter(found.topics), context.services.library.topics[0])
    return topic, len(meant.questions) if meant is not None else 1


async def _keep(context: Context, question: int, made: str) -> tuple[str | None, bool]:
    """The name of the file it is kept as, if any; whether it could not be written."""
    folder = context.services.reloading.folder
    if folder is None:
        return None, False
    try:
        kept = await asyncio.to_thread(partial(drafts.keep, folder / DRAFTS, question, made))
    except OSError as error:
        log.warning("a draft could not be kept", kind=type(error).__name__)
        return None, True
    return kept.name, False
