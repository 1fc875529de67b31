"""Messages by the bot: what arrives, and what is refused in which words."""

import json
from typing import Any

import aiohttp
import pytest

from tests.sandbox.conftest import TOKEN, Hand, inline

NO_BUTTON = "can't parse inline keyboard button"
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
        for markup in ({}, {"inline_keyboard": []}, {"inline_keyboard": [[]]}):
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
                {"label": "Copy", "other": "copy_text"},
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


class TestWhoCanBeReached:
    async def test_nobody_knows_this_chat(self, hand: Hand) -> None:
        assert await hand.refused("sendMessage", chat_id=5, text="x") == (
            "Bad Request: chat not found"
        )
        assert await hand.refused("sendMessage", chat_id="@nobody", text="x") == (
            "Bad Request: chat not found"
        )
        assert await hand.refused("sendMessage", chat_id="", text="x") == (
            "Bad Request: chat_id is empty"
        )

    async def test_who_never_wrote_cannot_be_written_to(self, hand: Hand) -> None:
        user = await hand.user()

        body = await hand.bot("sendMessage", chat_id=user, text="x")

        assert body["error_code"] == 403
        assert body["description"] == ("Forbidden: bot can't initiate conversation with a user")

    async def test_who_blocked_the_bot_is_out_of_reach_until_unblocked(
        self, hand: Hand, ada: int
    ) -> None:
        await hand.control("block", user=ada)
        refusal = await hand.refused("sendMessage", chat_id=ada, text="x")
        assert refusal == "Forbidden: bot was blocked by the user"

        await hand.control("unblock", user=ada)
        await hand.ok("sendMessage", chat_id=ada, text="x")

        members = [u["my_chat_member"] for u in await hand.updates()]
        assert [m["new_chat_member"]["status"] for m in members] == ["kicked", "member"]

    async def test_a_deleted_account_is_out_of_reach(self, hand: Hand, ada: int) -> None:
        await hand.control("deactivate", user=ada)

        refusal = await hand.refused("sendMessage", chat_id=ada, text="x")

        assert refusal == "Forbidden: user is deactivated"

    async def test_a_group_that_moved_names_its_new_id(self, hand: Hand, ada: int) -> None:
        group = (await hand.control("groups", title="G", type="group", member=ada))["id"]
        await hand.ok("sendMessage", chat_id=group, text="x")
        new = (await hand.control("migrate", chat=group))["id"]

        body = await hand.bot("sendMessage", chat_id=group, text="x")

        assert body["description"] == ("Bad Request: group chat was upgraded to a supergroup chat")
        assert body["parameters"] == {"migrate_to_chat_id": new}
        await hand.ok("sendMessage", chat_id=new, text="x")
        notices = [u["message"] for u in await hand.updates()]
        assert notices[0]["migrate_to_chat_id"] == new
        assert notices[1]["migrate_from_chat_id"] == group

    async def test_a_group_that_threw_the_bot_out(self, hand: Hand, ada: int) -> None:
        group = (await hand.control("groups", title="G", type="supergroup", member=ada))["id"]
        await hand.control("kick", chat=group, user=ada)

        refusal = await hand.refused("sendMessage", chat_id=group, text="x")

        assert refusal == "Forbidden: bot was kicked from the supergroup chat"
        member = await hand.ok("getChatMember", chat_id=group, user_id=4242)
        assert member["status"] == "kicked"


