"""Questions for the team, on SQLite and on PostgreSQL: groups, one answer each, and an end."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from bot.clock import MovableClock
from bot.config import load_settings
from bot.questions import drafts
from bot.questions.questions import KEPT, MOST_OPEN, Answer, Passed, Questions
from bot.store.cipher import QUESTIONS, BodyCipher
from bot.store.database import Database
from bot.subscribers.service import Subscribers
from tests import content

TOKEN = "123456789:AAaaBBbbCCccDDddEEeeFFffGGggHHhhIIi"
NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
ADMIN, ANNA, BEN = 9000, 101, 102


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(NOON)


@pytest.fixture
async def questions(db: Database, clock: MovableClock) -> Questions:
    subscribers = Subscribers(db, clock, content.library(), load_settings(token=TOKEN))
    for chat in (ANNA, BEN):
        await subscribers.arrive(chat, "en")
    return Questions(db, clock, BodyCipher(TOKEN, QUESTIONS))


async def test_a_message_is_passed_on_once_and_five_are_enough(questions: Questions) -> None:
    assert await questions.pass_on(ANNA, 1, "why") is Passed.PASSED
    assert await questions.pass_on(ANNA, 1, "why") is Passed.ALREADY
    for number in range(2, MOST_OPEN + 1):
        assert await questions.pass_on(ANNA, number, "why") is Passed.PASSED
    assert await questions.pass_on(ANNA, 99, "why") is Passed.TOO_MANY
    assert await questions.pass_on(BEN, 1, "wozu") is Passed.PASSED
    assert [one.words for one in await questions.open_ones()] == ["why"] * 5 + ["wozu"]


async def test_an_answer_goes_to_its_group_once(questions: Questions, clock: MovableClock) -> None:
    await questions.pass_on(ANNA, 7, "why")
    await questions.pass_on(BEN, 8, "wozu")
    ids = [one.id for one in await questions.open_ones()]
    assert await questions.begin_answer(ids) == 2
    answer = Answer("Because.", ({"type": "bold", "offset": 0, "length": 7},))
    assert await questions.write(ids[0], answer) == 2
    assert await questions.written(ids[0]) == answer
    assert await questions.send(ids[0], "ffffffff", ADMIN) == 0
    assert await questions.send(ids[0], answer.mark, ADMIN) == 2
    assert await questions.send(ids[0], answer.mark, ADMIN) == 0
    taken = await questions.take_to_answer()
    assert [(one.chat_id, one.message_id) for one in taken] == [(ANNA, 7), (BEN, 8)]
    assert await questions.take_to_answer() == []
    await questions.answered(ids[0], arrived=True)
    await questions.put_back(ids[1])
    assert [one.id for one in await questions.take_to_answer()] == [ids[1]]
    # Whoever took it has died: another one sends it.
    clock.move(180)
    assert [one.id for one in await questions.take_to_answer()] == [ids[1]]
    await questions.answered(ids[1], arrived=True)
    assert await questions.count_open() == 0


async def test_another_token_reads_none_and_no_row_passes_for_another(
    db: Database, questions: Questions, clock: MovableClock
) -> None:
    await questions.pass_on(ANNA, 7, "why")
    other = Questions(db, clock, BodyCipher("another token", QUESTIONS))
    assert await other.open_ones() == []
    updates = Questions(db, clock, BodyCipher(TOKEN))
    assert await updates.open_ones() == []
    assert len(await questions.open_ones()) == 1


async def test_nothing_is_kept_for_longer_than_promised(
    questions: Questions, clock: MovableClock
) -> None:
    await questions.pass_on(ANNA, 7, "why")
    clock.move(KEPT.total_seconds() - 60)
    assert await questions.purge() == 0
    clock.move(61)
    assert await questions.purge() == 1


def test_a_draft_is_a_list_of_one_answer_and_overwrites_none(tmp_path: Path) -> None:
    written = drafts.draft(12, 3, "itch", "Yes: {x}\nAnd so on.", NOON)
    (entry,) = yaml.safe_load(written)
    in_the_content = ["id", "topic", "question", "given", "wordings", "headline", "body", "doctor"]
    assert list(entry)[:8] == in_the_content, "in the order that all answers are written in"
    assert (entry["headline"], entry["body"]) == ("Yes: {x}", "And so on.")
    names = [drafts.keep(tmp_path / "drafts", 12, written).name for _ in range(2)]
    assert names == ["draft-12.yaml", "draft-12-2.yaml"]
    (empty,) = yaml.safe_load(drafts.draft(13, 1, "itch", "", NOON))
    assert empty["headline"] == empty["body"] == drafts.TO_WRITE
