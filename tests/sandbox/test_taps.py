"""What users press, and how the bot answers."""

from typing import Any

import pytest

from tests.sandbox.conftest import Hand, ask

TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


class TestTaps:
    async def test_a_tap_is_answered_once(self, hand: Hand, ada: int) -> None:
        place = await ask(hand, ada)
        tapped = await hand.control("tap", user=ada, label="yes")
        (update,) = await hand.updates()
        query = update["callback_query"]

        assert (query["data"], query["message"]["message_id"]) == ("yes", place["message_id"])
        await hand.ok(
            "answerCallbackQuery", callback_query_id=query["id"], text="Thanks", show_alert=True
        )
        assert await hand.refused("answerCallbackQuery", callback_query_id=query["id"]) == TOO_OLD

        assert tapped["callback_query_id"] == query["id"]
        shown = await hand.last(ada)
        assert (shown["toast"], shown["alert"]) == ("Thanks", True)
        events = await hand.look("transcript")
        assert (events[-1]["kind"], events[-1]["text"]) == ("answered", "Thanks")

    async def test_a_silent_answer_leaves_no_toast(self, hand: Hand, ada: int) -> None:
        await ask(hand, ada)
        tapped = await hand.control("tap", user=ada, label="Yes")

        await hand.ok("answerCallbackQuery", callback_query_id=tapped["callback_query_id"])

        assert "toast" not in await hand.last(ada)

    async def test_a_late_answer_is_refused(self, hand: Hand, ada: int) -> None:
        await ask(hand, ada)
        late = await hand.control("tap", user=ada, label="Yes")
        stale = await hand.control("tap", user=ada, label="Yes", stale=True)
        query = {"callback_query_id": stale["callback_query_id"]}
        assert await hand.refused("answerCallbackQuery", **query) == TOO_OLD

        hand.clock.advance(minutes=2)

        query = {"callback_query_id": late["callback_query_id"]}
        assert await hand.refused("answerCallbackQuery", **query) == TOO_OLD
        assert await hand.refused("answerCallbackQuery") == TOO_OLD

    async def test_an_answer_has_at_most_200_characters(self, hand: Hand, ada: int) -> None:
        await ask(hand, ada)
        tapped = await hand.control("tap", user=ada, label="Yes")

        refusal = await hand.refused(
            "answerCallbackQuery", callback_query_id=tapped["callback_query_id"], text="x" * 201
        )

        assert refusal == "Bad Request: MESSAGE_TOO_LONG"

    async def test_old_messages_come_without_content(self, hand: Hand, ada: int) -> None:
        place = await ask(hand, ada)

        await hand.control("tap", user=ada, label="Yes", inaccessible=True)

        (update,) = await hand.updates()
        message = update["callback_query"]["message"]
        assert (message["date"], message["message_id"]) == (0, place["message_id"])
        assert "text" not in message

    async def test_two_taps_at_once_and_forged_data(self, hand: Hand, ada: int) -> None:
        place = await ask(hand, ada)

        twice = await hand.control("tap", user=ada, label="Yes", times=2)
        await hand.control("tap", user=ada, message_id=place["message_id"], data="forged")

        updates = await hand.updates()
        assert twice["update_ids"] == [u["update_id"] for u in updates[:2]]
        assert [u["callback_query"]["data"] for u in updates] == ["yes", "yes", "forged"]

    async def test_the_newest_button_with_the_label_counts(self, hand: Hand, ada: int) -> None:
        first = await ask(hand, ada)
        second = await ask(hand, ada)
        gone = await ask(hand, ada)
        await hand.ok("deleteMessage", **gone)

        await hand.control("tap", user=ada, label="ye")
        await hand.control("tap", user=ada, label="es", message_id=first["message_id"])

        taps = [u["callback_query"]["message"]["message_id"] for u in await hand.updates()]
        assert taps == [second["message_id"], first["message_id"]]

    async def test_a_link_is_not_the_bots_business(self, hand: Hand, ada: int) -> None:
        button = {"text": "DOI", "url": "https://doi.org/10.1/x"}
        await hand.ok(
            "sendMessage", chat_id=ada, text="x", reply_markup={"inline_keyboard": [[button]]}
        )

        tapped = await hand.control("tap", user=ada, label="doi")

        assert (tapped["url"], tapped["update_id"]) == ("https://doi.org/10.1/x", None)
        assert await hand.updates() == []

    @pytest.mark.parametrize(
        ("tap", "status", "error"),
        [
            ({"label": "No"}, 404, "no button 'No' in chat 7000000001"),
            ({"message_id": 2, "label": "No"}, 404, "no button 'No' under message 2"),
            ({"message_id": 99, "label": "No"}, 404, "no message 99 in chat 7000000001"),
            ({}, 400, "label is missing"),
            ({"label": "Yes", "times": 0}, 400, "times must be at least 1"),
        ],
    )
    async def test_taps_on_nothing(
        self, hand: Hand, ada: int, tap: dict[str, Any], status: int, error: str
    ) -> None:
        await ask(hand, ada)

        answer = await hand.control("tap", status=status, user=ada, **tap)

        assert answer == {"error": error}


