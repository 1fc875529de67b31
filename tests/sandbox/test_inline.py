"""Inline mode refuses what Telegram refuses."""

from typing import Any

import aiohttp
import pytest

from bot.sandbox.http.server import Sandbox
from tests.sandbox.conftest import TOKEN, Hand, StoppedClock


def article(number: object = 1, text: str = "Oats", **more: Any) -> dict[str, Any]:
    content = {"message_text": text, "parse_mode": "HTML"}
    return {"type": "article", "id": str(number), "title": "T", "input_message_content": content,
            **more}  # fmt: skip


async def query(hand: Hand, ada: int) -> str:
    return str((await hand.control("inline", user=ada, query="oats"))["inline_query_id"])


class TestAnswer:
    @pytest.mark.parametrize(
        ("results", "more", "refusal"),
        [
            ([article(n) for n in range(51)], {}, "RESULTS_TOO_MUCH"),
            ([article(1), article(1)], {}, "RESULT_ID_DUPLICATE"),
            ([article("x" * 65)], {}, "RESULT_ID_INVALID"),
            ([article(text="<b>open")], {}, "can't parse entities"),
            ([article(text=" ")], {}, "message text is empty"),
            ([article(text="x" * 4097)], {}, "MESSAGE_TOO_LONG"),
            ([article()], {"next_offset": "x" * 65}, "NEXT_OFFSET_INVALID"),
            ([], {"button": {"text": "Go", "start_parameter": "a b"}}, "START_PARAM_INVALID"),
            (
                [article(reply_markup={"inline_keyboard": [[{"text": "x", "url": "nowhere"}]]})],
                {},
                "Wrong HTTP URL",
            ),
        ],
    )
    async def test_results_that_telegram_would_not_take(
        self, hand: Hand, ada: int, results: list[Any], more: dict[str, Any], refusal: str
    ) -> None:
        said = await hand.refused(
            "answerInlineQuery", inline_query_id=await query(hand, ada), results=results, **more
        )
        assert refusal in said

    async def test_fifty_results_are_taken_once(self, hand: Hand, ada: int) -> None:
        number = await query(hand, ada)
        results = [article(n) for n in range(50)]
        assert await hand.ok("answerInlineQuery", inline_query_id=number, results=results)
        said = await hand.refused("answerInlineQuery", inline_query_id=number, results=results)
        assert "query is too old" in said


async def test_a_bot_without_inline_mode_says_so_and_is_asked_nothing() -> None:
    async with (
        Sandbox(clock=StoppedClock(), token=TOKEN, inline_mode=False) as sandbox,
        aiohttp.ClientSession() as session,
    ):
        hand = Hand(sandbox, session, None)
        assert not (await hand.ok("getMe"))["supports_inline_queries"]
        ada = sandbox.world.add_user(first_name="Ada").id
        body = {"user": ada, "query": "oats"}
        async with session.post(f"{sandbox.base_url}/control/inline", json=body) as answer:
            assert answer.status == 409
