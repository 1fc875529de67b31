"""Inline mode: what somebody finds who types the bot's name in any chat."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.model.entities import utf16_length
from bot.sandbox.model.markup import parse_html
from tests.bot_fixtures import SlowReading
from tests.bot_harness import BotHarness, Person, open_harness
from tests.waiting import until
from tips.models import Audience


async def typed(person: Person, words: str) -> list[dict[str, Any]]:
    """The results that somebody sees who types the bot's name and these words."""
    answer = await inline(person, words)
    return list(answer["results"])


async def inline(person: Person, words: str) -> dict[str, Any]:
    await person.ask_inline(words)
    answered = [event for event in await person.answers() if event["kind"] == "inline_answered"]
    assert len(answered) == 1, answered
    return answered[0]


async def test_words_find_answers_and_tips_which_name_their_sources(newcomer: Person) -> None:
    found = await typed(newcomer, "fibre")
    assert any(result["id"].startswith("t") for result in found)
    assert any(result["id"].startswith("a:") for result in found)
    for result in found:
        assert "Source" in shown(result), result["title"]


def shown(result: dict[str, Any]) -> str:
    text = parse_html(result["input_message_content"]["message_text"]).text
    assert utf16_length(text) <= 4096
    return text


async def test_a_card_that_was_chosen_has_all_of_the_tip(
    harness: BotHarness, newcomer: Person
) -> None:
    tip = next(tip for tip in harness.app.services.library.tips if tip.caution)
    first = (await typed(newcomer, tip.title))[0]
    card = shown(first)
    assert card.startswith(harness.app.services.library.title_of(tip))
    for part in (tip.title, tip.body, tip.action, tip.caution, "Source: "):
        assert (part or "") in card
    ((button,),) = first["reply_markup"]["inline_keyboard"]
    assert button["url"] == "https://t.me/GutSkinBot?start=inline"


async def test_whoever_types_nothing_yet_sees_the_tips_that_everybody_begins_with(
    harness: BotHarness, newcomer: Person
) -> None:
    first = harness.app.services.library.first_week(Audience.ADULT)
    assert [result["id"] for result in await typed(newcomer, " ")] == [f"t{n}" for n in first]


@pytest.mark.parametrize(
    "words", ["car insurance for a new driver", "my dog has fleas", "bitcoin price", "🙂"]
)
async def test_what_is_not_ours_finds_nothing_and_leads_to_the_bot(
    harness: BotHarness, newcomer: Person, words: str
) -> None:
    assert await typed(newcomer, words) == []
    (call,) = await harness.calls("answerInlineQuery")
    assert "inline" in str(call["parameters"]["button"])


async def test_a_warning_sign_gets_the_advice_to_seek_care_alone(newcomer: Person) -> None:
    (only,) = await typed(newcomer, "my tongue is swelling and I can't breathe")
    assert only["title"] == "Get help now"
    assert "emergency" in shown(only)


async def test_results_are_nobodys_and_nothing_is_stored(
    harness: BotHarness, newcomer: Person
) -> None:
    subscriber = await harness.subscriber()
    await subscriber.tap("👍 Helpful")
    theirs = await inline(subscriber, "moisturiser")
    others = await inline(newcomer, "moisturiser")
    assert theirs["results"] == others["results"]
    assert not theirs["personal"]
    assert theirs["cache_time"] >= 300
    assert await harness.app.services.subscribers.find(newcomer.id) is None


async def test_a_card_that_is_posted_to_the_bot_itself_wants_no_answer(
    harness: BotHarness, newcomer: Person
) -> None:
    answer = await inline(newcomer, "fibre")
    await newcomer.choose_inline(answer["inline_query_id"], answer["results"][0]["id"])
    assert [event for event in await newcomer.answers() if event["kind"] == "message"] == []


async def test_a_query_that_was_answered_too_late_is_no_error(
    harness: BotHarness, newcomer: Person
) -> None:
    await harness.fault("error", method="answerInlineQuery", times=1, error_code=400,
                        description="Bad Request: query is too old and response timeout expired "
                        "or query ID is invalid")  # fmt: skip
    await newcomer.ask_inline("fibre")
    await newcomer.hears_nothing()
    assert len(await typed(newcomer, "fibre")) > 1


async def test_while_somebody_types_only_the_newest_words_are_looked_for(
    harness: BotHarness, newcomer: Person, slow_reading: SlowReading
) -> None:
    other = await harness.person("Olu")
    await harness.post("inline", user=newcomer.id, query="mois")
    await until(slow_reading.begun.is_set)
    for typed_on in ("moist", "moistur", "moisturis", "moisturiser"):
        await harness.post("inline", user=newcomer.id, query=typed_on)
    await harness.post("inline", user=other.id, query="fibre")
    await until(lambda: harness.app.inbox.waiting >= 4)
    slow_reading.go_on.set()
    await harness.settle()
    calls = await harness.calls("answerInlineQuery")
    assert len(calls) == 3, calls  # the one in hand, the newest, and somebody else's
    assert len(await typed(newcomer, "moisturiser")) > 1


async def test_the_share_button_asks_inline_for_the_tip_itself(subscriber: Person) -> None:
    (tip,) = await subscriber.tips()
    (share,) = [key for row in tip["keyboard"] for key in row if key["label"] == "↗ Share"]
    title = tip["text"].splitlines()[1]
    assert share["switch"] == title
    assert shown((await typed(subscriber, title))[0]).splitlines()[1] == title


async def test_a_tip_that_sounds_like_a_warning_sign_is_shared_all_the_same(
    harness: BotHarness, newcomer: Person
) -> None:
    services = harness.app.services
    signs = [tip for tip in services.library.tips if await services.analyser.warning(tip.title)]
    assert signs
    for tip in signs[:3]:
        (only,) = await typed(newcomer, tip.title)
        assert only["title"] == tip.title


async def test_without_inline_mode_the_button_opens_telegrams_own_way_to_share(
    tmp_path: Path,
) -> None:
    async with open_harness(tmp_path, inline_mode=False) as harness:
        subscriber = await harness.subscriber()
        await harness.to_next_tip()
        for tip in await subscriber.tips():
            (share,) = [k for row in tip["keyboard"] for k in row if k["label"] == "↗ Share"]
            assert share["url"].startswith("https://t.me/share/url?url=https%3A//t.me/GutSkinBot")