class TestReplyKeyboard:
    async def test_a_press_sends_its_text(self, hand: Hand, ada: int) -> None:
        keyboard = {"keyboard": [["Berlin", "Lisbon"]], "one_time_keyboard": True}
        await hand.ok("sendMessage", chat_id=ada, text="where?", reply_markup=keyboard)

        await hand.control("tap", user=ada, label="lisb")

        (update,) = await hand.updates()
        assert update["message"]["text"] == "Lisbon"
        assert (await hand.look(f"chats/{ada}"))["reply_keyboard"] is None

    async def test_a_button_may_ask_for_the_place_or_the_number(
        self, hand: Hand, ada: int
    ) -> None:
        place = {"text": "Here", "request_location": True}
        number = {"text": "Call me", "request_contact": True}
        await hand.ok(
            "sendMessage", chat_id=ada, text="?", reply_markup={"keyboard": [[place, number]]}
        )

        refused = await hand.control("tap", status=400, user=ada, label="Here")
        await hand.control("tap", user=ada, label="Here", latitude=52, longitude=13.4)
        await hand.control("tap", user=ada, label="Call me")

        assert "latitude and longitude" in refused["error"]
        location, contact = [u["message"] for u in await hand.updates()]
        assert location["location"] == {"latitude": 52.0, "longitude": 13.4}
        assert contact["contact"]["user_id"] == ada


class TestInlineQueries:
    async def test_an_inline_query_is_answered_once(self, hand: Hand, ada: int) -> None:
        await hand.control("inline", user=ada, query="gut")
        (update,) = await hand.updates()
        query = update["inline_query"]
        result = {
            "type": "article", "id": "1", "title": "Fibre",
            "input_message_content": {"message_text": "Eat it"},
        }  # fmt: skip
        answer = {"inline_query_id": query["id"], "results": [result], "is_personal": True}

        assert query["query"] == "gut"
        await hand.ok("answerInlineQuery", **answer)
        assert await hand.refused("answerInlineQuery", **answer) == TOO_OLD

        event = (await hand.look("transcript"))[-1]
        assert (event["labels"], event["personal"], event["cache_time"]) == (["Fibre"], True, 300)

    async def test_results_are_checked(self, hand: Hand, ada: int) -> None:
        query_id = (await hand.control("inline", user=ada, query="x"))["inline_query_id"]
        article = {"type": "article", "id": "1", "title": "x"}
        wrong = [
            ([article],
             'can\'t parse InlineQueryResult: Can\'t find field "input_message_content"'),
            ([{"type": "poem"}],
             "can't parse InlineQueryResult: Unsupported type specified"),
        ]  # fmt: skip
        for results, error in wrong:
            assert await hand.refused(
                "answerInlineQuery", inline_query_id=query_id, results=results
            ) == f"Bad Request: {error}"  # fmt: skip

        twins = [{**article, "input_message_content": {"message_text": "x"}}] * 2
        assert await hand.refused(
            "answerInlineQuery", inline_query_id=query_id, results=twins
        ) == "Bad Request: RESULT_ID_DUPLICATE"  # fmt: skip