class TestMedia:
    async def test_an_uploaded_photo_can_be_sent_again_and_downloaded(
        self, hand: Hand, ada: int
    ) -> None:
        form = aiohttp.FormData({"chat_id": str(ada), "caption": "<i>look</i>"})
        form.add_field("parse_mode", "HTML")
        form.add_field("photo", b"picture", filename="p.PNG", content_type="image/png")
        url = f"{hand.sandbox.api_base_url}{TOKEN}/sendPhoto"
        async with hand.session.post(url, data=form) as answer:
            sent = (await answer.json())["result"]
        file_id = sent["photo"][0]["file_id"]
        assert (sent["caption"], sent["caption_entities"][0]["type"]) == ("look", "italic")

        again = await hand.ok("sendPhoto", chat_id=ada, photo=file_id)
        path = (await hand.ok("getFile", file_id=file_id))["file_path"]

        assert again["photo"][0]["file_id"] == file_id
        async with hand.session.get(f"{hand.sandbox.file_base_url}{TOKEN}/{path}") as download:
            assert await download.read() == b"picture"
        shown = await hand.last(ada)
        assert (shown["photo"], shown["kind"]) == (True, "photo")
        logged = (await hand.look("calls?method=sendPhoto"))[0]["parameters"]
        assert logged["photo"] == "<file p.PNG, 7 bytes>"

    async def test_a_document_at_an_address(self, hand: Hand, ada: int) -> None:
        sent = await hand.ok("sendDocument", chat_id=ada, document="https://a.org/leaflet.pdf")

        assert sent["document"]["file_name"] == "leaflet.pdf"

    async def test_files_that_are_not_there(self, hand: Hand, ada: int) -> None:
        assert await hand.refused("sendPhoto", chat_id=ada, photo="nothing") == (
            "Bad Request: wrong file identifier/HTTP URL specified"
        )
        assert await hand.refused("sendPhoto", chat_id=ada) == (
            "Bad Request: there is no photo in the request"
        )
        assert await hand.refused("getFile", file_id="nothing") == (
            "Bad Request: wrong file_id or the file is temporarily unavailable"
        )
        for token, path in ((TOKEN, "nothing"), ("1:wrong", "nothing")):
            url = f"{hand.sandbox.file_base_url}{token}/{path}"
            async with hand.session.get(url) as answer:
                assert answer.status == (404 if token == TOKEN else 401)

    async def test_an_empty_file_is_refused(self, hand: Hand, ada: int) -> None:
        form = aiohttp.FormData({"chat_id": str(ada)})
        form.add_field("document", b"", filename="empty")
        url = f"{hand.sandbox.api_base_url}{TOKEN}/sendDocument"

        async with hand.session.post(url, data=form) as answer:
            assert (await answer.json())["description"] == "Bad Request: file must be non-empty"

    async def test_a_caption_has_1024_units(self, hand: Hand, ada: int) -> None:
        photo = "https://a.org/p.png"
        await hand.ok("sendPhoto", chat_id=ada, photo=photo, caption="😀" * 512)

        refusal = await hand.refused("sendPhoto", chat_id=ada, photo=photo, caption="x" * 1025)

        assert refusal == "Bad Request: message caption is too long"

    async def test_a_location(self, hand: Hand, ada: int) -> None:
        sent = await hand.ok(
            "sendLocation", chat_id=ada, latitude="52.5", longitude=13.4, horizontal_accuracy=5
        )
        refusal = await hand.refused("sendLocation", chat_id=ada, latitude=91, longitude=0)

        assert sent["location"] == {
            "latitude": 52.5, "longitude": 13.4, "horizontal_accuracy": 5.0
        }  # fmt: skip
        assert (await hand.last(ada))["location"]["latitude"] == 52.5
        assert refusal == "Bad Request: wrong location specified"


