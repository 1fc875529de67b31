"""Who can be reached, with pictures, files, places and copies."""

from typing import Any

import aiohttp
import pytest

from tests.sandbox.conftest import TOKEN, Hand, inline


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
        bob = await hand.subscriber("Bob")

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
