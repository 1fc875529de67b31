"""Keyboards: what is one, and what the chat makes of it."""

from typing import Any

import pytest

from tests.sandbox.conftest import Hand

NO_BUTTON = "can't parse inline keyboard button"


class TestKeyboards:
    @pytest.mark.parametrize("data", ["x" * 64, "ä" * 32, "😀" * 16])
    async def test_64_bytes_of_data_pass_and_one_more_does_not(
        self, hand: Hand, ada: int, data: str
    ) -> None:
        button = {"text": "Ok", "callback_data": data}
        await hand.ok(
            "sendMessage", chat_id=ada, text="x", reply_markup={"inline_keyboard": [[button]]}
        )

        button["callback_data"] += "y"
        refusal = await hand.refused(
            "sendMessage", chat_id=ada, text="x", reply_markup={"inline_keyboard": [[button]]}
        )

        assert refusal == "Bad Request: BUTTON_DATA_INVALID"

    @pytest.mark.parametrize(
        ("markup", "error"),
        [
            ("{", "can't parse reply keyboard markup JSON object"),
            ("[]", "object expected as reply markup"),
            ({"inline_keyboard": "x"},
             f"{NO_BUTTON}: expected an Array of Array of InlineKeyboardButton"),
            ({"inline_keyboard": [[{"callback_data": "x"}]]},
             "can't parse inline keyboard button: Can't find field \"text\""),
            ({"inline_keyboard": [[{"text": 5, "callback_data": "x"}]]},
             "can't parse inline keyboard button: Field \"text\" must be of type String"),
            ({"inline_keyboard": [[{"text": "x"}]]},
             "text buttons are unallowed in the inline keyboard"),
            ({"inline_keyboard": [[{"text": " ", "callback_data": "x"}]]}, "BUTTON_TEXT_INVALID"),
            ({"inline_keyboard": [[{"text": "x", "callback_data": "x", "url": "a.org"}]]},
             "BUTTON_TYPE_INVALID"),
            ({"inline_keyboard": [[{"text": "x", "url": "nowhere"}]]},
             "inline keyboard button URL 'nowhere' is invalid: Wrong HTTP URL"),
            ({"keyboard": []}, "REPLY_MARKUP_INVALID"),
            ({"keyboard": [[""]]}, "BUTTON_TEXT_INVALID"),
            ({"keyboard": [[5]]}, "can't parse keyboard button: KeyboardButton must be an Object"),
            ({"force_reply": "yes"}, 'field "force_reply" must be of type Boolean'),
        ],
    )  # fmt: skip
    async def test_what_is_no_keyboard(
        self, hand: Hand, ada: int, markup: Any, error: str
    ) -> None:
        refusal = await hand.refused("sendMessage", chat_id=ada, text="x", reply_markup=markup)

        assert refusal == f"Bad Request: {error}"

    async def test_an_empty_keyboard_is_none(self, hand: Hand, ada: int) -> None:
        markups: list[dict[str, Any]] = [{}, {"inline_keyboard": []}, {"inline_keyboard": [[]]}]
        for markup in markups:
            sent = await hand.ok("sendMessage", chat_id=ada, text="x", reply_markup=markup)
            assert "reply_markup" not in sent

    async def test_inline_buttons_are_shown_with_what_they_do(self, hand: Hand, ada: int) -> None:
        row = [
            {"text": "Why?", "callback_data": "w"},
            {"text": "DOI", "url": "https://doi.org/10.1/x"},
            {"text": "Copy", "copy_text": {"text": "x"}},
        ]

        await hand.ok(
            "sendMessage", chat_id=ada, text="x", reply_markup={"inline_keyboard": [row]}
        )

        assert (await hand.last(ada))["keyboard"] == [
            [
                {"label": "Why?", "data": "w"},
                {"label": "DOI", "url": "https://doi.org/10.1/x"},
                {"label": "Copy", "copy": "x"},
            ]
        ]

    async def test_a_reply_keyboard_stays_until_it_is_removed(self, hand: Hand, ada: int) -> None:
        keyboard = {"keyboard": [["Berlin", {"text": "Here", "request_location": True}]]}
        await hand.ok("sendMessage", chat_id=ada, text="where?", reply_markup=keyboard)
        await hand.ok("sendMessage", chat_id=ada, text="well?", reply_markup={"force_reply": True})

        shown = (await hand.look(f"chats/{ada}"))["reply_keyboard"]
        assert [[b["label"] for b in row] for row in shown["rows"]] == [["Berlin", "Here"]]
        assert [b["request_location"] for b in shown["rows"][0]] == [False, True]
        assert (await hand.last(ada))["reply_keyboard"]["force_reply"] is True

        removal = {"remove_keyboard": True}
        await hand.ok("sendMessage", chat_id=ada, text="fine", reply_markup=removal)
        assert (await hand.look(f"chats/{ada}"))["reply_keyboard"] is None
        assert (await hand.last(ada))["reply_keyboard"]["remove"] is True