class TestCopies:
    async def test_a_copy_has_the_content_but_not_the_sender(self, hand: Hand, ada: int) -> None:
        said = await hand.control(
            "say", user=ada, caption="mine", photo=True,
            entities=[{"type": "bold", "offset": 0, "length": 4}],
        )  # fmt: skip
        bob = await hand.reader("Bob")

        copied = await hand.ok(
            "copyMessage", chat_id=bob, from_chat_id=ada, message_id=said["message_id"],
            reply_markup=inline("Ok"),
        )  # fmt: skip

        shown = await hand.last(bob)
        assert copied == {"message_id": shown["message_id"]}
        assert (shown["text"], shown["html"], shown["photo"]) == ("mine", "<b>mine</b>", True)
        assert (shown["from_bot"], shown["forwarded"]) == (True, False)
        assert shown["keyboard"] == [[{"label": "Ok", "data": "ok"}]]

    async def test_a_copy_may_have_another_caption(self, hand: Hand, ada: int) -> None:
        said = await hand.control("say", user=ada, caption="mine", photo=True)
        origin = {"from_chat_id": ada, "message_id": said["message_id"]}

        await hand.ok("copyMessage", chat_id=ada, caption="yours", **origin)

        assert (await hand.last(ada))["text"] == "yours"

    async def test_what_is_gone_cannot_be_copied(self, hand: Hand, ada: int) -> None:
        sent = await hand.ok("sendMessage", chat_id=ada, text="x")
        origin = {"from_chat_id": ada, "message_id": sent["message_id"]}
        await hand.ok("deleteMessage", chat_id=ada, message_id=sent["message_id"])

        assert await hand.refused("copyMessage", chat_id=ada, **origin) == (
            "Bad Request: message to copy not found"
        )
        assert await hand.refused("forwardMessage", chat_id=ada, **origin) == (
            "Bad Request: message to forward not found"
        )

    async def test_several_are_copied_in_order_and_the_missing_left_out(
        self, hand: Hand, ada: int
    ) -> None:
        one = (await hand.control("say", user=ada, photo=True, caption="one"))["message_id"]
        two = (await hand.control("say", user=ada, text="two"))["message_id"]
        origin = {"chat_id": ada, "from_chat_id": ada}

        copies = await hand.ok(
            "copyMessages", message_ids=[one, two, two + 50], remove_caption=True, **origin
        )
        forwards = await hand.ok("forwardMessages", message_ids=[one, two], **origin)

        shown = await hand.messages(ada)
        assert (len(copies), len(forwards)) == (2, 2)
        assert [m["text"] for m in shown[-4:]] == ["", "two", "one", "two"]

    @pytest.mark.parametrize(
        ("ids", "error"),
        [
            ([], "message identifiers are not specified"),
            ([2, 1], "message identifiers must be in a strictly increasing order"),
            (list(range(1, 102)), "too many message identifiers specified"),
            ([98, 99], "there are no messages to copy"),
            ("x", "can't parse message ids JSON object"),
            (["x"], "expected an Integer"),
        ],
    )
    async def test_lists_that_cannot_be_copied(
        self, hand: Hand, ada: int, ids: Any, error: str
    ) -> None:
        refusal = await hand.refused(
            "copyMessages", chat_id=ada, from_chat_id=ada, message_ids=ids
        )

        assert refusal == f"Bad Request: {error}"

    async def test_nothing_to_forward(self, hand: Hand, ada: int) -> None:
        refusal = await hand.refused(
            "forwardMessages", chat_id=ada, from_chat_id=ada, message_ids=[98]
        )

        assert refusal == "Bad Request: there are no messages to forward"

    async def test_a_forwarded_message_names_its_author(self, hand: Hand, ada: int) -> None:
        said = await hand.control("say", user=ada, text="mine")
        channel = (await hand.control("groups", title="News", type="channel", member=ada))["id"]
        post = await hand.ok("sendMessage", chat_id=channel, text="post")
        anonymous = await hand.control("say", user=ada, chat=channel, text="post")

        forwarded = await hand.ok(
            "forwardMessage", chat_id=ada, from_chat_id=ada, message_id=said["message_id"]
        )
        from_channel = await hand.ok(
            "forwardMessage", chat_id=ada, from_chat_id=channel, message_id=anonymous["message_id"]
        )

        assert post["sender_chat"]["title"] == "News"
        assert forwarded["forward_origin"]["sender_user"]["first_name"] == "Ada"
        assert from_channel["forward_origin"]["chat"]["title"] == "News"
