"""Texts by the bot: what arrives, what is refused in which words, and how calls are read."""

import json
from typing import Any

import aiohttp
import pytest

from tests.sandbox.conftest import TOKEN, Hand, inline

CUT_BY_ITS_END = (
    "entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 1"
)
BEYOND_THE_TEXT = (
    "entity beginning at UTF-16 offset 2 ends after the end of the text at UTF-16 offset 7"
)


class TestText:
    async def test_a_message_arrives_with_its_formatting(self, hand: Hand, ada: int) -> None:
        sent = await hand.ok("sendMessage", chat_id=ada, text="<b>Hi</b> Ada", parse_mode="HTML")

        assert sent["text"] == "Hi Ada"
        assert sent["entities"] == [{"type": "bold", "offset": 0, "length": 2}]
        assert sent["from"]["is_bot"] is True
        shown = await hand.last(ada)
        assert (shown["html"], shown["from_bot"]) == ("<b>Hi</b> Ada", True)

    @pytest.mark.parametrize("text", ["", "   ", "\n\u200b\u2060", "<b> </b>"])
    async def test_an_empty_text_is_refused(self, hand: Hand, ada: int, text: str) -> None:
        refusal = await hand.refused("sendMessage", chat_id=ada, text=text, parse_mode="html")

        assert refusal == "Bad Request: message text is empty"

    @pytest.mark.parametrize(
        ("text", "parse_mode"),
        [("x" * 4096, ""), ("😀" * 2048, ""), ("<b>" + "x" * 4096 + "</b>", "HTML")],
    )
    async def test_4096_units_after_entities_pass_and_one_more_does_not(
        self, hand: Hand, ada: int, text: str, parse_mode: str
    ) -> None:
        await hand.ok("sendMessage", chat_id=ada, text=text, parse_mode=parse_mode)

        refusal = await hand.refused(
            "sendMessage", chat_id=ada, text=text + "y", parse_mode=parse_mode
        )

        assert refusal == "Bad Request: message is too long"

    async def test_very_long_markup_is_refused_however_short_its_text(
        self, hand: Hand, ada: int
    ) -> None:
        refusal = await hand.refused(
            "sendMessage", chat_id=ada, text="<b></b>" * 5000 + "x", parse_mode="HTML"
        )

        assert refusal == "Bad Request: text is too long"

    async def test_an_unknown_parse_mode_is_refused(self, hand: Hand, ada: int) -> None:
        refusal = await hand.refused("sendMessage", chat_id=ada, text="x", parse_mode="BBCode")

        assert refusal == "Bad Request: unsupported parse_mode"

    async def test_broken_markup_is_refused(self, hand: Hand, ada: int) -> None:
        refusal = await hand.refused("sendMessage", chat_id=ada, text="<x>", parse_mode="HTML")

        assert refusal == (
            'Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 0'
        )

    async def test_entities_may_be_given_apart(self, hand: Hand, ada: int) -> None:
        entities = [
            {"type": "italic", "offset": 0, "length": 2},
            {"type": "bold", "offset": 0, "length": 0},
        ]

        sent = await hand.ok("sendMessage", chat_id=ada, text="😀 <b>", entities=entities)

        assert (sent["text"], sent["entities"]) == ("😀 <b>", entities[:1])

    @pytest.mark.parametrize(
        ("offset", "length", "error"),
        [
            (-1, 1, "ENTITY_BOUNDS_INVALID"),
            (9, 0, "ENTITY_BOUNDS_INVALID"),
            (1, 2, "entity begins in a middle of a UTF-16 symbol at byte offset 1"),
            (0, 1, CUT_BY_ITS_END),
            (2, 5, BEYOND_THE_TEXT),
        ],
    )  # fmt: skip
    async def test_entities_outside_the_text_are_refused(
        self, hand: Hand, ada: int, offset: int, length: int, error: str
    ) -> None:
        entity = {"type": "bold", "offset": offset, "length": length}

        refusal = await hand.refused("sendMessage", chat_id=ada, text="😀 x", entities=[entity])

        assert refusal == f"Bad Request: {error}"

    async def test_a_reply_names_its_message(self, hand: Hand, ada: int) -> None:
        first = await hand.ok("sendMessage", chat_id=ada, text="one")
        reply = {"message_id": first["message_id"]}

        sent = await hand.ok("sendMessage", chat_id=ada, text="two", reply_parameters=reply)

        assert sent["reply_to_message"]["text"] == "one"
        assert (await hand.last(ada))["reply_to"] == first["message_id"]

    async def test_a_reply_to_nothing_is_refused_unless_allowed(
        self, hand: Hand, ada: int
    ) -> None:
        reply: dict[str, Any] = {"message_id": 999}
        refusal = await hand.refused("sendMessage", chat_id=ada, text="x", reply_parameters=reply)
        assert refusal == "Bad Request: message to be replied not found"

        reply["allow_sending_without_reply"] = True
        sent = await hand.ok("sendMessage", chat_id=ada, text="x", reply_parameters=reply)
        assert "reply_to_message" not in sent


class TestBodies:
    """Form, query string, JSON and multipart mean the same."""

    async def test_form_query_and_multipart(self, hand: Hand, ada: int) -> None:
        url = f"{hand.sandbox.api_base_url}{TOKEN}/sendMessage"
        fields = {"chat_id": str(ada), "text": "ä & b", "reply_markup": inline("Ok")}
        multipart = aiohttp.FormData(fields, default_to_multipart=True)

        async with hand.session.post(url, data=fields) as form:
            assert (await form.json())["result"]["text"] == "ä & b"
        async with hand.session.get(url, params=fields) as query:
            assert (await query.json())["result"]["text"] == "ä & b"
        async with hand.session.post(url, data=multipart) as parts:
            assert (await parts.json())["result"]["text"] == "ä & b"

    @pytest.mark.parametrize(
        ("body", "kind", "error"),
        [
            (b"{", "application/json", "can't parse JSON object"),
            (b"[1]", "application/json", "object expected as parameters"),
            (b"text=%FF", "application/x-www-form-urlencoded", "strings must be encoded in UTF-8"),
            (b"x", "multipart/form-data", "can't parse multipart body"),
            (b"ignored", "text/plain", "chat_id is empty"),
        ],
    )
    async def test_a_body_that_cannot_be_read(
        self, hand: Hand, body: bytes, kind: str, error: str
    ) -> None:
        url = f"{hand.sandbox.api_base_url}{TOKEN}/sendMessage"

        async with hand.session.post(url, data=body, headers={"Content-Type": kind}) as answer:
            description = (await answer.json())["description"]

        assert description == f"Bad Request: {error}"

    async def test_a_lone_surrogate_is_refused(self, hand: Hand, ada: int) -> None:
        url = f"{hand.sandbox.api_base_url}{TOKEN}/sendMessage"
        body = json.dumps({"chat_id": ada, "text": "\ud800"}).encode()

        async with hand.session.post(
            url, data=body, headers={"Content-Type": "application/json"}
        ) as answer:
            assert answer.status == 400
